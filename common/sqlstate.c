/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "check.h"
#include "sqlstate.h"
#include "text.h"

/* Class 53 is resources, 57 the operator, 08 the connection. */
int
sqlstate_is_passing(const char *state)
{
	static const char *const states[] = { "08", "53", "57", "58", "25006",
		"55P03", "40001", "40P01", "28000", "3D000" };

	return text_starts_with_any(state, states, COUNT(states));
}

/*
 * The server goes, is not the primary any more, or a function changed under a
 * prepared statement.
 */
int
sqlstate_is_lost(const char *state)
{
	static const char *const states[] = { "08", "57P", "25006", "0A000",
		"26000" };

	return text_starts_with_any(state, states, COUNT(states));
}

int
sqlstate_is_deadlock(const char *state)
{
	return strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0;
}
