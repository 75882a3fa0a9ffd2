/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "../common/arena.h"
#include "page.h"

/* Colours have a contrast of at least 4.5 to their ground, light and dark. */
static const char style[] =
    ":root{color-scheme:light dark;--ground:#f3f4f6;--sheet:#fff;--ink:#1b1f24;"
    "--quiet:#4d5661;--line:#6b7480;--main:#0b5cad;--on-main:#fff;"
    "--bad:#a80f1f;--bad-ground:#fdeeee}"
    "@media (prefers-color-scheme:dark){:root{--ground:#14171a;--sheet:#1f2429;"
    "--ink:#eef1f4;--quiet:#b3bcc6;--line:#8c96a1;--main:#7db8f5;"
    "--on-main:#0b1a2a;--bad:#ff9aa2;--bad-ground:#3a1d20}}"
    "*{box-sizing:border-box}"
    "body{margin:0;padding:1rem;background:var(--ground);color:var(--ink);"
    "font:1rem/1.5 system-ui,'Segoe UI',sans-serif;overflow-wrap:anywhere}"
    "main{max-width:28rem;margin:4vh auto;padding:1.5rem;"
    "background:var(--sheet);border-radius:.5rem}"
    "h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}"
    "h2{font-size:1.125rem;margin:0 0 .25rem}"
    "p{margin:0 0 1rem}"
    ".quiet{color:var(--quiet);font-size:.875rem}"
    ".bad{margin:0 0 1rem;padding:.75rem 1rem;border:1px solid var(--bad);"
    "border-left-width:.375rem;background:var(--bad-ground)}"
    ".bad p{margin:0}"
    ".bad,.bad a{color:var(--bad)}"
    "a{color:var(--main)}"
    "label{display:block;font-weight:600}"
    "input[type=text],input[type=password]{width:100%;min-height:2.75rem;"
    "margin:.25rem 0 1rem;padding:.5rem .75rem;font:inherit;"
    "color:var(--ink);background:var(--sheet);border:1px solid var(--line);"
    "border-radius:.25rem}"
    "input[aria-invalid]{border:2px solid var(--bad)}"
    ".tick{display:flex;gap:.75rem;align-items:flex-start;margin:0 0 1rem;"
    "font-weight:400}"
    ".tick input{flex:none;width:1.5rem;height:1.5rem;margin:0}"
    ".terms{max-height:45vh;overflow:auto;margin:0 0 1rem;padding:.75rem 1rem;"
    "border:1px solid var(--line);border-radius:.25rem}"
    "button,.button{display:block;width:100%;min-height:2.75rem;"
    "margin:0 0 .75rem;padding:.625rem 1rem;font:inherit;font-weight:600;"
    "text-align:center;text-decoration:none;color:var(--on-main);"
    "background:var(--main);border:2px solid var(--main);"
    "border-radius:.25rem;cursor:pointer}"
    ".plain{color:var(--main);background:transparent}"
    ":focus-visible{outline:3px solid var(--main);outline-offset:2px}"
    "svg{display:block;width:100%;max-width:16rem;height:auto;"
    "margin:0 auto 1rem;background:#fff}"
    "footer{max-width:28rem;margin:0 auto}"
    "@media (forced-colors:active){button,.button,.bad{border:2px solid}}";

int
page_address_is(const char *uri, const char *scheme)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-._~:/?#[]@!$&()*+,;=%";
	size_t len = strlen(scheme);

	return strncasecmp(uri, scheme, len) == 0 && uri[len] != '\0' &&
	       uri[strspn(uri, allowed)] == '\0';
}

int
page_form(struct arena *a, const struct http_request *r,
    const struct form_field *fields, size_t n, void *form, struct fault *f)
{
	const char *type = http_param(r, "CONTENT_TYPE"), *why;

	if (type == NULL || !http_type_is(type, FORM_CONTENT_TYPE))
		return fault_set(f, 415, NULL, "Content-Type is no form's");
	if (form_read(a, r->body, r->body_len, fields, n, form, &why) == -1)
		return fault_set(f, 400, NULL, why);
	return 0;
}

const char *
page_word(const struct page *p, const char *setting)
{
	return p->setting(p->context, setting);
}

static void
write_title(struct page *p, const char *title, int problem)
{
	xw_open(&p->w, "title");
	if (problem) {
		xw_text(&p->w, page_word(p, "page_error_title"));
		xw_text(&p->w, ": ");
	}
	xw_text(&p->w, page_word(p, title));
	xw_text(&p->w, " \xe2\x80\x93 ");
	xw_text(&p->w, page_word(p, "server_name"));
	html_close(&p->w);
}

void
page_begin(struct page *p, const char *title, int problem)
{
	struct xw *w = &p->w;

	html_begin(w, p->arena, page_word(p, "page_language"));
	html_open(w, "head", NULL);
	html_void(w, "meta", "charset", "utf-8", NULL);
	html_void(w, "meta", "name", "viewport", "content",
	    "width=device-width, initial-scale=1", NULL);
	html_void(w, "meta", "name", "robots", "content", "noindex", NULL);
	write_title(p, title, problem);
	html_raw(w, "style", style);
	html_close(w);
	html_open(w, "body", NULL);
	html_open(w, "main", NULL);
	html_leaf(w, "p", page_word(p, "server_name"), "class", "quiet", NULL);
	html_leaf(w, "h1", page_word(p, title), NULL);
}

void
page_end(struct page *p)
{
	const char *help = page_word(p, "page_help");
	struct xw *w = &p->w;

	html_close(w);
	if (help[0] != '\0') {
		html_open(w, "footer", NULL);
		html_leaf(w, "p", help, "class", "quiet", NULL);
		html_close(w);
	}
	if (p->script != NULL)
		html_raw(w, "script", p->script);
	html_close(w);
	html_close(w);
}

void
page_problem(struct page *p, const char *word, const char *field)
{
	struct xw *w = &p->w;

	html_open(
	    w, "div", "class", "bad", "role", "alert", "id", "problem", NULL);
	html_leaf(w, "h2", page_word(p, "page_error_title"), NULL);
	html_open(w, "p", NULL);
	if (field != NULL)
		html_leaf(w, "a", page_word(p, word), "href",
		    arena_printf(p->arena, "#%s", field), NULL);
	else
		xw_text(w, page_word(p, word));
	html_close(w);
	html_close(w);
}

void
page_refusal(struct page *p, const char *word)
{
	page_begin(p, "page_error_title", 0);
	page_paragraph(p, word);
	page_end(p);
}

void
page_paragraph(struct page *p, const char *word)
{
	html_leaf(&p->w, "p", page_word(p, word), NULL);
}

void
page_button(struct page *p, const char *word, int focused)
{
	html_leaf(&p->w, "button", page_word(p, word), "type", "submit",
	    "autofocus", focused ? "" : NULL, NULL);
}

/* An empty line ends a paragraph; other line ends are white space. */
static void
write_paragraphs(struct page *p, const char *text)
{
	const char *end;
	size_t len;

	for (; text[0] != '\0'; text += len + strspn(text + len, "\r\n")) {
		end = strstr(text, "\n\n");
		if (end == NULL)
			end = strstr(text, "\r\n\r\n");
		len = end != NULL ? (size_t)(end - text) : strlen(text);
		html_leaf(&p->w, "p", arena_strndup(p->arena, text, len), NULL);
	}
}

void
page_terms(struct page *p, const char *text)
{
	/* A keyboard has to reach what scrolls. */
	html_open(&p->w, "div", "class", "terms", "tabindex", "0", "role",
	    "region", "aria-label", page_word(p, "page_terms_title"), NULL);
	write_paragraphs(p, text);
	html_close(&p->w);
}

/* What keeps other pages from framing it; Windows' own address is not told. */
static const char *
frames(const struct page *p, const char *rule)
{
	return p->framed ? "" : rule;
}

const char *
page_headers(const struct page *p)
{
	return arena_printf(p->arena,
	    "Content-Security-Policy: default-src 'none'; style-src %s; "
	    "script-src %s; form-action %s; base-uri 'none'%s\r\n"
	    "%s"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Referrer-Policy: no-referrer\r\n",
	    html_hash(p->arena, style),
	    p->script != NULL ? html_hash(p->arena, p->script) : "'none'",
	    p->targets != NULL ? p->targets : "'none'",
	    frames(p, "; frame-ancestors 'none'"),
	    frames(p, "X-Frame-Options: DENY\r\n"));
}
