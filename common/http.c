/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

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
