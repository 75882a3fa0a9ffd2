/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "main.h"

#define SESSION_LEN 8

struct device {
	char *body;
	char *session; /* where in the body its SessionID is */
};

struct checkin {
	const char *url;
	struct device devices[LANES_MAX];
	uint32_t session; /* of the newest message of all */
	size_t length;	  /* of each answer, or 0: it names the session */
};

/* Of none that a device had in an earlier run. */
static uint32_t
first_session(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint32_t)(t.tv_sec * 40000 + t.tv_nsec / 25000);
}

static int
checkin_next(void *context, int lane, struct exchange *e)
{
	struct checkin *c = context;
	struct device *d = &c->devices[lane];
	char session[SESSION_LEN + 1];

	snprintf(session, sizeof(session), "%08X", c->session++);
	memcpy(d->session, session, SESSION_LEN);
	*e = (struct exchange){ .url = c->url,
		.type = "application/vnd.syncml.dm+xml",
		.body = d->body,
		.body_len = strlen(d->body),
		.counts = 1 };
	return 1;
}

static const char *
checkin_wrong(void *context, int lane, const struct answer *a)
{
	static const char tag[] = "<SessionID>";
	const struct checkin *c = context;
	const char *at;

	if (a->status != 200)
		return "not 200";
	if (c->length > 0)
		return a->body_len != c->length ? "not that length" : NULL;
	at = strstr(a->body, tag);
	if (at == NULL || strncmp(at + strlen(tag), c->devices[lane].session,
			      SESSION_LEN) != 0)
		return "not an answer to this session";
	return NULL;
}

static int
is_pem(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return len > 4 && strcmp(e->d_name + len - 4, ".pem") == 0;
}

void
devices_find(struct plan *p, const char *folder)
{
	struct dirent **list;
	int n = scandir(folder, &list, is_pem, alphasort);
	char path[4096];

	if (n < p->lanes)
		errx(1, "%s: fewer devices than connections", folder);
	for (int i = 0; i < n; i++) {
		if (i < p->lanes) {
			snprintf(path, sizeof(path), "%s/%s", folder,
			    list[i]->d_name);
			if ((p->certificates[i] = strdup(path)) == NULL)
				err(1, NULL);
		}
		free(list[i]);
	}
	free(list);
}

char *
devices_id(const struct plan *p, int lane)
{
	char *id = strdup(strrchr(p->certificates[lane], '/') + 1);

	if (id == NULL)
		err(1, NULL);
	id[strlen(id) - strlen(".pem")] = '\0';
	return id;
}

void
devices_free(struct plan *p)
{
	for (int i = 0; i < p->lanes; i++)
		free(p->certificates[i]);
}

/* The body of one device, which its requests will share. */
static void
make_body(struct device *d, const char *template, const char *id)
{
	static const char mark[] = "@SESSION@";
	char *at;

	d->body = text_fill(template, (const char *[]){ "@DEVICE@", id, NULL });
	if ((at = strstr(d->body, mark)) == NULL)
		errx(1, "no %s in the body", mark);
	memmove(
	    at + SESSION_LEN, at + strlen(mark), strlen(at + strlen(mark)) + 1);
	d->session = at;
}

void
checkin_run(struct plan *p, const char *url, const char *body,
    const char *devices, const char *length)
{
	static struct checkin c;
	char *template = file_read(body);

	c.url = url;
	c.session = first_session();
	c.length = length != NULL ? strtoul(length, NULL, 10) : 0;
	devices_find(p, devices);
	for (int i = 0; i < p->lanes; i++) {
		char *id = devices_id(p, i);

		make_body(&c.devices[i], template, id);
		free(id);
	}
	p->context = &c;
	p->next = checkin_next;
	p->wrong = checkin_wrong;
	load_run(p);
	for (int i = 0; i < p->lanes; i++)
		free(c.devices[i].body);
	devices_free(p);
	free(template);
}

struct get {
	const char *url;
	size_t length;
};

static int
get_next(void *context, int lane, struct exchange *e)
{
	const struct get *g = context;

	(void)lane;
	*e = (struct exchange){ .url = g->url, .counts = 1 };
	return 1;
}

static const char *
get_wrong(void *context, int lane, const struct answer *a)
{
	const struct get *g = context;

	(void)lane;
	if (a->status != 200)
		return "not 200";
	return a->body_len != g->length ? "not that length" : NULL;
}

void
get_run(struct plan *p, const char *url, const char *length)
{
	struct get g = { .url = url, .length = strtoul(length, NULL, 10) };

	p->context = &g;
	p->next = get_next;
	p->wrong = get_wrong;
	load_run(p);
}
