/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <string.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/form.h"
#include "signin.h"

#define APP "ms-app:"

static const char post_at_once[] = "document.forms[0].submit()";

/* clang-format off */
static const struct form_field query_fields[] = {
 { "appru",      1024, offsetof(struct signin, appru) },
 { "login_hint",  256, offsetof(struct signin, login_hint) },
};

static const struct form_field body_fields[] = {
 { "username",    256, offsetof(struct signin, username) },
 { "password",    256, offsetof(struct signin, password) },
 { "ticket",       64, offsetof(struct signin, ticket) },
 { "accept",       64, offsetof(struct signin, accept) },
};
/* clang-format on */

static int
is_one_line(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return 0;
	return 1;
}

int
signin_read(struct arena *a, const struct http_request *r, struct signin *s,
    struct fault *f)
{
	const char *query = http_param(r, "QUERY_STRING"), *why;

	if (query != NULL && form_read(a, query, strlen(query), query_fields,
				 COUNT(query_fields), s, &why) == -1)
		return fault_set(f, 400, NULL, why);
	if (s->appru == NULL || !page_address_is(s->appru, APP))
		return fault_set(f, 400, NULL,
		    s->appru == NULL ? "no appru" : "appru is no " APP " URI");
	if (strcmp(r->method, "POST") == 0 &&
	    page_form(a, r, body_fields, COUNT(body_fields), s, f) == -1)
		return -1;
	if (!is_one_line(s->login_hint) || !is_one_line(s->username) ||
	    !is_one_line(s->password) || !is_one_line(s->accept))
		return fault_set(
		    f, 400, NULL, "a field with more than one line");
	return 0;
}

static int
is_empty(const char *text)
{
	return text == NULL || text[0] == '\0';
}

/* The form goes to the address of the page, which has appru in it. */
void
signin_form(struct page *p, const struct signin *s, const char *problem)
{
	const char *user = s->username != NULL ? s->username : s->login_hint;
	const char *focus = is_empty(user) ? "username" : "password";
	/* Having to wait is not the fault of what was typed. */
	int blame = problem != NULL && strcmp(problem, SIGNIN_WAIT) != 0;
	const char *invalid = blame ? "true" : NULL;
	const char *about = problem != NULL ? "problem" : NULL;
	struct xw *w = &p->w;

	p->targets = "'self'";
	page_begin(p, "page_sign_in_title", problem != NULL);
	if (problem != NULL)
		page_problem(p, problem, blame ? focus : NULL);
	page_paragraph(p, "page_sign_in_text");
	html_open(w, "form", "method", "post", NULL);
	html_leaf(
	    w, "label", page_word(p, "page_user"), "for", "username", NULL);
	html_void(w, "input", "type", "text", "id", "username", "name",
	    "username", "value", user != NULL ? user : "", "maxlength", "256",
	    "autocomplete", "username", "autocapitalize", "none", "spellcheck",
	    "false", "inputmode", "email", "required", "", "aria-invalid",
	    invalid, "aria-describedby", about, "autofocus",
	    focus[0] == 'u' ? "" : NULL, NULL);
	html_leaf(
	    w, "label", page_word(p, "page_password"), "for", "password", NULL);
	html_void(w, "input", "type", "password", "id", "password", "name",
	    "password", "maxlength", "256", "autocomplete", "current-password",
	    "required", "", "aria-invalid", invalid, "aria-describedby", about,
	    "autofocus", focus[0] == 'p' ? "" : NULL, NULL);
	page_button(p, "page_sign_in_button", 0);
	html_close(w);
	page_end(p);
}

static void
write_acceptance(struct page *p, const struct signin_rest *rest)
{
	struct xw *w = &p->w;

	page_terms(p, rest->terms);
	html_open(w, "label", "class", "tick", "for", "accept", NULL);
	html_void(w, "input", "type", "checkbox", "id", "accept", "name",
	    "accept", "value", rest->version, "required", "", "aria-invalid",
	    rest->missing ? "true" : NULL, "aria-describedby",
	    rest->missing ? "problem" : NULL, NULL);
	html_leaf(w, "span", page_word(p, "page_terms_accept"), NULL);
	html_close(w);
}

void
signin_rest(struct page *p, const struct signin_rest *rest)
{
	int terms = rest->version != NULL;
	struct xw *w = &p->w;

	p->targets = "'self'";
	page_begin(p, terms ? "page_terms_title" : "page_sign_in_title",
	    rest->missing);
	if (rest->missing)
		page_problem(p, "page_terms_missing", "accept");
	html_open(w, "p", NULL);
	xw_text(w, page_word(p, "page_signed_in_text"));
	xw_text(w, " ");
	html_leaf(w, "strong", rest->user, NULL);
	html_close(w);
	html_open(w, "form", "method", "post", NULL);
	html_void(w, "input", "type", "hidden", "name", "ticket", "value",
	    rest->ticket, NULL);
	if (terms)
		write_acceptance(p, rest);
	page_button(p, "page_continue_button", !terms);
	html_close(w);
	page_end(p);
}

void
signin_done(struct page *p, const struct signin *s, const char *token)
{
	struct xw *w = &p->w;

	p->targets = APP;
	p->script = post_at_once;
	page_begin(p, "page_done_title", 0);
	page_paragraph(p, "page_done_text");
	html_open(w, "form", "method", "post", "action", s->appru, NULL);
	html_void(w, "input", "type", "hidden", "name", "wresult", "value",
	    token, NULL);
	page_button(p, "page_continue_button", 1);
	html_close(w);
	page_end(p);
}
