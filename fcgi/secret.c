/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "program.h"
#include "secret.h"

static void
seal_anew(struct worker *w, struct request *r, int statement,
    const struct seal_place *place, const char *kept, const char *text)
{
	const char *sealed = seal_close(r->arena, w->seal, place, text);
	struct db_work *work;
	struct db_error e;

	if (sealed == NULL)
		return;
	work = db_work(w->db, r->arena);
	db_call(work, statement);
	db_text(work, place->device);
	db_text(work, place->purpose);
	db_text(work, kept);
	db_text(work, sealed);
	if (db_run(work, &e) == -1)
		r->note = arena_printf(r->arena, "%s is not sealed yet: %s",
		    place->purpose, e.message);
}

const char *
secret_open(struct worker *w, struct request *r, int statement,
    const struct seal_place *place, const char *kept, const char **why)
{
	char *reason = arena_alloc(r->arena, SEAL_WHY_LEN);
	const char *text = kept;

	CHECK(reason != NULL);
	if (kept != NULL && seal_is_sealed(kept))
		text = seal_open(r->arena, w->seal, place, kept, reason);
	if (text == NULL) {
		*why = arena_printf(r->arena, "%s cannot be opened: %s",
		    place->purpose, kept != NULL ? reason : "there is none");
		return NULL;
	}
	if (seal_is_stale(w->seal, kept))
		seal_anew(w, r, statement, place, kept, text);
	return text;
}
