/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/cms.h"
#include "../common/digest.h"
#include "prove.h"

#define SIGNING_TIME_SLACK 600 /* seconds, before or after now */

static const char *
hmac_header(const struct http_request *r)
{
	return http_param(r, "HTTP_X_SYNCML_HMAC");
}

int
prove_needs_account(
    const struct http_request *r, const struct syncml_message *m)
{
	return hmac_header(r) != NULL || m->cred.type != NULL;
}

/* A header that the client sent twice is none. */
static int
parse_hmac(const struct http_request *r, struct digest_hmac *h,
    const char **why, char text[DIGEST_WHY_LEN])
{
	*why = text;
	if (http_param_count(r, "HTTP_X_SYNCML_HMAC") > 1) {
		*why = "more than one x-syncml-hmac";
		return -1;
	}
	return digest_hmac_parse(hmac_header(r), h, text);
}

const char *
prove_name(struct arena *a, const struct http_request *r,
    const struct syncml_message *m)
{
	struct digest_hmac h;
	char text[DIGEST_WHY_LEN];
	const char *why;

	if (hmac_header(r) == NULL)
		return m->source_name;
	if (parse_hmac(r, &h, &why, text) == -1)
		return NULL;
	return arena_strdup(a, h.username);
}

static void
prove_hmac(struct arena *a, const struct http_request *r,
    const struct digest_account *account, struct proof *p)
{
	char text[DIGEST_WHY_LEN];
	struct digest_hmac h;
	const char *why;

	p->method = "hmac";
	if (parse_hmac(r, &h, &why, text) == -1)
		p->why = arena_strdup(a, why);
	else if (account->user == NULL ||
		 strcmp(account->user, h.username) != 0)
		p->why = "x-syncml-hmac has another user name";
	else if (digest_hmac_verify(account, r->body, r->body_len, h.mac))
		p->verified = 1;
	else
		p->why = "x-syncml-hmac is wrong";
}

static void
prove_cred(const struct syncml_message *m, const struct digest_account *account,
    struct proof *p)
{
	static const struct {
		const char *type;
		const char *method;
		int (*verify)(const struct digest_account *, const char *);
	} types[] = {
		{ "syncml:auth-md5", "md5", digest_md5_verify },
		{ "syncml:auth-basic", "basic", digest_basic_verify },
	};

	for (size_t i = 0; i < COUNT(types); i++) {
		if (strcmp(types[i].type, m->cred.type) != 0)
			continue;
		p->method = types[i].method;
		p->verified = m->cred.data != NULL &&
			      types[i].verify(account, m->cred.data);
		p->why = p->verified ? NULL : "Cred is wrong";
		return;
	}
	/* One that is not known proves nothing, but was meant to. */
	p->method = "md5";
	p->why = "Cred is of a type that is not known";
}

static void
prove_with(struct arena *a, const struct http_request *r,
    const struct syncml_message *m, const struct prove_account *account,
    struct blob nonce, struct proof *p)
{
	const struct digest_account d = { account->name, account->secret,
		nonce.data, nonce.len };

	*p = (struct proof){ .nonce = nonce };
	if (hmac_header(r) != NULL)
		prove_hmac(a, r, &d, p);
	else
		prove_cred(m, &d, p);
}

/* The database says what a nonce that was accepted before is still good for. */
void
prove_account(struct arena *a, const struct http_request *r,
    const struct syncml_message *m, const struct prove_account *account,
    struct proof *p)
{
	struct proof old;

	prove_with(a, r, m, account, account->nonce, p);
	if (p->verified || account->session_nonce.data == NULL)
		return;
	prove_with(a, r, m, account, account->session_nonce, &old);
	if (old.verified)
		*p = old;
}

/* Both spellings circulate: [MS-MDM] has the one, clients the other. */
static const char *const signature_headers[] = { "HTTP_MS_SIGNATURE",
	"HTTP_MDM_SIGNATURE" };

static int
signature_count(const struct http_request *r)
{
	int n = 0;

	for (size_t i = 0; i < COUNT(signature_headers); i++)
		n += http_param_count(r, signature_headers[i]);
	return n;
}

int
prove_is_signed(const struct http_request *r)
{
	return signature_count(r) > 0;
}

int
prove_signer(struct arena *a, const struct http_request *r, time_t now,
    struct blob *certificate, struct proof *p)
{
	struct cms_signer signer;
	const char *text;
	char *why;

	*p = (struct proof){ .method = "signature" };
	CHECK((why = arena_alloc(a, X509_WHY_LEN)) != NULL);
	p->why = why;
	if ((text = http_param(r, signature_headers[0])) == NULL)
		text = http_param(r, signature_headers[1]);
	if (text == NULL || signature_count(r) != 1) {
		p->why = "not exactly one";
		return -1;
	}
	if (cms_verify_detached(a, text, r->body, r->body_len, &signer, why) ==
	    -1)
		return -1;
	if (llabs((long long)now - (long long)signer.signed_at) >
	    SIGNING_TIME_SLACK) {
		p->why = "the signing time is not now";
		return -1;
	}
	*certificate = signer.cert;
	p->why = NULL;
	return 0;
}
