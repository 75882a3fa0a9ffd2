/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "text.h"

int
text_starts_with_any(const char *s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(s, list[i], strlen(list[i])) == 0)
			return 1;
	return 0;
}
