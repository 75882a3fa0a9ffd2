/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_EXPAND_H
#define FENESTRA_EXPAND_H

struct arena;

/*
 * The data of a command with its variables, $(NAME); "$$(" stands for "$(".
 * What a variable stands for is written so that it stays a value where it
 * stands:
 *
 *   b64, bin       the variable is all of the data, and the value in base64
 *   xml, and text  in text and attributes escaped, in CDATA outside of it; in
 *   that begins    a tag or a comment a variable cannot be
 *   with <
 *   all others     as it is; of int and bool the whole has to be one
 *
 * value() gives the value of a name, or NULL and why.
 */
struct expand_source {
	const char *(*value)(void *context, const char *name, const char **why);
	void *context;
};

/* NULL and why, in words that have no value in them. */
const char *expand(struct arena *, const char *data, const char *format,
    const struct expand_source *, const char **why);

#endif
