/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../fcgi/discover.h"
#include "../../fcgi/policy.h"
#include "../../fcgi/provision.h"
#include "../../fcgi/session.h"
#include "../../fcgi/wstep.h"

/*
 * Whole messages: what was understood of each, and the answer, line by line
 * as in tests/data/golden/NAME.out.  GOLDEN_UPDATE=1 writes those files anew:
 * read the difference before it is kept.
 */
#define GOLDEN "tests/data/golden/"
#define SEED "tests/data/seed/"
#define ACTIVITY "11111111-2222-4333-8444-555555555555"
#define DEVICE "00000000-0000-4000-8000-000000000002"

typedef void run_fn(FILE *, const struct http_request *);

static void
print(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%s: %s\n", name, value == NULL ? "(absent)" : value);
}

/* An answer's own bytes, but for a line feed between two tags. */
static void
print_answer(FILE *out, const struct xw *w)
{
	const char *s = w->out.data;

	assert_int_equal(w->out.failed, 0);
	assert_int_equal(w->depth, 0);
	assert_non_null(tree_of(s, w->out.len));
	fputc('\n', out);
	for (; *s != '\0'; s++) {
		fputc(*s, out);
		if (s[0] == '>' && s[1] == '<')
			fputc('\n', out);
	}
	fputc('\n', out);
}

static void
print_fault(FILE *out, const struct fault *f, const char *relates_to)
{
	struct xw w;

	fprintf(out, "status: %d\n", f->status);
	print(out, "at", f->at);
	print(out, "reason", f->reason);
	if (f->subcode == NULL)
		return;
	xw_init(&w, unit_arena);
	soap_fault(&w, f, relates_to, ACTIVITY);
	print_answer(out, &w);
}

static void
run_discover(FILE *out, const struct http_request *r)
{
	static const struct discover_settings settings = {
		.url = "https://enterpriseenrollment.example.com",
		.version = "4.0",
		.on_premise = 1,
	};
	struct discover d = { 0 };
	struct fault f = { 0 };
	struct xw w;

	if (discover_read(unit_arena, r, &d, &f) != 0 ||
	    discover_check(&d, &settings, &f) != 0) {
		print_fault(out, &f, d.header.message_id);
		return;
	}
	print(out, "email", d.email);
	print(out, "version", d.request_version);
	print(out, "device type", d.device_type);
	print(out, "application", d.application_version);
	print(out, "edition", d.os_edition);
	xw_init(&w, unit_arena);
	discover_answer(&w, &d, &settings, ACTIVITY);
	print_answer(out, &w);
}

static void
print_credentials(FILE *out, const struct soap_header *h)
{
	print(out, "user", h->username);
	print(out, "password", h->password);
}

static void
run_policy(FILE *out, const struct http_request *r)
{
	static const struct policy_template t = { .name = "Windows",
		.schema = "3",
		.minimal_key_length = "2048",
		.validity_seconds = "31536000",
		.renewal_seconds = "3628800",
		.hash_oid = "2.16.840.1.101.3.4.2.1",
		.hash_name = "szOID_NIST_sha256",
		.providers = "",
		.major_revision = "100",
		.minor_revision = "1" };
	struct policy_request p = { 0 };
	struct fault f = { 0 };
	struct xw w;

	if (policy_read(unit_arena, r, &p, &f) != 0 ||
	    soap_credentials(&p.header, &f) != 0) {
		print_fault(out, &f, p.header.message_id);
		return;
	}
	print_credentials(out, &p.header);
	xw_init(&w, unit_arena);
	policy_answer(&w, &p, &t, ACTIVITY);
	print_answer(out, &w);
}

static const char *
setting(void *context, const char *name)
{
	static const char *const settings[][2] = {
		{ "management_url",
		    "https://manage.example.com/ManagementServer/MDM.svc" },
		{ "provider_id", "Fenestra" },
		{ "default_encoding", "application/vnd.syncml.dm+xml" },
		{ "message_signing", "false" },
		{ "server_name", "Fenestra" },
		{ "renew_period", "42" },
		{ "renew_retry", "7" },
		{ "renewal_url", "" },
		{ "sync_application_version", "" },
		{ "help_phone", "" },
		{ "help_website", "" },
		{ "help_email", "" },
		{ "unenroll_days", "" },
		{ "push_pfn", "" },
		{ "esp_skip_device", "" },
		{ "esp_skip_user", "" },
		{ "esp_timeout", "" },
		{ "esp_collect_logs", "" },
		{ "esp_error_text", "" },
		{ "connection_retries", "6" },
		{ "backoff_initial", "30000" },
		{ "backoff_maximum", "120000" },
		{ "poll_first_number", "5" },
		{ "poll_first_interval", "15" },
		{ "poll_second_number", "10" },
		{ "poll_second_interval", "60" },
		{ "poll_remaining_number", "0" },
		{ "poll_remaining_interval", "1440" },
		{ "poll_on_login", "true" },
	};

	(void)context;
	for (size_t i = 0; i < COUNT(settings); i++)
		if (strcmp(settings[i][0], name) == 0)
			return settings[i][1];
	return NULL;
}

#define BLOB(text)                                                             \
	{                                                                      \
		(const unsigned char *)(text), sizeof(text) - 1                \
	}

static void
provision(struct xw *w, const struct wstep_request *r)
{
	static const struct blob root = BLOB("root certificate");
	static const struct blob issuing = BLOB("issuing certificate");
	const char *type = wstep_context(r, "EnrollmentType");
	const struct provision p = { .root = &root,
		.issuing = &issuing,
		.certificate = BLOB("device certificate"),
		.device_store = type != NULL && strcmp(type, "Device") == 0,
		.subject = "CN=" DEVICE,
		.device = DEVICE,
		.device_name = wstep_context(r, "DeviceName"),
		.auth_name = "auth-name",
		.auth_type = "DIGEST",
		.client_secret = "client-secret",
		.server_secret = "server-secret",
		.client_nonce = BLOB("client-nonce-16b"),
		.server_nonce = BLOB("server-nonce-16b"),
		.setting = setting };

	xw_init(w, unit_arena);
	if (wstep_is_renewal(r))
		provision_write_renewal(w, &p, 1);
	else
		provision_write(w, &p);
}

static void
run_wstep(FILE *out, const struct http_request *r)
{
	struct wstep_request request = { 0 };
	struct fault f = { 0 };
	struct xw doc, w;

	if (wstep_read(unit_arena, r, &request, &f) != 0 ||
	    soap_credentials(&request.header, &f) != 0 ||
	    wstep_check(&request, &f) != 0) {
		print_fault(out, &f, request.header.message_id);
		return;
	}
	print_credentials(out, &request.header);
	fprintf(out, "token: %zu bytes\n", strlen(request.token));
	for (size_t i = 0; i < request.ncontext; i++)
		fprintf(out, "context %s: %s\n", request.names[i],
		    request.values[i]);
	provision(&doc, &request);
	print_answer(out, &doc);
	xw_init(&w, unit_arena);
	wstep_answer(
	    &w, &request, doc.out.data, doc.out.len, 1719792000, ACTIVITY);
	print_answer(out, &w);
}

static void
print_rows(
    FILE *out, const char *name, const struct session_rows *r, size_t columns)
{
	for (size_t i = 0; i < r->count; i++) {
		fprintf(out, "%s:", name);
		for (size_t k = 0; k < columns; k++)
			fprintf(out, " %s%s", k > 0 ? "| " : "",
			    r->columns[k][i] ? r->columns[k][i] : "-");
		fputc('\n', out);
	}
}

/* Two commands wait for each device. */
static void
answer_session(FILE *out, const struct session *s)
{
	struct session_command commands[2] = {
		{ NULL, "Replace",
		    { .target = "./Vendor/MSFT/Personalization/DesktopImageUrl",
			.format = "chr",
			.type = "text/plain",
			.data = "https://example.com/a.jpg?b&c" } },
		{ NULL, "Get", { .target = "./DevDetail/SwV" } },
	};
	struct xw w;

	for (int i = 0; i < 2; i++)
		commands[i].cmd_id = unit_printf("%d", s->nstatuses + 1 + i);
	xw_init(&w, unit_arena);
	session_answer(&w, s,
	    &(const struct session_reply){ .msg_id = s->message->msg_id,
		.status = 200,
		.commands = commands,
		.ncommands = session_is_final(s) ? COUNT(commands) : 0 });
	print_answer(out, &w);
}

static void
run_session(FILE *out, const struct http_request *r)
{
	struct syncml_message m = { 0 };
	struct fault f = { 0 };
	struct session s;

	if (syncml_read(unit_arena, r, &m, &f) != 0 ||
	    session_take(unit_arena, &m, &s, &f) != 0) {
		print_fault(out, &f, NULL);
		return;
	}
	print(out, "source", m.source);
	print(out, "session", m.session_id);
	fprintf(out, "message: %lld\n", m.msg_id);
	print(out, "login", s.login_status);
	fprintf(out, "final: %d, aborted: %d, anomalies: %d\n", m.final,
	    s.aborted, s.anomalies);
	print_rows(out, "devinfo", &s.devinfo, 2);
	print_rows(out, "alert", &s.alerts, 7);
	print_rows(out, "status", &s.statuses, STATUS_COLUMNS);
	print_rows(out, "result", &s.results, 6);
	answer_session(out, &s);
}

/* Where no path is told, it is NAME.in beside NAME.out. */
static const struct {
	const char *name;
	run_fn *run;
	const char *path;
} messages[] = {
	{ "discovery-windows-10", run_discover, SEED "discovery-request.xml" },
	{ "discovery-windows-11", run_discover, NULL },
	{ "discovery-phone", run_discover, NULL },
	{ "discovery-certificate", run_discover, NULL },
	{ "discovery-doctype", run_discover, NULL },
	{ "policy-windows-10", run_policy, SEED "policy-request.xml" },
	{ "policy-windows-11", run_policy, NULL },
	{ "policy-no-security", run_policy, NULL },
	{ "policy-misprint", run_policy, SEED "policy-response.xml" },
	{ "enroll-windows-10", run_wstep, SEED "enroll-request.xml" },
	{ "enroll-windows-11", run_wstep, NULL },
	{ "enroll-renewal", run_wstep, NULL },
	{ "manage-windows-10-1", run_session, SEED "manage-1-request.xml" },
	{ "manage-windows-10-2", run_session, SEED "manage-2-request.xml" },
	{ "manage-windows-11-1", run_session, NULL },
	{ "manage-windows-11-2", run_session, NULL },
	{ "manage-samples", run_session, NULL },
	{ "manage-abort", run_session, NULL },
	{ "manage-more", run_session, NULL },
	{ "manage-two-sources", run_session, NULL },
};

static void
update(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void
test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(messages); i++) {
		const char *name = messages[i].name, *in = messages[i].path;
		char *out_path = unit_printf(GOLDEN "%s.out", name);
		struct http_request r;
		char *made = NULL;
		size_t len;
		FILE *out = open_memstream(&made, &len);

		if (in == NULL)
			in = unit_printf(GOLDEN "%s.in", name);
		in = unit_file(in, &len);
		r = unit_post_bytes(in, len);
		messages[i].run(out, &r);
		fclose(out);
		if (getenv("GOLDEN_UPDATE") != NULL)
			update(out_path, made);
		unit_same(name, made, unit_file(out_path, NULL));
		free(made);
		arena_reset(unit_arena);
	}
	unit_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_golden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
