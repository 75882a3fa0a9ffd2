/* SPDX-License-Identifier: ISC */
#include <stdio.h>

#include "fuzz.h"

#include "../../common/digest.h"
#include "../../common/utf8.h"
#include "../../fcgi/prove.h"

/* Parsed: it is bounded text, and says the same when it is written again. */
static void
header(const char *text)
{
	char why[DIGEST_WHY_LEN] = "", again[3 * DIGEST_HEADER_MAX];
	struct digest_hmac h, same;
	size_t len, n;

	if (digest_hmac_parse(text, &h, why) != 0) {
		CHECK(why[0] != '\0' && memchr(why, '\0', sizeof(why)) != NULL);
		return;
	}
	len = strlen(h.username);
	CHECK(len > 0 && len <= DIGEST_FIELD_MAX);
	CHECK(utf8_valid(h.username, len) == len);
	CHECK(strlen(h.mac) == DIGEST_SIZE - 1);
	n = (size_t)snprintf(again, sizeof(again), "mac=%s,username=\"", h.mac);
	for (size_t i = 0; i < len; i++) {
		again[n++] = '\\';
		again[n++] = h.username[i];
		/* Only the first byte of a character is escaped. */
		while (((unsigned char)h.username[i + 1] & 0xc0) == 0x80)
			again[n++] = h.username[++i];
	}
	memcpy(again + n, "\"", 2);
	CHECK(digest_hmac_parse(again, &same, why) == 0);
	CHECK(strcmp(h.username, same.username) == 0);
	CHECK(strcmp(h.mac, same.mac) == 0);
}

/* As it comes with a request: once, or it is none. */
static void
prove(struct arena *a, char *text, const struct http_request *body)
{
	const struct prove_account account = { "Bruce2", "OhBehave",
		{ (const unsigned char *)"Nonce", 5 } };
	char *const once[] = { text, NULL };
	char *const twice[] = { text, text, NULL };
	const struct syncml_message m = { 0 };
	struct http_request r = *body;
	const char *name;
	struct proof p;

	r.params = once;
	if (!prove_needs_account(&r, &m))
		return;
	name = prove_name(a, &r, &m);
	prove_account(a, &r, &m, &account, &p);
	CHECK(strcmp(p.method, "hmac") == 0);
	CHECK(p.verified == (p.why == NULL));
	CHECK(!p.verified || strcmp(name, account.name) == 0);
	r.params = twice;
	prove_account(a, &r, &m, &account, &p);
	CHECK(!p.verified && prove_name(a, &r, &m) == NULL);
}

/* Nobody guesses a mac; what was made is verified. */
static void
mac(const char *text, size_t len)
{
	const struct digest_account given = { "Bruce2", text,
		(const unsigned char *)text, len };
	char out[DIGEST_SIZE];

	if (digest_hmac_make(&given, text, len, out) == 0 && len > 0)
		CHECK(digest_hmac_verify(&given, text, len, out));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	const struct http_request r = fuzz_request(data, size);

	header(r.body);
	prove(a, arena_printf(a, "HTTP_X_SYNCML_HMAC=%s", r.body), &r);
	mac(r.body, size);
	return 0;
}
