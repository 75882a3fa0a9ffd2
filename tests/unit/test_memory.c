/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../fcgi/discover.h"
#include "../../fcgi/policy.h"
#include "../../fcgi/provision.h"
#include "../../fcgi/session.h"
#include "../../fcgi/wstep.h"

/*
 * However little memory there is, an answer is whole or it has failed: each
 * writer runs with every limit from nothing up to what it needs.
 */
typedef void write_fn(struct xw *);

#define BLOB(text)                                                             \
	{                                                                      \
		(const unsigned char *)(text), sizeof(text) - 1                \
	}

/* Certificates are about as large as this. */
static const unsigned char bytes[2500];
static const struct blob root = { bytes, 1400 };
static const struct blob issuing = { bytes, 1500 };

static const char *
setting(void *context, const char *name)
{
	(void)context, (void)name;
	return "1";
}

static void
write_provision(struct xw *w)
{
	static const struct provision p = {
		.root = &root,
		.issuing = &issuing,
		.certificate = { bytes, 2500 },
		.subject = "CN=x",
		.device = "x",
		.device_name = "n",
		.auth_name = "a",
		.auth_type = "DIGEST",
		.client_secret = "c",
		.server_secret = "s",
		.client_nonce = BLOB("client-nonce-16b"),
		.server_nonce = BLOB("server-nonce-16b"),
		.setting = setting,
	};

	provision_write(w, &p);
}

static void
write_policy(struct xw *w)
{
	static const struct policy_template t = { .name = "n",
		.schema = "3",
		.minimal_key_length = "2048",
		.validity_seconds = "1",
		.renewal_seconds = "1",
		.hash_oid = "1.2",
		.hash_name = "h",
		.providers = "Microsoft Platform Crypto Provider\n"
			     "Microsoft Software Key Storage Provider",
		.major_revision = "1",
		.minor_revision = "1" };
	static char id[] = "urn:uuid:1";
	const struct policy_request p = { .header = { .message_id = id } };

	policy_answer(w, &p, &t, "guid");
}

static void
write_wstep(struct xw *w)
{
	static char id[] = "urn:uuid:1";
	static const struct wstep_request r = { .header = {
						    .message_id = id } };

	wstep_answer(w, &r, "<wap-provisioningdoc/>", 22, 0, "guid");
}

static void
write_discover(struct xw *w)
{
	static char id[] = "urn:uuid:1", version[] = "4.0";
	const struct discover d = { .header = { .message_id = id },
		.request_version = version,
		.policy = "OnPremise" };
	const struct discover_settings s = { .url = "https://x",
		.version = "4.0" };

	discover_answer(w, &d, &s, "guid");
}

static void
write_fault(struct xw *w)
{
	const struct fault f = { .status = 500,
		.subcode = FAULT_AUTHENTICATION };

	soap_fault(w, &f, "urn:uuid:1", "trace");
}

static void
write_session(struct xw *w)
{
	static char one[] = "1", alert[] = "Alert", id[] = "2";
	static struct syncml_command c = { .name = alert, .cmd_id = id };
	static const struct syncml_message m = { .session_id = one,
		.msg_id_text = one,
		.msg_id = 1,
		.target = one,
		.source = one,
		.commands = &c,
		.final = 1 };
	static const struct session s = { .message = &m, .nstatuses = 2 };
	static const struct session_command commands[] = {
		{ "3", "Get", { .target = "./DevDetail/SwV" } },
		{ "4", "Replace",
		    { .target = "./x", .format = "chr", .data = "y" } },
	};

	session_answer(w, &s,
	    &(const struct session_reply){ .msg_id = 1,
		.status = 200,
		.commands = commands,
		.ncommands = COUNT(commands) });
}

static const struct {
	const char *what;
	write_fn *write;
} writers[] = {
	{ "provision", write_provision },
	{ "policy", write_policy },
	{ "wstep", write_wstep },
	{ "discover", write_discover },
	{ "fault", write_fault },
	{ "session", write_session },
};

static void
test_all_or_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(writers); i++) {
		char *whole;
		struct xw w;
		int good = 0;

		xw_init(&w, unit_arena);
		writers[i].write(&w);
		assert_int_equal(w.out.failed, 0);
		whole = unit_printf("%s", w.out.data);
		for (size_t limit = 0; limit < 80000 && !good; limit += 8) {
			struct arena *a = arena_new(limit);

			xw_init(&w, a);
			writers[i].write(&w);
			good = !w.out.failed;
			if (good && strcmp(w.out.data, whole) != 0)
				unit_wrong(writers[i].what,
				    "%zu bytes of %zu, and no failure",
				    w.out.len, strlen(whole));
			arena_free(a);
		}
		if (!good)
			unit_wrong(writers[i].what, "never written");
	}
	unit_done();
}

/* Reading, too: refused with words, or read whole. */
static void
test_reading(void **state)
{
	static const char item[] = "<Item><Source><LocURI>./DevInfo/X</LocURI>"
				   "</Source><Data>1</Data></Item>";
	struct http_request r = unit_post(
	    unit_replace(unit_seed("manage-1-request.xml"), "</Replace>",
		unit_printf("%s</Replace>", unit_repeat(item, 95))));
	int good = 0;

	(void)state;
	for (size_t limit = 8000; limit < 200000 && !good; limit += 200) {
		struct arena *a = arena_new(limit);
		struct syncml_message m = { 0 };
		struct fault f = { 0 };
		struct session s;

		if (syncml_read(a, &r, &m, &f) == 0 &&
		    session_take(a, &m, &s, &f) == 0) {
			assert_int_equal(s.devinfo.count, 100);
			assert_string_equal(s.login_status, "user");
			good = 1;
		} else if (!unit_same_int("too large", f.status, 413))
			break;
		arena_free(a);
	}
	assert_true(good);
	unit_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_all_or_nothing),
		UNIT_TEST(test_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
