/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "base64.h"
#include "check.h"
#include "seal.h"

#define VERSION 1
#define KEY_LEN 32
#define ID_LEN 8
#define NONCE_LEN 12
#define TAG_LEN 16
#define HEAD_LEN (1 + ID_LEN + NONCE_LEN)
#define FILE_MAX 4096
#define DIGEST_LEN 32

struct key {
	unsigned char bytes[KEY_LEN];
	unsigned char id[ID_LEN];
	char name[SEAL_KEY_ID_SIZE];
};

struct seal {
	struct key keys[SEAL_KEYS_MAX];
	size_t count;
};

static int
no(char why[SEAL_WHY_LEN], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, SEAL_WHY_LEN, fmt, args);
	va_end(args);
	return -1;
}

static void
id_name(const unsigned char id[ID_LEN], char name[SEAL_KEY_ID_SIZE])
{
	for (size_t i = 0; i < ID_LEN; i++)
		snprintf(name + 2 * i, 3, "%02x", id[i]);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int
from_hex(const char *text, size_t len, unsigned char out[KEY_LEN])
{
	int high, low;

	if (len != 2 * KEY_LEN)
		return -1;
	for (size_t i = 0; i < KEY_LEN; i++) {
		high = hex_digit(text[2 * i]);
		low = hex_digit(text[2 * i + 1]);
		if (high == -1 || low == -1)
			return -1;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return 0;
}

static int
from_base64(
    struct arena *a, const char *text, size_t len, unsigned char out[KEY_LEN])
{
	unsigned char *bytes;
	size_t n;

	bytes = base64_decode(a, text, len, &n);
	if (bytes == NULL || n != KEY_LEN)
		return -1;
	memcpy(out, bytes, KEY_LEN);
	return 0;
}

static int
key_add(struct seal *s, struct arena *a, const char *text, size_t len)
{
	struct key *k = &s->keys[s->count];
	unsigned char digest[DIGEST_LEN];

	if (from_hex(text, len, k->bytes) == -1 &&
	    from_base64(a, text, len, k->bytes) == -1)
		return -1;
	CHECK(EVP_Digest(k->bytes, KEY_LEN, digest, NULL, EVP_sha256(), NULL) ==
	      1);
	memcpy(k->id, digest, ID_LEN);
	id_name(k->id, k->name);
	s->count++;
	return 0;
}

/* A line without the white space at its ends. */
static size_t
trim(const char **line, size_t len)
{
	while (len > 0 && strchr(" \t\r", (*line)[len - 1]) != NULL)
		len--;
	while (len > 0 && strchr(" \t", **line) != NULL) {
		++*line;
		len--;
	}
	return len;
}

/* What is wrong is named by its line: what stands in it is a key. */
static int
keys_read(struct seal *s, struct arena *a, const char *path, const char *text,
    char *why)
{
	const char *line, *next;
	size_t len, number = 1;

	for (; *text != '\0'; text = next, number++) {
		len = strcspn(text, "\n");
		next = text + len + (text[len] == '\n');
		line = text;
		len = trim(&line, len);
		if (len == 0 || line[0] == '#')
			continue;
		if (s->count == SEAL_KEYS_MAX)
			return no(
			    why, "%s: more than %d keys", path, SEAL_KEYS_MAX);
		if (key_add(s, a, line, len) == -1)
			return no(why,
			    "%s: line %zu is not a key: 32 bytes in base64 or "
			    "hex",
			    path, number);
	}
	return s->count > 0 ? 0 : no(why, "%s: no key in it", path);
}

/* A file that nobody but owner and group can read, and its owner write. */
static int
file_read(const char *path, char text[FILE_MAX + 1], char *why)
{
	struct stat st;
	ssize_t n = -1;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		return no(why, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		no(why, "%s: not a file", path);
	else if (st.st_mode & (S_IRWXO | S_IWGRP))
		no(why,
		    "%s: has mode %04o: others must not read it, nor its "
		    "group write it",
		    path, (unsigned)st.st_mode & 07777);
	else if ((n = read(fd, text, FILE_MAX + 1)) == -1)
		no(why, "%s: %s", path, strerror(errno));
	else if (n > FILE_MAX || memchr(text, '\0', (size_t)n) != NULL)
		n = no(why, "%s: not a file of keys", path);
	else
		text[n] = '\0';
	close(fd);
	return n == -1 ? -1 : 0;
}

struct seal *
seal_load(const char *path, char why[SEAL_WHY_LEN])
{
	char text[FILE_MAX + 1];
	struct arena *a = arena_new(FILE_MAX * (size_t)8);
	struct seal *s = calloc(1, sizeof(*s));

	CHECK(s != NULL);
	if (file_read(path, text, why) == -1 ||
	    keys_read(s, a, path, text, why) == -1) {
		seal_free(s);
		s = NULL;
	}
	OPENSSL_cleanse(text, sizeof(text));
	arena_free(a);
	return s;
}

void
seal_free(struct seal *s)
{
	if (s == NULL)
		return;
	OPENSSL_cleanse(s, sizeof(*s));
	free(s);
}

const char *
seal_key_id(const struct seal *s)
{
	return s->keys[0].name;
}

/* What is not secret, and has to be the same when it is opened. */
static int
associate(EVP_CIPHER_CTX *c, int seals, const unsigned char head[HEAD_LEN],
    const struct seal_place *place)
{
	int (*update)(EVP_CIPHER_CTX *, unsigned char *, int *,
	    const unsigned char *, int) =
	    seals ? EVP_EncryptUpdate : EVP_DecryptUpdate;
	const char *const parts[] = { place->purpose, place->device };
	int n, ok = update(c, NULL, &n, head, HEAD_LEN) == 1;

	/* Each with its NUL, so that where one ends is certain. */
	for (size_t i = 0; ok && i < COUNT(parts); i++)
		ok = update(c, NULL, &n, (const unsigned char *)parts[i],
			 (int)strlen(parts[i]) + 1) == 1;
	return ok;
}

char *
seal_close(struct arena *a, const struct seal *s,
    const struct seal_place *place, const char *text)
{
	size_t len = strlen(text), size = HEAD_LEN + len + TAG_LEN;
	EVP_CIPHER_CTX *c;
	unsigned char *raw;
	char *out;
	int n, ok;

	if (len > SEAL_TEXT_MAX || (raw = arena_alloc(a, size)) == NULL)
		return NULL;
	out = arena_alloc(a, strlen(SEAL_PREFIX) + BASE64_SIZE(size));
	if (out == NULL)
		return NULL;
	raw[0] = VERSION;
	memcpy(raw + 1, s->keys[0].id, ID_LEN);
	CHECK(RAND_bytes(raw + 1 + ID_LEN, NONCE_LEN) == 1);
	ok = (c = EVP_CIPHER_CTX_new()) != NULL &&
	     EVP_EncryptInit_ex2(c, EVP_aes_256_gcm(), s->keys[0].bytes,
		 raw + 1 + ID_LEN, NULL) == 1 &&
	     associate(c, 1, raw, place) &&
	     EVP_EncryptUpdate(c, raw + HEAD_LEN, &n,
		 (const unsigned char *)text, (int)len) == 1 &&
	     EVP_EncryptFinal_ex(c, raw + HEAD_LEN + len, &n) == 1 &&
	     EVP_CIPHER_CTX_ctrl(
		 c, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, raw + HEAD_LEN + len) == 1;
	EVP_CIPHER_CTX_free(c);
	CHECK(ok);
	memcpy(out, SEAL_PREFIX, strlen(SEAL_PREFIX));
	base64_encode(out + strlen(SEAL_PREFIX), raw, size);
	return out;
}

/* The bytes of a sealed value; NULL for what is none. */
static unsigned char *
unwrap(struct arena *a, const char *text, size_t *len)
{
	unsigned char *raw;

	if (!seal_is_sealed(text))
		return NULL;
	text += strlen(SEAL_PREFIX);
	raw = base64_decode(a, text, strlen(text), len);
	if (raw == NULL || *len < HEAD_LEN + TAG_LEN || raw[0] != VERSION ||
	    *len > HEAD_LEN + SEAL_TEXT_MAX + TAG_LEN)
		return NULL;
	return raw;
}

static const struct key *
key_find(const struct seal *s, const unsigned char id[ID_LEN])
{
	for (size_t i = 0; i < s->count; i++)
		if (memcmp(s->keys[i].id, id, ID_LEN) == 0)
			return &s->keys[i];
	return NULL;
}

char *
seal_open(struct arena *a, const struct seal *s, const struct seal_place *place,
    const char *sealed, char why[SEAL_WHY_LEN])
{
	char name[SEAL_KEY_ID_SIZE];
	const struct key *key;
	unsigned char *raw;
	EVP_CIPHER_CTX *c;
	size_t len;
	char *out;
	int n, ok;

	if ((raw = unwrap(a, sealed, &len)) == NULL)
		return no(why, "not a sealed value"), NULL;
	if ((key = key_find(s, raw + 1)) == NULL) {
		id_name(raw + 1, name);
		return no(why,
			   "sealed with the key %s, which is not in the "
			   "file",
			   name),
		       NULL;
	}
	len -= HEAD_LEN + TAG_LEN;
	if ((out = arena_alloc(a, len + 1)) == NULL)
		return no(why, "too large to be opened"), NULL;
	ok = (c = EVP_CIPHER_CTX_new()) != NULL &&
	     EVP_DecryptInit_ex2(c, EVP_aes_256_gcm(), key->bytes,
		 raw + 1 + ID_LEN, NULL) == 1 &&
	     associate(c, 0, raw, place) &&
	     EVP_DecryptUpdate(
		 c, (unsigned char *)out, &n, raw + HEAD_LEN, (int)len) == 1 &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG_LEN,
		 raw + HEAD_LEN + len) == 1 &&
	     EVP_DecryptFinal_ex(c, (unsigned char *)out + len, &n) == 1;
	EVP_CIPHER_CTX_free(c);
	if (ok && memchr(out, '\0', len) == NULL)
		return out;
	OPENSSL_cleanse(out, len);
	return no(why, "damaged, or sealed for another place"), NULL;
}

int
seal_is_sealed(const char *text)
{
	return strncmp(text, SEAL_PREFIX, strlen(SEAL_PREFIX)) == 0;
}

int
seal_is_stale(const struct seal *s, const char *text)
{
	/* Version and key: 9 bytes are the first 12 characters. */
	char head[BASE64_SIZE(1 + ID_LEN)];
	unsigned char raw[1 + ID_LEN] = { VERSION };

	memcpy(raw + 1, s->keys[0].id, ID_LEN);
	base64_encode(head, raw, sizeof(raw));
	return !seal_is_sealed(text) ||
	       strncmp(text + strlen(SEAL_PREFIX), head, strlen(head)) != 0;
}
