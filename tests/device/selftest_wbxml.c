/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "selftest.h"

/* A document as libwbxml writes it, and what it says. */
#define HEAD                                                                   \
	"02a4016a006d6c7103312e3200017203444d2f312e32000165033100015b033100"   \
	"01"
#define SERVER "6e57036431000101675703687474703a2f2f732f000101016b"
#define HEADER                                                                 \
	"<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2</VerDTD>"     \
	"<VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>1</MsgID>"
#define FROM_SERVER                                                            \
	"<Target><LocURI>d1</LocURI></Target><Source>"                         \
	"<LocURI>http://s/</LocURI></Source></SyncHdr><SyncBody>"
#define METINF " xmlns=\"syncml:metinf\""

/* clang-format off */
static const struct {
	const char *hex;
	const char *xml;
} vectors[] = {
 { HEAD "6e5703687474703a2f2f732f0001016757036431000101"
   "5a00014c03343039360001010100006b464b033100014f03313230310001011201" "01",
   HEADER "<Target><LocURI>http://s/</LocURI></Target><Source>"
   "<LocURI>d1</LocURI></Source><Meta><MaxMsgSize" METINF ">4096</MaxMsgSize>"
   "</Meta></SyncHdr><SyncBody><Alert><CmdID>1</CmdID><Data>1201</Data>"
   "</Alert><Final></Final></SyncBody></SyncML>" },
 { HEAD SERVER "604b03330001546e57032e2f610001015a00014703786d6c000153037465"
   "78742f706c61696e00010100004fc30a3c656e61626c65642f3e010101120101",
   HEADER FROM_SERVER "<Replace><CmdID>3</CmdID><Item><Target>"
   "<LocURI>./a</LocURI></Target><Meta><Format" METINF ">xml</Format><Type"
   METINF ">text/plain</Type></Meta><Data>&lt;enabled/&gt;</Data></Item>"
   "</Replace><Final></Final></SyncBody></SyncML>" },
 { HEAD SERVER "694b033100015c033100014c033000014a0353796e634864720001495a00"
   "0147036236340001530373796e636d6c3a617574682d6d643500015003546d39755932"
   "553d0001010100004f03343037000101120101",
   HEADER FROM_SERVER "<Status><CmdID>1</CmdID><MsgRef>1</MsgRef>"
   "<CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Chal><Meta><Format" METINF
   ">b64</Format><Type" METINF ">syncml:auth-md5</Type><NextNonce" METINF
   ">Tm9uY2U=</NextNonce></Meta></Chal><Data>407</Data></Status>"
   "<Final></Final></SyncBody></SyncML>" },
 { HEAD SERVER "694b033100015c033100014c033000014a0353796e634864720001"
   "4f0332303000" "01" "01" "534b03320001546e57032e2f44657644657461696c2f53"
   "7756000101" "01" "01" "12" "01" "01",
   HEADER FROM_SERVER "<Status><CmdID>1</CmdID><MsgRef>1</MsgRef>"
   "<CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>200</Data></Status><Get>"
   "<CmdID>2</CmdID><Item><Target><LocURI>./DevDetail/SwV</LocURI></Target>"
   "</Item></Get><Final></Final></SyncBody></SyncML>" },
};

/* Nothing that a reader may accept, and nothing that may break it. */
static const char *const broken[] = {
 "",
 "02",
 "02a401",
 "02a4016a",
 "02a4016a00",
 "02a4016a05",
 "02a4016a00ed",
 "02a4016a006d",
 "02a4016a006d6c71",
 "02a4016a006d6c7103312e32",
 "02a4016a006d0101",
 "02a4016a002d2d",
 "02a4016a006d7001",
 "02a4016a006d830501",
 "02a4016a006dc38fffffff7f01",
 "02a4016a006dc3ffffffffffff01",
 "02a4016a006d000501",
 "02a4016a006d4301",
 "02a4016a006d4001",
 "02a4016a006d0280808080808001",
 "02a4016a006d02b08001",
 "02a4016a006d440001",
 "02a4016a0241616d01",
 "0200056a0341420041",
 "0200006a0441424300" "2d",
 "07a4016a002d",
 "02a4016a0003410001",
};

static const char *const shapes[] = { "1.1", "1.2", "1.3", "string-id",
 "no-id", "table", "opaque", "raw-nonce", "literal", "pieces", "attribute",
 "1.3,string-id,table,pieces,raw-nonce,attribute" };
/* clang-format on */

static void
hex_read(struct buf *out, const char *hex)
{
	char pair[3] = { 0 };
	unsigned char byte;

	buf_add(out, "", 0);
	for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
		memcpy(pair, hex, 2);
		byte = (unsigned char)strtoul(pair, NULL, 16);
		buf_add(out, &byte, 1);
	}
}

static struct node *
parsed(struct dom **dom, const char *xml)
{
	*dom = dom_parse(xml, strlen(xml));
	check((*dom)->error == NULL, "\"%s\" is XML", xml);
	return (*dom)->root;
}

static void
vector_check(size_t i)
{
	struct buf bytes = { 0 }, ours = { 0 }, text = { 0 };
	struct wbxml_head head;
	struct dom *dom;

	hex_read(&bytes, vectors[i].hex);
	wbxml_write(&ours, parsed(&dom, vectors[i].xml), 0);
	check(ours.len == bytes.len &&
		  memcmp(ours.data, bytes.data, ours.len) == 0,
	    "vector %zu is written in another way", i);
	dom_free(dom);
	dom = wbxml_read(bytes.data, bytes.len, &head);
	check(dom->error == NULL, "vector %zu: %s", i,
	    dom->error == NULL ? "" : dom->error);
	if (dom->error == NULL) {
		node_write(&text, dom->root);
		check_text("vector", text.data, vectors[i].xml);
	}
	check(head.version == 2 && head.public_id == WBXML_SYNCML_1_2 &&
		  head.charset == WBXML_UTF8 && !head.attributes,
	    "vector %zu: its head", i);
	dom_free(dom);
	buf_free(&bytes);
	buf_free(&ours);
	buf_free(&text);
}

/* Whatever it is written like, it says the same. */
static void
shape_check(const char *name, const char *xml)
{
	struct buf bytes = { 0 }, text = { 0 }, due = { 0 };
	struct wbxml_head head;
	struct dom *dom, *other;
	unsigned shape = 0;

	check(wbxml_shape_parse(name, &shape) == 0, "shape %s", name);
	parsed(&other, xml);
	node_write(&due, other->root);
	wbxml_write(&bytes, other->root, shape);
	dom = wbxml_read(bytes.data, bytes.len, &head);
	check(dom->error == NULL, "shape %s: %s", name,
	    dom->error == NULL ? "" : dom->error);
	if (dom->error == NULL) {
		node_write(&text, dom->root);
		check_text(name, text.data, due.data);
	}
	dom_free(other);
	dom_free(dom);
	buf_free(&bytes);
	buf_free(&text);
	buf_free(&due);
}

static void
broken_check(const char *hex)
{
	struct wbxml_head head;
	struct buf bytes = { 0 };
	struct dom *dom;

	hex_read(&bytes, hex);
	dom = wbxml_read(bytes.data, bytes.len, &head);
	check(dom->error != NULL, "%s should be refused", hex);
	dom_free(dom);
	buf_free(&bytes);
}

/* The captured messages, as libwbxml wrote them; and none of it cut short. */
static void
captured_check(const char *name)
{
	char *xml = xprintf("%s.xml", name);
	char *wbxml = xprintf("%s.wbxml", name);
	struct buf text = { 0 }, bytes = { 0 }, ours = { 0 }, due = { 0 };
	struct wbxml_head head;
	struct dom *dom;
	size_t i;

	captured(xml, 1, &text);
	buf_replace(&text, "<Type>", "<Type" METINF ">");
	node_write(&due, parsed(&dom, text.data));
	dom_free(dom);
	captured(wbxml, 0, &bytes);
	dom = wbxml_read(bytes.data, bytes.len, &head);
	check(dom->error == NULL, "%s can be read", wbxml);
	if (dom->error == NULL)
		node_write(&ours, dom->root);
	check_text(wbxml, ours.data == NULL ? "" : ours.data, due.data);
	dom_free(dom);
	for (i = 0; i < bytes.len; i++) {
		dom = wbxml_read(bytes.data, i, &head);
		check(dom->error != NULL, "%zu bytes of %s", i, wbxml);
		dom_free(dom);
	}
	buf_free(&text);
	buf_free(&bytes);
	buf_free(&ours);
	buf_free(&due);
	free(xml);
	free(wbxml);
}

/* Raw bytes of a nonce and of binary data come out in base64. */
static void
test_opaque(void)
{
	struct buf bytes = { 0 }, text = { 0 };
	struct wbxml_head head;
	struct dom *dom;

	hex_read(&bytes, "02a4016a006d5a000150c3030001020101"
			 "01");
	dom = wbxml_read(bytes.data, bytes.len, &head);
	check(dom->error == NULL, "an opaque nonce: %s",
	    dom->error == NULL ? "" : dom->error);
	if (dom->error == NULL) {
		node_write(&text, dom->root);
		check(strstr(text.data, ">AAEC</NextNonce>") != NULL,
		    "an opaque nonce: %s", text.data);
	}
	dom_free(dom);
	buf_free(&bytes);
	buf_free(&text);
}

void
selftest_wbxml(void)
{
	static const char text[] = HEADER FROM_SERVER
	    "<Add><CmdID>2</CmdID><Item><Target><LocURI>./a?b&amp;c</LocURI>"
	    "</Target><Data>\xc3\xa4&amp;\xe2\x82\xac b</Data></Item></Add>"
	    "</SyncBody></SyncML>";
	unsigned shape;
	size_t i, j;

	for (i = 0; i < COUNT(vectors); i++)
		vector_check(i);
	for (i = 0; i < COUNT(shapes); i++) {
		for (j = 0; j < COUNT(vectors); j++)
			shape_check(shapes[i], vectors[j].xml);
		shape_check(shapes[i], text);
	}
	for (i = 0; i < COUNT(broken); i++)
		broken_check(broken[i]);
	captured_check("manage-1-request");
	captured_check("manage-1-response");
	captured_check("manage-2-request");
	test_opaque();
	check(wbxml_shape_parse("1.4", &shape) == -1, "there is no 1.4");
}
