/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../common/base64.h"
#include "../../common/der.h"
#include "../../fcgi/renew.h"

static const struct x509_key_rule rule = { 2048, 4096, 1, 1 };

static void
read_token(struct arena *a, const char *token)
{
	char why[X509_WHY_LEN] = "";
	struct renewal r = { .presented = NULL };

	if (renew_read(a, token, &rule, &r, why) == -1) {
		CHECK(why[0] != '\0' && memchr(why, '\0', sizeof(why)) != NULL);
		return;
	}
	CHECK(r.csr.spki.len > 0 && r.csr.spki.len < strlen(token));
	CHECK(der_strict(r.csr.spki.data, r.csr.spki.len));
	CHECK(r.signer.len > 0 && r.signer.len < strlen(token));
	CHECK(der_strict(r.signer.data, r.signer.len));
}

/* The input as what a token encodes, once and twice, and as the token. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	char *once = base64_string(a, data, size), *twice;

	CHECK(once != NULL);
	twice = base64_string(a, once, strlen(once));
	CHECK(twice != NULL);
	read_token(a, once);
	read_token(a, twice);
	read_token(a, fuzz_request(data, size).body);
	return 0;
}
