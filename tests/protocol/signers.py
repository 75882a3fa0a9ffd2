# SPDX-License-Identifier: ISC
"""Signers of the tests' own, CAs for them, and what a worker says to one."""

import datetime
import functools
import hashlib
import itertools
import os
import secrets
import signal
import socket
import struct
import subprocess
import time
import uuid

import der
import device
import keys
import messages
import stack
import x509

# Where the signer can be killed, in the build for that.
PLACES = ('signer-read', 'signer-reserved', 'signer-signed', 'signer-stored',
          'signer-answered')
EC_KEY = der.seq(der.oid('1.2.840.10045.2.1'), der.oid('1.2.840.10045.3.1.7'))


class Gone(Exception):
    """The signer ended the connection instead of answering."""


def restoring(test):
    """A test that leaves settings and template as they were, also when it
    fails."""
    @functools.wraps(test)
    def wrapped(env):
        try:
            test(env)
        finally:
            for name in ('signer_rate', 'crl_hours'):
                env.setting(name, None)
            env.sql("update mdm.template set key_types = '{RSA,EC}',"
                    " hash_oid = '2.16.840.1.101.3.4.2.1';")
    return wrapped


def frame(device_id, serial, ident=None):
    body = b'\1\1' + (ident or str(uuid.uuid4())).encode() + \
        device_id.encode() + serial
    return struct.pack('>I', len(body)) + body


def take(sock, size):
    data = b''
    while len(data) < size:
        more = sock.recv(size - len(data))
        if not more:
            raise Gone('end after %r' % data)
        data += more
    return data


def say(path, data, close=False):
    """Sends bytes; the status and content of the answer."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(30)
        try:
            sock.connect(path)
            try:
                sock.sendall(data)
                if close:
                    sock.shutdown(socket.SHUT_WR)
            except BrokenPipeError:     # answered before it was read
                pass
            head = take(sock, 8)
            size, version, kind, status = struct.unpack('>IBBH', head)
            assert (version, kind) == (1, 2), head
            return status, take(sock, size - 4)
        except (ConnectionError, FileNotFoundError) as error:
            raise Gone(str(error)) from error


def ask(path, reserved, ident=None):
    return say(path, frame(*reserved, ident=ident))


def points():
    """P-256 keys without end: G, 2G, 3G, … as SubjectPublicKeyInfo, from a
    random place on."""
    p = 2 ** 256 - 2 ** 224 + 2 ** 192 + 2 ** 96 - 1
    gx = 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296
    gy = 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5

    def add(a, b):
        if a is None:
            return b
        if a == b:
            slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, p)
        else:
            slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, p)
        x = (slope * slope - a[0] - b[0]) % p
        return x, (slope * (a[0] - x) - a[1]) % p

    start, power = None, (gx, gy)
    for bit in bin(secrets.randbits(200) | 1 << 199)[:1:-1]:
        if bit == '1':
            start = add(start, power)
        power = add(power, power)
    while True:
        start = add(start, (gx, gy))
        yield der.seq(EC_KEY, der.bits(b'\4' + b''.join(
            n.to_bytes(32, 'big') for n in start)))


POINTS = points()


def reserve(env, spkis):
    """A device and a serial for each key, as the enrollment worker has it
    reserved."""
    idents = [device.new_id() for _ in spkis]
    serials = []
    for _ in spkis:
        serial = bytearray(secrets.token_bytes(16))
        serial[0] = serial[0] & 0x7f | 0x40
        serials.append(bytes(serial))
    rows = env.sql(
        "select r.device, encode(r.serial, 'hex') from unnest(%s, %s, %s)"
        " with ordinality as i (ident, spki, serial, n),"
        " lateral enrollment.reserve(%s, i.ident, 'Full',"
        " sha256(i.spki), i.spki, i.serial, 'a', 'c', 's', '\x01', '\x02',"
        " '{}', '{}') r order by n;" % tuple(map(stack.quote, (
            idents, list(spkis), serials, messages.UPN))),
        user='fenestra_enrollment')
    return [(found, bytes.fromhex(serial)) for found, serial in rows]


def reserve_one(env, spki=None):
    return reserve(env, [spki or next(POINTS)])[0]


def row(env, reserved, columns):
    """Of the certificate's row, as the superuser sees it."""
    rows = env.sql('select %s from mdm.certificate where device = %s and'
                   ' serial = %s;' % (columns, stack.quote(reserved[0]),
                                      stack.quote(reserved[1])))
    assert len(rows) == 1, rows
    return rows[0][0] if len(rows[0]) == 1 else rows[0]


def issued_events(env, reserved):
    return int(env.value(
        "select count(*) from admin.event where kind = 'certificate.issued'"
        ' and device = %s;' % stack.quote(reserved[0])))


class Authority:
    """CA files in a folder, like certs/make-ca makes them, but with any
    dates: an issuing CA of `days`, below the root of another or its own."""

    count = itertools.count(1)

    def __init__(self, env, days=1000.0, root=None, kind='P-256',
                 root_days=5000.0):
        self.folder = env.folder.fresh()
        os.mkdir(self.folder)
        self.name = 'CA %d' % next(self.count)
        if root is None:
            root_key, spki = self.key('root', 'P-256')
            self.root_name = keys.common_name('Root of ' + self.name)
            self.root_id = hashlib.sha1(spki).digest()
            self.write('root.pem', self.sign(
                self.root_name, root_key, spki, root_days))
        else:
            root_key, self.root_name = root.path('root.key'), root.root_name
            self.root_id = root.root_id
            os.link(root.path('root.pem'), self.path('root.pem'))
            os.link(root_key, self.path('root.key'))
        _, spki = self.key('issuing', kind)
        self.write('issuing.pem', self.sign(
            keys.common_name(self.name), root_key, spki, days))
        self.bundle(self)

    def path(self, name):
        return os.path.join(self.folder, name)

    def key(self, name, kind):
        path = self.path(name + '.key')
        words = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'] \
            if kind == 'RSA' else ['-algorithm', 'EC', '-pkeyopt',
                                   'ec_paramgen_curve:' + kind]
        subprocess.run(['openssl', 'genpkey', *words, '-out', path],
                       check=True, capture_output=True)
        os.chmod(path, 0o600)
        return path, subprocess.run(
            ['openssl', 'pkey', '-in', path, '-pubout', '-outform', 'DER'],
            check=True, capture_output=True).stdout

    def sign(self, subject, root_key, spki, days):
        now = datetime.datetime.now(datetime.timezone.utc).replace(
            microsecond=0)
        return keys.certificate(
            self.root_name, root_key, subject, spki,
            now - datetime.timedelta(days=5000),
            now + datetime.timedelta(days=days), extensions=[
                keys.extension('2.5.29.19', der.seq(der.boolean(True)), True),
                keys.extension('2.5.29.15', der.bits(b'\x06', 1), True),
                keys.extension('2.5.29.14', der.octets(
                    hashlib.sha1(spki).digest())),
                keys.extension('2.5.29.35', der.seq(
                    der.tlv(0x80, self.root_id)))])

    def write(self, name, data):
        with open(self.path(name), 'w', encoding='ascii') as file:
            file.write(keys.pem('CERTIFICATE', data))

    def cert(self, name='issuing.pem'):
        return x509.load(self.path(name))[0]

    def bundle(self, *authorities):
        """device-ca.pem: these issuing CAs and the root."""
        with open(self.path('device-ca.pem'), 'w', encoding='ascii') as file:
            for authority in authorities:
                file.write(authority.cert().pem())
            file.write(self.cert('root.pem').pem())

    def settings(self):
        return {'FENESTRA_CA_CERT': self.path('issuing.pem'),
                'FENESTRA_CA_KEY': self.path('issuing.key'),
                'FENESTRA_CA_ROOT': self.path('root.pem'),
                'FENESTRA_DEVICE_CA': self.path('device-ca.pem')}


class Signer:
    """with Signer(env, …) as signer: … by default with the stack's CA."""

    def __init__(self, env, program=None, start=True, **settings):
        self.env = env
        self.program = program or env.program('signer')
        self.path = env.folder.fresh('.sock')
        self.log_path = env.folder.fresh('.log')
        self.environ = {
            k: v for k, v in env.database().items()
            if not k.startswith('FENESTRA_') and k != 'PGUSER'}
        self.environ.update({
            'FENESTRA_CA_CERT': env.certs + '/issuing.pem',
            'FENESTRA_CA_KEY': env.certs + '/issuing.key',
            'FENESTRA_CA_ROOT': env.certs + '/root.pem',
            'FENESTRA_DEVICE_CA': env.certs + '/device-ca.pem',
            'FENESTRA_SIGNER_SOCKET': self.path})
        self.environ.update(settings)
        self.process = None
        if start:
            self.start()

    def start(self, wait=True):
        seen = self.log().count('reason=ready')
        with open(self.log_path, 'ab') as log:
            # pylint: disable=consider-using-with
            self.process = subprocess.Popen(
                [self.program], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env=self.environ)
        while wait and self.log().count('reason=ready') == seen:
            assert self.process.poll() is None, self.log()
            time.sleep(0.01)

    def run(self, *options):
        return subprocess.run([self.program, *options], env=self.environ,
                              stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, check=False, timeout=60)

    def log(self):
        if not os.path.exists(self.log_path):
            return ''
        with open(self.log_path, encoding='utf-8') as file:
            return file.read()

    def lines(self, count=1):
        """Its request lines, once there are so many: each is written after
        the answer."""
        for _ in range(500):
            found = [line for line in self.log().splitlines(True)
                     if ' status=' in line and line.endswith('\n')]
            if len(found) >= count:
                break
            time.sleep(0.01)
        return [stack.logfmt(line) for line in found]

    def ask(self, reserved, ident=None):
        return ask(self.path, reserved, ident)

    def certificate(self, reserved):
        status, content = self.ask(reserved)
        assert status == 200, (status, content)
        return x509.Certificate(content)

    def refused(self, reserved, status, word):
        """The status, a reason with the word, and nothing stored."""
        got, content = self.ask(reserved)
        assert got == status and word in content.decode(), (got, content)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Its exit status after SIGTERM."""
        if self.process is None or self.process.poll() is not None:
            return self.process and self.process.returncode
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
