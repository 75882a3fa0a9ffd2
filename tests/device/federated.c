/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec.h"
#include "enroll.h"

/*
 * Sign-in on a page, [MS-MDE2] 3.2: what the Web Authentication Broker does,
 * and a user in front of it who fills in whatever is asked.
 */

#define APP "ms-app://windows.immersivecontrolpanel"
#define MEDIA_TYPE "text/html; charset=utf-8"
#define DOCTYPE "<!DOCTYPE html>"
#define PAGES_MAX 4

static void
url_write(struct buf *out, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *text != '\0'; text++)
		if (strchr(plain, *text) != NULL)
			buf_add(out, text, 1);
		else
			buf_printf(out, "%%%02X", (unsigned char)*text);
}

static void
pair_write(struct buf *out, const char *name, const char *value)
{
	if (out->len > 0)
		buf_puts(out, "&");
	url_write(out, name);
	buf_puts(out, "=");
	url_write(out, value);
}

/* The first element of a name, in the order of the document. */
static const struct node *
element_find(const struct node *n, const char *name)
{
	const struct node *found = NULL;

	for (; n != NULL && found == NULL; n = n->next)
		found = strcmp(n->name, name) == 0
			    ? n
			    : element_find(n->first, name);
	return found;
}

/* All fields of a form, as a user leaves them. */
static void
fields_write(struct buf *out, const struct node *n, const struct options *o)
{
	const char *name, *type, *value;

	for (; n != NULL; n = n->next) {
		fields_write(out, n->first, o);
		name = node_attr(n, NULL, "name");
		if (strcmp(n->name, "input") != 0 || name == NULL)
			continue;
		type = node_attr(n, NULL, "type");
		value = node_attr(n, NULL, "value");
		if (type != NULL && strcmp(type, "password") == 0)
			value = o->password;
		else if (type != NULL && strcmp(type, "text") == 0 &&
			 (value == NULL || value[0] == '\0'))
			value = o->upn;
		pair_write(out, name, value == NULL ? "" : value);
	}
}

/* The wresult of a form that goes to the app; NULL where it does not. */
static const char *
result_take(struct report *r, const struct node *form)
{
	const char *action = node_attr(form, NULL, "action");
	const char *method = node_attr(form, NULL, "method");
	const struct node *field = element_find(form->first, "input");
	const char *name = node_attr(field, NULL, "name");
	const char *value = node_attr(field, NULL, "value");

	if (method == NULL || strcasecmp(method, "post") != 0)
		report_fail(r, "sign-in", "the form's method is not post");
	if (action == NULL || strcmp(action, APP) != 0)
		return NULL;
	if (name == NULL || strcmp(name, "wresult") != 0 || value == NULL ||
	    value[0] == '\0') {
		report_fail(r, "sign-in", "the last form has no wresult");
		return NULL;
	}
	return value;
}

static struct dom *
page_read(struct report *r, const struct http_response *a)
{
	const char *text = a->body.data;
	struct dom *dom;

	http_judge(r, a, MEDIA_TYPE);
	if (str_starts(text, DOCTYPE))
		text += strlen(DOCTYPE);
	else
		report_fail(r, "sign-in", "the page does not begin " DOCTYPE);
	dom = dom_parse(text, strlen(text));
	if (dom->error != NULL)
		report_fail(
		    r, "sign-in", "the page cannot be read: %s", dom->error);
	return dom;
}

/* One page: 1 with the token, 0 with what to send next, -1 at its end. */
static int
page_take(struct device *d, const struct http_response *a, struct enrollment *e,
    struct buf *next)
{
	struct dom *dom = page_read(&d->r, a);
	const struct node *form =
	    dom->error == NULL ? element_find(dom->root, "form") : NULL;
	const char *result;
	struct buf base64 = { 0 };
	int rc = -1;

	buf_reset(next);
	if (a->status == 200 && form != NULL) {
		result = result_take(&d->r, form);
		rc = result != NULL;
		if (rc == 0)
			fields_write(next, form->first, d->o);
		if (rc == 1) {
			base64_write(&base64, result, strlen(result));
			str_set(&e->token, base64.data);
		}
	}
	buf_free(&base64);
	dom_free(dom);
	return rc;
}

static int
page_exchange(struct device *d, struct http *h, const char *url,
    struct enrollment *e, struct buf *fields)
{
	struct http_request q = { .method = fields->len == 0 ? "GET" : "POST",
		.url = url,
		.headers = { "Content-Type: application/"
			     "x-www-form-urlencoded" } };
	struct http_response a = { 0 };
	int rc = -1;

	if (fields->len == 0) {
		q.headers[0] = NULL;
	} else {
		q.body = fields->data;
		q.body_len = fields->len;
	}
	report_begin(&d->r, "Sign-in");
	if (http_send(h, &d->r, &q, &a) == 0) {
		rc = page_take(d, &a, e, fields);
		report_step(&d->r, a.body.len, a.ms,
		    rc == 1   ? "token"
		    : rc == 0 ? "form"
			      : "no form");
	}
	http_response_free(&a);
	return rc;
}

int
federated_exchange(struct device *d, struct http *h, struct enrollment *e)
{
	struct buf url = { 0 }, query = { 0 }, fields = { 0 };
	int rc = 0;

	pair_write(&query, "appru", APP);
	pair_write(&query, "login_hint", d->o->upn);
	buf_printf(&url, "%s?%s", e->authentication_url, query.data);
	for (int pages = 0; pages < PAGES_MAX && rc == 0; pages++)
		rc = page_exchange(d, h, url.data, e, &fields);
	if (rc != 1)
		device_refused(d, "no token from the sign-in page");
	buf_free(&url);
	buf_free(&query);
	buf_free(&fields);
	return rc == 1 ? 0 : -1;
}
