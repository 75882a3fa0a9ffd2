# SPDX-License-Identifier: ISC
"""A worker spoken to in FastCGI: what no front server would send."""

import base64
import datetime
import hashlib
import os
import socket
import subprocess
import time
import urllib.parse

import client
import device
import fastcgi
import keys
import messages
import test_identity
import x509
from fastcgi import Pool, with_certificate
from messages import QUERY, SyncML, captured, fault, package1

IMAGE = 'https://fleetdm.com/images/articles/fleet-4.24.0-cover-1600x900@2x.jpg'
PERSONAL = './Vendor/MSFT/Personalization/'
CAPTURED_CSR = messages.path('windows-10-csr.der')


def enrol_captured(env):
    """The captured RST sent as it is; the certificate of its CSR."""
    answer = client.answered(client.Connection(env).request(
        'POST', messages.ENROLLMENT, captured('enroll-request.xml').encode(),
        kind=client.SOAP))
    return device.provisioning(answer).stored('CertificateStore', 'My',
                                              'User')


def test_captured_client(env):
    """S0.1 S0.7 S0.54 S0.65 S0.70 S0.71 S0.72 S0.74 S0.75 S0.76 S0.77 S0.78
    S0.79 S0.80 the captured client from discovery to its last message,
    unmodified but for host names and secrets."""
    conn = client.Connection(env)
    for path, name in ((messages.DISCOVERY, 'discovery-request.xml'),
                       (messages.POLICY, 'policy-request.xml')):
        answer = client.answered(conn.request(
            'POST', path, captured(name).encode(), kind=client.SOAP))
        assert answer.status == 200, answer
    cert = enrol_captured(env)
    uuid = env.value('select device from admin.certificate where sha256 ='
                     " '%s';" % cert.sha256())
    with Pool(env, 'management') as pool:
        drain(pool, cert)
        ids = [env.call('enqueue', uuid, 'Replace', PERSONAL + n, IMAGE)
               for n in ('DesktopImageUrl', 'LockScreenImageUrl')]
        first = SyncML(pool.call(QUERY, captured('manage-1-request.xml'),
                                 **with_certificate(cert)))
        second = SyncML(pool.call(QUERY, captured('manage-2-request.xml'),
                                  **with_certificate(cert)))
    wanted = messages.xmltree.parse(
        captured('manage-1-response.xml').encode())
    assert flat(first.head) == flat(wanted.one('SyncHdr'))
    assert [flat(n) for n in first.body.children] == [
        flat(n) for n in wanted.one('SyncBody').children]
    assert second.statuses == [('2', '0', 'SyncHdr', '200')]
    assert second.final and not second.commands and second.msg == 2
    for ident in ids:
        rows = env.admin("select state, status from admin.command where id ="
                         " '%s';" % ident)
        assert rows == [['accepted', '202']], rows


def drain(pool, cert):
    """Answers what an earlier run may have left in the device's queue."""
    ident = messages.CAPTURED_ID
    reply = SyncML(pool.call(QUERY, package1(ident, 'drain'),
                             **with_certificate(cert)))
    msg = 1
    while reply.commands:
        msg += 1
        body = messages.status(1, reply.msg, 0, 'SyncHdr', 200) + ''.join(
            messages.status(n, reply.msg, c.id, c.verb, 200)
            for n, c in enumerate(reply.commands, 2))
        reply = SyncML(pool.call(QUERY, messages.message(
            ident, 'drain', msg, body), **with_certificate(cert)))


def flat(node):
    """Names and texts of a tree; blanks between elements do not count."""
    if node.children:
        return node.local, sorted(map(flat, node.children)) \
            if node.local == 'Item' else [flat(c) for c in node.children]
    return node.local, node.text.strip()


def forms(cert):
    """The encodings in which front servers hand over a certificate."""
    pem, plain = cert.pem(), base64.b64encode(cert.der).decode()
    return {'PEM': pem, 'CRLF': pem.replace('\n', '\r\n'),
            'blanks': pem.replace('\n', ' '),
            'tabs': pem.replace('\n', '\n\t'),
            'no last newline': pem.rstrip(),
            'URL': urllib.parse.quote(pem),
            'URL, everything': urllib.parse.quote(pem, safe=''),
            'base64': plain, 'RFC 9440': ':%s:' % plain}


def test_certificate_encodings(env):
    """T3 every encoding of DEPLOY's table is the same certificate."""
    made = device.Device(env)
    with Pool(env, 'management') as pool:
        for number, (what, text) in enumerate(forms(made.cert).items()):
            answer = pool.call(QUERY, package1(made.id, number),
                               SSL_CLIENT_VERIFY='SUCCESS',
                               SSL_CLIENT_CERT=text)
            assert answer.status == 200, '%s: %r' % (what, answer)


def test_certificate_junk(env):
    """T3 T21 two certificates, cut ones, trailing data, junk: 403."""
    made, other = device.Device(env), device.Device(env)
    pem, plain = made.cert.pem(), base64.b64encode(made.cert.der).decode()
    trailing = base64.b64encode(made.cert.der + b'\0').decode()
    cases = [pem + other.cert.pem(), pem * 2, pem[:-40], pem[:300], 'x', '-',
             pem.replace('CERTIFICATE', 'PRIVATE KEY'), plain + plain,
             plain[:-4], trailing, ':%s' % plain, ':' + trailing + ':',
             pem + 'x' * 20000, 'A' * 70000, pem.replace('M', 'N', 1),
             'trailing' + pem, ' ', '%%', '%zz' + pem]
    with Pool(env, 'management') as pool:
        for text in cases:
            answer = pool.call(QUERY, package1(made.id, 'j'),
                               SSL_CLIENT_VERIFY='SUCCESS',
                               SSL_CLIENT_CERT=text)
            assert answer.status == 403 and answer.body == b'', '%r: %r' % (
                text[:60], answer)
        assert pool.alive()


def test_verdict_of_the_front_server(env):
    """T3 D2-26 without SSL_CLIENT_VERIFY=SUCCESS and with SUCCESS but no
    certificate: 403, and the log says what is missing."""
    made = device.Device(env)
    text = package1(made.id, 'v')
    with Pool(env, 'management') as pool:
        for verdict in (None, '', 'NONE', 'FAILED', 'GENEROUS', 'success',
                        'FAILED:certificate has expired', 'SUCCESSFUL',
                        'SUCCESS ', '0', '1'):
            answer = pool.call(QUERY, text, SSL_CLIENT_VERIFY=verdict,
                               SSL_CLIENT_CERT=made.cert.pem())
            assert answer.status == 403, '%r: %r' % (verdict, answer)
        for value in (None, ''):
            answer = pool.call(QUERY, text, SSL_CLIENT_VERIFY='SUCCESS',
                               SSL_CLIENT_CERT=value)
            assert answer.status == 403, answer
        answer = pool.call(QUERY, text, **with_certificate(made.cert))
        assert answer.status == 200, answer
        lines = [line for line in pool.log().splitlines()
                 if 'status=403' in line]
        assert len(lines) == 13
        assert all('reason=' in line for line in lines)


def test_strangers_cost_no_statements(env):
    """T3 two hundred requests without a certificate: 403, and all that the
    database is asked is the setting, once a second."""
    calls = ("select coalesce(sum(calls), 0) from pg_stat_user_functions"
             " where schemaname = 'management' and funcname %s;")
    names = "= 'setting'", "not in ('setting', 'schema_version')"
    role = 'alter role fenestra_management '
    env.sql(role + "set track_functions = 'pl';")
    try:
        before = [int(env.sql(calls % n)[0][0]) for n in names]
        start = time.monotonic()
        with Pool(env, 'management') as pool:
            for _ in range(200):
                answer = pool.call(QUERY, package1(device.new_id(), 's'))
                assert answer.status == 403, answer
        seconds = int(time.monotonic() - start) + 2
        for _ in range(100):        # the backend tells when it ends
            asked, other = (int(env.sql(calls % n)[0][0]) - b
                            for n, b in zip(names, before))
            if asked:
                break
            time.sleep(0.05)
    finally:
        env.sql(role + 'reset track_functions;')
    assert 1 <= asked <= seconds and other == 0, (asked, seconds, other)


def test_front_server_that_lies(env):
    """T3 D2-26 SUCCESS said of certificates that are foreign, self-signed,
    expired, not yet valid, unknown or no client's: the worker itself
    refuses, though SQL knows their fingerprints."""
    made = device.Device(env)
    with Pool(env, 'management') as pool:
        for what, key, cert, known in liars(env, made):
            ident = device.new_id()
            if known:
                test_identity.recorded(env, key, cert, ident)
            for source in (ident, made.id):
                answer = pool.call(QUERY, package1(source, 'l'),
                                   **with_certificate(cert))
                assert answer.status == 403, '%s: %r' % (what, answer)


def liars(env, made):
    """(what, key, certificate, whether SQL shall know it)"""
    now, day = test_identity.NOW, datetime.timedelta(days=1)
    name = keys.common_name('liar')
    foreign = test_identity.foreign_key(env)
    server_auth = [keys.extension('2.5.29.37', keys.der.seq(
        keys.der.oid('1.3.6.1.5.5.7.3.1')))]
    for what, options in (
            ('foreign CA of our name', {'signer': foreign}),
            ('other CA', {'signer': foreign, 'issuer_name': name}),
            ('expired', {'begin': now - 9 * day, 'end': now - day}),
            ('not yet valid', {'begin': now + day, 'end': now + 9 * day})):
        key = keys.POOL.key()
        yield what, key, test_identity.issue(env, key, name, **options), True
    key = keys.POOL.key()
    cert = test_identity.issue(env, key, made.cert.subject)
    yield 'unknown', key, cert, False
    path = env.folder.file('liar.key', key.pem())
    cert = test_identity.issue(env, key, name, signer=path, issuer_name=name)
    yield 'self-signed', key, cert, True
    key = keys.POOL.key()
    cert = x509.Certificate(keys.certificate(
        test_identity.issuer(env).subject,
        os.path.join(env.certs, 'issuing.key'), name, key.spki(), now - day,
        now + day, extensions=server_auth))
    yield 'for servers only', key, cert, True


def test_headers_are_no_identity(env):
    """T5 HTTP_… parameters of every kind beside an absent certificate."""
    made = device.Device(env)
    with Pool(env, 'management') as pool:
        for name in ('HTTP_SSL_CLIENT_CERT', 'HTTP_X_SSL_CLIENT_CERT',
                     'HTTP_CLIENT_CERT', 'HTTP_X_CLIENT_CERT',
                     'REDIRECT_SSL_CLIENT_CERT', 'SSL_CLIENT_CERT_CHAIN_0',
                     'SSL_SERVER_CERT', 'ssl_client_cert'):
            for text in forms(made.cert).values():
                answer = pool.call(QUERY, package1(made.id, 'h'), **{
                    name: text, 'HTTP_SSL_CLIENT_VERIFY': 'SUCCESS',
                    'SSL_CLIENT_VERIFY': 'SUCCESS'})
                assert answer.status == 403, '%s: %r' % (name, answer)


def test_lengths_that_lie(env):
    """D2-23 T41 CONTENT_LENGTH above or below what follows, or no number:
    400; none at all is served."""
    made = device.Device(env)
    text = package1(made.id, 'n')
    size = len(text.encode())
    with Pool(env, 'management') as pool:
        for length in (size + 1, size - 1, size * 2, 1, 0, '-1', 'x', '1e3',
                       ' ', '+%d' % size, '99999999999999999999',
                       '0x%x' % size, '%d ' % size + 'x'):
            answer = pool.call(QUERY, text, CONTENT_LENGTH=str(length),
                               **with_certificate(made.cert))
            assert answer.status in (400, 413), '%r: %r' % (length, answer)
        for length in (None, ''):
            answer = pool.call(QUERY, text, CONTENT_LENGTH=length,
                               **with_certificate(made.cert))
            assert answer.status == 200, answer
        assert pool.alive()


def test_doubled_parameters(env):
    """D2-27 T5 a parameter that carries identity or length and comes twice
    is refused."""
    first, second = device.Device(env), device.Device(env)
    body = package1(second.id, 'd').encode()
    base = fastcgi.params(QUERY, body, **with_certificate(first.cert))
    with Pool(env, 'management') as pool:
        for extra in (('SSL_CLIENT_CERT', second.cert.pem()),
                      ('SSL_CLIENT_VERIFY', 'SUCCESS'),
                      ('CONTENT_LENGTH', str(len(body)))):
            for order in (base + [extra], [extra] + base):
                answer = fastcgi.call(pool.path, order, body)
                assert answer.status in (400, 403), '%s: %r' % (extra[0],
                                                                answer)
        assert pool.alive()


def test_parameters_cut_and_missing(env):
    """D2-27 T42 no parameters, half of them, a hundred thousand of them,
    lengths beyond the record: an error or a closed connection, and the
    next request is served."""
    made = device.Device(env)
    body = package1(made.id, 'm').encode()
    good = fastcgi.params(QUERY, body, **with_certificate(made.cert))
    begin = fastcgi.record(fastcgi.BEGIN, b'\0\1' + b'\0' * 6)
    cases = [fastcgi.request_bytes([], body),
             fastcgi.request_bytes(good[:1], body),
             fastcgi.request_bytes(good + [
                 ('X%d' % n, 'y') for n in range(100000)], body),
             fastcgi.request_bytes([('', '')] * 100 + good, body)]
    for block in (b'\xff\xff\xff\xff\xff\xff\xff\xff', b'\x7f\xff\xff',
                  b'\x80\x00', b'\xbf\xff\xff\xff\x01a',
                  b'\x01\xff\xff\xff\xfea'):
        cases.append(begin + fastcgi.stream(fastcgi.PARAMS, block)
                     + fastcgi.stream(fastcgi.STDIN, body))
    with Pool(env, 'management', supervise=True) as pool:
        for data in cases:
            with socket.socket(socket.AF_UNIX) as sock:
                sock.settimeout(20)
                sock.connect(pool.path)
                try:
                    sock.sendall(data)
                    answer = fastcgi.read_answer(sock)
                    assert answer.status in (200, 400, 403, 404, 405, 413,
                                             500), answer
                except (client.Closed, OSError):
                    pass
            answer = pool.call(QUERY, package1(made.id, 'next'),
                               **with_certificate(made.cert))
            assert answer.status == 200, answer


def test_clients_that_go_away(env):
    """D2-21 connections closed at many points of a request, aborted ones,
    answers nobody reads: the worker serves the next."""
    made = device.Device(env)
    body = package1(made.id, 'gone').encode()
    data = fastcgi.request_bytes(fastcgi.params(
        QUERY, body, **with_certificate(made.cert)), body)
    with Pool(env, 'management') as pool:
        worker = pool.workers[0].pid
        for size in [*range(0, 40, 7), *range(40, len(data), 301), len(data)]:
            with socket.socket(socket.AF_UNIX) as sock:
                sock.connect(pool.path)
                sock.sendall(data[:size])
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(pool.path)
            sock.sendall(data[:200] + fastcgi.record(fastcgi.ABORT))
        answer = pool.call(QUERY, package1(made.id, 'here'),
                           **with_certificate(made.cert))
        assert answer.status == 200, answer
        assert pool.alive() and pool.workers[0].pid == worker


def test_body_limit_is_a_setting(env):
    """T20 D2-24 FENESTRA_MAX_BODY counts bytes as they come, whatever
    CONTENT_LENGTH says or does not say."""
    text = messages.discover()
    room = 5000 - len(text.encode())
    with Pool(env, 'discovery', FENESTRA_MAX_BODY='5000') as pool:
        for extra, status in ((0, 200), (room, 200), (room + 1, 413),
                              (500000, 413)):
            for length in (False, None):
                body = text + ' ' * extra
                more = {} if length is False else {'CONTENT_LENGTH': None}
                answer = pool.call(messages.DISCOVERY, body, client.SOAP,
                                   **more)
                assert answer.status == status, '%d: %r' % (extra, answer)
                if status == 413:
                    fault(answer, 's:MessageFormat', 413)


def test_fault_http_status_setting(env):
    """S2.25 faults are sent with HTTP 500, or with 200 when so set; 400,
    413 and 503 stay what they are."""
    wrong = messages.policy(password='wrong')
    with Pool(env, 'enrollment') as pool:

        def ask(body):
            return pool.call(messages.POLICY, body, client.SOAP)

        before = env.setting('fault_http_status', '200')
        try:
            fault(ask(wrong), 's:Authentication', 200)
            fault(ask('<x/>'), 's:MessageFormat', 200)
            fault(ask(''), 's:MessageFormat', 400)
            fault(ask('x' * 2000000), 's:MessageFormat', 413)
        finally:
            env.setting('fault_http_status', before or '500')
        fault(ask(wrong), 's:Authentication', 500)
        fault(ask('<x/>'), 's:MessageFormat', 500)


def test_without_named_statements(env):
    """D2-15 FENESTRA_PREPARED=off serves the same."""
    made = device.Device(env)
    ident = made.enqueue('Replace', './Vendor/MSFT/A', 'x')
    with Pool(env, 'management', FENESTRA_PREPARED='off') as pool:
        reply = SyncML(pool.call(QUERY, package1(made.id, 's'),
                                 **with_certificate(made.cert)))
        command, = reply.commands
        pool.call(QUERY, messages.message(
            made.id, 's', 2, messages.status(1, 1, 0, 'SyncHdr', 200)
            + messages.status(2, 1, command.id, 'Replace', 200)),
                  **with_certificate(made.cert))
    assert made.command(ident) == 'done'


def test_trace_hides_secrets(env):
    """T29 T31 S0.13 with FENESTRA_TRACE=1 the exchange is shown both ways
    and no password, secret or provisioning document in it."""
    ident = device.new_id()
    csr = keys.windows_request(keys.POOL.key(), ident)
    with Pool(env, 'enrollment', FENESTRA_TRACE='1') as pool:
        answer = pool.call(messages.ENROLLMENT, messages.enrol(csr, ident),
                           client.SOAP)
        log = pool.log()
        document = device.provisioning(answer)
        assert ident in log and 'RequestSecurityToken' in log, log[:2000]
        assert messages.PASSWORD not in log
        raw = messages.envelope(answer)[1].one(
            'RequestSecurityTokenResponseCollection/'
            'RequestSecurityTokenResponse/RequestedSecurityToken/'
            'BinarySecurityToken').text
        assert raw.strip()[:60] not in log
        for node in document.find('APPLICATION', 'APPAUTH'):
            assert document.parms(node)['AAUTHSECRET'][0] not in log
        for body in (messages.enrol(csr, ident)[:-50],
                     messages.policy(password='Cn4ry-9')
                     .replace('</wsse:Password>', '</x>')):
            pool.call(messages.ENROLLMENT, body, client.SOAP)
        assert messages.PASSWORD not in pool.log()
        assert 'Cn4ry-9' not in pool.log()


def test_trace_of_secrets(env):
    """T31 with FENESTRA_TRACE_SECRETS=1 beside FENESTRA_TRACE=1 passwords are
    printed, and a line at the start warns of it; alone it does nothing."""
    body = messages.policy(password='Cn4ry-9')
    for trace, secrets, warned, shown in (
            ('1', '1', True, True), ('1', '0', False, False),
            ('0', '1', False, False)):
        with Pool(env, 'enrollment', FENESTRA_TRACE=trace,
                  FENESTRA_TRACE_SECRETS=secrets) as pool:
            pool.call(messages.POLICY, body, client.SOAP)
            log = pool.log()
        first = log.splitlines()[0]
        assert ('level=warning' in first and
                'FENESTRA_TRACE_SECRETS' in first) == warned, log[:500]
        assert ('Cn4ry-9' in log) == shown, log[:500]


def test_seal_key(env):
    """T29 D2-46 without the key of sealed secrets, or with one that others can
    read, enrollment and management refuse to start and name file and mode."""
    with Pool(env, 'discovery') as pool:
        environ = pool.environ
    with open(env.env['SEAL_KEY'], encoding='ascii') as file:
        text = file.read()
    path = env.folder.file('seal.key', text)
    for name in ('enrollment', 'management'):
        program = env.program(name)
        known = dict(environ, FENESTRA_SEAL_KEY=path)
        for mode, fine in ((0o600, True), (0o640, True), (0o604, False),
                           (0o644, False), (0o660, False)):
            os.chmod(path, mode)
            done = run(program, known)
            assert (done.returncode == 0) == fine, done
            assert fine or '%s: has mode %04o' % (path, mode) in done.stderr, \
                done
            assert text.strip() not in done.stdout + done.stderr
        done = run(program, dict(known, FENESTRA_SEAL_KEY='/nonexistent'))
        assert done.returncode == 1 and '/nonexistent' in done.stderr, done
        del known['FENESTRA_SEAL_KEY']
        done = run(program, known)
        assert done.returncode == 1, done
        assert 'FENESTRA_SEAL_KEY is not set' in done.stderr, done


def test_check_of_the_configuration(env):
    """D2-46 D2-9 -n prints the table, tests files and database and says
    so; an unknown variable or an unreadable file is an error that names
    it; --version answers."""
    with Pool(env, 'discovery') as pool:
        environ = pool.environ
    for name in ('discovery', 'enrollment', 'management'):
        program = env.program(name)
        done = run(program, environ)
        assert done.returncode == 0, done
        assert 'FENESTRA_MAX_BODY' in done.stdout and '1048576' in done.stdout
        done = run(program, dict(environ, FENESTRA_ODD='1'))
        assert done.returncode == 1 and 'FENESTRA_ODD' in done.stderr, done
        done = run(program, dict(environ, FENESTRA_MAX_BODY='many'))
        assert done.returncode == 1 and 'FENESTRA_MAX_BODY' in done.stderr
        done = run(program, dict(environ, PGHOST='/nonexistent'))
        assert done.returncode not in (0, 78), done
        done = run(program, environ, '--version')
        assert done.returncode == 0 and done.stdout.strip(), done
    for variable in ('FENESTRA_CA_CERT', 'FENESTRA_CA_ROOT'):
        done = run(env.program('enrollment'),
                   dict(environ, **{variable: '/nonexistent'}))
        assert done.returncode == 1 and '/nonexistent' in done.stderr, done
    done = run(env.program('enrollment'), dict(
        environ, FENESTRA_SIGNER_SOCKET='signer.sock'))
    assert done.returncode == 1 and 'absolute path' in done.stderr, done


def run(program, environ, option='-n'):
    return subprocess.run([program, option], env=environ, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          check=False)


def test_captured_request_is_the_captured_one(env):
    """S0.54 the CSR in the captured RST is the captured DER and its key
    is the one in the certificate."""
    with open(CAPTURED_CSR, 'rb') as file:
        der = file.read()
    text = captured('enroll-request.xml')
    assert base64.b64encode(der).decode() in text
    assert hashlib.sha256(enrol_captured(env).spki).digest() == \
        hashlib.sha256(keys.der.read(der).items()[0].items()[2].raw).digest()
