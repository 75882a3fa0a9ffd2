# SPDX-License-Identifier: ISC
"""The signer: what it signs, for whom, and what is left when it dies."""

import os
import pwd
import random
import secrets
import signal
import stat
import struct
import subprocess
import threading
import time

import client
import device
import der
import keys
import messages
import stack
import x509
from fastcgi import Pool
from messages import ENROLLMENT, Fault
from signers import PLACES, POINTS, Authority, Gone, Signer, frame, \
    issued_events, reserve, reserve_one, restoring, row, say
from test_csr import neutral

# The long run: CERTIFICATES=100000 LIMIT=7200.
CERTIFICATES = int(os.environ.get('CERTIFICATES', '2000'))
BATCH = 250
NOBODY = 65534


def verified(env, paths, ca):
    """How many of the files openssl finds a path for."""
    out = subprocess.run(
        ['openssl', 'verify', '-x509_strict', '-no-CApath', '-no-CAstore',
         '-purpose', 'sslclient', '-CAfile', ca + '/root.pem', '-untrusted',
         ca + '/issuing.pem', *paths], text=True, check=False,
        capture_output=True)
    assert out.returncode == 0, out.stderr[-1000:]
    return out.stdout.count(': OK')


@restoring
def test_thousands(env):
    """T10 T34 D1-I6 D1-I7 certificates in a loop: serials unique, each
    verifies with openssl, none deviates from the template by an octet."""
    folder = env.folder.fresh()
    os.mkdir(folder)
    serials, shapes, count = set(), {}, 0
    env.setting('signer_rate', '0')
    with Signer(env) as signer:
        while count < CERTIFICATES:
            spkis = [next(POINTS) if n % 10 else keys.POOL.key().spki()
                     for n in range(min(BATCH, CERTIFICATES - count))]
            paths = []
            for spki, reserved in zip(spkis, reserve(env, spkis)):
                cert = signer.certificate(reserved)
                assert cert.spki == spki
                assert cert.serial == int.from_bytes(reserved[1], 'big')
                assert cert.serial >> 126 == 1, 'not 126 bits of chance'
                serials.add(cert.serial)
                shape = neutral(cert, reserved[0])
                kind = 'RSA' if len(spki) > 200 else 'EC'
                assert shapes.setdefault(kind, shape) == shape
                paths.append(os.path.join(folder, '%d.pem' % len(paths)))
                with open(paths[-1], 'w', encoding='ascii') as file:
                    file.write(cert.pem())
            count += len(paths)
            assert verified(env, paths, env.certs) == len(paths)
            assert len(serials) == count
    env.setting('signer_rate', None)
    assert set(shapes) == {'RSA', 'EC'}
    assert shapes['RSA'] != shapes['EC'], 'one usage for both kinds'


def test_only_what_is_reserved(env):
    """T34 no row, no signature: another device, another serial, one bit,
    a revoked certificate, a blocked device."""
    one, two = reserve(env, [next(POINTS), next(POINTS)])
    with Signer(env) as signer:
        signer.refused((one[0], two[1]), 404, 'nothing is reserved')
        signer.refused((two[0], one[1]), 404, 'nothing is reserved')
        other = bytes([one[1][0]]) + secrets.token_bytes(15)
        signer.refused((one[0], other), 404, 'nothing is reserved')
        flipped = one[1][:15] + bytes([one[1][15] ^ 1])
        signer.refused((one[0], flipped), 404, 'nothing is reserved')
        env.call('block', two[0])
        signer.refused(two, 403, 'blocked')
        env.call('approve', two[0])
        for reserved in (one, two):
            assert row(env, reserved, 'content') is None
        cert = signer.certificate(one)
        env.call('certificate_revoke', cert.sha256())
        signer.refused(one, 409, 'revoked')


@restoring
def test_rows_that_are_wrong(env):
    """T34 T11 a row that was tampered with is not signed: the signer looks
    at key and dates itself."""
    short = keys.Key([keys.prime(512), keys.prime(512)]).spki()
    even = keys.Key(keys.POOL.key().primes, 65538).spki()
    good = next(POINTS)
    off = good[:-1] + bytes([good[-1] ^ 1])
    for spki, word in ((short, '1024 bits'), (even, 'exponent'),
                       (off, 'not on the curve'), (good + b'\0', 'DER'),
                       (b'', 'DER'), (der.NULL, 'public key'),
                       (secrets.token_bytes(90), '')):
        reserved = reserve_one(env)
        env.sql('update mdm.certificate set public_key = %s where device ='
                ' %s;' % (stack.quote(spki), stack.quote(reserved[0])))
        with Signer(env) as signer:
            signer.refused(reserved, 409, word)
        assert row(env, reserved, 'content') is None
    with Signer(env) as signer:
        reserved = reserve_one(env)
        env.sql("update mdm.certificate set not_after = not_before where"
                " device = %s;" % stack.quote(reserved[0]))
        signer.refused(reserved, 500, 'validity')
        reserved = reserve_one(env)
        env.sql("update mdm.template set key_types = '{RSA}';")
        signer.refused(reserved, 409, 'EC keys are not wanted')
        env.sql("update mdm.template set key_types = '{RSA,EC}',"
                " hash_oid = '1.3.14.3.2.26';")
        signer.refused(reserved, 500, 'hash')
        env.sql("update mdm.template set hash_oid ="
                " '2.16.840.1.101.3.4.2.1';")
        assert signer.certificate(reserved).method == '1.2.840.113549.1.1.11'


def test_bad_requests(env):
    """T34 whatever is no request is refused with a reason, or ended; the
    next one is served; each leaves one line."""
    reserved = reserve_one(env)
    good = frame(*reserved)
    bad = [b'', b'\0', good[:50], good[:-1], b'\xff' * 94, b'\0' * 94,
           struct.pack('>I', 89) + good[4:], struct.pack('>I', 91) + good[4:],
           good[:4] + b'\2' + good[5:], good[:5] + b'\2' + good[6:],
           good[:6] + b'G' + good[7:], good[:14] + b'0' + good[15:],
           good[:42] + good[42:78].upper().replace(b'-', b'_') + good[78:],
           b'GET / HTTP/1.1\r\n' + b'x: y\r\n' * 20]
    with Signer(env) as signer:
        for number, data in enumerate(bad):
            status, content = say(signer.path, data, close=True)
            assert status == 400 and content, (data, status)
            assert len(signer.lines(number + 1)) == number + 1
        assert row(env, reserved, 'content') is None
        for _ in range(300):
            data = bytearray(good)
            for _ in range(random.randint(1, 4)):
                data[random.randrange(78)] = random.randrange(256)
            status, _ = say(signer.path, bytes(data), close=True)
            assert status in (400, 404, 200), status
        ident = 'aaaaaaaa-0000-4000-8000-bbbbbbbbbbbb'
        assert signer.ask(reserved, ident)[0] == 200
        line = signer.lines(len(bad) + 301)[-1]
        assert line['id'] == ident and line['device'] == reserved[0], line
        assert line['serial'] == reserved[1].hex(), line
        assert line['status'] == '200' and line['worker'] == 'signer', line


def as_user(uid, path, data):
    """What another user is told; the status, or the name of the error."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            said = str(say(path, data)[0])
        except Exception as error:      # pylint: disable=broad-except
            said = type(error).__name__
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as file:
        return file.read()


def test_peers(env):
    """T34 the kernel's word decides who may ask: not another user, even if
    the socket's rights let him in."""
    reserved = reserve_one(env)
    data = frame(*reserved)
    if os.getuid() != 0:        # only one other user can be played: ourselves
        with Signer(env, FENESTRA_SIGNER_USER='root') as signer:
            signer.refused(reserved, 403, 'may not ask')
    else:
        user = pwd.getpwuid(NOBODY).pw_name
        os.chmod(env.folder.path, 0o711)
        with Signer(env, FENESTRA_SIGNER_USER='daemon') as signer:
            assert as_user(NOBODY, signer.path, data) == '403'
            assert row(env, reserved, 'content') is None
            assert signer.lines()[-1]['uid'] == str(NOBODY)
        with Signer(env) as signer:
            assert stat.S_IMODE(os.stat(signer.path).st_mode) == 0o600
            assert as_user(NOBODY, signer.path, data) == 'PermissionError'
        with Signer(env, FENESTRA_SIGNER_USER=user) as signer:
            assert as_user(NOBODY, signer.path, data) == '200'
        os.chmod(env.folder.path, 0o700)
    for name in ('FENESTRA_SIGNER_USER', 'FENESTRA_SIGNER_GROUP'):
        done = Signer(env, start=False, **{name: 'no-such-name'}).run('-n')
        assert done.returncode == 1 and name in done.stderr, done


@restoring
def test_rate(env):
    """T34 no more than signer_rate in a minute; a repeat is none; the
    device is told to come again, and is served then."""
    env.setting('signer_rate', '3')
    some = reserve(env, [next(POINTS) for _ in range(4)])
    with Signer(env) as signer:
        for reserved in some[:3]:
            assert signer.ask(reserved)[0] == 200
        signer.refused(some[3], 429, 'signer_rate')
        assert row(env, some[3], 'content') is None
        assert signer.ask(some[0])[0] == 200, 'a repeat costs nothing'
        with Pool(env, 'enrollment',
                  FENESTRA_SIGNER_SOCKET=signer.path) as pool:
            ident, key = device.new_id(), keys.POOL.key()
            text = messages.enrol(keys.windows_request(key, ident), ident)
            answer = pool.call(ENROLLMENT, text, client.SOAP)
            assert answer.status == 503, answer
            assert Fault(answer, 503).subcode == 's:EnrollmentServer'
            env.setting('signer_rate', None)
            answer = pool.call(ENROLLMENT, text, client.SOAP)
            assert answer.status == 200, answer
        assert signer.ask(some[3])[0] == 200


def enrolled(pool, text):
    answer = pool.call(ENROLLMENT, text, client.SOAP)
    return device.provisioning(answer).stored('CertificateStore', 'My',
                                              'User')


def test_away(env):
    """D2-8 D2-40 T15 while the signer is away: 503 and EnrollmentServer,
    one row; the same request gets the one certificate of it later."""
    signer = Signer(env, start=False)
    ident, key = device.new_id(), keys.POOL.key()
    text = messages.enrol(keys.windows_request(key, ident), ident)
    count = ("select count(*) from admin.certificate c join admin.device d"
             " on d.id = c.device where d.device_id = %s;"
             % stack.quote(ident))
    with Pool(env, 'enrollment', FENESTRA_SIGNER_SOCKET=signer.path) as pool:
        for _ in range(3):
            answer = pool.call(ENROLLMENT, text, client.SOAP)
            fault = Fault(answer, 503)
            assert answer.header('Retry-After'), answer
            assert fault.subcode == 's:EnrollmentServer', fault.subcode
            assert signer.path not in fault.reason + fault.message
        assert 'the signer at %s' % signer.path in pool.log()
        assert env.value(count) == '1'
        signer.start()
        cert = enrolled(pool, text)
        assert enrolled(pool, text).der == cert.der
        signer.kill()
        assert enrolled(pool, text).der == cert.der, 'it needs no signer'
    assert env.value(count) == '1'


def test_database_away(env):
    """D2-9 a signer without its database answers 503 and goes on."""
    reserved = reserve_one(env)
    with Signer(env, PGHOST='/nonexistent') as signer:
        for _ in range(3):
            status, content = signer.ask(reserved)
            assert status == 503 and content, (status, content)
        assert signer.stop() == 0


def faulty(env):
    """The build that can be killed at a named place."""
    made = subprocess.run(
        ['make', 'B=build/faults', 'CPPFLAGS=-DFENESTRA_FAULTS',
         'build/faults/bin/fenestra-signer'], cwd=stack.ROOT, text=True,
        capture_output=True, check=False)
    assert made.returncode == 0, made.stderr[-1000:]
    return os.path.join(stack.ROOT, 'build/faults/bin/fenestra-signer')


def explainable(env, reserved):
    """Reserved without a certificate and without the event of one, or
    issued with both."""
    state, there = row(env, reserved, 'state, content is not null')
    events = issued_events(env, reserved)
    assert (state, there, events) in (('reserved', 'f', 0),
                                      ('issued', 't', 1)), (state, there)
    return there == 't'


def test_killed_at_each_place(env):
    """D2-8 D1-I6 killed before, while and after it signs: the row explains
    itself, and who asks again gets its one certificate."""
    fault = env.folder.fresh('.fault')
    with Signer(env, program=faulty(env), FAULT_FILE=fault) as signer:
        for place in PLACES:
            reserved = reserve_one(env)
            with open(fault, 'w', encoding='ascii') as file:
                file.write(place + ' 0\n')
            try:
                first = signer.ask(reserved)
            except Gone:
                first = None
            assert signer.process.wait(30) == -signal.SIGKILL, place
            assert not os.path.exists(fault), place
            there = explainable(env, reserved)
            assert there == (place in ('signer-stored', 'signer-answered'))
            assert (first is not None) == (place == 'signer-answered')
            signer.start()
            again = signer.ask(reserved)
            assert again[0] == 200 and explainable(env, reserved)
            assert first in (None, again), 'another certificate'
            assert signer.ask(reserved) == again


@restoring
def test_killed_at_random(env):
    """D2-8 D1-I6 D1-I7 killed again and again under load: every serial has
    one certificate in the end, and each row one event."""
    env.setting('signer_rate', '0')
    some = reserve(env, [next(POINTS) for _ in range(100)])
    signer, got, left = Signer(env), {}, list(some)
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                if not left:
                    return
                reserved = left.pop()
            try:
                status, content = signer.ask(reserved)
                assert status in (200, 503), (status, content)
            except (Gone, OSError):
                status = 0
            with lock:
                if status == 200:
                    got.setdefault(reserved, set()).add(content)
                if status != 200 or random.random() < .3:
                    left.append(reserved)
                    if status != 200:
                        time.sleep(0.005)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    kills = 0
    while any(t.is_alive() for t in threads):
        time.sleep(random.random() * .06)
        if kills < 15:
            signer.kill()
            kills += 1
            signer.start()
    for thread in threads:
        thread.join()
    signer.stop()
    env.setting('signer_rate', None)
    assert kills >= 10, kills
    assert set(got) == set(some)
    certs = [x509.Certificate(c) for found in got.values() for c in found]
    assert len(certs) == len(some), 'two certificates for a serial'
    assert len({c.serial for c in certs}) == len(some)
    for reserved in some:
        assert explainable(env, reserved)


def test_configuration(env):
    """D2-46 T34 -n tells and tests; wrong rights on the key, a CA that
    nobody trusts and a socket in use are refused by name."""
    signer = Signer(env, start=False)
    done = signer.run('-n')
    assert done.returncode == 0, done
    assert 'FENESTRA_CA_KEY=' + env.certs in done.stdout, done
    assert 'key and database are good' in done.stdout, done
    assert signer.run('--version').stdout.startswith('fenestra-signer ')
    for options in (('-x',), ('-c',), ('-n', '-c'), ('-n', 'x')):
        assert signer.run(*options).returncode == 2, options
    made = Authority(env)
    signer.environ.update(made.settings())
    assert signer.run('-n').returncode == 0
    os.chmod(made.path('issuing.key'), 0o644)
    done = signer.run('-n')
    assert done.returncode == 1 and 'issuing.key: mode 0644' in done.stderr
    os.chmod(made.path('issuing.key'), 0o600)
    made.bundle()
    done = signer.run('-n')
    assert done.returncode == 1 and 'would be refused' in done.stderr, done
    made.bundle(made)
    with open(signer.path, 'w', encoding='ascii'):
        pass
    assert signer.run().returncode == 1, 'it replaced a file'
    os.unlink(signer.path)
    signer.start()
    done = signer.run()
    assert done.returncode == 1 and 'in use' in done.stderr, done
    assert signer.ask(reserve_one(env))[0] == 200, 'the first one lives'
    signer.kill()
    assert os.path.exists(signer.path)
    signer.start()
    assert signer.ask(reserve_one(env))[0] == 200, 'after a stale socket'
    assert signer.stop() == 0 and not os.path.exists(signer.path)


@restoring
def test_kinds_of_keys(env):
    """S0.64 RSA and EC CAs, and each hash that a template may name."""
    method = {('RSA', 1): '1.2.840.113549.1.1.11',
              ('RSA', 2): '1.2.840.113549.1.1.12',
              ('RSA', 3): '1.2.840.113549.1.1.13',
              ('P-256', 1): '1.2.840.10045.4.3.2',
              ('P-256', 2): '1.2.840.10045.4.3.3',
              ('P-384', 3): '1.2.840.10045.4.3.4'}
    for (kind, number), wanted in method.items():
        made = Authority(env, kind=kind)
        env.sql("update mdm.template set hash_oid ="
                " '2.16.840.1.101.3.4.2.%d';" % number)
        with Signer(env, **made.settings()) as signer:
            for spki in (next(POINTS), keys.POOL.key().spki()):
                cert = signer.certificate(reserve_one(env, spki))
                assert cert.method == wanted, (kind, cert.method)
                x509.verify(cert, made.cert('root.pem'), env.folder,
                            [made.cert()])
    env.sql("update mdm.template set hash_oid = '2.16.840.1.101.3.4.2.1';")
