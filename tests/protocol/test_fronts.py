# SPDX-License-Identifier: ISC
"""What every front server has to do alike, and where they lawfully differ:
each outcome is a cell of fronts.tsv."""

import base64
import concurrent.futures
import os
import ssl
import time

import client
import device
import fronts
import keys
import messages
import stack
import test_identity
from messages import package1
from test_identity import DAY, NOW

TLS = (('TLS 1.2', ssl.TLSVersion.TLSv1_2), ('TLS 1.3', ssl.TLSVersion.TLSv1_3))
MIB = 1048576


def certificates(env):
    """{kind: (certificate files or None, source of its messages)}; the
    database knows all of them, so that only the certificate is at fault."""
    if hasattr(env, 'certificates'):
        return env.certificates
    env.certificates = found = {}
    made = device.Device(env)
    found['none'], found['valid'] = (None, made.id), (made.files, made.id)
    own = test_identity.issuer(env).subject
    foreign = test_identity.foreign_key(env)
    for kind, begin, end, name, signer in (
            ('expired', NOW - 30 * DAY, NOW - DAY, own, None),
            ('not yet valid', NOW + DAY, NOW + 30 * DAY, own, None),
            ('foreign CA', NOW - DAY, NOW + DAY,
             keys.common_name('Other CA'), foreign),
            ('foreign CA of the same name', NOW - DAY, NOW + DAY, own,
             foreign)):
        key, ident = keys.POOL.key(), device.new_id()
        cert = test_identity.issue(env, key, keys.common_name(ident), begin,
                                   end, signer, name)
        test_identity.recorded(env, key, cert, ident)
        found[kind] = device.files(env, cert, key), ident
    key, ident = keys.POOL.key(), device.new_id()
    name = keys.common_name(ident)
    cert = test_identity.issue(env, key, name, issuer_name=name,
                               signer=env.folder.file('self.key', key.pem()))
    test_identity.recorded(env, key, cert, ident)
    found['self-signed'] = device.files(env, cert, key), ident
    revoked = device.Device(env)
    env.call('certificate_revoke', revoked.cert.sha256())
    found['revoked'] = revoked.files, revoked.id
    return found


def ask_management(conn, ident):
    return conn.request('POST', messages.QUERY,
                        package1(ident, next(device.SESSIONS)).encode(),
                        kind=client.SYNCML)


def test_certificate_matrix(env):
    """T3 S1.8 D2-26 every kind of certificate with TLS 1.2 and 1.3, on
    a first connection and on a resumed one: only the good one is served."""
    for kind, (files, ident) in certificates(env).items():
        for name, version in TLS:
            conn = client.Connection(env, stack.MANAGE, files, tls=version,
                                     resume=True)
            for number in range(2):
                what = '%s, connection %d' % (name, number + 1)
                answer, word = fronts.outcome(
                    lambda c=conn, i=ident: ask_management(c, i))
                fronts.check(env, 'certificate: ' + kind, word, what)
                if answer is not None and answer.status == 403:
                    assert answer.body == b'', answer
                if conn.sock is not None and number:
                    fronts.check(env, 'resumed ' + name, 'yes' if
                                 conn.sock.session_reused else 'no', kind)
                if conn.sock is not None:
                    conn.session = conn.sock.session
                conn.close()


def test_revocation_reaches_resumed_sessions(env):
    """T3 T39 a TLS session that began before the revocation is refused when
    it is resumed after it."""
    for _, version in TLS:
        made = device.Device(env)
        conn = made.connection(tls=version, resume=True)
        assert ask_management(conn, made.id).status == 200
        conn.session = conn.sock.session
        conn.close()
        env.call('certificate_revoke', made.cert.sha256())
        assert ask_management(conn, made.id).status == 403
        conn.close()


def test_certificates_at_discovery(env):
    """S2.1 S1.8 what a device with each kind of certificate gets where none
    is needed."""
    for kind, (files, _) in certificates(env).items():
        conn = client.Connection(env, cert=files)
        _, word = fronts.outcome(lambda c=conn: c.request(
            'POST', messages.DISCOVERY, messages.discover().encode(),
            kind=client.SOAP))
        fronts.check(env, 'discovery with: ' + kind, word)
        conn.close()


def mixed(env, made, number):
    """One of many requests: its answer, checked for what each promises."""
    cert = made.files if number % 4 == 3 else None
    host = stack.MANAGE if cert else stack.ENROLL
    method, path, body, kind, status = (
        ('POST', messages.DISCOVERY, messages.discover(), client.SOAP, 200),
        ('GET', '/nothing', None, None, 404),
        ('POST', messages.POLICY, '<cut', client.SOAP, 500),
        ('POST', messages.QUERY, '', client.SYNCML, 400))[number % 4]
    conn = client.Connection(env, host, cert)
    for _ in range(3):
        answer = client.answered(conn.request(
            method, path, body if body is None else body.encode(), kind=kind))
        assert answer.status == status, answer
        assert answer.header('Content-Length') == str(len(answer.body))
    conn.close()


def test_every_answer_has_a_length(env):
    """S2.17 hundreds of answers, good and bad, eight at a time: not one
    is chunked, each has its Content-Length."""
    made = device.Device(env)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(mixed, env, made, n) for n in range(120)]:
            done.result()


def test_body_limits(env):
    """T20 D2-24 bodies above the front server's own limit, announced and
    chunked."""
    text = messages.discover().encode()
    for case, options in (('body of 5 MiB', {}),
                          ('chunked body of 5 MiB', {'chunked': True})):
        conn = client.Connection(env)
        _, word = fronts.outcome(lambda c=conn, o=options: c.request(
            'POST', messages.DISCOVERY, text + b' ' * (5 * MIB),
            kind=client.SOAP, **o))
        fronts.check(env, case, word)
        conn.close()
    assert client.Connection(env).request(
        'POST', messages.DISCOVERY, text, kind=client.SOAP).status == 200


def test_oversize_parameters(env):
    """D2-27 T41 headers of 4, 12, 80 and 200 KB in all, and a query of 20
    KB: served, or refused without harm."""
    text = messages.discover().encode()
    for case, count, size in (('headers: 40 of 100', 40, 100),
                              ('headers: 3 of 4000', 3, 4000),
                              ('headers: 20 of 4000', 20, 4000),
                              ('headers: 200 of 100', 200, 100),
                              ('headers: 1 of 200000', 1, 200000)):
        conn = client.Connection(env)
        _, word = fronts.outcome(lambda c=conn, n=count, s=size: c.request(
            'POST', messages.DISCOVERY, text, kind=client.SOAP,
            headers=[('X-Filler-%d' % i, 'y' * s) for i in range(n)]))
        fronts.check(env, case, word)
        conn.close()
    conn = client.Connection(env)
    _, word = fronts.outcome(lambda: conn.request(
        'POST', messages.DISCOVERY + '?x=' + 'y' * 20000, text,
        kind=client.SOAP))
    fronts.check(env, 'query of 20000', word)
    conn.close()


def test_proxy_headers_are_the_proxys(env):
    """T5 what a proxy that ends TLS says in headers is not believed of a
    client, in any spelling, nor of who passes the proxy by."""
    made = device.Device(env)
    text = package1(made.id, 'proxy').encode()
    value = ':%s:' % base64.b64encode(made.cert.der).decode()
    ways = [(env.https, False)]
    if env.front.endswith('-header'):
        ways.append((int(env.env['INNER_HTTP_PORT']), True))
    for port, plain in ways:
        for name in ('Client-Cert', 'Client_Cert', 'Client.Cert',
                     'CLIENT-CERT', 'client-cert'):
            for more in ((), (('Fenestra-Secret', 'x' * 64),),
                         (('Fenestra_Secret', 'x' * 64),
                          ('X-Forwarded-For', '127.0.0.1'))):
                conn = client.Connection(env, stack.MANAGE, plain=plain,
                                         port=port)
                answer = conn.request('POST', messages.QUERY, text,
                                      [(name, value), *more], client.SYNCML)
                assert answer.status == 403 and not answer.body, answer
                conn.close()


def test_request_ids_of_the_front_server(env):
    """S2.29 a front server's own name for a request is in its log, in the
    worker's and in the fault that a user can report; a client's is not."""
    mark = env.log.mark()
    conn = client.Connection(env)
    answer = conn.request('POST', messages.POLICY, b'<cut', kind=client.SOAP,
                          headers=[('X-Request-ID', 'chosen-by-client'),
                                   ('Request-ID', 'chosen-by-client')])
    line, = env.log.wait(mark, 1)
    assert messages.Fault(answer).trace == line['id'], line
    assert 'chosen-by-client' not in line.values(), line
    name = line.get('front', line['id'])
    conn.close()
    if fronts.expected(env, 'request id in the access log') == {'yes'}:
        for _ in range(100):        # it is written when all is sent
            with open(os.path.join(env.var, 'log', 'access.log'),
                      encoding='utf-8') as file:
                found = name in file.read()
            if found:
                break
            time.sleep(0.05)
        assert found, line


def slow_connections(env, count):
    """Clients that stop at every stage: before TLS, before a request, in its
    header and in its body; the last only once where a worker has to wait."""
    head = ('POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: %s\r\n' % (
        messages.DISCOVERY, stack.ENROLL, env.https, client.SOAP)).encode()
    stages = [head + b'Content-Length: 1000\r\n\r\nhalf', None, b'', head]
    often = fronts.expected(env, 'who waits for a slow body') == {'front'}
    found = []
    for number in range(count):
        sent = stages[number % 4 if often or not number
                      else 1 + number % 3]
        if sent is None:
            found.append(client.socket.create_connection(
                ('127.0.0.1', env.https), 30))
            continue
        conn = client.Connection(env)
        conn.open()
        conn.send(sent)
        found.append(conn.sock)
    return found


def test_slow_clients(env):
    """T43 D2-25 while two hundred clients have stopped in the middle of
    something, others are served."""
    made = device.Device(env)
    # They stay, so that all that follows is served beside them, too.
    env.slow = slow_connections(env, 200)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(mixed, env, made, n) for n in range(16)]:
            done.result()
