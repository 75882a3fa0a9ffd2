/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../fcgi/discover.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct discover_settings settings = {
		.url = "https://enterpriseenrollment.example.com",
		.version = "4.0",
		.by_os = 1,
		.federated = 1,
		.on_premise = 1,
	};
	struct arena *a = fuzz_arena();
	struct http_request r = fuzz_request(data, size);
	struct discover d = { 0 };
	struct fault f = { 0 };
	struct xw w;

	if (discover_read(a, &r, &d, &f) == -1) {
		fuzz_fault(&f, d.header.message_id);
		return 0;
	}
	CHECK(f.status == 0);
	CHECK(d.header.message_id != NULL && d.request_version != NULL);
	CHECK(d.email == NULL || strlen(d.email) <= 1024);
	CHECK(d.offers >= 0 && d.offers <= 16);
	if (discover_check(&d, &settings, &f) == -1) {
		fuzz_fault(&f, d.header.message_id);
		return 0;
	}
	CHECK(d.offers == 0 || d.offers_on_premise || d.offers_federated);
	CHECK(d.policy != NULL);
	/* The lower one is one of the two, whichever is asked first. */
	CHECK(discover_lower_version(d.request_version, "4.0") ==
		  d.request_version ||
	      strcmp(discover_lower_version(d.request_version, "4.0"), "4.0") ==
		  0);
	xw_init(&w, a);
	discover_answer(&w, &d, &settings, r.id);
	fuzz_readable(&w);
	return 0;
}
