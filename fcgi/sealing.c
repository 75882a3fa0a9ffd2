/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/seal.h"
#include "../common/utf8.h"
#include "exchange.h"
#include "program.h"
#include "sealing.h"

#define NAME_MAX_LEN 64
#define UUID_LEN 36
#define DEVICES_AT_ONCE 50
#define VALUES_AT_ONCE 16 /* in one transaction */
#define MEMORY ((size_t)256 << 20)

extern char **environ;

static int
usage(void)
{
	fprintf(stderr, "usage: fenestra-management -s name [device]\n");
	return 2;
}

static int
is_name(const char *s)
{
	size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return s[len] == '\0' && len <= NAME_MAX_LEN && *s >= 'a' && *s <= 'z';
}

/* As the database writes it: the seal is for these very letters. */
static int
is_uuid(const char *s)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (strlen(s) != UUID_LEN)
		return 0;
	for (size_t i = 0; i < UUID_LEN; i++)
		if (form[i] == '-' ? s[i] != '-'
				   : strchr("0123456789abcdef", s[i]) == NULL)
			return 0;
	return 1;
}

static struct seal *
load_key(void)
{
	char why[SEAL_WHY_LEN + CONFIG_WHY_LEN];
	struct config config;
	struct seal *seal = NULL;

	if (config_read(&config, CONFIG_SEAL, environ, why) == 0)
		seal = seal_load(config.seal_key, why);
	if (seal == NULL)
		fprintf(stderr, "fenestra-management: %s\n", why);
	return seal;
}

/* All of it but one line feed at the end; NULL, said why, if it is no text. */
static char *
read_text(struct arena *a)
{
	char *text = arena_alloc(a, SEAL_TEXT_MAX + 3);
	size_t len;

	CHECK(text != NULL);
	len = fread(text, 1, SEAL_TEXT_MAX + 2, stdin);
	if (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	if (len > 0 && len <= SEAL_TEXT_MAX && utf8_valid(text, len) == len)
		return text;
	fprintf(stderr,
	    "fenestra-management: a secret is text as XML can hold it, of 1 to "
	    "%d bytes\n",
	    SEAL_TEXT_MAX);
	return NULL;
}

int
sealing_seal(int argc, char **argv)
{
	struct seal_place place = { .device = SEAL_SITE };
	struct arena *a;
	struct seal *seal;
	char *text;

	if (argc < 1 || argc > 2 || !is_name(argv[0]) ||
	    (argc == 2 && !is_uuid(argv[1])))
		return usage();
	if (argc == 2)
		place.device = argv[1];
	if ((seal = load_key()) == NULL)
		return 1;
	a = arena_new(MEMORY);
	place.purpose = arena_printf(a, "secret.%s", argv[0]);
	if ((text = read_text(a)) != NULL)
		puts(seal_close(a, seal, &place, text));
	arena_free(a);
	seal_free(seal);
	return text != NULL ? 0 : 1;
}

/* What became of the values. */
struct tally {
	long sealed;
	long unopened;
};

/* Add the call for one of them; 0 where it does not open. */
static int
reseal_value(struct worker *w, struct db_work *found, int row,
    struct db_work *work, struct arena *a)
{
	const struct seal_place place = { db_value(found, 0, row, 1),
		db_value(found, 0, row, 0) };
	const char *kept = db_value(found, 0, row, 2), *text = kept;
	char why[SEAL_WHY_LEN];

	if (seal_is_sealed(kept))
		text = seal_open(a, w->seal, &place, kept, why);
	if (text == NULL) {
		fprintf(stderr, "device %s: %s cannot be opened: %s\n",
		    place.device, place.purpose, why);
		return 0;
	}
	db_call(work, RESEAL);
	db_text(work, place.device);
	db_text(work, place.purpose);
	db_text(work, kept);
	db_text(work, seal_close(a, w->seal, &place, text));
	return 1;
}

/* What was found of some devices, but for its last row; 0, or -1 and why. */
static int
reseal_values(struct worker *w, struct db_work *found, struct arena *a,
    struct tally *tally, struct db_error *e)
{
	int rows = db_rows(found, 0) - 1, row = 0;
	struct db_work *work;

	while (row < rows) {
		work = db_work(w->db, a);
		while (row < rows && db_calls(work) < VALUES_AT_ONCE)
			if (reseal_value(w, found, row++, work, a))
				tally->sealed++;
			else
				tally->unopened++;
		if (db_calls(work) > 0 && db_run(work, e) == -1)
			return -1;
	}
	return 0;
}

/* Some devices further: 1, 0 at the end, or -1 and why. */
static int
reseal_some(struct worker *w, struct arena *a, char after[UUID_LEN + 1],
    struct tally *tally, struct db_error *e)
{
	struct db_work *found = db_work(w->db, a);
	int rows;

	db_call(found, UNSEALED);
	db_text(found, seal_key_id(w->seal));
	db_text(found, after[0] != '\0' ? after : NULL);
	db_int(found, DEVICES_AT_ONCE);
	if (db_run(found, e) == -1)
		return -1;
	if ((rows = db_rows(found, 0)) == 0)
		return 0;
	snprintf(after, UUID_LEN + 1, "%s", db_value(found, 0, rows - 1, 0));
	return reseal_values(w, found, a, tally, e) == -1 ? -1 : 1;
}

int
sealing_reseal(const struct program *p)
{
	static struct worker w;
	struct tally tally = { 0, 0 };
	char after[UUID_LEN + 1] = "";
	struct arena *a;
	struct db_error e;
	int more;

	if (program_start(&w, p) == -1)
		return 1;
	a = arena_new(MEMORY);
	while ((more = reseal_some(&w, a, after, &tally, &e)) == 1)
		arena_reset(a);
	arena_free(a);
	if (more == -1)
		fprintf(stderr, "fenestra-management: %s\n", e.message);
	printf("sealed with the key %s: %ld values; not opened: %ld\n",
	    seal_key_id(w.seal), tally.sealed, tally.unopened);
	db_free(w.db);
	return more == 0 && tally.unopened == 0 ? 0 : 1;
}
