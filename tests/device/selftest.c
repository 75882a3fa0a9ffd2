/* SPDX-License-Identifier: ISC */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec.h"
#include "enroll.h"
#include "selftest.h"

#define USUAL_DATA "tests/device/data"
#define GUID "BA405A5D-B1C7-4737-81C8-8F379A000000"
#define DEVICE_ID "1E08C6E95D8BB843B1278FF45BC60CC6"
#define HOST "https://mdmwindows.com/"

/* Where the captured request has its modulus and its signature. */
#define MODULUS 121
#define MODULUS_LENGTH 256
#define SIGNATURE 466

static const char *data_dir;
static unsigned checks, failed;

void
check(int ok, const char *fmt, ...)
{
	va_list ap;

	checks++;
	if (ok)
		return;
	failed++;
	fputs("FAIL ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

void
check_text(const char *what, const char *got, const char *due)
{
	check(strcmp(got, due) == 0, "%s\n  got %s\n  due %s", what, got, due);
}

/* Drops the white space that stands alone between two tags. */
static void
compact_add(struct buf *out, const char *text)
{
	while (*text != '\0') {
		size_t blank = strspn(text, " \t\r\n");
		int after_tag = out->len == 0 || out->data[out->len - 1] == '>';

		if (blank > 0 && after_tag &&
		    (text[blank] == '<' || text[blank] == '\0'))
			text += blank;
		if (*text != '\0')
			buf_add(out, text++, 1);
	}
}

void
captured(const char *file, int compact, struct buf *out)
{
	char *path = xprintf("%s/%s", data_dir, file);
	struct buf text = { 0 };

	if (file_read(path, &text) == -1)
		die("%s: it cannot be read", path);
	if (compact)
		compact_add(out, text.data);
	else
		buf_add(out, text.data, text.len);
	buf_free(&text);
	free(path);
}

static void
captured_check(const char *file, const struct buf *got)
{
	struct buf due = { 0 };

	captured(file, 1, &due);
	check_text(file, got->data, due.data);
	buf_free(&due);
}

static void
test_base64(void)
{
	static const struct {
		const char *text;
		int bytes; /* -1: refused */
	} rows[] = {
		{ "", 0 },
		{ "QQ==", 1 },
		{ "QUI=", 2 },
		{ "QUJD", 3 },
		{ "QUJDRA==", 4 },
		{ "QR==", -1 },
		{ "QUJ=", -1 },
		{ "Q===", -1 },
		{ "QQ=", -1 },
		{ "QQ==QQ==", -1 },
		{ "QU JD", -1 },
		{ "Q-_D", -1 },
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		struct buf out = { 0 };
		int bad = base64_read(&out, rows[i].text, 0);

		check(bad ? rows[i].bytes == -1 : (int)out.len == rows[i].bytes,
		    "base64 \"%s\"", rows[i].text);
		buf_free(&out);
	}
}

/* Only the modulus and the signature may differ from the captured one. */
static void
layout_check(const struct buf *ours)
{
	struct buf real = { 0 };
	size_t after = MODULUS + MODULUS_LENGTH;

	captured("windows-10-csr.der", 0, &real);
	check(ours->len == real.len, "the request has %zu bytes, not %zu",
	    ours->len, real.len);
	if (ours->len == real.len) {
		check(memcmp(ours->data, real.data, MODULUS) == 0,
		    "the request begins in another way");
		check(memcmp(ours->data + after, real.data + after,
			  SIGNATURE - after) == 0,
		    "the attributes of the request differ");
	}
	buf_free(&real);
}

static int
request_verifies(const struct buf *der)
{
	const unsigned char *p = (const unsigned char *)der->data;
	X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)der->len);
	int ok =
	    req != NULL && X509_REQ_verify(req, X509_REQ_get0_pubkey(req)) == 1;

	X509_REQ_free(req);
	return ok;
}

static void
test_csr(void)
{
	struct csr csr = { .key = key_make("rsa:2048"),
		.hash = PKI_SHA1,
		.guid = GUID,
		.device_id = DEVICE_ID };
	struct buf der = { 0 }, newer = { 0 }, spoiled = { 0 };

	csr_write(&csr, &der);
	layout_check(&der);
	check(request_verifies(&der), "the SHA-1 request verifies");
	csr.hash = PKI_SHA256;
	csr_write(&csr, &newer);
	check(request_verifies(&newer), "the SHA-256 request verifies");
	csr.spoil_signature = 1;
	csr_write(&csr, &spoiled);
	check(!request_verifies(&spoiled), "the spoiled one does not");
	EVP_PKEY_free(csr.key);
	buf_free(&der);
	buf_free(&newer);
	buf_free(&spoiled);
}

static void
test_discovery(void)
{
	struct soap_call call = {
		.to = "https://EnterpriseEnrollment.mdmwindows.com:443/"
		      "EnrollmentServer/Discovery.svc",
		.action = NS_DISCOVERY "/IDiscoveryService/Discover",
		.message_id = "urn:uuid:748132ec-a575-4329-b01b-6171a9cf8478",
	};
	struct buf body = { 0 }, out = { 0 };

	discover_body(
	    &body, profile_find("win10"), "demo@mdmwindows.com", "4.0");
	call.body = body.data;
	soap_write(&out, &call);
	captured_check("discovery-request.xml", &out);
	buf_free(&body);
	buf_free(&out);
}

static void
test_policy(void)
{
	struct soap_call call = {
		.to = HOST "EnrollmentServer/Policy.svc",
		.action = NS_POLICY "/IPolicy/GetPolicies",
		.message_id = "urn:uuid:72048B64-0F19-448F-8C2E-B4C661860AA0",
		.username = "demo@mdmwindows.com",
		.password = "demo",
	};
	struct buf body = { 0 }, out = { 0 };

	policy_body(&body);
	call.body = body.data;
	soap_write(&out, &call);
	captured_check("policy-request.xml", &out);
	buf_free(&body);
	buf_free(&out);
}

static void
test_enrollment(void)
{
	const struct issue_identity id = {
		.profile = profile_find("win10"),
		.hardware_id = "3B3ED6D0EA88CBFCF37D36F90F22FE61"
			       "172348C0162FC3840D6703149870CE76",
		.device_name = "DESKTOP-28FGAI6",
		.device_id = DEVICE_ID,
		.macs = "00-0C-29-51-60-9D 1A-77-20-52-41-53 "
			"1A-77-20-52-41-53 00-0C-29-51-60-A7 "
			"18-14-20-52-41-53 00-0C-29-51-60-93",
	};
	struct soap_call call = {
		.to = HOST "EnrollmentServer/Enrollment.svc",
		.action = NS_ENROLLMENT "/RST/wstep",
		.message_id = "urn:uuid:0d5a1441-5891-453b-becf-a2e5f6ea3749",
		.username = "demo@mdmwindows.com",
		.password = "demo",
	};
	struct buf der = { 0 }, base64 = { 0 }, body = { 0 }, out = { 0 };

	captured("windows-10-csr.der", 0, &der);
	base64_write(&base64, der.data, der.len);
	issue_body(&body, base64.data, &id);
	call.body = body.data;
	soap_write(&out, &call);
	captured_check("enroll-request.xml", &out);
	buf_free(&der);
	buf_free(&base64);
	buf_free(&body);
	buf_free(&out);
}

static void
message_check(const char *file, const struct syncml_message *m)
{
	struct buf out = { 0 };

	syncml_write(&out, m, 0);
	captured_check(file, &out);
	buf_free(&out);
}

/* Both messages of the captured session, and the server's between them. */
static void
test_session(void)
{
	struct options o = { .login = "user", .verbosity = -1 };
	struct syncml_message first = { 0 }, got = { 0 }, second = { 0 };
	struct buf text = { 0 };
	struct session s;
	struct device d;
	struct dom *dom;

	captured_open(&s, &d, &o);
	package_first(&s, &first);
	message_check("manage-1-request.xml", &first);
	captured("manage-1-response.xml", 0, &text);
	dom = dom_parse(text.data, text.len);
	check(dom->error == NULL, "manage-1-response.xml is XML");
	syncml_read(dom->root, &got);
	s.msg_id = 2;
	package_answer(&s, &got, &second);
	message_check("manage-2-request.xml", &second);
	dom_free(dom);
	buf_free(&text);
	syncml_free(&first);
	syncml_free(&got);
	syncml_free(&second);
	captured_close(&s);
}

void
check_mutation(const struct mutation *m, const struct report *r)
{
	const char *found =
	    r->first_failure == NULL ? "nothing was found" : r->first_failure;
	char *mark = xprintf(": %s: ", m->rule == NULL ? "" : m->rule);

	if (m->rule == NULL)
		check(r->failures == 0, "\"%s\": %s", m->to, found);
	else
		check(strstr(found, mark) != NULL, "\"%s\": %s, not %s", m->to,
		    found, m->rule);
	free(mark);
}

void
captured_open(struct session *s, struct device *d, struct options *o)
{
	char dir[] = "/tmp/fenestra-device.XXXXXX";

	if (mkdtemp(dir) == NULL)
		die("there is no temporary directory");
	if (o->plan.profile == NULL)
		plan_defaults(&o->plan);
	device_open(d, o, dir, 1);
	state_set(d->state, "device-id", DEVICE_ID);
	state_set(d->state, "provider-id", "Fenestra");
	state_set(d->state, "management-url", HOST "ManagementServer/MDM.svc");
	state_set(d->state, "auth-name", "dummy");
	state_set(d->state, "client-secret", "the secret of the device");
	state_set(d->state, "server-secret", "the secret of the server");
	state_set(d->state, "client-nonce", "AAECAwQFBgcICQoLDA0ODw==");
	state_set(d->state, "server-nonce", "EAECAwQFBgcICQoLDA0ODw==");
	session_open(s, d, NULL, SESSION_PLAIN);
	s->id = xstrdup("1");
	rmdir(dir);
}

void
captured_close(struct session *s)
{
	session_close(s);
	device_close(s->d);
}

int
selftest_run(const char *data)
{
	data_dir = data == NULL ? USUAL_DATA : data;
	test_base64();
	test_csr();
	test_discovery();
	test_policy();
	test_enrollment();
	test_session();
	selftest_tree();
	selftest_judge();
	selftest_wbxml();
	selftest_auth();
	selftest_answer();
	selftest_outbox();
	selftest_plan();
	selftest_soap();
	selftest_provision();
	printf(
	    "fenestra-device: %u passed, %u failed\n", checks - failed, failed);
	return failed == 0 ? 0 : -1;
}
