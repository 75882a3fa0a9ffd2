/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "csp_tree.h"
#include "util.h"

#define URI_LENGTH 2048

static const char *
path_after(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncasecmp(path, prefix, n) == 0 ? path + n : path;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One octet of a name, percent-encoded where it has to be. */
static void
octet_put(struct buf *out, unsigned char c)
{
	static const char special[] = " \"#%/<>?[\\]^`{|}";

	if (c > 0x20 && c < 0x7f && strchr(special, c) == NULL)
		buf_add(out, &c, 1);
	else
		buf_printf(out, "%%%02X", c);
}

static char *
names_normal(const char *path)
{
	struct buf out = { 0 };

	buf_add(&out, "", 0);
	for (; *path != '\0' && *path != '?'; path++) {
		int high = *path == '%' ? hex_digit(path[1]) : -1;
		int low = high == -1 ? -1 : hex_digit(path[2]);

		if (*path == '/') {
			buf_puts(&out, "/");
		} else if (low != -1) {
			octet_put(&out, (unsigned char)(high << 4 | low));
			path += 2;
		} else {
			octet_put(&out, (unsigned char)*path);
		}
	}
	while (out.len > 0 && out.data[out.len - 1] == '/')
		out.data[--out.len] = '\0';
	return out.data;
}

char *
path_normal(const char *uri)
{
	return names_normal(path_after(path_after(uri, "./"), "Device/"));
}

int
csp_is_user(const char *uri)
{
	return strncasecmp(uri, "./User/", 7) == 0;
}

int
path_fits(const char *pattern, const char *path, int as_prefix)
{
	for (;;) {
		size_t n = strcspn(pattern, "/"), m = strcspn(path, "/");
		int any = n == 1 && *pattern == '*' && m > 0;

		/* an interior node on the way must be a fixed one */
		if (any && as_prefix)
			return 0;
		if (!any && (n != m || strncasecmp(pattern, path, n) != 0))
			return 0;
		pattern += n;
		path += m;
		if (*path == '\0')
			return as_prefix ? *pattern == '/' : *pattern == '\0';
		if (*pattern == '\0')
			return 0;
		pattern++;
		path++;
	}
}

const char *
path_below(const char *path, const char *parent)
{
	size_t n = strlen(parent);

	if (strncasecmp(path, parent, n) != 0 || path[n] != '/')
		return NULL;
	return path + n + 1;
}

const char *
path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* A name is neither empty nor a lone asterisk. */
int
path_is_bad(const char *uri)
{
	const char *at = uri;
	size_t n;

	if (*uri == '\0' || *uri == '/' || strlen(uri) > URI_LENGTH)
		return 1;
	for (;;) {
		n = strcspn(at, "/?");
		if (n == 0 && at[n] == '/')
			return 1;
		if (n == 1 && *at == '*')
			return 1;
		if (at[n] != '/')
			return 0;
		at += n + 1;
	}
}
