/* SPDX-License-Identifier: ISC */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "load.h"

#define TIMEOUT 30L /* seconds for one answer */

struct lane {
	int number;
	CURL *easy;
	struct curl_slist *headers;
	struct exchange exchange;
	double sent;
	int units;
	int busy;
	size_t len, size;
	char *data;
};

struct run {
	const struct plan *plan;
	CURLM *multi;
	struct lane lanes[LANES_MAX];
	int busy;
	long started, units, requests, connects;
	double deadline; /* 0: none */
	double *took;	 /* of each unit's last request, seconds */
	size_t room;
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t
receive(char *data, size_t one, size_t n, void *context)
{
	struct lane *l = context;

	(void)one;
	if (l->len + n + 1 > l->size) {
		l->size = 2 * (l->len + n + 1);
		if ((l->data = realloc(l->data, l->size)) == NULL)
			err(1, NULL);
	}
	memcpy(l->data + l->len, data, n);
	l->len += n;
	l->data[l->len] = '\0';
	return n;
}

static void
lane_open(struct run *r, int number)
{
	const struct plan *p = r->plan;
	struct lane *l = &r->lanes[number];
	const char *certificate = p->certificates[number];

	l->number = number;
	if ((l->easy = curl_easy_init()) == NULL)
		errx(1, "cannot initialise libcurl");
	curl_easy_setopt(l->easy, CURLOPT_PRIVATE, l);
	curl_easy_setopt(l->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(l->easy, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(
	    l->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(l->easy, CURLOPT_TIMEOUT, TIMEOUT);
	curl_easy_setopt(l->easy, CURLOPT_CAINFO, p->ca_file);
	curl_easy_setopt(l->easy, CURLOPT_RESOLVE, p->resolve);
	curl_easy_setopt(l->easy, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(l->easy, CURLOPT_WRITEDATA, l);
	if (certificate != NULL) {
		curl_easy_setopt(l->easy, CURLOPT_SSLCERT, certificate);
		curl_easy_setopt(l->easy, CURLOPT_SSLKEY, certificate);
	}
}

static void
set_headers(struct lane *l, const char *type)
{
	char line[128];

	curl_slist_free_all(l->headers);
	snprintf(line, sizeof(line), "Content-Type: %s", type);
	l->headers = curl_slist_append(NULL, line);
	l->headers = curl_slist_append(l->headers, "Expect:");
	curl_easy_setopt(l->easy, CURLOPT_HTTPHEADER, l->headers);
}

/* Send the lane's next request, if there is one and time for it. */
static void
lane_send(struct run *r, struct lane *l)
{
	const struct plan *p = r->plan;
	const char *type = l->exchange.type;

	if (!p->next(p->context, l->number, &l->exchange))
		return;
	curl_easy_setopt(l->easy, CURLOPT_URL, l->exchange.url);
	if (l->exchange.body != NULL) {
		if (type != l->exchange.type)
			set_headers(l, l->exchange.type);
		curl_easy_setopt(
		    l->easy, CURLOPT_POSTFIELDSIZE, (long)l->exchange.body_len);
		curl_easy_setopt(l->easy, CURLOPT_POSTFIELDS, l->exchange.body);
	}
	l->len = 0;
	l->busy = 1;
	l->sent = now();
	r->busy++;
	r->started += l->exchange.counts;
	curl_multi_add_handle(r->multi, l->easy);
}

static void
check_answer(struct run *r, struct lane *l, CURLcode code)
{
	struct answer a = { .body = l->len > 0 ? l->data : "",
		.body_len = l->len };
	curl_off_t length = -1;
	const char *why;
	long connects = 0;

	if (code != CURLE_OK)
		errx(1, "%s: %s", l->exchange.url, curl_easy_strerror(code));
	curl_easy_getinfo(l->easy, CURLINFO_RESPONSE_CODE, &a.status);
	curl_easy_getinfo(l->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	curl_easy_getinfo(l->easy, CURLINFO_NUM_CONNECTS, &connects);
	r->connects += connects;
	why = r->plan->wrong(r->plan->context, l->number, &a);
	if (why == NULL && length != (curl_off_t)l->len)
		why = "no Content-Length, or a wrong one";
	if (why != NULL)
		errx(1, "%s: status %ld, %zu bytes: %s\n%.2000s",
		    l->exchange.url, a.status, a.body_len, why, a.body);
}

static void
keep_time(struct run *r, double took)
{
	if ((size_t)r->units == r->room) {
		r->room = 2 * r->room + 1024;
		r->took = reallocarray(r->took, r->room, sizeof(*r->took));
		if (r->took == NULL)
			err(1, NULL);
	}
	r->took[r->units++] = took;
}

/* Whether a lane may start another request. */
static int
goes_on(const struct run *r, const struct lane *l, double time)
{
	if (r->deadline == 0) /* warming up */
		return l->units < r->plan->warmups;
	return time < r->deadline &&
	       (r->plan->most == 0 || r->started < r->plan->most);
}

static void
lane_done(struct run *r, struct lane *l, CURLcode code)
{
	double time = now();

	curl_multi_remove_handle(r->multi, l->easy);
	l->busy = 0;
	r->busy--;
	check_answer(r, l, code);
	l->units += l->exchange.counts;
	/* What ends after the deadline is checked, but not counted. */
	if (r->deadline > 0 && time <= r->deadline) {
		r->requests++;
		if (l->exchange.counts)
			keep_time(r, time - l->sent);
	}
	if (goes_on(r, l, time))
		lane_send(r, l);
}

/* Until no lane has anything to do. */
static void
turn(struct run *r)
{
	CURLMsg *m;
	struct lane *l;
	int running, left;

	for (int i = 0; i < r->plan->lanes; i++)
		if (goes_on(r, &r->lanes[i], now()))
			lane_send(r, &r->lanes[i]);
	while (r->busy > 0) {
		if (curl_multi_perform(r->multi, &running) != CURLM_OK)
			errx(1, "curl_multi_perform");
		while ((m = curl_multi_info_read(r->multi, &left)) != NULL) {
			curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &l);
			lane_done(r, l, m->data.result);
		}
		if (r->busy > 0)
			curl_multi_poll(r->multi, NULL, 0, 1000, NULL);
	}
}

static int
compare(const void *x, const void *y)
{
	const double *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

static void
print_outcome(struct run *r, double seconds)
{
	size_t n = (size_t)r->units;

	if (n == 0)
		errx(1, "nothing was done in %.2f s", seconds);
	qsort(r->took, n, sizeof(*r->took), compare);
	printf("units=%ld requests=%ld seconds=%.4f rate=%.2f p50_us=%.0f "
	       "p99_us=%.0f connects=%ld\n",
	    r->units, r->requests, seconds, (double)r->units / seconds,
	    r->took[n / 2] * 1e6, r->took[n * 99 / 100] * 1e6, r->connects);
}

void
load_run(const struct plan *p)
{
	static struct run r;
	double start, end;

	if (p->lanes < 1 || p->lanes > LANES_MAX || p->seconds <= 0)
		errx(
		    2, "connections: 1 to %d; seconds: more than 0", LANES_MAX);
	r.plan = p;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	if ((r.multi = curl_multi_init()) == NULL)
		errx(1, "cannot initialise libcurl");
	for (int i = 0; i < p->lanes; i++)
		lane_open(&r, i);
	turn(&r);
	r.started = 0;
	r.connects = 0;
	start = now();
	r.deadline = start + p->seconds;
	turn(&r);
	end = now();
	print_outcome(&r, (end < r.deadline ? end : r.deadline) - start);
	for (int i = 0; i < p->lanes; i++) {
		curl_easy_cleanup(r.lanes[i].easy);
		curl_slist_free_all(r.lanes[i].headers);
		free(r.lanes[i].data);
	}
	curl_multi_cleanup(r.multi);
	free(r.took);
}

char *
file_read(const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t size = 1 << 20, n;
	char *data = malloc(size);

	if (f == NULL || data == NULL)
		err(1, "%s", path);
	n = fread(data, 1, size - 1, f);
	if (ferror(f) || !feof(f))
		errx(1, "%s: cannot be read, or too long", path);
	fclose(f);
	data[n] = '\0';
	return data;
}

static char *
replace(char *text, const char *name, const char *value)
{
	char *at, *out;
	size_t size;

	while ((at = strstr(text, name)) != NULL) {
		size = strlen(text) + strlen(value) + 1;
		if ((out = malloc(size)) == NULL)
			err(1, NULL);
		snprintf(out, size, "%.*s%s%s", (int)(at - text), text, value,
		    at + strlen(name));
		free(text);
		text = out;
	}
	return text;
}

char *
text_fill(const char *text, const char *const *pairs)
{
	char *out = strdup(text);

	if (out == NULL)
		err(1, NULL);
	for (; *pairs != NULL; pairs += 2)
		out = replace(out, pairs[0], pairs[1]);
	return out;
}
