/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "der.h"

#define CLASS 0xc0
#define CONSTRUCTED 0x20
#define NUMBER 0x1f

static int
take_length(struct der *in, size_t *len)
{
	size_t n;

	if (in->len == 0)
		return -1;
	n = *in->data++;
	in->len--;
	*len = n;
	if (n < 0x80)
		return 0;
	n &= 0x7f;
	if (n == 0 || n > 4 || n > in->len || in->data[0] == 0)
		return -1;
	for (*len = 0; n > 0; n--, in->len--)
		*len = *len << 8 | *in->data++;
	return *len < 0x80 ? -1 : 0;
}

int
der_next(struct der *in, struct der_item *item)
{
	struct der rest = *in;

	if (rest.len == 0 || (rest.data[0] & NUMBER) == NUMBER)
		return -1;
	item->tag = *rest.data++;
	rest.len--;
	if (take_length(&rest, &item->body.len) != 0)
		return -1;
	if (item->body.len > rest.len)
		return -1;
	item->body.data = rest.data;
	item->whole.data = in->data;
	item->whole.len = (size_t)(rest.data - in->data) + item->body.len;
	in->data += item->whole.len;
	in->len -= item->whole.len;
	return 0;
}

int
der_take(struct der *in, unsigned tag, struct der_item *item)
{
	struct der rest = *in;

	if (der_next(&rest, item) != 0 || item->tag != tag)
		return -1;
	*in = rest;
	return 0;
}

int
der_equal(const struct der *d, const void *data, size_t len)
{
	return d->len == len && (len == 0 || memcmp(d->data, data, len) == 0);
}

static int
integer_ok(const struct der *d)
{
	if (d->len < 2)
		return d->len == 1;
	if (d->data[0] == 0x00)
		return d->data[1] >= 0x80;
	return d->data[0] != 0xff || d->data[1] < 0x80;
}

static int
bits_ok(const struct der *d)
{
	unsigned unused;

	if (d->len == 0 || (unused = d->data[0]) > 7)
		return 0;
	if (d->len == 1)
		return unused == 0;
	return (d->data[d->len - 1] & ((1U << unused) - 1)) == 0;
}

static int
oid_ok(const struct der *d)
{
	int starts = 1;

	for (size_t i = 0; i < d->len; i++) {
		if (starts && d->data[i] == 0x80)
			return 0;
		starts = d->data[i] < 0x80;
	}
	return d->len > 0 && starts;
}

static int
primitive_ok(unsigned tag, const struct der *d)
{
	switch (tag) {
	case DER_BOOLEAN:
		return d->len == 1 && (d->data[0] == 0 || d->data[0] == 0xff);
	case DER_INTEGER:
	case 0x0a: /* ENUMERATED */
		return integer_ok(d);
	case DER_BITS:
		return bits_ok(d);
	case DER_NULL:
		return d->len == 0;
	case DER_OID:
		return oid_ok(d);
	case DER_OCTETS:
	case DER_UTF8:
	case 0x12: /* NumericString */
	case 0x13: /* PrintableString */
	case 0x14: /* T61String */
	case 0x16: /* IA5String */
	case DER_UTC_TIME:
	case DER_TIME:
	case 0x1a: /* VisibleString */
	case 0x1b: /* GeneralString */
	case 0x1c: /* UniversalString */
	case 0x1e: /* BMPString */
		return 1;
	default:
		return (tag & CLASS) != 0;
	}
}

static int
all_ok(struct der in, int depth)
{
	struct der_item item;

	while (in.len > 0) {
		if (der_next(&in, &item) != 0)
			return 0;
		if (!(item.tag & CONSTRUCTED)) {
			if (!primitive_ok(item.tag, &item.body))
				return 0;
			continue;
		}
		if (!(item.tag & CLASS) && item.tag != DER_SEQUENCE &&
		    item.tag != DER_SET)
			return 0;
		if (depth <= 1 || !all_ok(item.body, depth - 1))
			return 0;
	}
	return 1;
}

int
der_strict(const void *data, size_t len)
{
	struct der in = { data, len };
	struct der_item item;

	if (der_next(&in, &item) != 0 || in.len > 0)
		return 0;
	return all_ok(item.whole, DER_DEPTH);
}

void
der_raw(struct der_out *o, const void *data, size_t len)
{
	if (o->failed || o->data == NULL || len > o->size - o->len) {
		o->failed = 1;
		return;
	}
	if (len > 0)
		memcpy(o->data + o->len, data, len);
	o->len += len;
}

void
der_put(struct der_out *o, unsigned tag, const void *data, size_t len)
{
	size_t mark = der_open(o, tag);

	der_raw(o, data, len);
	der_close(o, mark);
}

/* One byte for the length; if it needs more the contents move. */
size_t
der_open(struct der_out *o, unsigned tag)
{
	unsigned char head[2] = { (unsigned char)tag, 0 };

	der_raw(o, head, sizeof(head));
	return o->len;
}

void
der_close(struct der_out *o, size_t mark)
{
	size_t len = o->len - mark, n = 0;
	unsigned char *p = o->data + mark;

	if (o->failed)
		return;
	if (len >= 0x80)
		for (size_t v = len; v > 0; v >>= 8)
			n++;
	if (n > o->size - o->len) {
		o->failed = 1;
		return;
	}
	memmove(p + n, p, len);
	p[-1] = (unsigned char)(n == 0 ? len : 0x80 | n);
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(len >> 8 * (n - 1 - i));
	o->len += n;
}
