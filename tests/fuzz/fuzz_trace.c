/* SPDX-License-Identifier: ISC */
#include <stdio.h>

#include "fuzz.h"

#include "../../common/syncml.h"
#include "../../common/trace.h"

/* Text that the fuzzer cannot bring, as it has none of the first byte. */
#define FIRST 0xe2
#define SECRET "\xe2\x98\x83S3cr3t"
#define ELEMENT "<o:Password o:Type='t'>" SECRET "</o:Password>"

/* No string table: it could have the secret elsewhere. */
#define HEADER "\x02\xa4\x01\x6a\x00\x6d"
/* To page 0, whatever came before; Cred with Data. */
#define CRED "\x00\x00\x4e\x4f\x03" SECRET "\x00\x01\x01"

/* What is traced goes to memory: libFuzzer keeps the real stderr. */
static void
trace(const struct http_request *r, const struct http_response *res)
{
	FILE *real = stderr;
	char *out = NULL;
	size_t len;

	stderr = open_memstream(&out, &len);
	CHECK(stderr != NULL);
	trace_exchange(r, res, TRACE_REDACTED);
	fclose(stderr);
	stderr = real;
	CHECK(out != NULL && strlen(out) == len);
	CHECK(strstr(out, SECRET) == NULL);
	for (size_t i = 0; i < len; i++)
		CHECK((unsigned char)out[i] >= ' ' ||
		      strchr("\t\r\n", out[i]) != NULL);
	free(out);
}

struct parts {
	const uint8_t *data;
	size_t cut;
	size_t size;
};

static void
add_part(struct buf *b, const uint8_t *data, size_t len, const char *never)
{
	for (size_t i = 0; i < len; i++)
		buf_putc(b,
		    data[i] == FIRST ||
			    (data[i] != '\0' && strchr(never, data[i]) != NULL)
			? 'x'
			: (char)data[i]);
}

/* The secret between two halves of anything at all. */
static void
around(struct buf *b, const struct parts *p, const char *element, size_t len,
    const char *never)
{
	add_part(b, p->data, p->cut, never);
	buf_add(b, element, len);
	add_part(b, p->data + p->cut, p->size - p->cut, "");
	CHECK(!b->failed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char type[] = "CONTENT_TYPE=" SYNCML_WBXML;
	static char *const params[] = { type, NULL };
	struct parts p = { data, size > 0 ? data[0] : 0, size };
	struct http_request r = fuzz_request(data, 0);
	struct http_response res = { .status = 200 };
	struct arena *a = fuzz_arena();
	struct buf xml, wbxml;

	if (p.cut > size)
		p.cut = size;
	/* A quoted value begun before would have our element as its part. */
	buf_init(&xml, a);
	around(&xml, &p, ELEMENT, strlen(ELEMENT), "\"'");
	buf_init(&wbxml, a);
	buf_add(&wbxml, HEADER, sizeof(HEADER) - 1);
	around(&wbxml, &p, CRED, sizeof(CRED) - 1, "");
	res.body = xml.data;
	res.body_len = xml.len;
	r.body = wbxml.data;
	r.body_len = wbxml.len;
	r.params = params;
	trace(&r, &res);
	return 0;
}
