/* SPDX-License-Identifier: ISC */
#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "codec.h"
#include "enroll.h"
#include "selftest.h"

#define DAY (24L * 3600)
#define YEAR (365 * DAY)

/* A certificate authority and a device's key, made once. */
struct authority {
	EVP_PKEY *root_key;
	EVP_PKEY *issuing_key;
	EVP_PKEY *key;
	X509_NAME *root_name;
	X509_NAME *issuing_name;
	X509_NAME *name;
	X509 *root;
	X509 *issuing;
};

static const char document_head[] =
    "<wap-provisioningdoc version=\"1.1\">"
    "<characteristic type=\"CertificateStore\">";

/* clang-format off */
static const char document_tail[] =
    "<characteristic type=\"WSTEP\"><characteristic type=\"Renew\">"
    "<parm name=\"ROBOSupport\" value=\"true\" datatype=\"boolean\"/>"
    "<parm name=\"RenewPeriod\" value=\"42\" datatype=\"integer\"/>"
    "<parm name=\"RetryInterval\" value=\"7\" datatype=\"integer\"/>"
    "</characteristic></characteristic></characteristic></characteristic>"
    "<characteristic type=\"APPLICATION\">"
    "<parm name=\"APPID\" value=\"w7\"/>"
    "<parm name=\"PROVIDER-ID\" value=\"Fenestra\"/>"
    "<parm name=\"NAME\" value=\"Fenestra\"/>"
    "<parm name=\"ADDR\" value=\"https://manage.example.com/M\"/>"
    "<parm name=\"DEFAULTENCODING\" value=\"application/vnd.syncml.dm+xml\"/>"
    "<characteristic type=\"APPAUTH\">"
    "<parm name=\"AAUTHLEVEL\" value=\"CLIENT\"/>"
    "<parm name=\"AAUTHTYPE\" value=\"DIGEST\"/>"
    "<parm name=\"AAUTHSECRET\" value=\"aaaaaaaaaaaaaaaaaaaa\"/>"
    "<parm name=\"AAUTHDATA\" value=\"AAECAwQFBgcICQoLDA0ODw==\"/>"
    "</characteristic><characteristic type=\"APPAUTH\">"
    "<parm name=\"AAUTHLEVEL\" value=\"APPSRV\"/>"
    "<parm name=\"AAUTHTYPE\" value=\"DIGEST\"/>"
    "<parm name=\"AAUTHNAME\" value=\"device\"/>"
    "<parm name=\"AAUTHSECRET\" value=\"bbbbbbbbbbbbbbbbbbbb\"/>"
    "<parm name=\"AAUTHDATA\" value=\"EAECAwQFBgcICQoLDA0ODw==\"/>"
    "</characteristic></characteristic>"
    "<characteristic type=\"DMClient\"><characteristic type=\"Provider\">"
    "<characteristic type=\"Fenestra\">"
    "<parm name=\"EntDMID\" value=\"1\" datatype=\"string\"/>"
    "<characteristic type=\"Poll\">"
    "<parm name=\"NumberOfFirstRetries\" value=\"5\" datatype=\"integer\"/>"
    "<parm name=\"IntervalForFirstSetOfRetries\" value=\"15\" datatype=\"integer\"/>"
    "<parm name=\"NumberOfSecondRetries\" value=\"10\" datatype=\"integer\"/>"
    "<parm name=\"IntervalForSecondSetOfRetries\" value=\"60\" datatype=\"integer\"/>"
    "<parm name=\"NumberOfRemainingScheduledRetries\" value=\"0\" datatype=\"integer\"/>"
    "<parm name=\"IntervalForRemainingScheduledRetries\" value=\"1440\" datatype=\"integer\"/>"
    "<parm name=\"PollOnLogin\" value=\"true\" datatype=\"boolean\"/>"
    "</characteristic></characteristic></characteristic></characteristic>"
    "</wap-provisioningdoc>";

static const struct mutation document_rows[] = {
 { "",                       "",                        NULL },
 { "version=\"1.1\"",        "version=\"1.0\"",         "provisioning" },
 { "\"CertificateStore\"",   "\"RootCATrustedCertificates\"", "provisioning" },
 { "<parm name=\"APPID\"",   "stray<parm name=\"APPID\"", "provisioning" },
 { "<parm name=\"APPID\"",   "<parm name=\"INIT\"",     "provisioning" },
 { "value=\"w7\"",           "value=\"w2\"",            "account" },
 { "\"APPSRV\"",             "\"CLIENT\"",              "account" },
 { "name=\"AAUTHNAME\"",     "name=\"AAuthName\"",      "provisioning" },
 { "EAECAwQFBgcICQoLDA0ODw==", "bm9uY2U=",              "account" },
 { "EAECAwQFBgcICQoLDA0ODw==", "nonce",                 "account" },
 { "EAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgcICQoLDA0ODw==", "account" },
 { "aaaaaaaaaaaaaaaaaaaa",   "dummy",                   "account" },
 { "aaaaaaaaaaaaaaaaaaaa",   "bbbbbbbbbbbbbbbbbbbb",    "account" },
 { "value=\"https:",         "value=\"http:",           "account" },
 { "\"Provider\"><characteristic type=\"Fenestra\"",
   "\"Provider\"><characteristic type=\"Other\"",       "account" },
 { "\"5\" datatype=\"integer\"", "\"5\"",               "datatype" },
 { "\"5\" datatype=\"integer\"", "\"5\" datatype=\"string\"", "datatype" },
 { "name=\"PollOnLogin\"",   "name=\"Poll\"",           "provisioning" },
 { "name=\"RenewPeriod\" value=\"42\"",
   "name=\"RenewPeriod\" value=\"400\"",                "renewal" },
 { "name=\"RetryInterval\" value=\"7\"",
   "name=\"RetryInterval\" value=\"43\"",               "renewal" },
 { "<characteristic type=\"PrivateKeyContainer\"/>", "", "my-user" },
 { "type=\"User\"",          "type=\"System\"",         "my-user" },
 { "value=\"MII",            "value=\"\nMII",           "certificate" },
 { "value=\"MII",            "value=\"MI",              "certificate" },
};

/* Certificates that are not what was agreed, and the rule that finds it. */
static const struct {
	const char *rule;
	long begin;
	long end;
	const char *constraints;
	const char *usage;
	const char *extended_usage;
	const char *alternative_name;
	int serial; /* 0: a random one */
	int own_key;
	int own_issuer;
} certificate_rows[] = {
 { NULL,         -300, YEAR, NULL, "digitalSignature", "clientAuth", NULL, 0, 1, 1 },
 { "key",        -300, YEAR, NULL, "digitalSignature", "clientAuth", NULL, 0, 0, 1 },
 { "chain",      -300, YEAR, NULL, "digitalSignature", "clientAuth", NULL, 0, 1, 0 },
 { "not-before", 3600, YEAR, NULL, "digitalSignature", "clientAuth", NULL, 0, 1, 1 },
 { "not-before", -DAY, YEAR, NULL, "digitalSignature", "clientAuth", NULL, 0, 1, 1 },
 { "not-after",  -300, DAY,  NULL, "digitalSignature", "clientAuth", NULL, 0, 1, 1 },
 { "usage",      -300, YEAR, "CA:TRUE", "digitalSignature", "clientAuth", NULL, 0, 1, 1 },
 { "usage",      -300, YEAR, NULL, "keyEncipherment",  "clientAuth", NULL, 0, 1, 1 },
 { "usage",      -300, YEAR, NULL, "digitalSignature", "clientAuth,serverAuth", NULL, 0, 1, 1 },
 { "usage",      -300, YEAR, NULL, "digitalSignature", NULL,         NULL, 0, 1, 1 },
 { "extensions", -300, YEAR, NULL, "digitalSignature", "clientAuth", "DNS:x", 0, 1, 1 },
 { "serial",     -300, YEAR, NULL, "digitalSignature", "clientAuth", NULL, 2, 1, 1 },
};
/* clang-format on */

static X509 *
ca_make(const X509_NAME *name, EVP_PKEY *key, const X509_NAME *issuer,
    EVP_PKEY *issuer_key)
{
	const struct cert_plan plan = { .subject = name,
		.issuer = issuer,
		.key = key,
		.issuer_key = issuer_key,
		.begin = -DAY,
		.end = 10 * YEAR,
		.constraints = "critical,CA:TRUE",
		.usage = "keyCertSign" };

	return cert_make(&plan);
}

static void
authority_open(struct authority *a)
{
	a->root_key = key_make("ec:P-256");
	a->issuing_key = key_make("ec:P-256");
	a->key = key_make("ec:P-256");
	a->root_name = name_make("Root");
	a->issuing_name = name_make("Issuing");
	a->name = name_make("device");
	a->root = ca_make(a->root_name, a->root_key, a->root_name, a->root_key);
	a->issuing =
	    ca_make(a->issuing_name, a->issuing_key, a->root_name, a->root_key);
}

static void
authority_close(struct authority *a)
{
	EVP_PKEY_free(a->root_key);
	EVP_PKEY_free(a->issuing_key);
	EVP_PKEY_free(a->key);
	X509_NAME_free(a->root_name);
	X509_NAME_free(a->issuing_name);
	X509_NAME_free(a->name);
	X509_free(a->root);
	X509_free(a->issuing);
}

static X509 *
leaf_make(const struct authority *a, size_t row)
{
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	struct cert_plan plan = { .subject = a->name,
		.issuer = a->issuing_name,
		.key = certificate_rows[row].own_key ? a->key : a->root_key,
		.issuer_key =
		    certificate_rows[row].own_issuer ? a->issuing_key : a->key,
		.begin = certificate_rows[row].begin,
		.end = certificate_rows[row].end,
		.constraints = certificate_rows[row].constraints,
		.usage = certificate_rows[row].usage,
		.extended_usage = certificate_rows[row].extended_usage,
		.alternative_name = certificate_rows[row].alternative_name };
	X509 *leaf;

	ASN1_INTEGER_set(serial, certificate_rows[row].serial);
	if (certificate_rows[row].serial != 0)
		plan.serial = serial;
	leaf = cert_make(&plan);
	ASN1_INTEGER_free(serial);
	return leaf;
}

/* STORE/PLACE/thumbprint with the certificate; the store stays open. */
static void
store_write(struct buf *out, const char *store, const char *place, X509 *x)
{
	char *print = cert_thumbprint(x);
	struct buf base64 = { 0 };
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);

	base64_write(&base64, der, (size_t)n);
	buf_printf(out,
	    "<characteristic type=\"%s\"><characteristic type=\"%s\">"
	    "<characteristic type=\"%s\"><parm name=\"EncodedCertificate\" "
	    "value=\"%s\"/></characteristic>",
	    store, place, print, base64.data);
	OPENSSL_free(der);
	buf_free(&base64);
	free(print);
}

static void
document_write(struct buf *out, const struct authority *a, X509 *leaf)
{
	buf_puts(out, document_head);
	store_write(out, "Root", "System", a->root);
	buf_puts(out, "</characteristic></characteristic>");
	store_write(out, "CA", "System", a->issuing);
	buf_puts(out, "</characteristic></characteristic>");
	store_write(out, "My", "User", leaf);
	buf_puts(out,
	    "<characteristic type=\"PrivateKeyContainer\"/></characteristic>");
	buf_puts(out, document_tail);
}

static void
row_run(const struct authority *a, size_t leaf_row, const struct mutation *m)
{
	struct options o = { .login = "user", .verbosity = -1, .hush = 1 };
	struct enrollment e = { .key = a->key, .validity_seconds = YEAR };
	X509 *leaf = leaf_make(a, leaf_row);
	struct buf text = { 0 };
	struct session s;
	struct device d;

	captured_open(&s, &d, &o);
	document_write(&text, a, leaf);
	buf_replace(&text, m->from, m->to);
	provision_judge(&d, &e, text.data);
	check_mutation(m, &d.r);
	chain_free(&e.chain);
	buf_free(&text);
	X509_free(leaf);
	captured_close(&s);
}

/* clang-format off */
static const struct mutation renewal_rows[] = {
 { "",                             "",                          NULL },
 { "\"PrivateKeyContainer\"",      "\"Other\"",                 "my-user" },
 { "value=\"Fenestra\"",           "value=\"Somebody\"",        "renewal" },
 { "<parm name=\"PROVIDER-ID\"",   "<parm name=\"ADDR\" value=\"x\"/><parm name=\"PROVIDER-ID\"", "renewal" },
 { "<characteristic type=\"APPL",  "<characteristic type=\"DMClient\"/><characteristic type=\"APPL", "renewal" },
 { "\"EncodedCertificate\" value=\"M", "\"EncodedCertificate\" value=\"N", "certificate" },
};
/* clang-format on */

static void
renewal_run(const struct authority *a, const struct mutation *m)
{
	struct options o = { .login = "user", .verbosity = -1, .hush = 1 };
	struct enrollment e = { .key = a->key, .renews = 1 };
	X509 *leaf = leaf_make(a, 0);
	struct buf text = { 0 };
	struct session s;
	struct device d;

	captured_open(&s, &d, &o);
	buf_puts(&text, "<wap-provisioningdoc version=\"1.1\">"
			"<characteristic type=\"CertificateStore\">");
	store_write(&text, "My", "User", leaf);
	buf_replace(&text, "</characteristic>",
	    "<characteristic type=\"PrivateKeyContainer\"/>"
	    "</characteristic>");
	buf_puts(&text, "</characteristic></characteristic>");
	store_write(&text, "Root", "System", a->root);
	buf_puts(&text, "</characteristic></characteristic>");
	store_write(&text, "CA", "System", a->issuing);
	buf_puts(&text, "</characteristic></characteristic></characteristic>"
			"<characteristic type=\"APPLICATION\">"
			"<parm name=\"PROVIDER-ID\" value=\"Fenestra\"/>"
			"</characteristic></wap-provisioningdoc>");
	buf_replace(&text, m->from, m->to);
	provision_judge_renewal(&d, &e, text.data);
	check_mutation(m, &d.r);
	chain_free(&e.chain);
	buf_free(&text);
	X509_free(leaf);
	captured_close(&s);
}

void
selftest_provision(void)
{
	struct authority a;
	size_t i;

	authority_open(&a);
	for (i = 0; i < COUNT(document_rows); i++)
		row_run(&a, 0, &document_rows[i]);
	for (i = 0; i < COUNT(certificate_rows); i++) {
		struct mutation none = { "", certificate_rows[i].rule,
			certificate_rows[i].rule };

		row_run(&a, i, &none);
	}
	for (i = 0; i < COUNT(renewal_rows); i++)
		renewal_run(&a, &renewal_rows[i]);
	authority_close(&a);
}
