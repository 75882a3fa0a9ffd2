/* SPDX-License-Identifier: ISC */
#include <curl/curl.h>

#include <stdio.h>
#include <stdlib.h>

#include "../common/check.h"
#include "webhook_post.h"

#define ANSWER_MAX (64 * 1024) /* whoever says more is cut off */

struct transfer {
	CURL *easy;
	struct curl_slist *headers;
	size_t answered;
	char error[CURL_ERROR_SIZE];
};

static size_t
on_body(char *data, size_t size, size_t n, void *user)
{
	struct transfer *t = user;

	(void)data;
	t->answered += size * n;
	return t->answered <= ANSWER_MAX ? size * n : 0;
}

static void
set_headers(struct transfer *t, const struct post *p)
{
	/* No "Expect: 100-continue", which costs a second where it is not
	 * understood. */
	t->headers = curl_slist_append(NULL, "Expect:");
	t->headers =
	    curl_slist_append(t->headers, "Content-Type: application/json");
	for (size_t i = 0; i < POST_HEADERS && p->headers[i] != NULL; i++)
		t->headers = curl_slist_append(t->headers, p->headers[i]);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

static void
prepare(
    struct transfer *t, const struct post *p, const struct post_limits *limits)
{
	CURL *e = t->easy = curl_easy_init();

	CHECK(e != NULL);
	set_headers(t, p);
	curl_easy_setopt(e, CURLOPT_URL, p->url);
	curl_easy_setopt(e, CURLOPT_POSTFIELDS, p->body);
	curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)p->len);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_TIMEOUT, limits->seconds);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "Fenestra");
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error);
	if (*limits->ca_file != '\0')
		curl_easy_setopt(e, CURLOPT_CAINFO, limits->ca_file);
}

/* A status counts once its answer is whole, or as long as we wanted it. */
static void
finish(struct post *p, struct transfer *t, CURLcode code)
{
	int cut = code == CURLE_WRITE_ERROR && t->answered > ANSWER_MAX;

	if (code == CURLE_OK || cut)
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &p->status);
	else
		snprintf(p->why, sizeof(p->why), "%s",
		    t->error[0] != '\0' ? t->error : curl_easy_strerror(code));
}

/* Returns when all have ended: each has its own time limit. */
static void
run(CURLM *multi)
{
	int running;

	do {
		CHECK(curl_multi_perform(multi, &running) == CURLM_OK);
		if (running > 0)
			CHECK(curl_multi_poll(multi, NULL, 0, 1000, NULL) ==
			      CURLM_OK);
	} while (running > 0);
}

void
post_all(struct post **posts, size_t n, const struct post_limits *limits)
{
	static int ready;
	struct transfer *t = calloc(n, sizeof(*t));
	CURLM *multi;
	CURLMsg *m;
	int left;

	if (!ready)
		CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	ready = 1;
	CHECK((n == 0 || t != NULL) && (multi = curl_multi_init()) != NULL);
	for (size_t i = 0; i < n; i++) {
		posts[i]->status = 0;
		posts[i]->why[0] = '\0';
		prepare(&t[i], posts[i], limits);
		CHECK(curl_multi_add_handle(multi, t[i].easy) == CURLM_OK);
	}
	run(multi);
	while ((m = curl_multi_info_read(multi, &left)) != NULL)
		for (size_t i = 0; i < n; i++)
			if (m->msg == CURLMSG_DONE &&
			    t[i].easy == m->easy_handle)
				finish(posts[i], &t[i], m->data.result);
	for (size_t i = 0; i < n; i++) {
		curl_multi_remove_handle(multi, t[i].easy);
		curl_easy_cleanup(t[i].easy);
		curl_slist_free_all(t[i].headers);
	}
	curl_multi_cleanup(multi);
	free(t);
}
