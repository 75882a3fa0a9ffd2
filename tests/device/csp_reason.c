/* SPDX-License-Identifier: ISC */
#include <stddef.h>

#include "csp.h"
#include "util.h"

#define MSFT "./Vendor/MSFT/"
#define SIM MSFT "Simulator/"
#define USER "./User/Vendor/MSFT/Policy/Config/Start/NoRun"
#define LONG_16 "0123456789abcdef"
#define LONG_64 LONG_16 LONG_16 LONG_16 LONG_16
#define LONG_256 LONG_64 LONG_64 LONG_64 LONG_64
#define LONG_2048                                                              \
	LONG_256 LONG_256 LONG_256 LONG_256 LONG_256 LONG_256 LONG_256 LONG_256

#define ADD CSP_ADD
#define DEL CSP_DELETE
#define GET CSP_GET
#define REP CSP_REPLACE
#define EXE CSP_EXEC

/* Each one on a fresh tree, with a user logged on. */
/* clang-format off */
const struct csp_reason csp_reasons[] = {
 { 200, GET, "./DevDetail/SwV", NULL, NULL, "a leaf is read" },
 { 200, GET, "./DevDetail/URI", NULL, NULL, "an interior node is read" },
 { 200, REP, SIM "Plain", "chr", "a", "Replace makes the node" },
 { 200, ADD, SIM "Plain", "chr", "a", "the node is new" },
 { 200, DEL, SIM "Integer", NULL, NULL, "the node was there" },
 { 200, EXE, MSFT "Reboot/RebootNow", "null", NULL, "it is done later" },
 { 202, EXE, SIM "Slow", "null", NULL, "it is done while the session goes on" },
 { 202, REP, MSFT "Personalization/DesktopImageUrl", "chr",
   "https://example.com/a.jpg", "the value takes effect later" },
 { 204, EXE, SIM "Silent", "null", NULL, "there is nothing to say" },
 { 214, EXE, SIM "Cancelled", "null", NULL, "the session is being ended" },
 { 215, EXE, SIM "Interactive", "null", NULL, "the user said no" },
 { 400, GET, "/DevDetail/SwV", NULL, NULL, "the LocURI begins with a slash" },
 { 400, GET, "", NULL, NULL, "there is no LocURI" },
 { 400, GET, "./DevDetail//SwV", NULL, NULL, "a name is empty" },
 { 400, ADD, SIM "Names/*", "chr", "a", "a name is only an asterisk" },
 { 403, REP, SIM "Forbidden", "chr", "a", "a policy forbids it" },
 { 404, GET, "./DevDetail/Nothing", NULL, NULL, "there is no such leaf" },
 { 404, GET, MSFT "Nothing/At/All", NULL, NULL, "there is no such provider" },
 { 404, GET, SIM "Big", NULL, NULL, "the leaf has no value yet" },
 { 404, DEL, SIM "Big", NULL, NULL, "there is nothing to remove" },
 { 404, REP, MSFT "WiFi/Profile/x/WlanXml", "chr", "a",
   "Replace does not make this node" },
 { 404, EXE, MSFT "Nothing/Run", "null", NULL, "there is nothing to run" },
 { 404, GET, SIM "Nothing?list=StructData", NULL, NULL, "no such subtree" },
 { 405, REP, SIM "Constant", "chr", "a", "the node is read-only" },
 { 405, DEL, SIM "Constant", NULL, NULL, "the node is permanent" },
 { 405, GET, SIM "WriteOnly", NULL, NULL, "the node cannot be read" },
 { 405, EXE, SIM "Constant", "null", NULL, "the node cannot be run" },
 { 405, GET, MSFT "Reboot/RebootNow", NULL, NULL, "it can only be run" },
 { 405, DEL, "./DevDetail", NULL, NULL, "a fixed interior node stays" },
 { 405, REP, "./DevDetail", "node", NULL, "an interior node has no value" },
 { 405, REP, USER, "int", "1", "nobody is logged on", .nobody = 1 },
 { 406, GET, "./DevDetail/SwV?prop=ACL", NULL, NULL, "there are no properties" },
 { 406, REP, SIM "Plain?prop=Name", "chr", "a", "nor can they be set" },
 { 409, REP, SIM "Unique/b", "chr", "x", "another node has this value" },
 { 410, GET, SIM "Gone", NULL, NULL, "the node is gone for good" },
 { 412, REP, SIM "Full", "chr", NULL, "there is no value" },
 { 413, REP, SIM "Short", "chr", LONG_16, "the value is too long" },
 { 413, REP, SIM "Bytes", "b64", LONG_64 LONG_64, "so are the bytes" },
 { 414, ADD, SIM "Names/" LONG_64, "chr", "a", "the name is too long" },
 { 414, GET, "./" LONG_2048, NULL, NULL, "the whole LocURI is too long" },
 { 415, REP, SIM "Integer", "chr", "1", "the format is another one" },
 { 415, REP, SIM "Integer", "int", "one", "the value is no integer" },
 { 415, REP, SIM "Truth", "bool", "yes", "the value is no boolean" },
 { 415, REP, SIM "Bytes", "b64", "not base64", "the value is no base64" },
 { 415, REP, SIM "Markup", "xml", "<on>", "the value is no XML" },
 { 415, REP, SIM "Typed", "chr", "a", "the type is another one",
   .type = "image/png" },
 { 416, REP, SIM "Integer", "int", "11", "the value is out of range" },
 { 417, GET, SIM "Busy", NULL, NULL, "the node is busy the first time" },
 { 200, GET, SIM "Busy", NULL, NULL, "the second time it answers",
   .times = 2 },
 { 418, ADD, SIM "Integer", "int", "1", "the leaf is there already" },
 { 418, ADD, "./DevDetail", "node", NULL, "the interior node is there" },
 { 420, ADD, SIM "Few/c", "chr", "a", "there is no room for another one" },
 { 421, GET, "./DevDetail?list=Everything", NULL, NULL, "unknown query" },
 { 425, GET, SIM "Guarded", NULL, NULL, "the ACL refuses to read" },
 { 425, REP, SIM "Guarded", "chr", "a", "the ACL refuses to write" },
 { 425, DEL, SIM "Guarded", NULL, NULL, "the ACL refuses to remove" },
 { 500, REP, MSFT "Personalization/DesktopImageUrl", "chr", "no address",
   "the provider cannot use the value" },
 { 500, EXE, MSFT "DMClient/Unenroll", "chr", "Somebody",
   "the data name somebody else" },
 { 501, EXE, SIM "Absent", "null", NULL, "this edition cannot do it" },
 { 503, EXE, SIM "Down", "null", NULL, "a service is not running" },
 { 510, GET, SIM "Broken", NULL, NULL, "the store is broken" },
};

static const struct {
	int status;
	const char *error;
} errors[] = {
 { 404, "0x86000002" },
 { 425, "0x80070005" },
 { 500, "0x80004005" },
};
/* clang-format on */

const size_t csp_nreasons = COUNT(csp_reasons);

const char *
csp_error(int status)
{
	size_t i;

	for (i = 0; i < COUNT(errors); i++)
		if (errors[i].status == status)
			return errors[i].error;
	return NULL;
}

const char *
csp_verb_name(enum csp_verb verb)
{
	switch (verb) {
	case CSP_ADD:
		return "Add";
	case CSP_DELETE:
		return "Delete";
	case CSP_GET:
		return "Get";
	case CSP_REPLACE:
		return "Replace";
	case CSP_EXEC:
		return "Exec";
	case CSP_UPSERT:
		break;
	}
	return "?";
}
