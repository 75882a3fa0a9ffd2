/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/base64.h"
#include "../../fcgi/discover.h"
#include "../../fcgi/policy.h"
#include "../../fcgi/session.h"
#include "../../fcgi/wstep.h"

/*
 * The captured requests cut at every byte, and with four flips of every byte:
 * nothing crashes, what is cut is refused, and what is accepted still speaks
 * of the same user and device, unless the byte was one of that very text.
 */
#define FIELDS_MAX 6

struct fields {
	const char *text[FIELDS_MAX];
};

typedef int accept_fn(const struct http_request *, struct fields *);

static int
accept_discover(const struct http_request *r, struct fields *x)
{
	static const struct discover_settings settings = { .on_premise = 1 };
	struct discover d = { 0 };
	struct fault f = { 0 };

	if (discover_read(unit_arena, r, &d, &f) != 0 ||
	    discover_check(&d, &settings, &f) != 0)
		return 0;
	*x = (struct fields){ { d.header.message_id, d.email } };
	return 1;
}

static int
accept_policy(const struct http_request *r, struct fields *x)
{
	struct policy_request p = { 0 };
	struct fault f = { 0 };

	if (policy_read(unit_arena, r, &p, &f) != 0 ||
	    soap_credentials(&p.header, &f) != 0)
		return 0;
	*x = (struct fields){ { p.header.message_id, p.header.username,
	    p.header.password } };
	return 1;
}

static int
accept_wstep(const struct http_request *r, struct fields *x)
{
	struct wstep_request w = { 0 };
	struct fault f = { 0 };
	size_t len;

	if (wstep_read(unit_arena, r, &w, &f) != 0 ||
	    soap_credentials(&w.header, &f) != 0 || wstep_check(&w, &f) != 0 ||
	    base64_decode(unit_arena, w.token, strlen(w.token), &len) == NULL)
		return 0;
	*x = (struct fields){ { w.header.message_id, w.header.username,
	    w.header.password, w.token, wstep_context(&w, "DeviceID") } };
	return 1;
}

static int
accept_session(const struct http_request *r, struct fields *x)
{
	struct syncml_message m = { 0 };
	struct fault f = { 0 };
	struct session s;

	if (syncml_read(unit_arena, r, &m, &f) != 0 ||
	    session_take(unit_arena, &m, &s, &f) != 0)
		return 0;
	*x = (struct fields){ { m.source, m.target, m.session_id, m.msg_id_text,
	    s.login_status } };
	return 1;
}

static const struct {
	const char *seed;
	accept_fn *accept;
	int optional; /* the field that may be absent, or -1 */
} seeds[] = {
	{ "discovery-request.xml", accept_discover, 1 },
	{ "policy-request.xml", accept_policy, -1 },
	{ "enroll-request.xml", accept_wstep, -1 },
	{ "manage-1-request.xml", accept_session, 4 },
	{ "manage-2-request.xml", accept_session, 4 },
};

/* A copy with nothing behind it but its NUL, so that a sanitizer sees. */
static int
accepted(accept_fn *accept, const char *body, size_t len, struct fields *x)
{
	char *exact = malloc(len + 1);
	struct http_request r = { .id = "1", .method = "POST" };
	int rc;

	assert_non_null(exact);
	memcpy(exact, body, len);
	exact[len] = '\0';
	r.body = exact;
	r.body_len = len;
	rc = accept(&r, x);
	free(exact);
	return rc;
}

static void
test_truncation(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(seeds); i++) {
		char *seed = unit_seed(seeds[i].seed);
		size_t whole = strlen(seed);
		struct fields x;

		assert_true(accepted(seeds[i].accept, seed, whole, &x));
		while (whole > 0 && strchr(" \r\n", seed[whole - 1]) != NULL)
			whole--;
		for (size_t len = 0; len < whole; len++) {
			if (accepted(seeds[i].accept, seed, len, &x))
				unit_wrong(seeds[i].seed,
				    "accepted %zu of %zu bytes", len, whole);
			arena_reset(unit_arena);
		}
	}
	unit_done();
}

/* Whether a byte lies in a text as it stands in the seed, or before it. */
static int
lies_in(const char *seed, size_t at, const char *text)
{
	const char *found = seed;
	size_t len = strlen(text);

	while ((found = strstr(found, text)) != NULL) {
		size_t from = (size_t)(found - seed);

		if (at + 1 >= from && at < from + len)
			return 1;
		found++;
	}
	return 0;
}

static void
compare(size_t i, const char *seed, size_t at, int flip,
    const struct fields *want, const struct fields *got)
{
	for (int k = 0; k < FIELDS_MAX; k++) {
		if (want->text[k] == NULL && got->text[k] == NULL)
			continue;
		if (got->text[k] == NULL && k == seeds[i].optional)
			continue;
		if (want->text[k] != NULL && got->text[k] != NULL &&
		    (strcmp(want->text[k], got->text[k]) == 0 ||
			lies_in(seed, at, want->text[k])))
			continue;
		unit_wrong(seeds[i].seed,
		    "byte %zu (%c) ^ 0x%02x: <%s> became <%s>", at, seed[at],
		    (unsigned)flip, want->text[k] ? want->text[k] : "(null)",
		    got->text[k] ? got->text[k] : "(null)");
	}
}

static void
test_flips(void **state)
{
	static const int flips[] = { 0x01, 0x08, 0x20, 0x80 };

	(void)state;
	for (size_t i = 0; i < COUNT(seeds); i++) {
		char *seed = unit_seed(seeds[i].seed);
		char *damaged = unit_printf("%s", seed);
		size_t len = strlen(seed);
		struct fields want, got;

		assert_true(accepted(seeds[i].accept, seed, len, &want));
		for (int k = 0; k < FIELDS_MAX; k++)
			if (want.text[k] != NULL)
				want.text[k] = unit_printf("%s", want.text[k]);
		for (size_t at = 0; at < len; at++) {
			for (size_t k = 0; k < COUNT(flips); k++) {
				damaged[at] = (char)(seed[at] ^ flips[k]);
				if (accepted(
					seeds[i].accept, damaged, len, &got))
					compare(
					    i, seed, at, flips[k], &want, &got);
				arena_reset(unit_arena);
			}
			damaged[at] = seed[at];
		}
	}
	unit_done();
}

/* Each byte gone, and each byte twice. */
static void
test_lost_and_doubled(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(seeds); i++) {
		char *seed = unit_seed(seeds[i].seed);
		size_t len = strlen(seed);
		char *damaged = unit_printf("%s ", seed);
		struct fields want, got;

		assert_true(accepted(seeds[i].accept, seed, len, &want));
		for (int k = 0; k < FIELDS_MAX; k++)
			if (want.text[k] != NULL)
				want.text[k] = unit_printf("%s", want.text[k]);
		for (size_t at = 0; at < len; at++) {
			memcpy(damaged, seed, at);
			memcpy(damaged + at, seed + at + 1, len - at - 1);
			if (accepted(seeds[i].accept, damaged, len - 1, &got))
				compare(i, seed, at, 0, &want, &got);
			arena_reset(unit_arena);
			memcpy(damaged + at + 1, seed + at, len - at);
			damaged[at] = seed[at];
			if (accepted(seeds[i].accept, damaged, len + 1, &got))
				compare(i, seed, at, 0, &want, &got);
			arena_reset(unit_arena);
		}
	}
	unit_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_truncation),
		UNIT_TEST(test_flips),
		UNIT_TEST(test_lost_and_doubled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
