/* SPDX-License-Identifier: ISC */
#include <stdio.h>

#include "fuzz.h"

#include "../../common/trace.h"

#define SECRET "\001S3cr3t\001"
#define ELEMENT "<o:Password o:Type='t'>" SECRET "</o:Password>"

/* What is traced goes to memory: libFuzzer keeps the real stderr. */
static void
trace(struct arena *a, const struct http_request *r,
    const struct http_response *res)
{
	FILE *real = stderr;
	char *out = NULL;
	size_t len;

	stderr = open_memstream(&out, &len);
	CHECK(stderr != NULL);
	trace_exchange(a, r, res);
	fclose(stderr);
	stderr = real;
	CHECK(out != NULL && strstr(out, SECRET) == NULL);
	free(out);
}

/* A password between two halves of anything at all is never printed. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	size_t cut = size > 0 ? data[0] : 0;
	struct http_request r, empty = fuzz_request(data, 0);
	struct http_response res = { .status = 200 }, none = { .status = 200 };
	char *body = malloc(size + sizeof(ELEMENT));

	CHECK(body != NULL);
	if (cut > size)
		cut = size;
	memcpy(body, data, cut);
	memcpy(body + cut, ELEMENT, strlen(ELEMENT));
	if (size > cut)
		memcpy(body + cut + strlen(ELEMENT), data + cut, size - cut);
	size += strlen(ELEMENT);
	/*
	 * The fuzzer must not bring the secret itself, nor begin a quoted value
	 * that our element would be a part of.
	 */
	for (size_t i = 0; i < size; i++) {
		if (i >= cut && i < cut + strlen(ELEMENT))
			continue;
		if (body[i] == '\001' ||
		    (i < cut && (body[i] == '"' || body[i] == '\'')))
			body[i] = 'x';
	}
	empty.body = "";
	body[size] = '\0';
	res.body = body;
	res.body_len = size;
	trace(a, &empty, &res);
	r = fuzz_request((const uint8_t *)body, size);
	trace(a, &r, &none);
	free(body);
	return 0;
}
