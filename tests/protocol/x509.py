# SPDX-License-Identifier: ISC
"""Certificates as the tests read them: own parser, OpenSSL only to verify."""

import base64
import hashlib
import re
import subprocess

import der
import keys


class Certificate:
    def __init__(self, data):
        self.der = data
        outer = der.read(data).items()
        assert len(outer) == 3, 'not a certificate'
        self.tbs = outer[0].raw
        fields = outer[0].items()
        assert fields[0].tag == 0xa0 and fields[0].items()[0].int() == 2, \
            'not an X.509 version 3 certificate'
        self.serial = fields[1].int()
        self.method = outer[1].items()[0].oid()
        self.issuer, self.subject = fields[3].raw, fields[5].raw
        self.begin, self.end = (t.time() for t in fields[4])
        self.spki = fields[6].raw
        self.extensions = {}
        for field in fields[7:]:
            if field.tag == 0xa3:
                self._extensions(field.items()[0])

    def _extensions(self, sequence):
        for item in sequence:
            parts = item.items()
            name = parts[0].oid()
            assert name not in self.extensions, 'extension %s twice' % name
            critical = len(parts) == 3
            if critical:
                assert parts[1].raw == der.boolean(True), \
                    'extension %s: a boolean that is not DER' % name
            self.extensions[name] = (critical, parts[-1].body)

    def names(self):
        """The subject as a list of (oid, text)."""
        found = []
        for rdn in der.read(self.subject):
            for pair in rdn:
                kind, value = pair.items()
                found.append((kind.oid(), value.body.decode()))
        return found

    def sha1(self):
        return hashlib.sha1(self.der).hexdigest().upper()

    def sha256(self):
        return hashlib.sha256(self.der).hexdigest()

    def pem(self):
        return keys.pem('CERTIFICATE', self.der)


def load(path):
    """Every certificate of a PEM file, in order."""
    with open(path, encoding='ascii') as file:
        text = file.read()
    found = re.findall('-----BEGIN CERTIFICATE-----(.*?)-----END', text, re.S)
    return [Certificate(base64.b64decode(body)) for body in found]


def verify(certificate, root, folder, chain=(), purpose='sslclient'):
    """Asserts that openssl builds a path from root to certificate."""
    paths = []
    for number, cert in enumerate((certificate, root, *chain)):
        path = folder.file('verify-%d.pem' % number, cert.pem())
        paths.append(path)
    command = ['openssl', 'verify', '-x509_strict', '-no-CApath',
               '-no-CAstore', '-purpose', purpose, '-CAfile', paths[1]]
    for path in paths[2:]:
        command += ['-untrusted', path]
    result = subprocess.run(command + [paths[0]], capture_output=True,
                            text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
