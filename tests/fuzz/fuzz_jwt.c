/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../common/jwt.h"

/* Public keys whose private ones nobody has kept. */
static const char rsa_n[] =
    "o8t1UDtQeFtHzuEY-XNscW8B69YjhWhJbZWRIa3OuoGlgJShhFhiwwumlRcVREaL8N3Q"
    "Dgz_dMsiz9WUK8ACUEqbAeAZGfWjSXVKrrIo5NM4GngUrB1ROKjO0kQqbFyRBRY6rRUg"
    "ihR_MxcKDFbKJywgdxtNe0WYzygeW2NXoIsmxFYvKsrNlX0IstvmsXZlHuf623MY64er"
    "3gBBfrQrAiSB3KUUJApjD2QdCbOOQxX8RmG4CZvXg1FpTUJMcVh5bER6PK2eyy1ALUti"
    "FxKxC2EeQm8PaDKvqbYJkT-fHnP7k5z4W9IsTTnpmctKdO1AlLVIXXiVZXTwzkPJxeel"
    "XQ";
static const char ec_x[] = "QZf9ui4iar-a6biiAdSnXeA3t8l0s6gBxESAZFl8mjc";
static const char ec_y[] = "yYpjgJetn1yohBEL9LYV91LOGTkt4s-1dGo7B0bmhFw";

/*
 * The two tokens of the corpus are all that was ever signed by these keys:
 * what verifies is one of them, but for the way in which ECDSA is not unique
 * (s and n - s).
 */
static const char *const signed_inputs[] = {
	"eyJhbGciOiAiUlMyNTYiLCAia2lkIjogImsifQ.eyJ1cG4iOiJqb0Bjb3JwLnRlc3QiL"
	"CJleHAiOjF9",
	"eyJhbGciOiAiRVMyNTYiLCAia2lkIjogImsifQ.eyJ1cG4iOiJqb0Bjb3JwLnRlc3QiL"
	"CJleHAiOjF9",
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct jwt_key keys[] = {
		{ .kty = "RSA", .n = rsa_n, .e = "AQAB" },
		{ .kty = "EC", .x = ec_x, .y = ec_y },
	};
	struct arena *a = fuzz_arena();
	struct http_request http = fuzz_request(data, size);
	const char *why = NULL;
	struct jwt t;
	int known = 0;

	if (jwt_parse(a, http.body, &t, &why) == -1) {
		CHECK(why != NULL && why[0] != '\0');
		return 0;
	}
	CHECK(t.kid[0] != '\0' && t.payload != NULL && t.signature_len > 0);
	CHECK(t.input_len < size);
	CHECK(jwt_verify(a, &t, &keys[!t.es256], &why) == -1);
	if (jwt_verify(a, &t, &keys[t.es256], &why) == -1)
		return 0;
	for (size_t i = 0; i < COUNT(signed_inputs); i++)
		known |= strlen(signed_inputs[i]) == t.input_len &&
			 memcmp(signed_inputs[i], t.input, t.input_len) == 0;
	CHECK(known);
	return 0;
}
