# SPDX-License-Identifier: ISC
"""Certificate requests that should not get what they ask for."""

import base64
import hashlib
import math
import os
import subprocess

import client
import der
import device
import keys
import messages
import stack
import x509
from messages import ENROLLMENT, Fault

CN = keys.CN
REFUSALS = ('s:CertificateRequest', 's:MessageFormat')


def ask(env, csr, ident):
    conn = client.Connection(env)
    answer = client.answered(conn.request(
        'POST', ENROLLMENT, messages.enrol(csr, ident).encode(),
        kind=client.SOAP))
    conn.close()
    return answer


def enrolled(env, csr, ident):
    """The issued certificate and the device's uuid."""
    document = device.provisioning(ask(env, csr, ident))
    cert = document.stored('CertificateStore', 'My', 'User')
    return cert, env.value(
        'select device from admin.certificate where sha256 = %s;'
        % stack.quote(cert.sha256()))


def refused(env, csr, what, subcodes=('s:CertificateRequest',)):
    """A fault of the right kind, and nothing stored."""
    ident = device.new_id()
    found = Fault(ask(env, csr, ident))
    assert found.subcode in subcodes, '%s: %s' % (what, found.subcode)
    count = env.value('select count(*) from admin.device where device_id = %s;'
                      % stack.quote(ident))
    assert count == '0', '%s: a device was stored' % what
    return found


def openssl_request(env, *algorithm):
    """A PKCS#10 of a key type that the tests do not sign themselves."""
    key = env.folder.fresh('.key')
    subprocess.run(['openssl', 'genpkey', '-out', key, *algorithm],
                   check=True, capture_output=True)
    return subprocess.run(
        ['openssl', 'req', '-new', '-key', key, '-subj', '/CN=x',
         '-outform', 'DER'], check=True, capture_output=True).stdout


def neutral(cert, uuid):
    """The certificate's TBS without what differs between devices."""
    tbs = cert.tbs
    for varied in (der.integer(cert.serial), cert.spki, cert.subject):
        assert tbs.count(varied) == 1
        tbs = tbs.replace(varied, b'')
    key = der.read(cert.spki).items()[1].body[1:]
    tbs = tbs.replace(hashlib.sha1(key).digest(), b'SKI')
    for date in (cert.begin, cert.end):
        tbs = tbs.replace(der.time(date), b'date')
    return tbs.replace(uuid.encode(), b'uuid')


EXTENSIONS = [
    ('CA:TRUE', '2.5.29.19', der.seq(der.boolean(True), der.integer(9))),
    ('keyCertSign', '2.5.29.15', der.bits(b'\x06', 1)),
    ('serverAuth', '2.5.29.37', der.seq(der.oid('1.3.6.1.5.5.7.3.1'))),
    ('anyExtendedKeyUsage', '2.5.29.37', der.seq(der.oid('2.5.29.37.0'))),
    ('subjectAltName', '2.5.29.17', der.seq(der.tlv(0x82, b'evil.test'))),
    ('issuerAltName', '2.5.29.18', der.seq(der.tlv(0x82, b'evil.test'))),
    ('nameConstraints', '2.5.29.30', der.seq()),
    ('certificatePolicies', '2.5.29.32', der.seq(der.seq(
        der.oid('2.5.29.32.0')))),
    ('subjectKeyIdentifier', '2.5.29.14', der.octets(b'x' * 20)),
    ('authorityKeyIdentifier', '2.5.29.35', der.seq(der.tlv(0x80, b'y' * 20))),
    ('crlDistributionPoints', '2.5.29.31', der.seq()),
    ('template name', '1.3.6.1.4.1.311.20.2', der.tlv(30, b'\0C\0A')),
    ('unknown critical', '1.2.3.4.5.6', b'\x05\x00'),
]


def test_only_the_key_is_taken(env):
    """T10 S0.64 whatever extension a CSR asks for, the certificate equals
    the template's byte for byte but key, serial, subject and dates."""
    made = device.Device(env)
    wanted = neutral(made.cert, made.uuid)
    for what, dotted, value in EXTENSIONS:
        ident = device.new_id()
        for critical in (False, True):
            csr = keys.request(
                keys.POOL.key(), keys.windows_subject(ident),
                [keys.windows_extension(ident),
                 keys.extension(dotted, value, critical)])
            ident = device.new_id()
            cert, uuid = enrolled(env, csr, ident)
            assert neutral(cert, uuid) == wanted, what


def test_all_extensions_at_once(env):
    """T10 every one of them together, twice each, still no effect or a
    refusal."""
    made = device.Device(env)
    every = [keys.extension(o, v, True) for _, o, v in EXTENSIONS] * 2
    ident = device.new_id()
    csr = keys.request(keys.POOL.key(), keys.common_name('x'), every)
    answer = ask(env, csr, ident)
    if answer.status == 200:
        cert = device.provisioning(answer).stored('CertificateStore', 'My',
                                                  'User')
        assert set(cert.extensions) == set(made.cert.extensions)
    else:
        assert Fault(answer).subcode == 's:CertificateRequest'


def test_rsa_sizes(env):
    """T11 S2.29 RSA below 2048 and above 4096 bits is refused, 3072 and
    4096 are served."""
    parts = {n: [keys.prime(n // 2), keys.prime(n // 2)]
             for n in (512, 1024, 1536, 2000, 3072, 4096)}
    for bits, primes in parts.items():
        key = keys.Key(primes)
        csr = keys.windows_request(key, device.new_id())
        if bits < 2048:
            refused(env, csr, 'RSA-%d' % bits)
        else:
            enrolled(env, csr, device.new_id())
    for count in (5, 16):
        key = keys.Key([keys.prime(1024) for _ in range(count)])
        refused(env, keys.windows_request(key, device.new_id()),
                'RSA-%d' % (1024 * count))


def test_rsa_exponents(env):
    """T11 exponents 1, 2, an even one and one as large as the modulus are
    refused; so are 0 and a negative one."""
    good = keys.POOL.key()
    for exponent in (1, 2, 65536, good.n - 2, good.n + 2):
        key = keys.Key(good.primes, exponent)
        refused(env, keys.windows_request(key, device.new_id()),
                'e = %d' % exponent)
    for exponent in (0, -3):
        spki = der.seq(der.seq(der.oid(keys.RSA), der.NULL), der.bits(
            der.seq(der.integer(good.n), der.tlv(2, exponent.to_bytes(
                1, 'big', signed=True)))))
        refused(env, keys.request(good, keys.common_name('x'), spki=spki),
                'e = %d' % exponent)


class Square(keys.Key):
    """p ** 2 for a modulus: its owner can sign with it."""

    def __init__(self, p):
        super().__init__([p])
        self.n, self.d = p * p, pow(self.e, -1, p * (p - 1))

    def power(self, value):
        return pow(value, self.d, self.n)


def test_broken_moduli(env):
    """T11 an even, a negative, a zero and a prime modulus are refused, a
    prime's square and one with a small factor."""
    good = keys.POOL.key()
    p = keys.prime(2048)
    even = keys.Key([2, keys.prime(2047)])
    refused(env, keys.windows_request(even, device.new_id()), 'even modulus')
    for what, body in (('negative', b'\xff' + b'\x01' * 255),
                       ('zero', b'\0')):
        spki = der.seq(der.seq(der.oid(keys.RSA), der.NULL), der.bits(
            der.seq(der.tlv(2, body), der.integer(65537))))
        refused(env, keys.request(good, keys.common_name('x'), spki=spki),
                what)
    refused(env, keys.windows_request(keys.Key([p]), device.new_id()),
            'prime modulus')
    for what, key in (('prime of 4096 bits', keys.Key([keys.prime(4096)])),
                      ('square', Square(keys.prime(1024))),
                      ('factor 3', keys.Key([3, keys.prime(2047)])),
                      ('factor 751', keys.Key([751, keys.prime(2040)]))):
        assert key.n.bit_length() in (2048, 2049, 2050, 4096), what
        mark = env.log.mark()
        refused(env, keys.windows_request(key, device.new_id()), what)
        line, = env.log.wait(mark, 1)
        assert line['reason'] == 'the public key is not sound', line
    assert good.n


def roca_prime():
    """A 1024-bit prime of the structure that CVE-2017-15361 describes."""
    small = [n for n in range(2, 702)
             if all(n % d for d in range(2, int(n ** .5) + 1))][:126]
    primorial = math.prod(small)
    while True:
        part = pow(65537, int.from_bytes(os.urandom(8), 'big'), primorial)
        room = (1 << 1024) // primorial
        k = room - 1 - int.from_bytes(os.urandom(6), 'big') % (room // 4)
        found = k * primorial + part
        if found.bit_length() == 1024 and pow(2, found - 1, found) == 1:
            return found


def test_roca_keys(env):
    """T11 keys with the ROCA fingerprint are refused."""
    key = keys.Key([roca_prime(), roca_prime()])
    assert key.n.bit_length() == 2048
    refused(env, keys.windows_request(key, device.new_id()), 'ROCA')


def test_other_key_types(env):
    """T11 S2.29 small curves, DSA, Ed25519 and X25519-like keys are no
    device keys."""
    for algorithm in (
            ('-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:prime192v1'),
            ('-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp224r1'),
            ('-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1'),
            ('-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256',
             '-pkeyopt', 'ec_param_enc:explicit'),
            ('-algorithm', 'ED25519'), ('-algorithm', 'ED448')):
        refused(env, openssl_request(env, *algorithm), algorithm[-1])


def test_elliptic_curve_keys(env):
    """T11 S2.20 P-256 and P-384 are served exactly if the template offers
    EC; a point off the curve never."""
    rows = env.sql('select array_to_string(key_types, \',\') from'
                   ' enrollment.template();', user='fenestra_enrollment')
    csr = openssl_request(env, '-algorithm', 'EC', '-pkeyopt',
                          'ec_paramgen_curve:P-256')
    if 'EC' in rows[0][0].split(','):
        cert, _ = enrolled(env, csr, device.new_id())
        assert cert.spki in csr
        larger = openssl_request(env, '-algorithm', 'EC', '-pkeyopt',
                                 'ec_paramgen_curve:P-384')
        assert enrolled(env, larger, device.new_id())[0].spki in larger
    else:
        refused(env, csr, 'P-256')
    spki = der.read(csr).items()[0].items()[2].raw
    off = spki[:-1] + bytes([spki[-1] ^ 1])
    refused(env, csr.replace(spki, off), 'point off the curve')


def test_proof_of_possession(env):
    """T12 a flipped bit anywhere in what is signed or in the signature, a
    signature by another key: refused."""
    ident = device.new_id()
    csr = keys.windows_request(keys.POOL.key(), ident)
    subject = csr.index(b'BA405A5D')
    for at in (subject, subject + 40, len(csr) - 1, len(csr) - 100,
               csr.index(der.oid(keys.RSA)) + 40):
        bad = csr[:at] + bytes([csr[at] ^ 1]) + csr[at + 1:]
        refused(env, bad, 'bit at %d' % at)
    other = keys.request(keys.POOL.key(), keys.windows_subject(ident),
                         signer=keys.POOL.key())
    refused(env, other, 'signed by another key')


def test_signature_algorithms(env):
    """T12 S0.54 the old sha1WithRSA of the capture is taken as proof; MD5
    is not, nor an algorithm that is not the one used."""
    for digest in ('sha1-oiw', 'sha1', 'sha256'):
        ident = device.new_id()
        enrolled(env, keys.windows_request(keys.POOL.key(), ident, digest),
                 ident)
    refused(env, keys.windows_request(keys.POOL.key(), 'x', 'md5'), 'md5')
    csr = keys.windows_request(keys.POOL.key(), 'x', 'sha256')
    wrong = csr.replace(keys.algorithm('sha256'), keys.algorithm('sha1'))
    assert wrong != csr
    refused(env, wrong, 'sha1 named, sha256 used')


def test_subject_tricks(env):
    """T13 NULs, other string types, several names, none: the subject of
    the certificate is the server's, the device is the context's."""
    victim = device.Device(env)
    tricks = [
        ('NUL', keys.common_name(b'victim\0x', 19)),
        ('NUL in UTF8String', keys.common_name(b'victim\0x')),
        ('BMPString', keys.common_name('v\u0131ctim'.encode('utf-16-be'),
                                       30)),
        ('T61String', keys.common_name(b'v\xefctim', 20)),
        ('UniversalString', keys.common_name('v'.encode('utf-32-be'), 28)),
        ('IA5String', keys.common_name('victim', 22)),
        ('bad UTF-8', keys.common_name(b'\xff\xfe\xc0\xaf')),
        ('another device', keys.common_name(victim.uuid)),
        ('two names', keys.name((CN, 12, b'one'), (CN, 12, b'two'))),
        ('with serialNumber', keys.name((CN, 12, b'x'),
                                        ('2.5.4.5', 19, b'1'))),
        ('none', der.seq()), ('empty', keys.common_name(b'')),
        ('long', keys.common_name(b'x' * 5000)),
    ]
    for what, subject in tricks:
        ident = device.new_id()
        answer = ask(env, keys.request(keys.POOL.key(), subject), ident)
        if answer.status != 200:
            assert Fault(answer).subcode == 's:CertificateRequest', what
            continue
        cert = device.provisioning(answer).stored('CertificateStore', 'My',
                                                  'User')
        rows = env.admin('select id from admin.device where device_id = %s;'
                         % stack.quote(ident))
        assert cert.names() == [(CN, rows[0][0])], what
        assert rows[0][0] != victim.uuid, what
    assert victim.session().first().statuses


def test_device_id_of_another_in_the_request(env):
    """T13 T10 another's DeviceID in CN and extension of the CSR: the
    context alone names the device."""
    victim = device.Device(env)
    victim.session().first()
    before = victim.row('state', 'upn', 'enrolled_at')
    ident = device.new_id()
    csr = keys.windows_request(keys.POOL.key(), victim.id)
    _, uuid = enrolled(env, csr, ident)
    assert uuid != victim.uuid
    assert victim.row('state', 'upn', 'enrolled_at') == before
    assert victim.session().first().statuses


def test_bad_base64(env):
    """T21 S0.53 what is not strict base64 of exactly one DER request."""
    csr = keys.windows_request(keys.POOL.key(), device.new_id())
    good = base64.b64encode(csr).decode()
    plain = good.rstrip('=')
    cases = [('empty', ''), ('blank', ' \n '), ('not base64', '!!!!'),
             ('cut', good[:-5]), ('one char more', good + 'A'),
             ('padding in the middle', good[:8] + '==' + good[8:]),
             ('too much padding', plain + '===='),
             ('padding alone', '===='), ('entity', good[:9] + '&#x3d;'),
             ('twice', good + good), ('other text', good + 'QUJD'),
             ('a comma', good[:4] + ',' + good[5:])]
    for what, text in cases:
        refused(env, text, what, REFUSALS)


def test_bad_der(env):
    """T21 BER lengths, indefinite form, trailing data, truncation and
    things that are no request at all."""
    key = keys.POOL.key()
    csr = keys.windows_request(key, device.new_id())
    outer = der.read(csr)
    cases = [
        ('trailing byte', csr + b'\0'), ('two', csr + csr),
        ('indefinite length', b'\x30\x80' + outer.body + b'\0\0'),
        ('long length', b'\x30\x84\0\0' + csr[2:4] + outer.body),
        ('cut', csr[:-1]), ('only a header', csr[:4]),
        ('a certificate', x509.load(env.ca_file)[0].der),
        ('a key', key.spki()), ('NULL', der.NULL), ('a byte', b'0'),
        ('text', b'hello, world'), ('zeros', b'\0' * 700),
        ('length of 4 GiB', b'\x30\x84\xff\xff\xff\xff' + outer.body),
        ('nesting', b'\x30\x80' * 2000),
        ('version 1', csr.replace(der.integer(0), der.integer(1), 1)),
    ]
    for what, data in cases:
        refused(env, data, what, REFUSALS)


def test_truncated_request(env):
    """T21 D2-36 the CSR cut at many offsets."""
    csr = keys.windows_request(keys.POOL.key(), device.new_id())
    for size in [*range(1, 60, 3), *range(60, len(csr), 37)]:
        refused(env, csr[:size], 'cut at %d' % size, REFUSALS)


def test_oversize_request(env):
    """T21 T20 hundreds of kilobytes of base64 are refused as a request,
    not as a message."""
    ident = device.new_id()
    big = keys.request(keys.POOL.key(), keys.common_name(ident), [
        keys.extension('1.2.3.4', b'x' * 300000)])
    refused(env, big, 'large', REFUSALS)
