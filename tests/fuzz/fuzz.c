/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../common/soap.h"
#include "../../common/syncml.h"

#define ARENA_LIMIT ((size_t)32 * 1024 * 1024)

static struct arena *arena;
static char *body;

struct arena *
fuzz_arena(void)
{
	if (arena == NULL)
		arena = arena_new(ARENA_LIMIT);
	arena_reset(arena);
	return arena;
}

struct http_request
fuzz_request(const uint8_t *data, size_t size)
{
	static char *const params[] = { NULL };

	free(body);
	body = malloc(size + 1);
	CHECK(body != NULL);
	memcpy(body, data, size);
	body[size] = '\0';
	return (struct http_request){
		.id = "00000000-0000-4000-8000-000000000001",
		.method = "POST",
		.path = "/",
		.body = body,
		.body_len = size,
		.params = params,
	};
}

/* Whatever stands in one of the documents that we write. */
void
fuzz_readable(const struct xw *w)
{
	static const struct xml_rule rules[] = {
		{ XML_IN(XML_ROOT), 1, NS_SOAP XML_SEP "Envelope", XML_OPEN },
		{ XML_IN(XML_ROOT), 1, NS_SYNCML XML_SEP "SyncML", XML_OPEN },
		{ XML_IN(XML_ROOT), 1, "wap-provisioningdoc", XML_OPEN },
	};
	static const struct xml_grammar g = { rules, COUNT(rules), NULL, 0 };
	struct arena *a = arena_new(ARENA_LIMIT);
	struct xml_error e;
	char nothing;

	CHECK(!w->out.failed);
	CHECK(w->depth == 0);
	CHECK(strlen(w->out.data) == w->out.len);
	CHECK(xml_read(a, &g, &nothing, w->out.data, w->out.len, &e) == 0);
	arena_free(a);
}

void
fuzz_fault(const struct fault *f, const char *relates_to)
{
	struct xw w;

	CHECK(f->status >= 400 && f->status < 600);
	CHECK(f->reason != NULL && f->reason[0] != '\0');
	if (f->subcode == NULL)
		return;
	xw_init(&w, arena);
	soap_fault(&w, f, relates_to, "00000000-0000-4000-8000-000000000001");
	fuzz_readable(&w);
}
