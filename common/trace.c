/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "http.h"
#include "text.h"
#include "trace.h"

/* Elements whose content is never printed, by local name. */
static const char *const secret_elements[] = { "Password",
	"BinarySecurityToken", "Cred", "NextNonce" };

/* An Item of this Type has a secret as its Data. */
#define SECRET_TYPE "AADUserToken"

/* Parameters that are printed; headers are named, so that none slips in. */
static const char *const shown[] = { "REQUEST_METHOD=", "REQUEST_URI=",
	"CONTENT_TYPE=", "CONTENT_LENGTH=", "REMOTE_ADDR=",
	"SSL_CLIENT_VERIFY=", "HTTP_HOST=", "HTTP_USER_AGENT=", "HTTP_ACCEPT=",
	"HTTP_ACCEPT_CHARSET=", "HTTP_CACHE_CONTROL=", "HTTP_PRAGMA=",
	"HTTP_EXPECT=", "HTTP_CLIENT_REQUEST_ID=", "HTTP_MS_CV=",
	"HTTP_USERAGENTORIGIN=", "HTTP_MDM_GENERICALERT=" };

/* The local name of a start tag at s, which is behind its '<'. */
static const char *
tag_name(const char *s, size_t *len)
{
	size_t n = strcspn(s, " \t\r\n/>");
	const char *colon = memchr(s, ':', n);

	if (colon != NULL) {
		n -= (size_t)(colon + 1 - s);
		s = colon + 1;
	}
	*len = n;
	return s;
}

static int
is_named(const char *name, size_t len, const char *want)
{
	return strlen(want) == len && strncmp(want, name, len) == 0;
}

/* *token: the Data to come is one. */
static int
is_secret(const char *name, size_t len, int *token)
{
	size_t in_type = strcspn(name, "<");

	for (size_t i = 0; i < COUNT(secret_elements); i++)
		if (is_named(name, len, secret_elements[i]))
			return 1;
	if (is_named(name, len, "Type"))
		*token = memmem(name, in_type, SECRET_TYPE,
			     strlen(SECRET_TYPE)) != NULL;
	if (!is_named(name, len, "Data") || !*token)
		return 0;
	*token = 0;
	return 1;
}

/* The end of a start tag; a > in an attribute's value is not it. */
static const char *
tag_end(const char *s)
{
	char quote = '\0';

	for (; *s != '\0'; s++)
		if (quote != '\0')
			quote = *s == quote ? '\0' : quote;
		else if (*s == '"' || *s == '\'')
			quote = *s;
		else if (*s == '>')
			return s;
	return NULL;
}

/* Where the element ends; the end of all if it does not. */
static const char *
skip_element(const char *s, const char *name, size_t len)
{
	const char *end;
	size_t n;

	while ((s = strstr(s, "</")) != NULL) {
		end = tag_name(s + 2, &n);
		if (n == len && strncmp(end, name, len) == 0)
			return s;
		s += 2;
	}
	return NULL;
}

/* Text, not XML: what is traced may well not be well formed. */
static void
print_body(struct arena *a, const char *body, size_t len)
{
	const char *s, *from, *name, *gt, *end;
	struct buf out;
	size_t n;
	int token = 0;

	buf_init(&out, a);
	for (s = from = body; (s = strchr(s, '<')) != NULL;) {
		name = tag_name(++s, &n);
		if (!is_secret(name, n, &token))
			continue;
		if ((gt = tag_end(s)) == NULL) /* cut off: nothing of it */
			gt = s - 1;
		else if (gt[-1] == '/')
			continue;
		/* Of its attributes nothing: it may not be what it seems. */
		buf_add(&out, from, (size_t)(name + n - from));
		buf_putc(&out, '>');
		if ((end = skip_element(gt, name, n)) == NULL)
			end = body + len;
		buf_printf(&out, "[%zu bytes]", (size_t)(end - gt - 1));
		s = from = end;
	}
	buf_add(&out, from, (size_t)(body + len - from));
	if (len == 0)
		buf_puts(&out, "Empty body");
	if (!out.failed)
		fprintf(stderr, "\n%s\n", out.data);
}

void
trace_exchange(struct arena *a, const struct http_request *r,
    const struct http_response *res)
{
	fprintf(stderr, "---- request %s\n", r->id);
	for (char *const *p = r->params; *p != NULL; p++)
		if (text_starts_with_any(*p, shown, COUNT(shown)))
			fprintf(stderr, "%s\n", *p);
	print_body(a, r->body, r->body_len);
	fprintf(stderr, "---- response %s\nStatus: %d\n", r->id, res->status);
	if (res->content_type != NULL)
		fprintf(stderr, "Content-Type: %s\n", res->content_type);
	fprintf(stderr, "Content-Length: %zu\n", res->body_len);
	print_body(a, res->body != NULL ? res->body : "", res->body_len);
}
