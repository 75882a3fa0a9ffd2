/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "codec.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_write(struct buf *out, const void *data, size_t n)
{
	const unsigned char *p = data;
	char quad[4];
	size_t i;

	for (i = 0; i < n; i += 3) {
		unsigned v = (unsigned)p[i] << 16;

		if (i + 1 < n)
			v |= (unsigned)p[i + 1] << 8;
		if (i + 2 < n)
			v |= p[i + 2];
		quad[0] = alphabet[v >> 18];
		quad[1] = alphabet[v >> 12 & 63];
		quad[2] = i + 1 < n ? alphabet[v >> 6 & 63] : '=';
		quad[3] = i + 2 < n ? alphabet[v & 63] : '=';
		buf_add(out, quad, 4);
	}
}

/* The last quantum: how many bytes it carries, or 0 when it is wrong. */
static size_t
last_bytes(const unsigned *v, size_t digits)
{
	if (digits == 4)
		return 3;
	if (digits == 3 && (v[2] & 3) == 0)
		return 2;
	if (digits == 2 && (v[1] & 15) == 0)
		return 1;
	return 0;
}

static int
quantum(struct buf *out, const unsigned *v, size_t digits)
{
	size_t bytes = last_bytes(v, digits);
	unsigned all = v[0] << 18 | v[1] << 12;
	unsigned char b[3];

	if (bytes == 0)
		return -1;
	if (digits > 2)
		all |= v[2] << 6;
	if (digits > 3)
		all |= v[3];
	b[0] = (unsigned char)(all >> 16);
	b[1] = (unsigned char)(all >> 8);
	b[2] = (unsigned char)all;
	buf_add(out, b, bytes);
	return 0;
}

int
base64_read(struct buf *out, const char *s, int allow_space)
{
	unsigned v[4] = { 0 };
	size_t digits = 0, pads = 0;
	int closed = 0;

	buf_add(out, "", 0);
	for (; *s != '\0'; s++) {
		const char *at;

		if (allow_space && strchr(" \t\r\n", *s) != NULL)
			continue;
		if (closed)
			return -1;
		if (*s == '=') {
			pads++;
		} else if (pads > 0 || (at = strchr(alphabet, *s)) == NULL) {
			return -1;
		} else {
			v[digits++] = (unsigned)(at - alphabet);
		}
		if (digits + pads < 4)
			continue;
		if (quantum(out, v, digits) == -1)
			return -1;
		closed = pads > 0;
		digits = pads = 0;
	}
	return digits + pads == 0 ? 0 : -1;
}

void
hex_write(struct buf *out, const void *data, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	const unsigned char *p = data;
	size_t i;

	for (i = 0; i < n; i++) {
		buf_add(out, &digits[p[i] >> 4], 1);
		buf_add(out, &digits[p[i] & 15], 1);
	}
}

void
random_bytes(void *out, size_t n)
{
	if (getrandom(out, n, 0) != (ssize_t)n)
		die("no random bytes");
}

char *
random_hex(size_t n)
{
	struct buf out = { 0 };
	unsigned char *bytes = xcalloc(n, 1);

	random_bytes(bytes, n);
	hex_write(&out, bytes, n);
	free(bytes);
	return out.data;
}

char *
random_guid(void)
{
	char *hex = random_hex(16);
	char *guid = xprintf("%.8s-%.4s-4%.3s-A%.3s-%.12s", hex, hex + 8,
	    hex + 13, hex + 17, hex + 20);

	free(hex);
	return guid;
}
