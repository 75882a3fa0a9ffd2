/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include <stdio.h>

#include <expat.h>

#include "../../common/soap.h"
#include "../../common/syncml.h"

#define ARENA_LIMIT ((size_t)32 * 1024 * 1024)

static struct arena *arena;
static char *body;
static size_t chunk;

struct arena *
fuzz_arena(void)
{
	if (arena == NULL)
		arena = arena_new(ARENA_LIMIT);
	arena_reset(arena);
	return arena;
}

struct http_request
fuzz_request(const uint8_t *data, size_t size)
{
	static char *const params[] = { NULL };

	free(body);
	body = malloc(size + 1);
	CHECK(body != NULL);
	memcpy(body, data, size);
	body[size] = '\0';
	return (struct http_request){
		.id = "00000000-0000-4000-8000-000000000001",
		.method = "POST",
		.path = "/",
		.body = body,
		.body_len = size,
		.params = params,
	};
}

/* The linker brings both calls here: see FUZZ_WRAP in tests/unit/unit.mk. */
enum XML_Status __real_XML_Parse(XML_Parser, const char *, int, int);
enum XML_Status __wrap_XML_Parse(XML_Parser, const char *, int, int);
void __real_xml_text(struct xml *, const char *, size_t);
void __wrap_xml_text(struct xml *, const char *, size_t);

enum XML_Status
__wrap_XML_Parse(XML_Parser p, const char *data, int len, int final)
{
	enum XML_Status status = XML_STATUS_OK;
	char *piece;
	int n;

	if (chunk == 0)
		return __real_XML_Parse(p, data, len, final);
	do {
		n = (size_t)len < chunk ? len : (int)chunk;
		/* Alone in memory, so that reading over its end is seen. */
		CHECK((piece = malloc((size_t)n + (n == 0))) != NULL);
		memcpy(piece, data, (size_t)n);
		len -= n;
		data += n;
		status = __real_XML_Parse(p, piece, n, final && len == 0);
		free(piece);
	} while (status == XML_STATUS_OK && len > 0);
	return status;
}

void
__wrap_xml_text(struct xml *x, const char *s, size_t len)
{
	size_t n;

	for (; chunk > 0 && len > chunk; s += n, len -= n) {
		n = chunk;
		__real_xml_text(x, s, n);
	}
	__real_xml_text(x, s, len);
}

void
fuzz_chunks(size_t size)
{
	chunk = size;
}

/* In three of four up to 64 bytes: what is cut in pieces is mostly short. */
size_t
fuzz_chunk_of(const uint8_t *data, size_t size)
{
	size_t n = size > 0 ? (size_t)data[size / 2] << 1 | (size & 1) : 0;

	return n < 384 ? 1 + n % 64 : 1 + n * 128;
}

void
fuzz_same(const char *a, const char *b)
{
	if (strcmp(a, b) == 0)
		return;
	fprintf(stderr, "in chunks of %zu:\n%s\nelse:\n%s\n", chunk, a, b);
	CHECK(!"in chunks it is another");
}

/* Whatever stands in one of the documents that we write. */
void
fuzz_readable(const struct xw *w)
{
	static const struct xml_rule rules[] = {
		{ XML_IN(XML_ROOT), 1, NS_SOAP XML_SEP "Envelope", XML_OPEN },
		{ XML_IN(XML_ROOT), 1, NS_SYNCML XML_SEP "SyncML", XML_OPEN },
		{ XML_IN(XML_ROOT), 1, "wap-provisioningdoc", XML_OPEN },
		{ XML_IN(XML_ROOT), 1, "html", XML_OPEN },
	};
	static const struct xml_grammar g = { rules, COUNT(rules), NULL, 0 };
	struct arena *a = arena_new(ARENA_LIMIT);
	struct xml_error e;
	char nothing;

	CHECK(!w->out.failed);
	CHECK(w->depth == 0);
	CHECK(strlen(w->out.data) == w->out.len);
	CHECK(xml_read(a, &g, &nothing, w->out.data, w->out.len, &e) == 0);
	arena_free(a);
}

void
fuzz_fault(const struct fault *f, const char *relates_to)
{
	struct xw w;

	CHECK(f->status >= 400 && f->status < 600);
	CHECK(f->reason != NULL && f->reason[0] != '\0');
	if (f->subcode == NULL)
		return;
	xw_init(&w, arena);
	soap_fault(&w, f, relates_to, "00000000-0000-4000-8000-000000000001");
	fuzz_readable(&w);
}
