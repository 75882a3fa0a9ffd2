/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../common/der.h"
#include "../../common/x509.h"

/*
 * The signature is verified, so that mutations are refused early: the rest is
 * reached by the corpus, which has good requests of each kind.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct x509_key_rule rules[] = {
		{ 2048, 4096, 1, 1 },
		{ 1024, 16384, 1, 0 },
		{ 3072, 3072, 0, 1 },
	};
	struct arena *a = fuzz_arena();
	struct http_request copy = fuzz_request(data, size);
	const struct blob der = { (const unsigned char *)copy.body, size };

	for (size_t i = 0; i < COUNT(rules); i++) {
		const struct x509_key_rule *rule = &rules[i];
		struct x509_request r = { 0 };
		char why[X509_WHY_LEN] = "";

		if (x509_request_parse(a, &der, rule, &r, why) == -1) {
			CHECK(why[0] != '\0');
			continue;
		}
		CHECK(der_strict(data, size));
		CHECK(r.spki.len > 0 && r.spki.len < size);
		CHECK(der_strict(r.spki.data, r.spki.len));
		if (strcmp(r.key_type, "RSA") == 0) {
			CHECK(rule->allow_rsa);
			CHECK(r.bits >= rule->rsa_bits_min &&
			      r.bits <= rule->rsa_bits_max);
		} else {
			CHECK(strcmp(r.key_type, "EC") == 0 && rule->allow_ec);
			CHECK(r.bits == 256 || r.bits == 384);
		}
	}
	return 0;
}
