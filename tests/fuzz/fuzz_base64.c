/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../common/base64.h"

/* The one text that stands for the same bytes as the input. */
static size_t
canonical(char *out, const uint8_t *in, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		if (memchr(" \t\r\n", in[i], 4) == NULL)
			out[n++] = (char)(in[i] == '-'	 ? '+'
					  : in[i] == '_' ? '/'
							 : in[i]);
	while (n % 4 != 0)
		out[n++] = '=';
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	size_t len, back;
	char *out = malloc(BASE64_SIZE(size)), *want = malloc(size + 4);
	unsigned char *got;

	CHECK(out != NULL && want != NULL);
	got = base64_decode(a, (const char *)data, size, &len);
	if (got != NULL) {
		CHECK(len <= size / 4 * 3 + 3);
		CHECK(memchr(data, '+', size) == NULL ||
		      memchr(data, '_', size) == NULL);
		back = base64_encode(out, got, len);
		CHECK(back == canonical(want, data, size));
		CHECK(memcmp(out, want, back) == 0);
	}
	/* Whatever bytes there are, they come back. */
	back = base64_encode(out, data, size);
	CHECK(back == BASE64_SIZE(size) - 1);
	got = base64_decode(a, out, back, &len);
	CHECK(got != NULL && len == size);
	CHECK(size == 0 || memcmp(got, data, size) == 0);
	free(out);
	free(want);
	return 0;
}
