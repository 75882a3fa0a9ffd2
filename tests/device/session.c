/* SPDX-License-Identifier: ISC */
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "pki.h"
#include "session.h"

#define MESSAGES 50

/* A certificate that nobody trusts takes the place of ours. */
static void
identity_forge(const struct device *d, const X509_NAME *subject,
    const X509_NAME *issuer, char **cert, char **key)
{
	free(*cert);
	free(*key);
	*cert = state_path(d->state, "forged-cert.pem");
	*key = state_path(d->state, "forged-key.pem");
	if (forge_identity(subject, issuer, *cert, *key) == -1)
		die("%s: cannot be written", *cert);
}

/* Somebody with our names, certified by somebody with our CA's name. */
static void
identity_copy(const struct device *d, char **cert, char **key)
{
	X509 *ours = cert_load(*cert);

	if (ours == NULL)
		die("%s: no certificate to forge", *cert);
	identity_forge(d, X509_get_subject_name(ours),
	    X509_get_issuer_name(ours), cert, key);
	X509_free(ours);
}

static void
identity_invent(const struct device *d, char **cert, char **key)
{
	X509_NAME *subject = name_make("somebody");
	X509_NAME *issuer = name_make("Nobody's CA");

	identity_forge(d, subject, issuer, cert, key);
	X509_NAME_free(subject);
	X509_NAME_free(issuer);
}

struct http *
session_connect(struct device *d)
{
	const struct bad *bad = &d->o->bad;
	char *cert = state_path(d->state, "cert.pem");
	char *key = state_path(d->state, "key.pem");
	struct http *h;

	if (bad_is(bad, BAD_OTHER_DEVICE)) {
		free(cert);
		free(key);
		cert = xprintf("%s/cert.pem", bad->other_dir);
		key = xprintf("%s/key.pem", bad->other_dir);
	}
	if (bad_is(bad, BAD_FOREIGN_CERTIFICATE))
		identity_copy(d, &cert, &key);
	if (bad_is(bad, BAD_STRANGE_CERTIFICATE))
		identity_invent(d, &cert, &key);
	if (bad_is(bad, BAD_NO_CERTIFICATE))
		h = device_connect(d, NULL, NULL);
	else
		h = device_connect(d, cert, key);
	free(cert);
	free(key);
	return h;
}

static char *
session_url(const struct device *d)
{
	const char *address = state_need(d->state, "management-url");
	int nobody = strcmp(d->o->login, "none") == 0;

	return xprintf("%s%cmode=%s&Platform=WoA", address,
	    strchr(address, '?') == NULL ? '?' : '&',
	    nobody ? "Machine" : "Maintenance");
}

/* Sixteen characters of base64, as a correlation vector begins. */
static char *
session_vector(void)
{
	unsigned char bytes[12];
	struct buf text = { 0 };

	random_bytes(bytes, sizeof(bytes));
	base64_write(&text, bytes, sizeof(bytes));
	return text.data;
}

static int
has_command(const struct syncml_message *m)
{
	const struct syncml_command *c;

	for (c = m->commands; c != NULL; c = c->next)
		if (syncml_is_command(c))
			return 1;
	return 0;
}

/* Two kinds of misbehaviour need a second message, command or not. */
static int
must_go_on(const struct session *s)
{
	const struct bad *bad = &s->d->o->bad;

	return s->msg_id == 1 && (bad_is_on(bad, BAD_SAME_MSGID) ||
				     bad_is_on(bad, BAD_SKIP_MSGID));
}

/* The next message: what the server asked, done. */
static void
message_next(struct session *s, const struct syncml_message *got,
    struct syncml_message *next)
{
	char *place;

	s->msg_id++;
	s->server_msg_id++;
	place = xprintf("%ld", s->msg_id);
	if (bad_is_at(&s->d->o->bad, BAD_SKIP_MSGID, place))
		s->msg_id++;
	free(place);
	package_answer(s, got, next);
}

/* The MsgID of a message once more, with an alert that it did not have. */
static int
same_msgid_exchange(struct session *s, struct syncml_message *sent)
{
	struct syncml_message got = { 0 };
	struct syncml_command *c = syncml_command_add(sent, "Alert");
	struct syncml_item *i = syncml_item_add(c);
	int result;

	c->cmd_id = xstrdup("99");
	c->data = xstrdup("1224");
	i->type = xstrdup("com.microsoft/MDM/LoginStatus");
	i->data = xstrdup("others");
	result = message_exchange(s, sent, &got);
	syncml_free(&got);
	return result;
}

/* 1: go on, 0: the end, -1: it broke. */
static int
turn(struct session *s, struct syncml_message *sent, struct syncml_message *got)
{
	char *place = xprintf("%ld", s->msg_id);
	int doubled = bad_is_at(&s->d->o->bad, BAD_SAME_MSGID, place);

	free(place);
	if (message_exchange(s, sent, got) == -1)
		return -1;
	if (doubled && same_msgid_exchange(s, sent) == -1)
		return -1;
	return has_command(got) || must_go_on(s);
}

static int
session_run(struct session *s)
{
	struct syncml_message sent = { 0 }, got = { 0 }, next;
	int state = 1;

	package_first(s, &sent);
	while (state == 1) {
		state = turn(s, &sent, &got);
		if (state == 1 && s->msg_id >= MESSAGES) {
			report_fail(&s->d->r, "endless",
			    "there is no end after %d messages", MESSAGES);
			state = -1;
		}
		if (state != 1)
			break;
		memset(&next, 0, sizeof(next));
		message_next(s, &got, &next);
		syncml_free(&sent);
		syncml_free(&got);
		sent = next;
	}
	syncml_free(&sent);
	syncml_free(&got);
	return state;
}

/* What an Exec or the user's wish means once the session is over. */
static void
consequences(struct session *s)
{
	struct state *st = s->d->state;

	if (s->kind == SESSION_UNENROLL)
		state_set(st, "enrolled", "no");
	switch (csp_effect(s->tree)) {
	case CSP_WIPE:
		state_set(st, "enrolled", "wiped");
		report_note(&s->d->r, "the device wipes itself now");
		break;
	case CSP_UNENROLL:
		state_set(st, "enrolled", "no");
		report_note(&s->d->r, "the device has left");
		break;
	case CSP_REBOOT:
		report_note(&s->d->r, "the device restarts now");
		break;
	case CSP_NOTHING:
		break;
	}
}

int
device_session(struct device *d, struct http *h, enum session_kind kind)
{
	struct session s = { .d = d, .http = h, .kind = kind };
	int result;

	s.id = state_number(d->state, "session", 0) + 1;
	s.msg_id = s.server_msg_id = 1;
	state_set_number(d->state, "session", s.id);
	s.url = session_url(d);
	s.vector = session_vector();
	s.tree = csp_open(d->state);
	result = session_run(&s);
	if (result == 0)
		consequences(&s);
	csp_save(s.tree, d->state);
	state_save(d->state);
	csp_close(s.tree);
	free(s.url);
	free(s.vector);
	return result;
}
