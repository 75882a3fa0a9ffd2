/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../common/utf8.h"
#include "../wbxml/any.h"

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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct http_request r = fuzz_request(data, size);
	struct xw xml, wbxml;
	struct xml_error e;
	const char *text;

	xw_init(&xml, a);
	xw_init_wbxml(&wbxml, a);
	if (wbxml_read(a, any_grammar(), &xml, r.body, size, &e) == -1) {
		CHECK(e.reason[0] != '\0');
		CHECK(strncmp(e.at, "byte ", 5) == 0);
		CHECK((size_t)strtoul(e.at + 5, NULL, 10) <= size);
		return 0;
	}
	CHECK(wbxml_read(a, any_grammar(), &wbxml, r.body, size, &e) == 0);
	if (arena_failed(a))
		return 0;
	CHECK(utf8_valid(xml.out.data, xml.out.len) == xml.out.len);
	text = again(a, &xml, 0);
	CHECK(strcmp(again(a, &wbxml, 1), text) == 0);
	return 0;
}
