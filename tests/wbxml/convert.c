/* SPDX-License-Identifier: ISC */
/*
 * Messages from one encoding to the other, many in one run: standard input is
 * records, each four bytes of length, the highest first, and a message; so is
 * standard output.
 *
 *   wbxml   XML to WBXML            xml   WBXML to XML
 *   same    XML, WBXML, XML, …: ends with 1 unless syncml_read() makes the
 *           same of the two of each pair
 *   time    XML: what reading and writing takes in either encoding
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../common/arena.h"
#include "any.h"
#include "convert.h"

#define LIMIT ((size_t)64 << 20)

static struct record *records;
static size_t nrecords;

static int
read_record(struct record *r)
{
	unsigned char head[4];
	char *data;

	if (fread(head, 1, sizeof(head), stdin) != sizeof(head))
		return 0;
	r->len = (size_t)head[0] << 24 | (size_t)head[1] << 16 |
		 (size_t)head[2] << 8 | head[3];
	if ((data = malloc(r->len + 1)) == NULL)
		err(1, NULL);
	if (fread(data, 1, r->len, stdin) != r->len)
		errx(1, "a record ends too early");
	data[r->len] = '\0';
	r->data = data;
	return 1;
}

static void
read_records(void)
{
	size_t room = 0;

	for (;; nrecords++) {
		if (nrecords == room) {
			room = room * 2 + 1024;
			records = realloc(records, room * sizeof(*records));
			if (records == NULL)
				err(1, NULL);
		}
		if (!read_record(&records[nrecords]))
			return;
	}
}

static void
write_record(const struct buf *b)
{
	const unsigned char head[4] = { (unsigned char)(b->len >> 24),
		(unsigned char)(b->len >> 16), (unsigned char)(b->len >> 8),
		(unsigned char)b->len };

	fwrite(head, 1, sizeof(head), stdout);
	fwrite(b->data, 1, b->len, stdout);
}

static void
convert(struct arena *a, const struct record *r, int to_wbxml, struct xw *w)
{
	const struct xml_grammar *g = any_grammar();
	struct xml_error e;
	int bad;

	if (to_wbxml) {
		xw_init_wbxml(w, a);
		bad = xml_read(a, g, w, r->data, r->len, &e);
	} else {
		xw_init(w, a);
		bad = wbxml_read(a, g, w, r->data, r->len, &e);
	}
	if (bad || w->out.failed)
		errx(1, "record %zu: %s: %s", (size_t)(r - records), e.at,
		    e.reason);
}

static void
convert_all(int to_wbxml)
{
	struct arena *a = arena_new(LIMIT);
	struct xw w;
	size_t i;

	for (i = 0; i < nrecords; i++) {
		convert(a, &records[i], to_wbxml, &w);
		write_record(&w.out);
		arena_reset(a);
	}
	arena_free(a);
}

static void
compare_all(void)
{
	struct arena *a = arena_new(LIMIT);
	char *xml, *wbxml;
	size_t i;

	for (i = 0; i + 1 < nrecords; i += 2) {
		xml = same_dump(a, &records[i], 0);
		wbxml = same_dump(a, &records[i + 1], 1);
		if (strcmp(xml, wbxml) != 0)
			errx(1, "pair %zu differs:\n%s---\n%s", i / 2, xml,
			    wbxml);
		arena_reset(a);
	}
	arena_free(a);
}

static void
time_all(void)
{
	struct arena *a = arena_new((size_t)1 << 30);
	struct record *wbxml = calloc(nrecords, sizeof(*wbxml));
	struct xw w;
	size_t i;

	if (wbxml == NULL)
		err(1, NULL);
	for (i = 0; i < nrecords; i++) {
		convert(a, &records[i], 1, &w);
		wbxml[i] = (struct record){ w.out.data, w.out.len };
	}
	same_time(records, wbxml, nrecords);
	free(wbxml);
	arena_free(a);
}

int
main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	read_records();
	if (strcmp(what, "wbxml") == 0)
		convert_all(1);
	else if (strcmp(what, "xml") == 0)
		convert_all(0);
	else if (strcmp(what, "same") == 0)
		compare_all();
	else if (strcmp(what, "time") == 0)
		time_all();
	else
		errx(1, "usage: wbxml_convert wbxml|xml|same|time");
	return fflush(stdout) == 0 ? 0 : 1;
}
