/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../common/base64.h"
#include "../../fcgi/provision.h"
#include "../../fcgi/wstep.h"

static const char *
setting(void *context, const char *name)
{
	(void)context;
	return name;
}

/* The document with the client's own words in it, and the answer around. */
static void
answer(struct arena *a, const struct wstep_request *r)
{
	static const unsigned char bytes[] = "bytes";
	const struct blob b = { bytes, sizeof(bytes) };
	const struct provision p = { .root = &b,
		.issuing = &b,
		.certificate = b,
		.subject = wstep_context(r, "DeviceID"),
		.device = wstep_context(r, "DeviceID"),
		.device_name = wstep_context(r, "DeviceName"),
		.auth_name = r->header.username,
		.client_secret = r->header.password,
		.server_secret = "secret",
		.client_nonce = b,
		.server_nonce = b,
		.setting = setting };
	struct xw doc, w;

	xw_init(&doc, a);
	if (wstep_is_renewal(r))
		provision_write_renewal(&doc, &p, 0);
	else
		provision_write(&doc, &p);
	fuzz_readable(&doc);
	xw_init(&w, a);
	wstep_answer(&w, r, doc.out.data, doc.out.len, 1719792000, "guid");
	fuzz_readable(&w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct http_request http = fuzz_request(data, size);
	static struct wstep_request r;
	struct fault f = { 0 };
	size_t len;

	r = (struct wstep_request){ 0 };
	if (wstep_read(a, &http, &r, &f) == -1) {
		fuzz_fault(&f, r.header.message_id);
		return 0;
	}
	CHECK(r.ncontext <= WSTEP_CONTEXT_MAX);
	for (size_t i = 0; i < r.ncontext; i++) {
		CHECK(r.names[i] != NULL && r.names[i][0] != '\0');
		CHECK(r.values[i] != NULL);
		CHECK(wstep_context(&r, r.names[i]) != NULL);
	}
	if (soap_credentials(&r.header, &f) == -1 ||
	    wstep_check(&r, &f) == -1) {
		fuzz_fault(&f, r.header.message_id);
		return 0;
	}
	CHECK(strlen(wstep_context(&r, "DeviceID")) > 0);
	(void)base64_decode(a, r.token, strlen(r.token), &len);
	answer(a, &r);
	return 0;
}
