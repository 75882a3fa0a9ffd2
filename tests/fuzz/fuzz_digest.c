/* SPDX-License-Identifier: ISC */
#include <stdio.h>

#include "fuzz.h"

#include "../../common/digest.h"
#include "../../common/utf8.h"

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

/* Nobody guesses a credential; what was made is verified. */
static void
credential(const char *text, size_t len)
{
	const struct digest_account guess = { "Bruce2", "OhBehave",
		(const unsigned char *)"Nonce", 5 };
	const struct digest_account given = { "Bruce2", text,
		(const unsigned char *)text, len };
	char out[DIGEST_SIZE];

	digest_basic_verify(&guess, text);
	digest_md5_verify(&guess, text);
	digest_hmac_verify(&guess, text, len, text);
	if (digest_md5_make(&given, out) == 0 && len > 0)
		CHECK(digest_md5_verify(&given, out));
	if (digest_hmac_make(&given, text, len, out) == 0 && len > 0)
		CHECK(digest_hmac_verify(&given, text, len, out));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = fuzz_request(data, size).body;

	header(text);
	credential(text, size);
	return 0;
}
