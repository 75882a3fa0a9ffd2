/* SPDX-License-Identifier: ISC */
#include "base64.h"
#include "arena.h"

#define SPACE 64
#define BAD 65

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t
base64_encode(char *out, const void *data, size_t len)
{
	const unsigned char *p = data;
	char *o = out;
	unsigned v;

	for (; len >= 3; p += 3, len -= 3) {
		v = (unsigned)p[0] << 16 | (unsigned)p[1] << 8 | p[2];
		*o++ = alphabet[v >> 18];
		*o++ = alphabet[v >> 12 & 63];
		*o++ = alphabet[v >> 6 & 63];
		*o++ = alphabet[v & 63];
	}
	if (len > 0) {
		v = (unsigned)p[0] << 16 | (len == 2 ? (unsigned)p[1] << 8 : 0);
		*o++ = alphabet[v >> 18];
		*o++ = alphabet[v >> 12 & 63];
		*o++ = len == 2 ? alphabet[v >> 6 & 63] : '=';
		*o++ = '=';
	}
	*o = '\0';
	return (size_t)(o - out);
}

char *
base64_string(struct arena *a, const void *data, size_t len)
{
	char *out;

	if ((out = arena_alloc(a, BASE64_SIZE(len))) != NULL)
		base64_encode(out, data, len);
	return out;
}

/* A character's value, and in *kind which of the two alphabets it betrays. */
static unsigned
value(char c, unsigned *kind)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	if (c == '+' || c == '/') {
		*kind |= 1;
		return c == '+' ? 62 : 63;
	}
	if (c == '-' || c == '_') {
		*kind |= 2;
		return c == '-' ? 62 : 63;
	}
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' ? SPACE : BAD;
}

unsigned char *
base64_decode(struct arena *a, const char *in, size_t len, size_t *outlen)
{
	unsigned kind = 0, bits = 0, v;
	size_t chars = 0, pads = 0, n = 0;
	unsigned char *out;

	if ((out = arena_alloc(a, len / 4 * 3 + 3)) == NULL)
		return NULL;
	for (; len > 0; in++, len--) {
		if (*in == '=' && chars % 4 + pads >= 2 && pads < 2) {
			pads++;
			continue;
		}
		if ((v = value(*in, &kind)) == SPACE)
			continue;
		if (v == BAD || pads > 0)
			return NULL;
		bits = bits << 6 | v;
		if (chars++ % 4 > 0)
			out[n++] = (unsigned char)(bits >>
						   (6 - 2 * ((chars - 1) % 4)));
	}
	if (kind == 3 || chars % 4 == 1)
		return NULL;
	if (chars % 4 == 0 ? pads > 0
			   : (chars + pads) % 4 != 0 && (pads > 0 || kind != 2))
		return NULL;
	if ((chars % 4 == 2 && bits & 15) || (chars % 4 == 3 && bits & 3))
		return NULL;
	*outlen = n;
	return out;
}
