/* SPDX-License-Identifier: ISC */
#include "check.h"
#include "cms_local.h"
#include "x509_local.h"

#define KEY_ID 0x80    /* [0] IMPLICIT OCTET STRING */
#define CONTEXT_1 0xa1 /* [1], of more than one value */

#define OID_DATA "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define OID_SIGNED_DATA "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define OID_CONTENT_TYPE "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03"
#define OID_MESSAGE_DIGEST "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04"
#define OID_SIGNING_TIME "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05"
#define OID_SUBJECT_KEY_ID "\x55\x1d\x0e"
#define OID(oid) oid, sizeof(oid) - 1

/* What a signature has to say of itself, and as what. */
/* clang-format off */
static const struct {
	const char *oid;
	size_t len;
	const char *name;
} attributes[CMS_NATTRIBUTES] = {
	[CMS_CONTENT_TYPE]   = { OID(OID_CONTENT_TYPE),   "contentType" },
	[CMS_MESSAGE_DIGEST] = { OID(OID_MESSAGE_DIGEST), "messageDigest" },
	[CMS_SIGNING_TIME]   = { OID(OID_SIGNING_TIME),   "signingTime" },
};
/* clang-format on */

int
cms_take(struct der *in, unsigned tag, struct der *contents)
{
	struct der_item item;

	if (der_take(in, tag, &item) != 0)
		return -1;
	*contents = item.body;
	return 0;
}

int
cms_take_last(struct der *in, unsigned tag, struct der *contents)
{
	return cms_take(in, tag, contents) != 0 || in->len > 0 ? -1 : 0;
}

/* Past the next item, if it has that tag. */
static int
skip(struct der *in, unsigned tag)
{
	struct der_item item;

	return der_take(in, tag, &item);
}

/* ContentInfo of SignedData, and no more. */
static int
split_info(struct der in, struct der *signed_data, char *why)
{
	struct der info, oid, content;

	if (!der_strict(in.data, in.len))
		return x509_no(why, "signature: not DER, or more than one");
	if (cms_take_last(&in, DER_SEQUENCE, &info) != 0 ||
	    cms_take(&info, DER_OID, &oid) != 0 ||
	    !der_equal(&oid, OID(OID_SIGNED_DATA)) ||
	    cms_take_last(&info, DER_CONTEXT_0, &content) != 0 ||
	    cms_take_last(&content, DER_SEQUENCE, signed_data) != 0)
		return x509_no(why, "signature: not SignedData of CMS");
	return 0;
}

static int
split_content(struct cms_parts *p, struct der in, char *why)
{
	struct der oid, content;

	if (cms_take(&in, DER_OID, &oid) != 0 ||
	    !der_equal(&oid, OID(OID_DATA)))
		return x509_no(why, "signature: not over plain data");
	if (in.len == 0)
		return 0;
	if (cms_take_last(&in, DER_CONTEXT_0, &content) != 0 ||
	    cms_take_last(&content, DER_OCTETS, &p->content) != 0)
		return x509_no(why, "signature: content not understood");
	return 0;
}

static int
split_signer(struct cms_parts *p, struct der in, char *why)
{
	const char *version = "\1";
	struct der_item item;
	struct der number;

	if (cms_take(&in, DER_INTEGER, &number) != 0 ||
	    der_next(&in, &p->signer) != 0)
		return x509_no(why, "signer: neither version nor name");
	if (p->signer.tag == KEY_ID)
		version = "\3";
	else if (p->signer.tag != DER_SEQUENCE)
		return x509_no(why, "signer: not named by issuer or key");
	if (!der_equal(&number, version, 1))
		return x509_no(why, "signer: version not of its kind of name");
	if (cms_take(&in, DER_SEQUENCE, &p->digest_algorithm) != 0)
		return x509_no(why, "signer: no digest algorithm");
	if (der_take(&in, DER_CONTEXT_0, &item) == 0)
		p->attributes = item.whole;
	if (cms_take(&in, DER_SEQUENCE, &p->signature_algorithm) != 0 ||
	    cms_take(&in, DER_OCTETS, &p->signature) != 0)
		return x509_no(why, "signer: no signature");
	skip(&in, CONTEXT_1);
	return in.len == 0 ? 0 : x509_no(why, "signer: what follows it");
}

static int
split_data(struct cms_parts *p, struct der in, char *why)
{
	struct der version, content, signers, one;

	if (split_info(in, &in, why) != 0)
		return -1;
	if (cms_take(&in, DER_INTEGER, &version) != 0 ||
	    (!der_equal(&version, "\1", 1) && !der_equal(&version, "\3", 1)))
		return x509_no(why, "signature: neither version 1 nor 3");
	if (skip(&in, DER_SET) != 0 ||
	    cms_take(&in, DER_SEQUENCE, &content) != 0)
		return x509_no(why, "signature: not SignedData of CMS");
	if (split_content(p, content, why) != 0)
		return -1;
	if (cms_take(&in, DER_CONTEXT_0, &p->certificates) != 0)
		return x509_no(why, "signature: no certificate in it");
	skip(&in, CONTEXT_1);
	if (cms_take(&in, DER_SET, &signers) != 0 || in.len > 0)
		return x509_no(why, "signature: not SignedData of CMS");
	if (signers.len == 0)
		return x509_no(why, "signature: no signer");
	if (cms_take(&signers, DER_SEQUENCE, &one) != 0)
		return x509_no(why, "signer: not understood");
	if (signers.len > 0)
		return x509_no(why, "signature: more than one signer");
	return split_signer(p, one, why);
}

/* Those that have to be there, once and with one value; others may be too. */
static int
split_attributes(struct cms_parts *p, char *why)
{
	struct der in = p->attributes, list = { 0 }, one, oid, values;
	int i;

	cms_take(&in, DER_CONTEXT_0, &list);
	while (list.len > 0) {
		if (cms_take(&list, DER_SEQUENCE, &one) != 0 ||
		    cms_take(&one, DER_OID, &oid) != 0 ||
		    cms_take_last(&one, DER_SET, &values) != 0)
			return x509_no(why, "signed attributes: not of CMS");
		for (i = 0; i < CMS_NATTRIBUTES; i++)
			if (der_equal(
				&oid, attributes[i].oid, attributes[i].len))
				break;
		if (i == CMS_NATTRIBUTES)
			continue;
		if (p->values[i].whole.data != NULL)
			return x509_no(why, "signed attributes: %s twice",
			    attributes[i].name);
		if (der_next(&values, &p->values[i]) != 0 || values.len > 0)
			return x509_no(why,
			    "signed attributes: %s is not one value",
			    attributes[i].name);
	}
	return 0;
}

/* Whether all are there that its kind has to have. */
static int
attributes_needed(const struct cms_parts *p, enum cms_kind kind, char *why)
{
	if (p->attributes.data == NULL)
		return kind == CMS_ENCLOSED
			   ? 0
			   : x509_no(why, "signer: no signed attributes");
	for (int i = 0; i < CMS_NATTRIBUTES; i++)
		if (p->values[i].whole.data == NULL &&
		    (kind == CMS_BESIDE || i != CMS_SIGNING_TIME))
			return x509_no(why, "signed attributes: no %s",
			    attributes[i].name);
	return 0;
}

static int
number(const unsigned char *digits, size_t n, int *out)
{
	for (*out = 0; n > 0; n--, digits++) {
		if (*digits < '0' || *digits > '9')
			return -1;
		*out = *out * 10 + *digits - '0';
	}
	return 0;
}

/* In seconds and in UTC, as DER has it.  [RFC5652] 11.3 */
static int
time_parse(const struct der_item *value, time_t *out)
{
	size_t year = value->tag == DER_TIME ? 4 : 2;
	const unsigned char *p = value->body.data;
	struct tm tm = { 0 }, back;

	if ((value->tag != DER_TIME && value->tag != DER_UTC_TIME) ||
	    value->body.len != year + 11 || p[year + 10] != 'Z' ||
	    number(p, year, &tm.tm_year) != 0 ||
	    number(p + year, 2, &tm.tm_mon) != 0 ||
	    number(p + year + 2, 2, &tm.tm_mday) != 0 ||
	    number(p + year + 4, 2, &tm.tm_hour) != 0 ||
	    number(p + year + 6, 2, &tm.tm_min) != 0 ||
	    number(p + year + 8, 2, &tm.tm_sec) != 0)
		return -1;
	if (year == 4)
		tm.tm_year -= 1900;
	else if (tm.tm_year < 50)
		tm.tm_year += 100;
	tm.tm_mon--;
	back = tm;
	*out = timegm(&back);
	/* timegm() has carried what was too large, as the 30th of February. */
	if (back.tm_mon != tm.tm_mon || back.tm_hour != tm.tm_hour ||
	    back.tm_min != tm.tm_min)
		return -1;
	return 0;
}

int
cms_split(struct cms_parts *p, struct der in, enum cms_kind kind,
    char why[X509_WHY_LEN])
{
	const struct der_item *v = p->values;

	*p = (struct cms_parts){ 0 };
	if (split_data(p, in, why) != 0 || split_attributes(p, why) != 0 ||
	    attributes_needed(p, kind, why) != 0)
		return -1;
	if (p->attributes.data == NULL)
		return 0;
	if (v[CMS_CONTENT_TYPE].tag != DER_OID ||
	    !der_equal(&v[CMS_CONTENT_TYPE].body, OID(OID_DATA)))
		return x509_no(why, "signed attributes: contentType");
	if (v[CMS_MESSAGE_DIGEST].tag != DER_OCTETS)
		return x509_no(why, "signed attributes: messageDigest");
	if (v[CMS_SIGNING_TIME].whole.data != NULL &&
	    time_parse(&v[CMS_SIGNING_TIME], &p->signed_at) != 0)
		return x509_no(why, "signed attributes: signingTime");
	return 0;
}

/* The subject's key identifier, where a certificate's extensions have one. */
static int
key_id_find(struct der in, struct der *key_id)
{
	struct der list, one, oid, value;

	if (cms_take_last(&in, DER_SEQUENCE, &list) != 0)
		return -1;
	while (list.len > 0) {
		if (cms_take(&list, DER_SEQUENCE, &one) != 0 ||
		    cms_take(&one, DER_OID, &oid) != 0)
			return -1;
		skip(&one, DER_BOOLEAN);
		if (cms_take_last(&one, DER_OCTETS, &value) != 0)
			return -1;
		if (der_equal(&oid, OID(OID_SUBJECT_KEY_ID)) &&
		    (key_id->data != NULL ||
			cms_take_last(&value, DER_OCTETS, key_id) != 0))
			return -1;
	}
	return 0;
}

static int
take_certificate(struct der *in, struct cms_certificate *c)
{
	struct der_item item, issuer, spki;
	struct der tbs, body;

	*c = (struct cms_certificate){ 0 };
	if (der_take(in, DER_SEQUENCE, &item) != 0)
		return -1;
	c->whole = item.whole;
	body = item.body;
	if (cms_take(&body, DER_SEQUENCE, &tbs) != 0 ||
	    skip(&body, DER_SEQUENCE) != 0 || skip(&body, DER_BITS) != 0 ||
	    body.len > 0)
		return -1;
	skip(&tbs, DER_CONTEXT_0);
	if (cms_take(&tbs, DER_INTEGER, &c->serial) != 0 ||
	    skip(&tbs, DER_SEQUENCE) != 0 ||
	    der_take(&tbs, DER_SEQUENCE, &issuer) != 0 ||
	    skip(&tbs, DER_SEQUENCE) != 0 || skip(&tbs, DER_SEQUENCE) != 0 ||
	    der_take(&tbs, DER_SEQUENCE, &spki) != 0)
		return -1;
	c->issuer = issuer.whole;
	c->spki = spki.body;
	while (tbs.len > 0 && der_next(&tbs, &item) == 0)
		if (item.tag == DER_CONTEXT_3 &&
		    key_id_find(item.body, &c->key_id) != 0)
			return -1;
	return 0;
}

static int
is_signer(const struct cms_parts *p, const struct cms_certificate *c)
{
	struct der in = p->signer.body;
	struct der_item issuer, serial;

	if (p->signer.tag == KEY_ID)
		return c->key_id.data != NULL &&
		       der_equal(&in, c->key_id.data, c->key_id.len);
	return der_take(&in, DER_SEQUENCE, &issuer) == 0 &&
	       der_take(&in, DER_INTEGER, &serial) == 0 && in.len == 0 &&
	       der_equal(&issuer.whole, c->issuer.data, c->issuer.len) &&
	       der_equal(&serial.body, c->serial.data, c->serial.len);
}

int
cms_find_signer(const struct cms_parts *p, struct cms_certificate *signer,
    char why[X509_WHY_LEN])
{
	struct der in = p->certificates;
	struct cms_certificate c;

	signer->whole.data = NULL;
	while (in.len > 0) {
		if (take_certificate(&in, &c) != 0)
			return x509_no(
			    why, "signature: a certificate is not of X.509");
		if (!is_signer(p, &c))
			continue;
		if (signer->whole.data != NULL)
			return x509_no(why,
			    "signature: the signer's certificate is ambiguous");
		*signer = c;
	}
	if (signer->whole.data == NULL)
		return x509_no(
		    why, "signature: without the signer's certificate");
	return 0;
}
