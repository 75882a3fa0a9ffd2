/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../common/utf8.h"
#include "../wbxml/any.h"
#include "message.h"

/*
 * Whatever is read can be said in XML and in WBXML, and is the same when it
 * is read from either: between the two there is nothing that only one holds.
 */
static const char *
again(struct arena *a, const struct xw *from, int wbxml)
{
	struct xml_error e;
	struct xw w;

	xw_init(&w, a);
	CHECK((wbxml ? wbxml_read : xml_read)(a, any_grammar(), &w,
		  from->out.data, from->out.len, &e) == 0);
	CHECK(!w.out.failed);
	return w.out.data;
}

/* As anything; 0 if it is that. */
static int
convert(struct arena *a, const struct http_request *r)
{
	struct xw xml, wbxml;
	struct xml_error e;
	const char *text;

	xw_init(&xml, a);
	xw_init_wbxml(&wbxml, a);
	if (wbxml_read(a, any_grammar(), &xml, r->body, r->body_len, &e) ==
	    -1) {
		CHECK(e.reason[0] != '\0');
		CHECK(strncmp(e.at, "byte ", 5) == 0);
		CHECK((size_t)strtoul(e.at + 5, NULL, 10) <= r->body_len);
		return -1;
	}
	CHECK(wbxml_read(a, any_grammar(), &wbxml, r->body, r->body_len, &e) ==
	      0);
	if (arena_failed(a))
		return -1;
	CHECK(utf8_valid(xml.out.data, xml.out.len) == xml.out.len);
	text = again(a, &xml, 0);
	CHECK(strcmp(again(a, &wbxml, 1), text) == 0);
	return 0;
}

/* As SyncML: whatever pieces its texts are in, it says the same. */
static void
take(struct arena *a, struct http_request r, size_t chunk)
{
	static char type[] = "CONTENT_TYPE=application/vnd.syncml.dm+wbxml";
	static char *const params[] = { type, NULL };
	const char *whole;

	r.params = params;
	whole = message_take(a, &r);
	fuzz_chunks(chunk);
	fuzz_same(message_take(a, &r), whole);
	fuzz_chunks(0);
}

/* A part of what is whole is not: it has one end. */
static void
cut(struct arena *a, const uint8_t *data, size_t size)
{
	const struct http_request r = fuzz_request(data, size);
	struct xml_error e;
	struct xw w;

	xw_init(&w, a);
	CHECK(wbxml_read(a, any_grammar(), &w, r.body, size, &e) == -1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	size_t chunk = fuzz_chunk_of(data, size);
	const struct http_request r = fuzz_request(data, size);
	int is_whole = convert(a, &r) == 0;

	take(a, r, chunk);
	if (is_whole)
		cut(a, data, chunk < size ? chunk : size - 1);
	return 0;
}
