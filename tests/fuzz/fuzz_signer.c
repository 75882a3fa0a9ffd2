/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../fcgi/signing.h"

/*
 * Both directions of what a worker and the signer say: what is taken is
 * written again, and must come out as it went in.
 */
static void
request(const unsigned char *data, size_t size)
{
	unsigned char again[SIGNING_REQUEST_LEN];
	struct signing_request r;
	const char *wrong = signing_request_read(data, size, &r);

	if (wrong != NULL) {
		CHECK(*wrong != '\0');
		return;
	}
	CHECK(strlen(r.id) == SIGNING_UUID_SIZE - 1);
	CHECK(strlen(r.device) == SIGNING_UUID_SIZE - 1);
	signing_request_write(&r, again);
	CHECK(size == sizeof(again) && memcmp(data, again, size) == 0);
}

static void
answer(const unsigned char *data, size_t size)
{
	static unsigned char again[SIGNING_ANSWER_MAX];
	struct signing_answer a;
	const char *wrong = signing_answer_read(data, size, &a);

	if (wrong != NULL) {
		CHECK(*wrong != '\0');
		return;
	}
	CHECK(a.status >= 200 && a.status <= 599);
	CHECK(a.content.len <= SIGNING_CONTENT_MAX);
	CHECK(signing_answer_write(&a, again) == size);
	CHECK(memcmp(data, again, size) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_request copy = fuzz_request(data, size);

	request((const unsigned char *)copy.body, size);
	answer((const unsigned char *)copy.body, size);
	return 0;
}
