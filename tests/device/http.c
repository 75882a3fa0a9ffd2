/* SPDX-License-Identifier: ISC */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http.h"

#define BODY_LIMIT (16U << 20)
#define TIMEOUT_SECONDS 60L

struct http {
	CURL *curl;
	struct curl_slist *resolve;
	struct http_settings settings;
	char error[CURL_ERROR_SIZE];
};

void
http_start(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		die("libcurl does not start");
}

void
http_stop(void)
{
	curl_global_cleanup();
}

static size_t
body_arrived(char *data, size_t size, size_t n, void *user)
{
	struct buf *body = user;

	if (body->len + size * n > BODY_LIMIT)
		return 0;
	buf_add(body, data, size * n);
	return size * n;
}

static size_t
header_arrived(char *data, size_t size, size_t n, void *user)
{
	struct buf *headers = user;

	if (size * n > 5 && memcmp(data, "HTTP/", 5) == 0)
		buf_reset(headers);
	buf_add(headers, data, size * n);
	return size * n;
}

static void
identity_set(CURL *c, const struct http_settings *s)
{
	if (s->ca_file != NULL)
		curl_easy_setopt(c, CURLOPT_CAINFO, s->ca_file);
	if (s->certificate_file == NULL)
		return;
	curl_easy_setopt(c, CURLOPT_SSLCERT, s->certificate_file);
	curl_easy_setopt(c, CURLOPT_SSLKEY, s->key_file);
}

struct http *
http_open(const struct http_settings *settings)
{
	struct http *h = xcalloc(1, sizeof(*h));
	CURL *c = curl_easy_init();
	char *const *entry;

	if (c == NULL)
		die("libcurl does not start");
	h->curl = c;
	h->settings = *settings;
	for (entry = settings->resolve; *entry != NULL; entry++)
		h->resolve = curl_slist_append(h->resolve, *entry);
	curl_easy_setopt(c, CURLOPT_RESOLVE, h->resolve);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->error);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, TIMEOUT_SECONDS);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, body_arrived);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, header_arrived);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION,
	    (long)(settings->http2 ? CURL_HTTP_VERSION_2TLS
				   : CURL_HTTP_VERSION_1_1));
	identity_set(c, settings);
	return h;
}

void
http_close(struct http *h)
{
	if (h == NULL)
		return;
	curl_easy_cleanup(h->curl);
	curl_slist_free_all(h->resolve);
	free(h);
}

static struct curl_slist *
headers_list(const struct http_request *q)
{
	/* libcurl would add these two by itself */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	int accept = 0;
	size_t i;

	for (i = 0; i < HTTP_HEADERS && q->headers[i] != NULL; i++) {
		accept |= str_starts(q->headers[i], "Accept:");
		list = curl_slist_append(list, q->headers[i]);
	}
	if (!accept)
		list = curl_slist_append(list, "Accept:");
	return list;
}

static void
request_set(CURL *c, const struct http_request *q, struct http_response *a)
{
	curl_easy_setopt(c, CURLOPT_URL, q->url);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &a->body);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, &a->headers);
	if (q->body == NULL) {
		curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
	} else {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(
		    c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body_len);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->body);
	}
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, q->method);
}

static int
is_worth_a_retry(CURLcode code)
{
	return code == CURLE_COULDNT_CONNECT || code == CURLE_GOT_NOTHING ||
	       code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
	       code == CURLE_SSL_CONNECT_ERROR ||
	       code == CURLE_OPERATION_TIMEDOUT;
}

static CURLcode
send_patiently(struct http *h, struct http_response *a)
{
	double wait = h->settings.backoff_ms, start;
	CURLcode code;
	long left;

	for (left = h->settings.retries;; left--) {
		buf_reset(&a->body);
		buf_reset(&a->headers);
		h->error[0] = '\0';
		start = clock_ms();
		code = curl_easy_perform(h->curl);
		a->ms = clock_ms() - start;
		if (!is_worth_a_retry(code) || left <= 0)
			return code;
		sleep_ms(wait);
		wait *= 2;
		if (wait > h->settings.backoff_maximum_ms)
			wait = h->settings.backoff_maximum_ms;
	}
}

static void
request_show(struct report *r, const struct http_request *q)
{
	struct buf text = { 0 };
	size_t i;

	if (r->verbosity < 1)
		return;
	buf_printf(&text, "%s %s\n", q->method, q->url);
	for (i = 0; i < HTTP_HEADERS && q->headers[i] != NULL; i++)
		buf_printf(&text, "%s\n", q->headers[i]);
	if (q->body != NULL) {
		buf_puts(&text, "\n");
		if (q->is_binary)
			buf_printf(&text, "(%zu bytes)", q->body_len);
		else
			buf_add(&text, q->body, q->body_len);
	}
	report_raw(r, "request", text.data);
	buf_free(&text);
}

static void
response_show(struct report *r, const struct http_request *q,
    const struct http_response *a)
{
	struct buf text = { 0 };

	if (r->verbosity < 1)
		return;
	buf_add(&text, a->headers.data, a->headers.len);
	if (q->is_binary)
		buf_printf(&text, "(%zu bytes)", a->body.len);
	else
		buf_add(&text, a->body.data, a->body.len);
	report_raw(r, "answer", text.data);
	buf_free(&text);
}

static void
failure_take(const struct http *h, struct report *r,
    const struct http_request *q, CURLcode code)
{
	const char *why =
	    h->error[0] != '\0' ? h->error : curl_easy_strerror(code);

	r->tls_refused = strstr(why, "alert") != NULL;
	if (r->tls_refused && r->tls_refusal_is_fine)
		report_note(r, "refused by TLS: %s", why);
	else
		report_fail(r, "connection", "%s: %s", q->url, why);
}

int
http_send(struct http *h, struct report *r, const struct http_request *q,
    struct http_response *a)
{
	struct curl_slist *headers = headers_list(q);
	CURLcode code;

	buf_add(&a->body, "", 0);
	buf_add(&a->headers, "", 0);
	request_show(r, q);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, headers);
	request_set(h->curl, q, a);
	code = send_patiently(h, a);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	if (code != CURLE_OK) {
		failure_take(h, r, q, code);
		return -1;
	}
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &a->status);
	r->status = a->status;
	response_show(r, q, a);
	return 0;
}

void
http_response_free(struct http_response *a)
{
	buf_free(&a->headers);
	buf_free(&a->body);
	memset(a, 0, sizeof(*a));
}

char *
http_header(const struct http_response *a, const char *name)
{
	const char *line = a->headers.data;
	size_t len = strlen(name), value;

	while (line != NULL && *line != '\0') {
		if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
			line += len + 1;
			line += strspn(line, " \t");
			value = strcspn(line, "\r\n");
			return xstrndup(line, value);
		}
		line = strchr(line, '\n');
		if (line != NULL)
			line++;
	}
	return NULL;
}

static void
length_judge(struct report *r, const struct http_response *a)
{
	char *length = http_header(a, "Content-Length");
	char *coding = http_header(a, "Transfer-Encoding");

	if (coding != NULL)
		report_fail(r, "chunked", "the answer has Transfer-Encoding %s",
		    coding);
	if (length == NULL)
		report_fail(
		    r, "content-length", "the answer has no Content-Length");
	else if (strtoul(length, NULL, 10) != a->body.len)
		report_fail(r, "content-length",
		    "Content-Length %s, but %zu bytes came", length,
		    a->body.len);
	free(length);
	free(coding);
}

static void
type_judge(
    struct report *r, const struct http_response *a, const char *media_type)
{
	char *type = http_header(a, "Content-Type");

	if (type == NULL)
		report_fail(r, "content-type", "there is no Content-Type");
	else if (strcasecmp(type, media_type) != 0)
		report_fail(r, "content-type", "Content-Type %s instead of %s",
		    type, media_type);
	free(type);
}

static void
caching_judge(struct report *r, const struct http_response *a)
{
	char *caching = http_header(a, "Cache-Control");

	if (caching == NULL || (strstr(caching, "no-store") == NULL &&
				   strstr(caching, "private") == NULL))
		report_fail(r, "cache-control",
		    "Cache-Control should say no-store or private, not %s",
		    caching == NULL ? "nothing" : caching);
	free(caching);
}

void
http_judge(
    struct report *r, const struct http_response *a, const char *media_type)
{
	length_judge(r, a);
	type_judge(r, a, media_type);
	caching_judge(r, a);
	if (!str_starts(media_type, "text/html;") &&
	    (strcasestr(a->body.data, "<html") != NULL ||
		strcasestr(a->body.data, "<!doctype") != NULL))
		report_fail(r, "html", "the answer is an HTML page");
}

char *
url_host(const char *url)
{
	CURLU *u = curl_url();
	char *part = NULL, *host = NULL;

	if (u == NULL)
		die("no memory");
	if (curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &part, 0) == CURLUE_OK)
		host = xstrdup(part);
	curl_free(part);
	curl_url_cleanup(u);
	return host;
}
