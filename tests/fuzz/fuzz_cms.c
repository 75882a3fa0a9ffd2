/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../common/base64.h"
#include "../../common/cms.h"
#include "../../common/der.h"
#include "../../fcgi/prove.h"

/* What the good ones of the corpus are over. */
#define BODY "<SyncML/>"
#define NOW 1719792000

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

/* As it comes with a request, under either name but once. */
static void
prove(struct arena *a, const char *text)
{
	char *ours = arena_printf(a, "HTTP_MS_SIGNATURE=%s", text);
	char *other = arena_printf(a, "HTTP_MDM_SIGNATURE=%s", text);
	char *const once[] = { other, NULL };
	char *const twice[] = { ours, other, NULL };
	struct http_request r = {
		.body = BODY, .body_len = strlen(BODY), .params = once
	};
	struct blob cert = { 0 };
	struct proof p;

	CHECK(prove_is_signed(&r));
	if (prove_signer(a, &r, NOW, &cert, &p) == 0)
		CHECK(cert.len > 0);
	else
		CHECK(p.why[0] != '\0' && cert.len == 0);
	r.params = twice;
	CHECK(prove_signer(a, &r, NOW, &cert, &p) == -1);
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
	prove(a, fuzz_request(data, size).body);
	return 0;
}
