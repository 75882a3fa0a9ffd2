/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../fcgi/token.h"

/* What is found is a token and came out of the text, once or wrapped. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct http_request http = fuzz_request(data, size);
	const char *token = token_find(a, http.body);

	if (token == NULL)
		return 0;
	CHECK(strncmp(token, "fenestra-", 9) == 0);
	CHECK(strlen(token) <= size);
	CHECK(strcspn(token, " \t\r\n") == strlen(token));
	return 0;
}
