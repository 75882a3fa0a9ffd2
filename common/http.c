/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "check.h"
#include "http.h"

int
fault_set(struct fault *f, int status, const char *subcode, const char *reason)
{
	if (f->status == 0) {
		f->status = status;
		f->subcode = subcode;
		f->reason = reason;
	}
	return -1;
}

static const char *
value_of(const char *param, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(param, name, len) != 0 || param[len] != '=')
		return NULL;
	return param + len + 1;
}

const char *
http_param(const struct http_request *r, const char *name)
{
	const char *v;

	for (char *const *p = r->params; p != NULL && *p != NULL; p++)
		if ((v = value_of(*p, name)) != NULL)
			return *v != '\0' ? v : NULL;
	return NULL;
}

int
http_param_count(const struct http_request *r, const char *name)
{
	int n = 0;

	for (char *const *p = r->params; *p != NULL; p++)
		n += value_of(*p, name) != NULL;
	return n;
}

const char *
http_request_id(const struct http_request *r)
{
	static const char allowed[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.+@";
	static const char *const names[] = { "REQUEST_ID", "UNIQUE_ID" };
	const char *id;
	size_t len;

	for (size_t i = 0; i < COUNT(names); i++) {
		if ((id = http_param(r, names[i])) == NULL)
			continue;
		len = strspn(id, allowed);
		if (id[len] == '\0' && len >= 8 && len <= 36 &&
		    http_param_count(r, names[i]) == 1)
			return id;
	}
	return NULL;
}

const char *
http_uuid(struct arena *a, const char *id)
{
	char digits[33];
	size_t len = strlen(id), n = 0;

	if (len != 32 && len != 36)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		int dash =
		    len == 36 && (i == 8 || i == 13 || i == 18 || i == 23);

		if (dash ? id[i] != '-'
			 : strchr("0123456789abcdef", id[i]) == NULL)
			return NULL;
		if (!dash)
			digits[n++] = id[i];
	}
	return arena_printf(a, "%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8,
	    digits + 12, digits + 16, digits + 20);
}

int
http_path_is(const struct http_request *r, const char *path)
{
	return strcasecmp(r->path, path) == 0;
}

const char *
http_path_below(const struct http_request *r, const char *path)
{
	size_t len = strlen(path);

	return strncasecmp(r->path, path, len) == 0 ? r->path + len : NULL;
}

int
http_type_is(const char *type, const char *media)
{
	size_t len = strlen(media);

	type += strspn(type, " \t");
	return strncasecmp(type, media, len) == 0 &&
	       strchr("; \t", type[len]) != NULL;
}
