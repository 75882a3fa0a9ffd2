/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "wap.h"

#define RULE "provisioning"

static int
is_known_attribute(const struct node *n, const char *name)
{
	static const char *const parm[] = { "name", "value", "datatype" };
	size_t i;

	if (strcmp(n->name, "characteristic") == 0)
		return strcmp(name, "type") == 0;
	for (i = 0; i < COUNT(parm); i++)
		if (strcmp(parm[i], name) == 0)
			return 1;
	return 0;
}

static void
element_judge(struct report *r, const struct node *n)
{
	int is_parm = node_is(n, "", "parm");
	const struct node *child;
	const struct attr *a;
	char *text = node_trimmed(n);

	if (!is_parm && !node_is(n, "", "characteristic"))
		report_fail(r, RULE, "line %lu: there is no element <%s>",
		    n->line, n->name);
	if (*text != '\0')
		report_fail(r, RULE, "line %lu: stray text", n->line);
	free(text);
	if (node_attr(n, "", is_parm ? "name" : "type") == NULL)
		report_fail(
		    r, RULE, "line %lu: <%s> has no name", n->line, n->name);
	for (a = n->attrs; a != NULL; a = a->next)
		if (!is_known_attribute(n, a->name))
			report_fail(r, RULE, "<%s> has an attribute %s",
			    n->name, a->name);
	if (is_parm && n->first != NULL)
		report_fail(r, RULE, "line %lu: <parm> has content", n->line);
	for (child = n->first; child != NULL; child = child->next)
		element_judge(r, child);
}

void
wap_syntax_judge(struct report *r, const struct dom *dom)
{
	const char *version = node_attr(dom->root, "", "version");
	const struct node *n;

	if (!node_is(dom->root, "", "wap-provisioningdoc"))
		report_fail(r, RULE, "<%s> is not wap-provisioningdoc",
		    dom->root->name);
	if (version == NULL || strcmp(version, "1.1") != 0)
		report_fail(r, RULE, "the version is \"%s\", not 1.1",
		    version == NULL ? "" : version);
	if (dom->has_cdata)
		report_fail(r, RULE, "there is a CDATA section");
	for (n = dom->root->first; n != NULL; n = n->next)
		element_judge(r, n);
}

const char *
wap_type(const struct node *n)
{
	const char *type = node_attr(n, "", "type");

	return type == NULL ? "" : type;
}

struct node *
wap_child(const struct node *n, const char *type)
{
	struct node *c = n == NULL ? NULL : n->first;

	for (; c != NULL; c = c->next)
		if (node_is(c, "", "characteristic") &&
		    strcmp(wap_type(c), type) == 0)
			break;
	return c;
}

struct node *
wap_path(const struct node *n, const char *types)
{
	struct node *child = NULL;

	while (*types != '\0') {
		size_t len = strcspn(types, "/");
		char *type = xstrndup(types, len);

		child = wap_child(n, type);
		free(type);
		n = child;
		types += len;
		if (*types == '/')
			types++;
	}
	return child;
}

size_t
wap_children(const struct node *n)
{
	const struct node *c = n == NULL ? NULL : n->first;
	size_t count = 0;

	for (; c != NULL; c = c->next)
		count += node_is(c, "", "characteristic") ? 1 : 0;
	return count;
}

static const struct node *
parm_find(const struct node *n, const char *name)
{
	const struct node *c = n == NULL ? NULL : n->first;
	const char *its;

	for (; c != NULL; c = c->next) {
		its = node_attr(c, "", "name");
		if (node_is(c, "", "parm") && its != NULL &&
		    strcmp(its, name) == 0)
			break;
	}
	return c;
}

const char *
wap_value(const struct node *n, const char *name)
{
	const struct node *parm = parm_find(n, name);
	const char *value = node_attr(parm, "", "value");

	if (parm == NULL)
		return NULL;
	return value == NULL ? "" : value;
}

static void
datatype_judge(
    struct report *r, const struct node *parm, const struct wap_parm *known)
{
	static const char *const names[] = { [WAP_STRING] = "string",
		[WAP_INTEGER] = "integer",
		[WAP_BOOLEAN] = "boolean" };
	const char *type = node_attr(parm, "", "datatype");

	if (known->kind < WAP_STRING)
		return;
	if (type == NULL || strcmp(type, names[known->kind]) != 0)
		report_fail(r, "datatype", "%s has datatype \"%s\", not %s",
		    known->name, type == NULL ? "" : type, names[known->kind]);
}

static void
parm_judge(
    struct report *r, const struct node *parm, const struct wap_parm *known)
{
	const char *value = node_attr(parm, "", "value");
	int has_value = value != NULL && *value != '\0';

	datatype_judge(r, parm, known);
	if (known->kind == WAP_FLAG && has_value)
		report_fail(r, RULE, "%s should have no value", known->name);
	if (known->kind != WAP_FLAG && !has_value)
		report_fail(r, RULE, "%s has no value", known->name);
	if (!has_value)
		return;
	if ((known->kind == WAP_NUMBER || known->kind == WAP_INTEGER) &&
	    !str_is_decimal(value))
		report_fail(
		    r, RULE, "%s is \"%s\", not a number", known->name, value);
	if (known->kind == WAP_BOOLEAN && strcmp(value, "true") != 0 &&
	    strcmp(value, "false") != 0)
		report_fail(r, RULE, "%s is \"%s\", not true or false",
		    known->name, value);
}

static const struct wap_parm *
parm_known(const struct wap_parm *known, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (name != NULL && strcmp(known[i].name, name) == 0)
			return &known[i];
	return NULL;
}

void
wap_parms_judge(struct report *r, const struct node *n,
    const struct wap_parm *known, size_t count)
{
	const struct node *c = n == NULL ? NULL : n->first;
	const struct wap_parm *row;
	const char *name;
	size_t i;

	for (; c != NULL; c = c->next) {
		if (!node_is(c, "", "parm"))
			continue;
		name = node_attr(c, "", "name");
		row = parm_known(known, count, name);
		if (row == NULL)
			report_fail(r, RULE, "%s has no parm %s", wap_type(n),
			    name == NULL ? "" : name);
		else if (parm_find(n, name) != c)
			report_fail(r, RULE, "%s stands twice", name);
		else
			parm_judge(r, c, row);
	}
	for (i = 0; n != NULL && i < count; i++)
		if (known[i].is_required && parm_find(n, known[i].name) == NULL)
			report_fail(
			    r, RULE, "%s lacks %s", wap_type(n), known[i].name);
}
