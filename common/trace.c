/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "form.h"
#include "http.h"
#include "syncml.h"
#include "text.h"
#include "trace.h"
#include "utf8.h"
#include "wbxml.h"
#include "xml.h"
#include "xw.h"

#define LIMIT ((size_t)64 << 20) /* of memory for one exchange */
#define HEX_LEN 8		 /* bytes shown of what cannot be read */

/* Elements whose content is never printed, by local name. */
static const char *const secret_elements[] = { "Password",
	"BinarySecurityToken", "Cred", "NextNonce" };

/* An Item that says one of these, as Type or in its LocURI, has a secret. */
static const char *const secret_words[] = { "AADUserToken", "/Password<",
	"/PFXCertPassword<", "Passphrase", "RecoveryKey", "PreSharedKey",
	"keyMaterial", "/LAPS/" };

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

static int
has_token(const char *s, const char *end)
{
	size_t len = end != NULL ? (size_t)(end - s) : strlen(s);

	for (size_t i = 0; i < COUNT(secret_words); i++)
		if (memmem(s, len, secret_words[i], strlen(secret_words[i])) !=
		    NULL)
			return 1;
	return 0;
}

/* *token: the Data to come is one, whichever of it and Type stands first. */
static int
is_secret(const char *name, size_t len, enum trace_rule rule, int *token)
{
	if (rule == TRACE_NO_DATA && is_named(name, len, "Data"))
		return 1;
	for (size_t i = 0; i < COUNT(secret_elements); i++)
		if (is_named(name, len, secret_elements[i]))
			return 1;
	if (is_named(name, len, "Item"))
		*token |= has_token(name, skip_element(name, name, len));
	if (is_named(name, len, "Type"))
		*token |= has_token(name, strchr(name, '<'));
	if (!is_named(name, len, "Data") || !*token)
		return 0;
	*token = 0;
	return 1;
}

/* Text, not XML: what is traced may well not be well formed. */
static void
redact(struct buf *out, const char *body, size_t len, enum trace_rule rule)
{
	const char *s, *from, *name, *gt, *end;
	size_t n;
	int token = 0;

	for (s = from = body; (s = strchr(s, '<')) != NULL;) {
		name = tag_name(++s, &n);
		if (!is_secret(name, n, rule, &token))
			continue;
		if ((gt = tag_end(s)) == NULL) /* cut off: nothing of it */
			gt = s - 1;
		else if (gt[-1] == '/')
			continue;
		/* Of its attributes nothing: it may not be what it seems. */
		buf_add(out, from, (size_t)(name + n - from));
		buf_putc(out, '>');
		if ((end = skip_element(gt, name, n)) == NULL)
			end = body + len;
		buf_printf(out, "[%zu bytes]", (size_t)(end - gt - 1));
		s = from = end;
	}
	buf_add(out, from, (size_t)(body + len - from));
}

/* The bytes of a character that may be printed; 0 where there is none. */
static size_t
character(const char *s, size_t len)
{
	unsigned char c = (unsigned char)s[0];
	size_t n, i = 1;

	if (c >= ' ' && c < 0x7f)
		return 1;
	n = utf8_valid(s, len < 4 ? len : 4);
	/* A terminal obeys these, and text may hold them. */
	if (n == 0 || c == 0x7f || (c == '\r' && s[1] != '\n') ||
	    (c == 0xc2 && (unsigned char)s[1] < 0xa0))
		return 0;
	while (i < n && ((unsigned char)s[i] & 0xc0) == 0x80)
		i++;
	return i;
}

static void
add_escaped(struct buf *out, const char *s, size_t len)
{
	size_t plain = 0, n;

	while (plain < len) {
		if ((n = character(s + plain, len - plain)) > 0) {
			plain += n;
			continue;
		}
		buf_add(out, s, plain);
		buf_printf(out, "\\x%02x", (unsigned char)s[plain]);
		s += plain + 1;
		len -= plain + 1;
		plain = 0;
	}
	buf_add(out, s, len);
}

static void
add_text(struct buf *out, const char *body, size_t len, enum trace_rule rule)
{
	struct buf left;
	size_t n = strnlen(body, len);

	buf_init(&left, out->arena);
	if (rule == TRACE_ALL)
		buf_add(&left, body, n);
	else
		redact(&left, body, n, rule);
	out->failed |= left.failed;
	add_escaped(out, left.data, left.len);
	if (n < len)
		buf_printf(out, "[and %zu bytes]", len - n);
}

/* Of the vocabulary, or the client's own, which may be no name. */
static void *
element_start(struct xml *x, void *out, const char **atts)
{
	static const char name_characters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	const char *name = xml_local(x);
	unsigned page = 0, token;
	struct xw *w = out;

	(void)atts;
	if (wbxml_token(name, &page, &token) == -1 &&
	    name[strspn(name, name_characters)] != '\0')
		name = "_";
	xw_open(w, name);
	if (w->depth == 1)
		xw_attr(w, "xmlns", NS_SYNCML);
	else if (page == 1)
		xw_attr(w, "xmlns", NS_METINF);
	return w;
}

static int
element_end(struct xml *x, void *out, char *text)
{
	struct xw *w = out;

	(void)x;
	if (text[0] != '\0')
		xw_text(w, text);
	xw_close(w);
	return 0;
}

/* Any element anywhere; as XML, up to where it cannot be read. */
static int
decode(struct xw *w, const char *body, size_t len, struct xml_error *e)
{
	static const struct xml_rule any[] = { { XML_IN(XML_ROOT) | XML_IN(1),
	    1, XML_ANY, XML_MANY | XML_TEXT, LIMIT, 0, element_start,
	    element_end } };
	static const struct xml_grammar g = { any, COUNT(any), NULL, 0,
		XW_DEPTH_MAX };
	int rc = wbxml_read(w->out.arena, &g, w, body, len, e);

	if (rc == -1 && w->in_tag)
		buf_putc(&w->out, '>');
	return rc;
}

static void
add_failure(
    struct buf *out, const char *body, size_t len, const struct xml_error *e)
{
	buf_printf(out, "[%s: %s; begins", e->at, e->reason);
	for (size_t i = 0; i < len && i < HEX_LEN; i++)
		buf_printf(out, " %02X", (unsigned char)body[i]);
	buf_putc(out, ']');
}

/* In memory of its own, as few bytes may stand for much. */
static void
add_wbxml(struct buf *out, const char *body, size_t len, enum trace_rule rule)
{
	struct arena *a = arena_new(LIMIT);
	struct xml_error e;
	struct xw w;
	int rc;

	xw_init(&w, a);
	rc = decode(&w, body, len, &e);
	if (w.out.failed) {
		buf_puts(out, "[too large to be printed]");
	} else {
		if (w.out.len > 0)
			add_text(out, w.out.data, w.out.len, rule);
		if (rc == -1 && w.out.len > 0)
			buf_putc(out, '\n');
		if (rc == -1)
			add_failure(out, body, len, &e);
	}
	arena_free(a);
}

/* Of a form the names alone: any value may be a password. */
static void
add_form(struct buf *out, const char *body, size_t len)
{
	const char *end = body + len, *name = body, *s;
	size_t n;

	for (; name < end; name = s + 1) {
		if ((s = memchr(name, '&', (size_t)(end - name))) == NULL)
			s = end;
		n = strcspn(name, "=&");
		if (n >= (size_t)(s - name))
			continue;
		add_escaped(out, name, n);
		buf_printf(out, "=[%zu bytes]\n", (size_t)(s - name) - n - 1);
	}
}

/* Of a page no value of a field: it may be a token. */
static void
add_page(struct buf *out, const char *body, size_t len)
{
	static const char value[] = " value=\"";
	const char *end = body + len, *s;

	while ((s = memmem(body, (size_t)(end - body), value, strlen(value))) !=
	       NULL) {
		s += strlen(value);
		add_escaped(out, body, (size_t)(s - body));
		body = memchr(s, '"', (size_t)(end - s));
		if (body == NULL)
			body = end;
		buf_printf(out, "[%zu bytes]", (size_t)(body - s));
	}
	add_escaped(out, body, (size_t)(end - body));
}

static void
add_body(struct buf *out, const char *type, const char *body, size_t len,
    enum trace_rule rule)
{
	buf_putc(out, '\n');
	if (len == 0)
		buf_puts(out, "Empty body");
	else if (type != NULL && http_type_is(type, SYNCML_WBXML))
		add_wbxml(out, body, len, rule);
	else if (rule == TRACE_ALL)
		add_text(out, body, len, rule);
	else if (type != NULL && http_type_is(type, FORM_CONTENT_TYPE))
		add_form(out, body, len);
	else if (type != NULL && http_type_is(type, "text/html"))
		add_page(out, body, len);
	else
		add_text(out, body, len, rule);
	buf_putc(out, '\n');
}

static int
is_shown(const char *param, enum trace_rule rule)
{
	return text_starts_with_any(param, shown, COUNT(shown)) ||
	       (rule == TRACE_ALL && strncmp(param, "HTTP_", 5) == 0);
}

static void
add_request(struct buf *out, const struct http_request *r, enum trace_rule rule)
{
	buf_printf(out, "---- request %s\n", r->id);
	for (char *const *p = r->params; *p != NULL; p++)
		if (is_shown(*p, rule)) {
			add_escaped(out, *p, strlen(*p));
			buf_putc(out, '\n');
		}
	add_body(
	    out, http_param(r, "CONTENT_TYPE"), r->body, r->body_len, rule);
}

static void
add_response(struct buf *out, const char *id, const struct http_response *r,
    enum trace_rule rule)
{
	buf_printf(out, "---- response %s\nStatus: %d\n", id, r->status);
	if (r->content_type != NULL)
		buf_printf(out, "Content-Type: %s\n", r->content_type);
	buf_printf(out, "Content-Length: %zu\n", r->body_len);
	add_body(out, r->content_type, r->body, r->body_len, rule);
}

/* Memory of its own: that of the request may be used up. */
void
trace_exchange(const struct http_request *r, const struct http_response *res,
    enum trace_rule rule)
{
	struct arena *a = arena_new(LIMIT);
	struct buf out;

	buf_init(&out, a);
	add_request(&out, r, rule);
	add_response(&out, r->id, res, rule);
	if (out.failed)
		fprintf(stderr, "---- %s: too large to be printed\n", r->id);
	else
		fwrite(out.data, 1, out.len, stderr);
	arena_free(a);
}
