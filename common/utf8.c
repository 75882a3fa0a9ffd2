/* SPDX-License-Identifier: ISC */
#include "utf8.h"

static int
is_character(uint32_t c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	if (c >= 0xD800 && c <= 0xDFFF)
		return 0;
	return c != 0xFFFE && c != 0xFFFF && c <= 0x10FFFF;
}

/* How many bytes a character has. */
static size_t
length_of(uint32_t c)
{
	return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

/* How many bytes a first byte announces; 0 if it is none. */
static size_t
announced(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xC0 || first >= 0xF8)
		return 0;
	return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* The length of the character at s, or 0 where there is none. */
static size_t
character_at(const unsigned char *s, size_t len)
{
	size_t n = announced(s[0]), i;
	uint32_t c = s[0];

	if (n == 0 || n > len)
		return 0;
	if (n > 1)
		c &= 0x7FU >> n;
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3F);
	}
	return is_character(c) && length_of(c) == n ? n : 0;
}

size_t
utf8_valid(const void *text, size_t len)
{
	const unsigned char *s = text;
	size_t i = 0, n;

	while (i < len) {
		if (s[i] >= 0x20 && s[i] < 0x80)
			n = 1;
		else if ((n = character_at(s + i, len - i)) == 0)
			break;
		i += n;
	}
	return i;
}

size_t
utf8_put(unsigned char s[4], uint32_t c)
{
	size_t n = length_of(c), i;

	if (!is_character(c))
		return 0;
	for (i = n; i > 1; i--, c >>= 6)
		s[i - 1] = (unsigned char)(0x80 | (c & 0x3F));
	s[0] = (unsigned char)(n == 1 ? c : (0xF00U >> n & 0xFF) | c);
	return n;
}
