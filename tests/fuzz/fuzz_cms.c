/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../common/base64.h"
#include "../../common/cms.h"
#include "../../common/der.h"

/* What the good ones of the corpus are over. */
#define BODY "<SyncML/>"

static void
verify(struct arena *a, const char *text, const char *body)
{
	char why[X509_WHY_LEN] = "";
	struct cms_signer s = { 0 };

	if (cms_verify_detached(a, text, body, strlen(body), &s, why) == -1) {
		CHECK(why[0] != '\0' && memchr(why, '\0', sizeof(why)) != NULL);
		return;
	}
	/* Nobody signs another body by chance. */
	CHECK(strcmp(body, BODY) == 0);
	CHECK(s.cert.len > 0 && s.cert.len < strlen(text));
	CHECK(der_strict(s.cert.data, s.cert.len));
}

/* The input as the header, and as what a header encodes. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	char *text = base64_string(a, data, size);

	CHECK(text != NULL);
	verify(a, text, BODY);
	verify(a, text, BODY " ");
	verify(a, fuzz_request(data, size).body, BODY);
	return 0;
}
