/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include <expat.h>

#include "message.h"

/* Where it is no XML, which words expat has for it is by chance. */
static int
is_no_xml(const char *outcome)
{
	const char *words;

	if (strncmp(outcome, "400 ", 4) != 0)
		return 0;
	for (int i = XML_ERROR_NONE + 1;
	     (words = XML_ErrorString((enum XML_Error)i)) != NULL; i++)
		if (strcmp(outcome + 4, words) == 0)
			return 1;
	return 0;
}

/* In whatever chunks XML comes, it says the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	const struct http_request r = fuzz_request(data, size);
	const char *whole = message_take(a, &r), *pieces;

	fuzz_chunks(fuzz_chunk_of(data, size));
	pieces = message_take(a, &r);
	if (!is_no_xml(whole) || !is_no_xml(pieces))
		fuzz_same(pieces, whole);
	fuzz_chunks(0);
	return 0;
}
