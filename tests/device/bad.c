/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "bad.h"

struct kind {
	const char *name;
	const char *value; /* what its value is, NULL: it has none */
	const char *usual_place;
	const char *help;
};

#define SECOND_MESSAGE "2"

/* clang-format off */
static const struct kind kinds[BAD_KINDS] = {
 [BAD_REPEAT] = { "repeat", NULL, NULL,
     "send each management message twice, ask for the same answer" },
 [BAD_TRUNCATE] = { "truncate", "BYTES", "",
     "send only so many bytes of the message" },
 [BAD_WRONG_SOURCE] = { "wrong-source", NULL, "1",
     "name another device as Source" },
 [BAD_NO_CERTIFICATE] = { "no-certificate", NULL, NULL,
     "show no client certificate" },
 [BAD_FOREIGN_CERTIFICATE] = { "foreign-certificate", NULL, NULL,
     "show one with the right names by another CA" },
 [BAD_STRANGE_CERTIFICATE] = { "strange-certificate", NULL, NULL,
     "show one by a CA that nobody has heard of" },
 [BAD_OTHER_DEVICE] = { "other-device", "DIR", NULL,
     "show the certificate of the device in DIR" },
 [BAD_WRONG_PASSWORD] = { "wrong-password", NULL, "",
     "send a wrong password" },
 [BAD_CSR_SIGNATURE] = { "bad-csr-signature", NULL, NULL,
     "spoil the signature of the certificate request" },
 [BAD_SMALL_KEY] = { "small-key", NULL, NULL,
     "enrol with RSA of 1024 bits" },
 [BAD_SAME_MSGID] = { "same-msgid-other-body", NULL, SECOND_MESSAGE,
     "send a message again with its MsgID but other content" },
 [BAD_SKIP_MSGID] = { "skip-msgid", NULL, SECOND_MESSAGE,
     "leave out a MsgID" },
 [BAD_NO_FINAL] = { "no-final", NULL, "1",
     "leave out Final" },
 [BAD_DOCTYPE] = { "doctype", NULL, "",
     "begin the message with a DOCTYPE" },
 [BAD_DUPLICATE_ELEMENT] = { "duplicate-element", NULL, "",
     "send an element twice" },
 [BAD_OVERSIZE] = { "oversize", "BYTES", "",
     "fill the message up to so many bytes" },
 [BAD_WRONG_NAMESPACE] = { "wrong-namespace", NULL, "",
     "send the content in another namespace" },
 [BAD_REPEAT_ENROL] = { "repeat-enrol", NULL, NULL,
     "send the enrolment twice, ask for the same certificate" },
 [BAD_CONTENT_TYPE] = { "content-type", "TYPE", "",
     "send another Content-Type" },
 [BAD_WRONG_SIZE] = { "wrong-size", NULL, NULL,
     "lie about the size of a large object" },
 [BAD_UNFINISHED_OBJECT] = { "unfinished-object", NULL, NULL,
     "send only the first chunk of a large object" },
 [BAD_INTERRUPTED_OBJECT] = { "interrupted-object", NULL, NULL,
     "send something else after its first chunk" },
 [BAD_WRONG_CREDENTIAL] = { "wrong-credential", NULL, "",
     "prove with a wrong secret" },
 [BAD_STALE_NONCE] = { "stale-nonce", NULL, "",
     "prove with the nonce before the newest" },
 [BAD_WRONG_SIGNATURE] = { "wrong-signature", NULL, "1",
     "sign something else" },
 [BAD_STALE_SIGNATURE] = { "stale-signature", "SECONDS", "1",
     "sign so long ago" },
 [BAD_FOREIGN_SIGNATURE] = { "foreign-signature", NULL, NULL,
     "sign with the key of somebody else of our name" },
 [BAD_UNKNOWN_ELEMENT] = { "unknown-element", NULL, "1",
     "send a command that there is not" },
 [BAD_STRAY_STATUS] = { "stray-status", NULL, "1",
     "answer what was never asked" },
 [BAD_NUL] = { "nul", NULL, "1",
     "put a NUL into the message" },
 [BAD_INVALID_UTF8] = { "invalid-utf8", NULL, "1",
     "put bytes that are no UTF-8 into the message" },
 [BAD_GARBAGE] = { "garbage", NULL, "1",
     "append bytes that do not belong there" },
};

/* What is doubled, and whose namespace is changed, by place. */
static const struct place {
	const char *name;
	const char *element;
	const char *ns;
} places[] = {
 { "discovery", "EmailAddress",
   "http://schemas.microsoft.com/windows/management/2012/01/enrollment" },
 { "policy", "wsse:Username",
   "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy" },
 { "enrollment", "wsse:BinarySecurityToken",
   "http://docs.oasis-open.org/ws-sx/ws-trust/200512" },
 { NULL, "Source", "SYNCML:SYNCML1.2" },
};
/* clang-format on */

/* What came about in this process, whichever device it was. */
static unsigned char happened[BAD_KINDS];

static int
value_set(struct bad *bad, enum bad_kind kind, const char *value)
{
	long number = 0;

	if (kind == BAD_OTHER_DEVICE)
		bad->other_dir = value;
	if (kind == BAD_CONTENT_TYPE)
		bad->content_type = value;
	if (kind != BAD_TRUNCATE && kind != BAD_OVERSIZE &&
	    kind != BAD_STALE_SIGNATURE)
		return 0;
	if (str_number(value, 0, 1L << 30, &number) == -1)
		return -1;
	if (kind == BAD_STALE_SIGNATURE)
		bad->stale = number;
	else if (kind == BAD_TRUNCATE)
		bad->truncate = (size_t)number;
	else
		bad->oversize = (size_t)number;
	return 0;
}

int
bad_parse(struct bad *bad, const char *arg)
{
	size_t len = strcspn(arg, "=");
	const char *value = arg[len] == '=' ? arg + len + 1 : NULL;
	int i;

	for (i = 0; i < BAD_KINDS; i++) {
		if (strlen(kinds[i].name) != len ||
		    strncmp(kinds[i].name, arg, len) != 0)
			continue;
		if ((value == NULL) != (kinds[i].value == NULL))
			return -1;
		bad->on[i] = 1;
		return value == NULL ? 0
				     : value_set(bad, (enum bad_kind)i, value);
	}
	return -1;
}

void
bad_list(FILE *out)
{
	int i;

	for (i = 0; i < BAD_KINDS; i++) {
		char *name = xprintf("%s%s%s", kinds[i].name,
		    kinds[i].value == NULL ? "" : "=",
		    kinds[i].value == NULL ? "" : kinds[i].value);

		fprintf(out, "    %-22s %s\n", name, kinds[i].help);
		free(name);
	}
}

int
bad_is_on(const struct bad *bad, enum bad_kind kind)
{
	return bad->on[kind];
}

int
bad_is(const struct bad *bad, enum bad_kind kind)
{
	happened[kind] |= bad->on[kind];
	return bad->on[kind];
}

const char *
bad_unused(const struct bad *bad)
{
	int i;

	for (i = 0; i < BAD_KINDS; i++)
		if (bad->on[i] && !happened[i])
			return kinds[i].name;
	return NULL;
}

int
bad_place(struct bad *bad, const char *name)
{
	size_t i;

	bad->at = name;
	for (i = 0; i + 1 < COUNT(places); i++)
		if (strcmp(places[i].name, name) == 0)
			return 0;
	return str_is_decimal(name) ? 0 : -1;
}

/* "" as usual place: the last step of an enrolment, the first message. */
static int
is_usual(const char *usual, const char *place)
{
	if (*usual != '\0')
		return strcmp(usual, place) == 0;
	return strcmp(place, "enrollment") == 0 || strcmp(place, "1") == 0;
}

int
bad_is_at(const struct bad *bad, enum bad_kind kind, const char *place)
{
	const char *usual = kinds[kind].usual_place;

	if (!bad->on[kind])
		return 0;
	if (usual != NULL && bad->at != NULL && strcmp(bad->at, place) != 0)
		return 0;
	if (usual != NULL && bad->at == NULL && !is_usual(usual, place))
		return 0;
	return bad_is(bad, kind);
}

static const struct place *
place_find(const char *name)
{
	const struct place *p = places;

	while (p->name != NULL && strcmp(p->name, name) != 0)
		p++;
	return p;
}

static void
insert(struct buf *body, const char *at, const char *text, size_t n)
{
	struct buf out = { 0 };
	size_t before = (size_t)(at - body->data);

	buf_add(&out, body->data, before);
	buf_add(&out, text, n);
	buf_add(&out, at, body->len - before);
	buf_free(body);
	*body = out;
}

static void
element_double(struct buf *body, const char *name)
{
	char *open = xprintf("<%s", name), *close = xprintf("</%s>", name);
	const char *start = strstr(body->data, open);
	const char *end = start == NULL ? NULL : strstr(start, close);
	char *copy;

	if (end == NULL)
		die("there is no %s to send twice", name);
	end += strlen(close);
	copy = xstrndup(start, (size_t)(end - start));
	insert(body, end, copy, strlen(copy));
	free(copy);
	free(open);
	free(close);
}

static void
namespace_change(struct buf *body, const char *ns)
{
	char *quoted = xprintf("=\"%s\"", ns);
	const char *at = strstr(body->data, quoted);
	struct buf out = { 0 };

	if (at == NULL)
		die("there is no namespace %s to change", ns);
	buf_add(&out, body->data, (size_t)(at - body->data));
	buf_puts(&out, "=\"urn:example:wrong\"");
	buf_puts(&out, at + strlen(quoted));
	buf_free(body);
	*body = out;
	free(quoted);
}

/* Blanks before the last end tag: well-formed, only too long. */
static void
body_fill(struct buf *body, size_t size)
{
	size_t n = size > body->len ? size - body->len : 0;
	char *blanks = xcalloc(n + 1, 1);

	memset(blanks, ' ', n);
	insert(body, strrchr(body->data, '<'), blanks, n);
	free(blanks);
}

void
bad_body(const struct bad *bad, const char *place, struct buf *body)
{
	static const char doctype[] = "<!DOCTYPE x [<!ENTITY e \"entity\">]>";

	if (bad_is_at(bad, BAD_DUPLICATE_ELEMENT, place))
		element_double(body, place_find(place)->element);
	if (bad_is_at(bad, BAD_WRONG_NAMESPACE, place))
		namespace_change(body, place_find(place)->ns);
	if (bad_is_at(bad, BAD_DOCTYPE, place))
		insert(body, body->data, doctype, strlen(doctype));
	if (bad_is_at(bad, BAD_OVERSIZE, place))
		body_fill(body, bad->oversize);
	if (bad_is_at(bad, BAD_NUL, place))
		insert(body, strrchr(body->data, '<'), "", 1);
	if (bad_is_at(bad, BAD_INVALID_UTF8, place))
		insert(body, strrchr(body->data, '<'), "\xc0\xaf", 2);
	if (bad_is_at(bad, BAD_GARBAGE, place))
		buf_puts(body, "<Garbage/>");
	if (bad_is_at(bad, BAD_TRUNCATE, place) && body->len > bad->truncate)
		body->len = bad->truncate;
}

void
bad_bytes(const struct bad *bad, const char *place, struct buf *body)
{
	static const enum bad_kind texts[] = { BAD_DOCTYPE, BAD_NUL,
		BAD_INVALID_UTF8, BAD_DUPLICATE_ELEMENT, BAD_WRONG_NAMESPACE };
	size_t i;

	for (i = 0; i < COUNT(texts); i++)
		if (bad_is_at(bad, texts[i], place))
			die("--bad=%s is for XML", kinds[texts[i]].name);
	if (bad_is_at(bad, BAD_GARBAGE, place))
		buf_add(body, "\x2d\x45", 2);
	if (bad_is_at(bad, BAD_OVERSIZE, place))
		while (body->len < bad->oversize)
			buf_add(body, " ", 1);
	if (bad_is_at(bad, BAD_TRUNCATE, place) && body->len > bad->truncate)
		body->len = bad->truncate;
}
