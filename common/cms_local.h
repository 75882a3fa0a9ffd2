/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_CMS_LOCAL_H
#define FENESTRA_CMS_LOCAL_H

#include "cms.h"
#include "der.h"

/* Shared by the cms*.c files alone: SignedData taken apart. */

/* The attributes that are looked at; they have to be among the signed ones. */
enum {
	CMS_CONTENT_TYPE,
	CMS_MESSAGE_DIGEST,
	CMS_SIGNING_TIME,
	CMS_NATTRIBUTES
};

/* Of one signer, and of plain data.  [RFC5652] 5 */
struct cms_parts {
	struct der certificates;
	struct der content;	     /* of data NULL: it is elsewhere */
	struct der_item signer;	     /* its name */
	struct der digest_algorithm; /* contents, as of the following */
	struct der attributes;	     /* whole; of data NULL: none */
	struct der signature_algorithm;
	struct der signature;
	struct der_item values[CMS_NATTRIBUTES];
	time_t signed_at;
};

/* What is looked at in a certificate.  [RFC5280] 4.1 */
struct cms_certificate {
	struct der whole;
	struct der serial;
	struct der issuer; /* whole */
	struct der spki;
	struct der key_id; /* of data NULL: none */
};

/* Where the content is, which decides what else has to be there. */
enum cms_kind { CMS_BESIDE, CMS_ENCLOSED };

/* 0, or -1 with the reason; nothing is verified. */
int cms_split(
    struct cms_parts *, struct der, enum cms_kind, char why[X509_WHY_LEN]);

/* The one certificate in it that the signer's name means. */
int cms_find_signer(
    const struct cms_parts *, struct cms_certificate *, char why[X509_WHY_LEN]);

/* The contents of the next item of that tag; and if nothing follows it. */
int cms_take(struct der *, unsigned tag, struct der *contents);
int cms_take_last(struct der *, unsigned tag, struct der *contents);

#endif
