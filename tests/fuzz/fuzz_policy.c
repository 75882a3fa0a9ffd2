/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../fcgi/policy.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct http_request r = fuzz_request(data, size);
	struct policy_request p = { 0 };
	struct policy_template t = { .name = "Windows",
		.schema = "3",
		.minimal_key_length = "2048",
		.validity_seconds = "31536000",
		.renewal_seconds = "3628800",
		.hash_oid = "2.16.840.1.101.3.4.2.1",
		.hash_name = "szOID_NIST_sha256",
		.providers = "One\nTwo",
		.major_revision = "100",
		.minor_revision = "1" };
	struct fault f = { 0 };
	struct xw w;

	if (policy_read(a, &r, &p, &f) == -1 ||
	    soap_credentials(&p.header, &f) == -1) {
		fuzz_fault(&f, p.header.message_id);
		return 0;
	}
	CHECK(f.status == 0);
	CHECK(p.header.username != NULL && p.header.username[0] != '\0');
	CHECK(p.header.password != NULL);
	CHECK(strlen(p.header.username) <= 1024);
	CHECK(strlen(p.header.password) <= 1024);
	/* What a client says may stand where an administrator's words do. */
	t.name = p.header.username;
	t.providers = p.header.password;
	xw_init(&w, a);
	policy_answer(&w, &p, &t, r.id);
	fuzz_readable(&w);
	return 0;
}
