/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "../common/arena.h"
#include "../common/base64.h"
#include "../common/check.h"
#include "../common/json.h"
#include "token.h"

#define WRAPS_MAX 3 /* of base64 around a token */

/* What mdm.token_make() makes. */
#define PREFIX "fenestra-"
#define RANDOM_LEN 43
#define ALPHABET                                                               \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static const char *
from_json(struct arena *a, const char *text)
{
	static const char *const names[] = { "auth_token", "orbit_node_key" };
	const struct json *payload =
	    json_get(json_read(a, text, strlen(text)), "payload");
	const char *token;

	for (size_t i = 0; i < COUNT(names); i++)
		if ((token = json_string(payload, names[i])) != NULL &&
		    token[0] != '\0')
			return token;
	return NULL;
}

/* What some encoders leave out at the end; NULL when there is no room. */
static const char *
pad(struct arena *a, const char *text)
{
	size_t count = 0;

	for (const char *s = text; *s != '\0'; s++)
		count += strchr(" \t\r\n", *s) == NULL;
	if (strchr(text, '=') != NULL || count % 4 < 2)
		return text;
	return arena_printf(a, "%s%s", text, count % 4 == 2 ? "==" : "=");
}

const char *
token_find(struct arena *a, const char *text)
{
	const unsigned char *inner;
	size_t len;

	for (int wraps = 0;; wraps++) {
		text += strspn(text, " \t\r\n");
		if (text[0] == '{' && (text = from_json(a, text)) == NULL)
			return NULL;
		if (strncmp(text, PREFIX, strlen(PREFIX)) == 0)
			return arena_strndup(a, text, strcspn(text, " \t\r\n"));
		if (wraps == WRAPS_MAX || (text = pad(a, text)) == NULL)
			return NULL;
		inner = base64_decode(a, text, strlen(text), &len);
		if (inner == NULL || len == 0 ||
		    memchr(inner, '\0', len) != NULL)
			return NULL;
		text = arena_strndup(a, (const char *)inner, len);
		if (text == NULL)
			return NULL;
	}
}

int
token_is(const char *text)
{
	if (strncmp(text, PREFIX, strlen(PREFIX)) != 0)
		return 0;
	text += strlen(PREFIX);
	return strlen(text) == RANDOM_LEN &&
	       strspn(text, ALPHABET) == RANDOM_LEN;
}
