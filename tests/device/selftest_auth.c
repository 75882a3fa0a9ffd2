/* SPDX-License-Identifier: ISC */
#include <openssl/cms.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec.h"
#include "digest.h"
#include "pki.h"
#include "selftest.h"
#include "sign.h"

#define METINF " xmlns=\"syncml:metinf\""
#define CHAL(type, nonce)                                                      \
	"<Chal><Meta><Format" METINF ">b64</Format><Type" METINF ">" type      \
	"</Type><NextNonce" METINF ">" nonce "</NextNonce></Meta></Chal>"
#define HEADER_STATUS(chal, code)                                              \
	"<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>0</CmdRef>"         \
	"<Cmd>SyncHdr</Cmd>" chal "<Data>" code "</Data></Status>"
#define FRESH "EBESExQVFhcYGRobHB0eHw=="
#define OURS "AAECAwQFBgcICQoLDA0ODw=="

/* clang-format off */
static const struct {
	const char *user;
	const char *secret;
	const char *nonce;
	const char *body; /* NULL: no MAC */
	const char *due;
} digests[] = {
 { "Bruce2", "OhBehave", "Tm9uY2U=", NULL, "Zz6EivR3yeaaENcRN6lpAQ==" },
 { "Bruce2", "OhBehave", "AAECOv8ABwg=", NULL, "2HeZdhCsc2sKOS/NSSC9xg==" },
 { "Bruce2", "OhBehave", "Tm9uY2U=", "<SyncML/>", "urdCeS3JUmjFgi8SX3webw==" },
};

/* What the server says, after what we sent, and what is to be found. */
static const struct {
	const char *body;
	enum auth_kind sent;
	enum auth_verdict verdict;
	const char *rule;  /* NULL: nothing */
	const char *nonce; /* that we have then */
	enum auth_kind next;
} answers[] = {
 { HEADER_STATUS("", "200") "<Final/>", AUTH_NONE, AUTH_FINE, NULL, OURS,
   AUTH_NONE },
 { HEADER_STATUS(CHAL("syncml:auth-md5", FRESH), "407") "<Final/>", AUTH_NONE,
   AUTH_AGAIN, NULL, FRESH, AUTH_MD5 },
 { HEADER_STATUS(CHAL("syncml:auth-MAC", FRESH), "407") "<Final/>", AUTH_NONE,
   AUTH_AGAIN, NULL, FRESH, AUTH_MAC },
 { HEADER_STATUS(CHAL("syncml:auth-basic", ""), "407") "<Final/>", AUTH_NONE,
   AUTH_AGAIN, NULL, OURS, AUTH_BASIC },
 { HEADER_STATUS(CHAL("syncml:auth-md5", FRESH), "401") "<Final/>", AUTH_MD5,
   AUTH_AGAIN, NULL, FRESH, AUTH_MD5 },
 { HEADER_STATUS("", "212") "<Final/>", AUTH_MD5, AUTH_FINE, NULL, OURS,
   AUTH_MD5 },
 { HEADER_STATUS(CHAL("syncml:auth-md5", FRESH), "212") "<Final/>", AUTH_MD5,
   AUTH_FINE, NULL, FRESH, AUTH_MD5 },
 { HEADER_STATUS(CHAL("syncml:auth-md5", FRESH), "200") "<Final/>", AUTH_MD5,
   AUTH_FINE, NULL, FRESH, AUTH_MD5 },
 /* what a server must not do */
 { HEADER_STATUS("", "212") "<Final/>", AUTH_NONE, AUTH_FINE, "challenge",
   OURS, AUTH_NONE },
 { HEADER_STATUS("", "401") "<Final/>", AUTH_MD5, AUTH_OVER, "challenge", OURS,
   AUTH_MD5 },
 { HEADER_STATUS(CHAL("syncml:auth-md5", FRESH), "401") "<Final/>", AUTH_NONE,
   AUTH_AGAIN, "challenge", FRESH, AUTH_MD5 },
 { HEADER_STATUS(CHAL("syncml:auth-md5", FRESH), "407") "<Final/>", AUTH_MD5,
   AUTH_AGAIN, "challenge", FRESH, AUTH_MD5 },
 { HEADER_STATUS(CHAL("syncml:auth-md5", FRESH), "407"), AUTH_NONE, AUTH_AGAIN,
   "challenge", FRESH, AUTH_MD5 },
 { HEADER_STATUS(CHAL("syncml:auth-md5", OURS), "407") "<Final/>", AUTH_NONE,
   AUTH_AGAIN, "challenge", OURS, AUTH_MD5 },
 { HEADER_STATUS(CHAL("syncml:auth-md5", "EBESExQVFhc="), "407") "<Final/>",
   AUTH_NONE, AUTH_AGAIN, "challenge", OURS, AUTH_MD5 },
 { HEADER_STATUS(CHAL("syncml:auth-md5", "no base64!"), "407") "<Final/>",
   AUTH_NONE, AUTH_AGAIN, "challenge", OURS, AUTH_MD5 },
 { HEADER_STATUS(CHAL("syncml:auth-x509", FRESH), "407") "<Final/>", AUTH_NONE,
   AUTH_OVER, "challenge", OURS, AUTH_NONE },
 { HEADER_STATUS(CHAL("syncml:auth-md5", FRESH), "407")
   "<Get><CmdID>2</CmdID><Item><Target><LocURI>./DevDetail/SwV</LocURI>"
   "</Target></Item></Get><Final/>", AUTH_NONE, AUTH_AGAIN, "challenge", FRESH,
   AUTH_MD5 },
};
/* clang-format on */

void
message_parse(const char *header, const char *body, struct syncml_message *m)
{
	char *text = xprintf("<SyncML xmlns=\"" NS_SYNCML "\"><SyncHdr>"
			     "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
			     "<SessionID>1</SessionID><MsgID>1</MsgID>"
			     "<Target><LocURI>d</LocURI></Target>"
			     "<Source><LocURI>s</LocURI></Source>%s</SyncHdr>"
			     "<SyncBody>%s</SyncBody></SyncML>",
	    header, body);
	struct dom *dom = dom_parse(text, strlen(text));

	check(dom->error == NULL, "%s: %s", text,
	    dom->error == NULL ? "" : dom->error);
	memset(m, 0, sizeof(*m));
	if (dom->error == NULL)
		syncml_read(dom->root, m);
	dom_free(dom);
	free(text);
}

static void
test_digests(void)
{
	char *basic = digest_basic("Bruce2", "OhBehave");
	size_t i;

	check_text("basic", basic, "QnJ1Y2UyOk9oQmVoYXZl");
	free(basic);
	for (i = 0; i < COUNT(digests); i++) {
		struct buf nonce = { 0 }, body = { 0 };
		char *got;

		base64_read(&nonce, digests[i].nonce, 0);
		if (digests[i].body != NULL)
			buf_puts(&body, digests[i].body);
		got =
		    digests[i].body == NULL
			? digest_md5(digests[i].user, digests[i].secret, &nonce)
			: digest_mac(digests[i].user, digests[i].secret, &nonce,
			      &body);
		check_text("digest", got, digests[i].due);
		free(got);
		buf_free(&nonce);
		buf_free(&body);
	}
}

static void
answer_check(size_t i)
{
	struct options o = { .login = "user", .verbosity = -1, .hush = 1 };
	struct syncml_message sent = { 0 }, got;
	struct mutation m = { "", answers[i].body, answers[i].rule };
	struct session s;
	struct device d;
	enum auth_verdict verdict;

	captured_open(&s, &d, &o);
	s.auth.ours = answers[i].sent;
	auth_prove(&s, &sent);
	check((sent.cred != NULL) == (answers[i].sent != AUTH_NONE) &&
		  (sent.source_name != NULL) == (sent.cred != NULL),
	    "answer %zu: Cred", i);
	message_parse("", answers[i].body, &got);
	verdict = auth_answer(&s, &got);
	check(verdict == answers[i].verdict, "answer %zu: verdict %d", i,
	    (int)verdict);
	check_mutation(&m, &d.r);
	check_text(
	    "the nonce", state_get(d.state, "client-nonce"), answers[i].nonce);
	check(s.auth.ours == answers[i].next, "answer %zu: what comes next", i);
	syncml_free(&sent);
	syncml_free(&got);
	captured_close(&s);
}

static char *
server_proof(const struct device *d, const char *user)
{
	struct buf nonce = { 0 };
	char *data, *cred;

	base64_read(&nonce, state_need(d->state, "server-nonce"), 0);
	data = digest_md5(user, "the secret of the server", &nonce);
	cred = xprintf("<Cred><Meta><Format" METINF ">b64</Format><Type" METINF
		       ">syncml:auth-md5</Type></Meta><Data>%s</Data></Cred>",
	    data);
	buf_free(&nonce);
	free(data);
	return cred;
}

static int
refusal(struct session *s, const char *header)
{
	struct syncml_message got;
	int status;

	message_parse(header,
	    "<Get><CmdID>2</CmdID><Item><Target><LocURI>./DevDetail/SwV"
	    "</LocURI></Target></Item></Get><Final/>",
	    &got);
	auth_server(s, &got, NULL);
	status = auth_refusal(s, got.commands);
	syncml_free(&got);
	return status;
}

/* Nothing, something wrong, the right thing, then nothing any more. */
static void
test_server(void)
{
	struct options o = { .login = "user", .verbosity = -1, .hush = 1 };
	struct syncml_command *status = NULL;
	struct answer a;
	struct session s;
	struct device d;
	char *cred;

	plan_defaults(&o.plan);
	check(plan_take(&o.plan, "challenge", NULL) == 1, "--challenge");
	captured_open(&s, &d, &o);
	a = (struct answer){ &s, &status, "1" };
	check(refusal(&s, "") == 407, "a server without Cred");
	auth_challenge(&s, answer_status(&a, "0", "SyncHdr", 407));
	check(status->chal != NULL &&
		  strcmp(status->chal->nonce,
		      state_get(d.state, "server-nonce")) == 0,
	    "the challenge has the nonce that we keep");
	cred = server_proof(&d, "Somebody");
	check(refusal(&s, cred) == 401, "a server with another name");
	check(d.r.failures == 1, "which is a failure");
	free(cred);
	auth_owed_judge(&s);
	check(d.r.failures == 2, "the refused command is owed");
	cred = server_proof(&d, "Fenestra");
	check(refusal(&s, cred) == 0 && s.auth.header_status == 212,
	    "the right server");
	free(cred);
	auth_owed_judge(&s);
	check(d.r.failures == 2, "the refused command came again");
	check(refusal(&s, "") == 0 && s.auth.header_status == 200,
	    "it needs no more Cred");
	syncml_list_free(status);
	captured_close(&s);
}

static int
signature_is_good(const char *text, const struct buf *body)
{
	struct buf der = { 0 };
	const unsigned char *p;
	CMS_ContentInfo *cms;
	BIO *in = BIO_new_mem_buf(body->data, (int)body->len);
	int ok;

	base64_read(&der, text, 0);
	p = (const unsigned char *)der.data;
	cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.len);
	ok = cms != NULL && CMS_is_detached(cms) == 1 &&
	     CMS_verify(cms, NULL, NULL, in, NULL,
		 CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) == 1;
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	buf_free(&der);
	return ok;
}

static void
test_signature(void)
{
	char dir[] = "/tmp/fenestra-device.XXXXXX";
	struct buf body = { 0 };
	char *cert, *key, *text;
	X509_NAME *name = name_make("device");

	if (mkdtemp(dir) == NULL)
		die("there is no temporary directory");
	cert = xprintf("%s/cert.pem", dir);
	key = xprintf("%s/key.pem", dir);
	check(forge_identity(name, name, cert, key) == 0, "an identity");
	buf_puts(&body, "<SyncML/>");
	text = sign_body(cert, key, &body, time(NULL));
	check(signature_is_good(text, &body), "the signature verifies");
	buf_puts(&body, " ");
	check(!signature_is_good(text, &body), "of another body it does not");
	unlink(cert);
	unlink(key);
	rmdir(dir);
	X509_NAME_free(name);
	free(cert);
	free(key);
	free(text);
	buf_free(&body);
}

void
selftest_auth(void)
{
	size_t i;

	test_digests();
	for (i = 0; i < COUNT(answers); i++)
		answer_check(i);
	test_server();
	test_signature();
}
