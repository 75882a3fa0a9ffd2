/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../common/base64.h"
#include "../../common/der.h"
#include "../../common/x509.h"

/* Whatever form a certificate came in, its bare base64 is the same one. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct http_request r = fuzz_request(data, size);
	char why[X509_WHY_LEN] = "";
	struct blob der = { 0 }, again = { 0 };

	if (x509_client_decode(a, r.body, &der, why) == -1) {
		CHECK(why[0] != '\0' && memchr(why, '\0', sizeof(why)) != NULL);
		return 0;
	}
	CHECK(der.data != NULL && der.len > 0 && der.len <= strlen(r.body));
	CHECK(der_strict(der.data, der.len));
	CHECK(x509_client_decode(
		  a, base64_string(a, der.data, der.len), &again, why) == 0);
	CHECK(again.len == der.len);
	CHECK(memcmp(again.data, der.data, der.len) == 0);
	return 0;
}
