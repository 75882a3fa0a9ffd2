# SPDX-License-Identifier: ISC
"""RSA keys by the hundred, PKCS#10 requests and hostile certificates.

Test keys are products of primes from a small pool: cheap to make, never the
same twice within one run, and of course of no use outside a test."""

import base64
import hashlib
import itertools
import math
import subprocess

import der

DIGEST = {
    'md5': '1.2.840.113549.2.5',
    'sha1': '1.3.14.3.2.26',
    'sha256': '2.16.840.1.101.3.4.2.1',
}
SIGNATURE = {
    'md5': '1.2.840.113549.1.1.4',
    'sha1': '1.2.840.113549.1.1.5',
    'sha1-oiw': '1.3.14.3.2.29',
    'sha256': '1.2.840.113549.1.1.11',
}
RSA = '1.2.840.113549.1.1.1'
CN = '2.5.4.3'
DEVICE_ID = '1.3.6.1.4.1.311.66.1.0'


def prime(size):
    out = subprocess.run(
        ['openssl', 'prime', '-generate', '-bits', str(size), '-hex'],
        check=True, capture_output=True, text=True).stdout
    return int(out.strip(), 16)


class Key:
    """An RSA key of any number of primes (two, in an honest one)."""

    def __init__(self, primes, exponent=65537):
        self.primes, self.e = list(primes), exponent
        self.n = math.prod(self.primes)
        phi = math.prod(p - 1 for p in self.primes)
        try:
            self.d = pow(exponent, -1, phi)
        except ValueError:
            self.d = None               # e is not invertible: cannot sign

    def power(self, value):
        """value ** d mod n, by the Chinese remainder theorem."""
        if self.d is None:
            return value
        result, modulus = 0, 1
        for p in self.primes:
            part = pow(value % p, self.d % (p - 1), p)
            step = (part - result) * pow(modulus, -1, p) % p
            result += modulus * step
            modulus *= p
        return result

    def sign(self, data, digest='sha256'):
        name = digest.split('-', maxsplit=1)[0]
        info = der.seq(der.seq(der.oid(DIGEST[name]), der.NULL),
                       der.octets(hashlib.new(name, data).digest()))
        size = (self.n.bit_length() + 7) // 8
        pad = b'\xff' * max(8, size - 3 - len(info))
        block = int.from_bytes(b'\x00\x01' + pad + b'\x00' + info, 'big')
        return self.power(block % self.n).to_bytes(size, 'big')

    def spki(self):
        return der.seq(der.seq(der.oid(RSA), der.NULL),
                       der.bits(der.seq(der.integer(self.n),
                                        der.integer(self.e))))

    def pem(self):
        p, q = self.primes
        body = der.seq(*(der.integer(i) for i in (
            0, self.n, self.e, self.d, p, q, self.d % (p - 1),
            self.d % (q - 1), pow(q, -1, p))))
        return pem('RSA PRIVATE KEY', body)


class Pool:
    """Fresh 2048-bit keys: every pair of primes is used at most once."""

    def __init__(self):
        self.primes, self.pairs = [], []

    def key(self):
        if not self.pairs:
            fresh = [prime(1024) for _ in range(8)]
            self.pairs = list(itertools.combinations(fresh, 2))
            self.pairs += itertools.product(fresh, self.primes)
            self.primes += fresh
        return Key(self.pairs.pop(0))


POOL = Pool()


def pem(label, body):
    text = base64.encodebytes(body).decode().replace('\n', '')
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return '-----BEGIN %s-----\n%s\n-----END %s-----\n' % (
        label, '\n'.join(lines), label)


def name(*attributes):
    """An RDN sequence of (oid, string tag, bytes), one RDN each."""
    return der.seq(*(der.set_(der.seq(der.oid(o), der.tlv(tag, value)))
                     for o, tag, value in attributes))


def common_name(text, tag=12):
    return name((CN, tag, text if isinstance(text, bytes) else text.encode()))


def extension(dotted, value, critical=False):
    flag = der.boolean(True) if critical else b''
    return der.seq(der.oid(dotted), flag, der.octets(value))


def windows_subject(device_id):
    """As Windows 10 writes it: '!' and a NUL inside a PrintableString."""
    text = 'BA405A5D-B1C7-4737-81C8-8F379A!%s\0' % device_id
    return common_name(text, 19)


def windows_extension(device_id):
    return extension(DEVICE_ID, device_id.encode() + b'\0')


def attributes(*extensions):
    """The request's attribute set holding one extensionRequest."""
    if not extensions:
        return der.tlv(0xa0)
    return der.tlv(0xa0, der.seq(der.oid('1.2.840.113549.1.9.14'),
                                 der.set_(der.seq(*extensions))))


def algorithm(digest):
    return der.seq(der.oid(SIGNATURE[digest]), der.NULL)


def request(key, subject, extensions=(), digest='sha256', spki=None,
            signer=None):
    """A PKCS#10 request; spki and signer differ from key in bad ones."""
    info = der.seq(der.integer(0), subject, spki or key.spki(),
                   attributes(*extensions))
    return der.seq(info, algorithm(digest),
                   der.bits((signer or key).sign(info, digest)))


def windows_request(key, device_id, digest='sha256'):
    return request(key, windows_subject(device_id),
                   [windows_extension(device_id)], digest)


def certificate(issuer, issuer_key, subject, spki, begin, end, serial=None,
                extensions=None):
    """A certificate signed with the PEM key file issuer_key (any type).

    `issuer` is the issuer's subject in DER."""
    serial = serial or int.from_bytes(hashlib.sha256(spki).digest()[:9], 'big')
    text = subprocess.run(
        ['openssl', 'pkey', '-in', issuer_key, '-noout', '-text'],
        check=True, capture_output=True, text=True).stdout
    rsa = 'modulus' in text
    method = algorithm('sha256') if rsa else der.seq(
        der.oid('1.2.840.10045.4.3.2'))
    if extensions is None:
        extensions = [
            extension('2.5.29.15', der.bits(b'\x80', 7), True),
            extension('2.5.29.37', der.seq(der.oid('1.3.6.1.5.5.7.3.2')))]
    body = der.seq(der.tlv(0xa0, der.integer(2)), der.integer(serial), method,
                   issuer, der.seq(der.time(begin), der.time(end)), subject,
                   spki, der.tlv(0xa3, der.seq(*extensions)))
    signature = subprocess.run(
        ['openssl', 'dgst', '-sha256', '-sign', issuer_key],
        input=body, check=True, capture_output=True).stdout
    return der.seq(body, method, der.bits(signature))
