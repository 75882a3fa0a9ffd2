/* SPDX-License-Identifier: ISC */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "enroll.h"
#include "selftest.h"

/* clang-format off */
static const struct {
	const char *name;
	const char *value;
	int result;
} options[] = {
 { "encoding", "wbxml", 1 },         { "encoding", "json", -1 },
 { "wbxml", "1.3,table", 1 },        { "wbxml", "2.0", -1 },
 { "shape", "bom,reversed", 1 },     { "shape", "round", -1 },
 { "auth", "never", 1 },             { "auth", "hmac", 1 },
 { "auth", "kerberos", -1 },         { "sign", NULL, 1 },
 { "sign", "MDM-Signature", 1 },     { "sign", "a: b", -1 },
 { "challenge", NULL, 1 },           { "challenge", "basic", 1 },
 { "challenge", "no", -1 },          { "max-message", "2048", 1 },
 { "max-message", "511", -1 },       { "max-object", "x", -1 },
 { "large-objects", NULL, 1 },       { "atomic", "stuck", 1 },
 { "atomic", "maybe", -1 },          { "session-id", "0", 1 },
 { "session-id", "", -1 },           { "session-id", "123456789", -1 },
 { "complete", "later:0x1", 1 },     { "complete", "soon", -1 },
 { "commands", "20", 1 },            { "commands", "many", -1 },
 { "do", "parts=2", 1 },             { "do", "parts", -1 },
 { "do", "parts=0", -1 },            { "do", "one-status", 1 },
 { "do", "one-status=1", -1 },       { "do", "nothing", -1 },
 { "profile", "win11-25h2", 1 },     { "profile", "win95", -1 },
 { "status", "./a=404", 1 },         { "alert", "msi", 1 },
 { "unknown", "x", 0 },
};

/* What a message looks like in each shape. */
static const struct {
	const char *shape;
	const char *there;
	const char *not_there;
} shapes[] = {
 { "syncml1.1",   "SYNCML:SYNCML1.1",           "SYNCML:SYNCML1.2" },
 { "bare-meta",   "<Meta><Type>com",            "syncml:metinf" },
 { "type-outside", "<Item><Type xmlns",         "<Meta>" },
 { "reversed",    "<Alert><Data>1201</Data><CmdID>2</CmdID>", "<CmdID>1<" },
 { "declaration", "<?xml version",              "\xef\xbb\xbf" },
 { "bom",         "\xef\xbb\xbf<SyncML",        "<?xml" },
 { "space",       "\r\n \t<SyncML",             "<?xml" },
 { "gaps",        "<CmdID>14</CmdID>",          "<CmdID>2<" },
 { "no-cmd-id",   "<Alert><Data>1224",          "<CmdID>3<" },
 { "uuid",        "-A",                         "<CmdID>2<" },
};
/* clang-format on */

static void
shape_run(size_t i)
{
	struct options o = { .login = "user", .verbosity = -1 };
	struct syncml_message m = { 0 };
	struct buf text = { 0 };
	struct session s;
	struct device d;

	plan_defaults(&o.plan);
	check(plan_take(&o.plan, "shape", shapes[i].shape) == 1, "a shape");
	captured_open(&s, &d, &o);
	package_first(&s, &m);
	message_encode(&s, &m, &text);
	check(strstr(text.data, shapes[i].there) != NULL, "%s: %s",
	    shapes[i].shape, text.data);
	check(strstr(text.data, shapes[i].not_there) == NULL, "%s: %s",
	    shapes[i].shape, text.data);
	syncml_free(&m);
	buf_free(&text);
	captured_close(&s);
}

/* UTF-16 with its mark, which expat reads again. */
static void
test_utf16(void)
{
	struct buf text = { 0 };
	struct dom *dom;

	buf_puts(&text, "<?xml version=\"1.0\" encoding=\"UTF-16\"?>"
			"<a>\xc3\xa4\xe2\x82\xac</a>");
	syncml_dress(&text, SHAPE_UTF16);
	dom = dom_parse(text.data, text.len);
	check(dom->error == NULL, "UTF-16: %s",
	    dom->error == NULL ? "" : dom->error);
	check_text("UTF-16", node_text(dom->root), "\xc3\xa4\xe2\x82\xac");
	dom_free(dom);
	buf_free(&text);
}

static size_t
occurrences(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text += strlen(what);
		n++;
	}
	return n;
}

static void
context_check(double server_version, const char *version, size_t claims)
{
	const struct issue_identity id = {
		.hardware_id = "AA",
		.device_name = "PC",
		.device_id = "D",
		.macs = "01 02 03",
		.server_version = server_version,
		.profile = profile_find("win11-25h2"),
	};
	char *item = xprintf("RequestVersion\"><ac:Value>%s<", version);
	struct buf text = { 0 };

	issue_body(&text, "", &id);
	check(occurrences(text.data, "Name=\"MAC\"") == 13, "13 addresses");
	check(occurrences(text.data, "Name=\"AIK") == claims,
	    "%zu claims for version %.1f", claims, server_version);
	check(strstr(text.data, item) != NULL, "%s", item);
	check(strstr(text.data, "\"NotInOobe\"><ac:Value>True<") != NULL,
	    "not in OOBE");
	buf_free(&text);
	free(item);
}

/* A renewal says so, and has another kind of token. */
static void
renewal_check(void)
{
	const struct issue_identity id = { .hardware_id = "AA",
		.device_name = "PC",
		.device_id = "D",
		.macs = "01",
		.renews = 1,
		.profile = profile_find("win11-25h2") };
	struct buf text = { 0 };

	issue_body(&text, "TOKEN", &id);
	check(strstr(text.data, "200512/Renew<") != NULL, "RequestType Renew");
	check(strstr(text.data, "wssecurity-secext-1.0.xsd#PKCS7\"") != NULL,
	    "ValueType PKCS7");
	check(strstr(text.data, ">TOKEN<") != NULL, "the token");
	buf_free(&text);
}

/* UTF8String, SHA-256, clientAuth: and it verifies. */
static void
test_request(void)
{
	struct csr csr = { .key = key_make("rsa:2048"),
		.hash = PKI_SHA256,
		.guid = "BA405A5D-B1C7-4737-81C8-8F379A000000",
		.device_id = "1E08C6E95D8BB843B1278FF45BC60CC6",
		.is_new = 1 };
	struct buf der = { 0 };
	const unsigned char *p;
	STACK_OF(X509_EXTENSION) * extensions;
	const X509_NAME_ENTRY *name;
	X509_REQ *req;

	csr_write(&csr, &der);
	p = (const unsigned char *)der.data;
	req = d2i_X509_REQ(NULL, &p, (long)der.len);
	check(req != NULL && X509_REQ_verify(req, csr.key) == 1,
	    "the newer request verifies");
	name = X509_NAME_get_entry(X509_REQ_get_subject_name(req), 0);
	check(ASN1_STRING_type(X509_NAME_ENTRY_get_data(name)) ==
		  V_ASN1_UTF8STRING,
	    "its name is a UTF8String");
	check(X509_REQ_get_signature_nid(req) == NID_sha256WithRSAEncryption,
	    "it is signed with SHA-256");
	extensions = X509_REQ_get_extensions(req);
	check(X509v3_get_ext_by_NID(extensions, NID_ext_key_usage, -1) >= 0,
	    "it asks for an extended key usage");
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	X509_REQ_free(req);
	EVP_PKEY_free(csr.key);
	buf_free(&der);
}

void
selftest_plan(void)
{
	size_t i;

	for (i = 0; i < COUNT(options); i++) {
		struct plan p;

		plan_defaults(&p);
		check(plan_take(&p, options[i].name, options[i].value) ==
			  options[i].result,
		    "--%s=%s", options[i].name,
		    options[i].value == NULL ? "" : options[i].value);
	}
	for (i = 0; i < COUNT(shapes); i++)
		shape_run(i);
	test_utf16();
	context_check(0, "9.0", 0);
	context_check(4, "9.0", 0);
	context_check(5, "5.0", 2);
	context_check(9, "9.0", 0);
	renewal_check();
	test_request();
}
