/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "../common/check.h"
#include "discover.h"
#include "program.h"

#define PATH "/EnrollmentServer/Discovery.svc"

enum { SERVER, SETTING, WAY };

static const struct db_statement statements[] = {
	[SERVER] = { "server",
	    "select discovery.schema_version(), current_setting('fsync')", 0 },
	[SETTING] = { "setting", "select name, value from discovery.setting()",
	    0 },
	[WAY] = { "way",
	    "select federated, password from discovery.way(" DB_NAMED(
		"$1::text", 2) ")",
	    2, 1 },
};

/* The client asks only whether there is a server.  [MS-MDE2] 3.1.4.1 */
static int
get(struct worker *w, struct request *r)
{
	(void)w;
	r->response->status = 200;
	r->response->content_type = "text/html";
	return 0;
}

static int
post(struct worker *w, struct request *r)
{
	struct db_work *work;
	struct db_error e;
	struct discover d = { 0 };
	struct discover_settings s;
	const char *paths;
	struct xw out;
	int settings, way, rc;

	rc = discover_read(r->arena, r->http, &d, &r->fault);
	r->relates_to = d.header.message_id;
	r->user = d.email;
	if (rc == -1)
		return -1;
	work = db_work(w->db, r->arena);
	settings = db_call(work, SETTING);
	way = db_call(work, WAY);
	db_text(work, d.email);
	if (db_run(work, &e) == -1)
		return request_db_fault(w, r, &e);
	s.url = db_lookup(work, settings, "enrollment_url");
	s.version = db_lookup(work, settings, "enrollment_version");
	paths = db_lookup(work, settings, "enrollment_paths");
	CHECK(s.url != NULL && s.version != NULL && paths != NULL);
	s.by_os = strcmp(paths, "by-os") == 0;
	s.federated = db_value_bool(work, way, 0, 0);
	s.on_premise = db_value_bool(work, way, 0, 1);
	if (discover_check(&d, &s, &r->fault) == -1)
		return -1;
	xw_init(&out, r->arena);
	discover_answer(&out, &d, &s, r->http->id);
	return request_answer(r, SOAP_CONTENT_TYPE, &out);
}

static const struct route routes[] = {
	{ PATH, "GET", get },
	{ PATH, "HEAD", get },
	{ PATH, "POST", post },
};

int
main(int argc, char **argv)
{
	static const struct program discovery = {
		.name = "discovery",
		.config = CONFIG_DISCOVERY,
		.table = { statements, COUNT(statements), "fenestra_discovery",
		    9 },
		.routes = routes,
		.nroutes = COUNT(routes),
		.fault_subcode = FAULT_ENROLLMENT_SERVER,
		.setting = SETTING,
	};

	return program_main(&discovery, argc, argv);
}
