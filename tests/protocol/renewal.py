# SPDX-License-Identifier: ISC
"""Requests to renew, made without any of the server's code: a PKCS#10 for a
new key in SignedData of [RFC5652], by hand, in the RST of [MS-MDE2]."""

import base64
import hashlib

import client
import der
import device
import keys
import messages
import stack
from messages import ENR, WSSE, WST, sub

DATA = '1.2.840.113549.1.7.1'
SIGNED = '1.2.840.113549.1.7.2'
CONTENT_TYPE = '1.2.840.113549.1.9.3'
DIGEST = '1.2.840.113549.1.9.4'
RENEWED = '1.3.6.1.4.1.311.13.1'


def attribute(dotted, value):
    return der.seq(der.oid(dotted), der.set_(value))


def signed(content, cert, key, digest='sha256', attributes=True, spoil=0):
    """SignedData around content; `spoil` flips bits of its signature."""
    method = der.seq(der.oid(keys.DIGEST[digest]), der.NULL)
    inner, over = b'', content
    if attributes:
        parts = sorted((
            attribute(CONTENT_TYPE, der.oid(DATA)),
            attribute(DIGEST, der.octets(
                hashlib.new(digest, content).digest()))))
        over = der.set_(*parts)
        inner = der.tlv(0xa0, *parts)
    made = bytearray(key.sign(over, digest))
    made[-1] ^= spoil
    name = der.seq(cert.issuer, der.integer(cert.serial))
    signer = der.seq(der.integer(1), name, method, inner,
                     der.seq(der.oid(keys.RSA), der.NULL),
                     der.octets(bytes(made)))
    return der.seq(der.oid(SIGNED), der.tlv(0xa0, der.seq(
        der.integer(1), der.set_(method),
        der.seq(der.oid(DATA), der.tlv(0xa0, der.octets(content))),
        der.tlv(0xa0, cert.der), der.set_(signer))))


def request(dev, key, signer=None, digest='sha256'):
    """The PKCS#10, which says in Microsoft's attribute what it renews."""
    info = der.seq(
        der.integer(0), keys.windows_subject(dev.id), key.spki(),
        der.tlv(0xa0, der.seq(der.oid(RENEWED), der.set_(dev.cert.der))))
    return der.seq(info, keys.algorithm(digest),
                   der.bits((signer or key).sign(info, digest)))


def rst(dev, token, value_type=WSSE + '#PKCS7', ident=None):
    """The captured RST, made one that renews."""
    if isinstance(token, bytes):
        token = base64.b64encode(token).decode()
    text = messages.enrol(token, ident or dev.id, dev.upn, '')
    text = sub(text, WST + '/Issue<', WST + '/Renew<')
    return sub(text, '"%s#PKCS10"' % ENR, '"%s"' % value_type)


def post(env, text, files=None, host=stack.ENROLL):
    conn = client.Connection(env, host, cert=files)
    try:
        return client.answered(conn.request(
            'POST', messages.ENROLLMENT, text.encode(), kind=client.SOAP))
    finally:
        conn.close()


def good(dev, key):
    """All that Windows sends."""
    return rst(dev, signed(request(dev, key), dev.cert, dev.key))


def accept(dev, answer, key, kind='User'):
    """The device as it is after a renewal: another key and certificate."""
    document = device.provisioning(answer)
    cert = document.stored('CertificateStore', 'My', kind)
    assert cert.spki == key.spki(), 'not the key of the request'
    found = object.__new__(device.Device)
    found.__dict__.update(dev.__dict__, document=document, cert=cert, key=key,
                          answer=answer, files=device.files(
                              dev.env, cert, key))
    return found


def renew(dev, kind='User'):
    """Renews as Windows does; the device as it then is."""
    key = keys.POOL.key()
    answer = post(dev.env, good(dev, key), dev.files)
    return accept(dev, answer, key, kind)
