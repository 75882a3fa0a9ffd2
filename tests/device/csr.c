/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "pki.h"

/*
 * PKCS#10 written out by hand: OpenSSL would not put '!' and NUL into a
 * PrintableString, nor OIW's OID under a signature, as Windows does.
 */

enum {
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_OCTETS = 0x04,
	DER_OID = 0x06,
	DER_UTF8 = 0x0c,
	DER_PRINTABLE = 0x13,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_ATTRIBUTES = 0xa0,
};

#define OID_COMMON_NAME "\x55\x04\x03"
/* 1.2.840.113549.1.9.14 */
#define OID_EXTENSION_REQUEST "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e"
/* 1.3.6.1.4.1.311.66.1.0 */
#define OID_DEVICE_ID "\x2b\x06\x01\x04\x01\x82\x37\x42\x01\x00"

/* 2.5.29.37, and its value: clientAuth alone */
#define OID_EXTENDED_USAGE "\x55\x1d\x25"
#define CLIENT_AUTH "\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02"

#define RSA_NULL "\x05\x00"
#define PKCS1 "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define ECDSA "\x06\x08\x2a\x86\x48\xce\x3d\x04\x03"

#define BYTES(literal)                                                         \
	{                                                                      \
		literal, sizeof(literal) - 1                                   \
	}

struct bytes {
	const char *data;
	size_t len;
};

/* Contents of the AlgorithmIdentifier by hash; SHA-1 with RSA is OIW's. */
static const struct bytes rsa_algorithms[] = {
	[PKI_SHA1] = BYTES("\x06\x05\x2b\x0e\x03\x02\x1d" RSA_NULL),
	[PKI_SHA256] = BYTES(PKCS1 "\x0b" RSA_NULL),
	[PKI_SHA384] = BYTES(PKCS1 "\x0c" RSA_NULL),
	[PKI_SHA512] = BYTES(PKCS1 "\x0d" RSA_NULL),
};

static const struct bytes ec_algorithms[] = {
	[PKI_SHA1] = BYTES("\x06\x07\x2a\x86\x48\xce\x3d\x04\x01"),
	[PKI_SHA256] = BYTES(ECDSA "\x02"),
	[PKI_SHA384] = BYTES(ECDSA "\x03"),
	[PKI_SHA512] = BYTES(ECDSA "\x04"),
};

static void
der_put(struct buf *out, unsigned char tag, const void *data, size_t n)
{
	unsigned char head[4] = { tag };
	size_t used = 2;

	if (n < 0x80) {
		head[1] = (unsigned char)n;
	} else if (n < 0x100) {
		head[1] = 0x81;
		head[2] = (unsigned char)n;
		used = 3;
	} else {
		head[1] = 0x82;
		head[2] = (unsigned char)(n >> 8);
		head[3] = (unsigned char)n;
		used = 4;
	}
	buf_add(out, head, used);
	buf_add(out, data, n);
}

/* Puts a tag and a length before everything that is in the buffer. */
static void
der_wrap(struct buf *content, unsigned char tag)
{
	struct buf whole = { 0 };

	der_put(&whole, tag, content->data, content->len);
	buf_free(content);
	*content = whole;
}

/*
 * CN = 30 characters of a GUID, '!', the DeviceID, and a NUL unless it is a
 * newer build.
 */
static void
name_put(struct buf *out, const struct csr *csr)
{
	struct buf name = { 0 }, text = { 0 };

	buf_printf(&text, "%.30s!%s", csr->guid, csr->device_id);
	der_put(&name, DER_OID, OID_COMMON_NAME, strlen(OID_COMMON_NAME));
	if (csr->is_new)
		der_put(&name, DER_UTF8, text.data, text.len);
	else
		der_put(&name, DER_PRINTABLE, text.data, text.len + 1);
	der_wrap(&name, DER_SEQUENCE);
	der_wrap(&name, DER_SET);
	der_put(out, DER_SEQUENCE, name.data, name.len);
	buf_free(&name);
	buf_free(&text);
}

/* One extension; its value goes into an OCTET STRING. */
static void
extension_put(
    struct buf *out, const struct bytes *oid, const void *value, size_t n)
{
	struct buf extension = { 0 };

	der_put(&extension, DER_OID, oid->data, oid->len);
	der_put(&extension, DER_OCTETS, value, n);
	der_put(out, DER_SEQUENCE, extension.data, extension.len);
	buf_free(&extension);
}

static void
attributes_put(struct buf *out, const struct csr *csr)
{
	static const struct bytes device = BYTES(OID_DEVICE_ID);
	static const struct bytes usage = BYTES(OID_EXTENDED_USAGE);
	struct buf extensions = { 0 }, all = { 0 };

	extension_put(
	    &extensions, &device, csr->device_id, strlen(csr->device_id) + 1);
	if (csr->is_new)
		extension_put(
		    &extensions, &usage, CLIENT_AUTH, sizeof(CLIENT_AUTH) - 1);
	der_wrap(&extensions, DER_SEQUENCE);
	der_wrap(&extensions, DER_SET);
	der_put(&all, DER_OID, OID_EXTENSION_REQUEST,
	    strlen(OID_EXTENSION_REQUEST));
	buf_add(&all, extensions.data, extensions.len);
	der_wrap(&all, DER_SEQUENCE);
	der_put(out, DER_ATTRIBUTES, all.data, all.len);
	buf_free(&extensions);
	buf_free(&all);
}

static void
signature_put(struct buf *out, const struct csr *csr, const struct buf *info)
{
	const struct bytes *algorithm = key_is_rsa(csr->key)
					    ? &rsa_algorithms[csr->hash]
					    : &ec_algorithms[csr->hash];
	struct buf bits = { 0 };

	der_put(out, DER_SEQUENCE, algorithm->data, algorithm->len);
	buf_add(&bits, "", 1);
	key_sign(csr->key, csr->hash, info, &bits);
	if (csr->spoil_signature)
		bits.data[bits.len - 1] ^= 1;
	der_put(out, DER_BITS, bits.data, bits.len);
	buf_free(&bits);
}

void
csr_write(const struct csr *csr, struct buf *out)
{
	struct buf info = { 0 }, whole = { 0 };

	der_put(&info, DER_INTEGER, "", 1);
	name_put(&info, csr);
	key_spki(csr->key, &info);
	attributes_put(&info, csr);
	der_wrap(&info, DER_SEQUENCE);
	buf_add(&whole, info.data, info.len);
	signature_put(&whole, csr, &info);
	der_put(out, DER_SEQUENCE, whole.data, whole.len);
	buf_free(&info);
	buf_free(&whole);
}
