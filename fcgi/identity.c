/* SPDX-License-Identifier: ISC */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "identity.h"

#define SLOTS 1024 /* 128 KiB; a device that loses its slot is verified again */

struct identity_cache {
	struct identity slots[SLOTS];
};

struct identity_cache *
identity_cache_new(void)
{
	struct identity_cache *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		err(1, NULL);
	return c;
}

/* SHA-256 spreads well enough, and nobody can aim at a slot cheaply. */
static size_t
slot_of(const unsigned char sha256[X509_SHA256_LEN])
{
	return ((size_t)sha256[0] << 8 | sha256[1]) % SLOTS;
}

const struct identity *
identity_find(const struct identity_cache *c, const char *text, time_t now)
{
	unsigned char key[X509_SHA256_LEN];
	const struct identity *i;

	x509_sha256(text, strlen(text), key);
	i = &c->slots[slot_of(key)];
	if (memcmp(i->text_sha256, key, sizeof(key)) != 0 || i->not_after < now)
		return NULL;
	return i;
}

int
identity_verify(struct arena *a, struct x509_store *store, const char *text,
    time_t now, struct identity *i, char why[X509_WHY_LEN])
{
	struct blob der;

	*i = (struct identity){ .not_after = 0 };
	if (x509_client_decode(a, text, &der, why) == -1 ||
	    x509_store_verify(store, &der, now, &i->not_after, why) == -1)
		return -1;
	x509_sha256(text, strlen(text), i->text_sha256);
	x509_sha256(der.data, der.len, i->sha256);
	return 0;
}

void
identity_remember(struct identity_cache *c, const struct identity *i)
{
	c->slots[slot_of(i->text_sha256)] = *i;
}

void
identity_forget(struct identity_cache *c, const struct identity *i)
{
	struct identity *slot = &c->slots[slot_of(i->text_sha256)];

	if (memcmp(slot->sha256, i->sha256, sizeof(slot->sha256)) == 0)
		*slot = (struct identity){ .not_after = 0 };
}
