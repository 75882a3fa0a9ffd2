/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../common/base64.h"
#include "../../common/digest.h"
#include "../../common/utf8.h"
#include "../../fcgi/prove.h"

/* Lines of the input; the last has what is left. */
enum { TYPE, DATA, NONCE, NLINES };

static void
split(char *text, char *lines[NLINES])
{
	for (int i = 0; i < NLINES; i++) {
		lines[i] = text;
		if (i == NLINES - 1)
			break;
		text += strcspn(text, "\n");
		if (*text != '\0')
			*text++ = '\0';
	}
}

/* Cred of the header, and the Chal in a Status of it, as we write them. */
static void
write_message(struct xw *w, char *const lines[NLINES])
{
	char word[] = "1";
	const struct syncml_message to = {
		.session_id = word, .source = word, .target = word
	};
	const struct syncml_auth cred = { .type = lines[TYPE],
		.data = lines[DATA] };
	const struct syncml_status status = { .cmd_id = 1,
		.msg_ref = "1",
		.cmd_ref = "0",
		.cmd = "SyncHdr",
		.status = 407,
		.chal = { .type = lines[TYPE], .data = lines[NONCE] } };

	syncml_open(w, &to, 1, NULL, &cred);
	syncml_status(w, &status);
	syncml_close(w, 1);
	CHECK(!w->out.failed);
}

static int
read_message(struct arena *a, char *const lines[NLINES], int wbxml,
    struct syncml_message *m)
{
	static char type[] = "CONTENT_TYPE=" SYNCML_WBXML;
	static char *const params[] = { type, NULL };
	struct fault f = { 0 };
	struct http_request r;
	struct xw w;

	if (wbxml)
		xw_init_wbxml(&w, a);
	else
		xw_init(&w, a);
	write_message(&w, lines);
	r = (struct http_request){ .body = w.out.data,
		.body_len = w.out.len,
		.params = wbxml ? params : NULL };
	if (syncml_read(a, &r, m, &f) == 0)
		return 0;
	CHECK(strstr(f.reason, "too long") != NULL);
	return -1;
}

/* The right Cred is taken, but not without a nonce; a guess is not. */
static void
prove(struct arena *a, struct syncml_message *m, const char *nonce)
{
	struct prove_account account = { "Bruce2", "OhBehave", { NULL, 0 } };
	const struct http_request r = { 0 };
	struct digest_account d = { account.name, account.secret, NULL, 0 };
	char right[DIGEST_SIZE];
	struct proof p;

	account.nonce.data =
	    base64_decode(a, nonce, strlen(nonce), &account.nonce.len);
	if (account.nonce.data == NULL)
		account.nonce.len = 0;
	CHECK(prove_needs_account(&r, m));
	prove_account(a, &r, m, &account, &p);
	CHECK(p.method != NULL && p.verified == (p.why == NULL));
	d.nonce = account.nonce.data;
	d.nonce_len = account.nonce.len;
	if (digest_md5_make(&d, right) != 0)
		return;
	m->cred.type = "syncml:auth-md5";
	m->cred.data = right;
	prove_account(a, &r, m, &account, &p);
	CHECK(p.verified == (account.nonce.len > 0));
}

/* What either encoding says of the Cred and the Chal is the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	char *text = arena_strndup(a, (const char *)data, size);
	struct syncml_message xml = { 0 }, wbxml = { 0 };
	const struct syncml_auth *chal, *other;
	char *lines[NLINES];

	CHECK(text != NULL);
	if (utf8_valid(text, strlen(text)) != strlen(text))
		return 0;
	split(text, lines);
	if (read_message(a, lines, 0, &xml) == -1) {
		CHECK(read_message(a, lines, 1, &wbxml) == -1);
		return 0;
	}
	CHECK(read_message(a, lines, 1, &wbxml) == 0);
	chal = &xml.commands->chal;
	other = &wbxml.commands->chal;
	fuzz_same(xml.cred.type, wbxml.cred.type);
	fuzz_same(xml.cred.data, wbxml.cred.data);
	fuzz_same(chal->type, other->type);
	fuzz_same(chal->data, other->data);
	prove(a, &xml, chal->data);
	return 0;
}
