# SPDX-License-Identifier: ISC
"""HTTP around the messages: methods, paths, types, lengths, headers."""

import re
import socket
import ssl

import client
import device
import fronts
import messages
import stack
from messages import (DISCOVERY, ENROLLMENT, MANAGEMENT, POLICY, fault,
                      package1)

LIMIT = 1048576
SOAP_PATHS = ((DISCOVERY, messages.discover), (POLICY, messages.policy),
              (ENROLLMENT, lambda: messages.captured('enroll-request.xml')))
METHODS = ('PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND')


def soap(env, path, body, **options):
    conn = client.Connection(env)
    answer = conn.request('POST', path, body, kind=client.SOAP, **options)
    conn.close()
    return client.answered(answer)


def exchange(env, data, host=stack.ENROLL, patience=20):
    """Raw bytes out, all bytes in until the server closes or is silent for
    `patience` seconds."""
    ctx = ssl.create_default_context(cafile=env.ca_file)
    sock = socket.create_connection(('127.0.0.1', env.https), patience)
    out = b''
    with ctx.wrap_socket(sock, server_hostname=host) as tls:
        try:
            tls.sendall(data)
            while True:
                more = tls.recv(65536)
                if not more:
                    return out
                out += more
        except (ssl.SSLError, OSError):
            return out


def test_letter_case_of_paths(env):
    """S4.3 every endpoint is found in any letter case."""
    made = device.Device(env)
    for path, build in SOAP_PATHS:
        for name in (path, path.lower(), path.upper(),
                     path.replace('Enrollment', 'eNROLLMENT')):
            answer = soap(env, name, build().encode())
            assert answer.status == 200, '%s: %r' % (name, answer)
    for name in (MANAGEMENT.lower(), MANAGEMENT.upper() + '?MODE=x',
                 '/managementserver/mdm.SVC?mode=Machine&Platform=WoA'):
        answer = client.answered(made.connection().request(
            'POST', name, package1(made.id, 'c').encode(),
            kind=client.SYNCML))
        assert answer.status == 200, '%s: %r' % (name, answer)
    for name in (DISCOVERY.lower(), DISCOVERY.upper()):
        answer = client.answered(client.Connection(env).request('GET', name))
        assert answer.status == 200 and answer.body == b'', answer


def test_query_strings(env):
    """S0.65 S4.16 every query string is accepted and trusted for
    nothing."""
    made = device.Device(env)
    for query in ('', '?', '?mode=Machine&Platform=WoA', '?a=b&a=c',
                  '?device=' + device.new_id(), '?%26%3C', '?' + 'x' * 1500):
        answer = client.answered(made.connection().request(
            'POST', MANAGEMENT + query, package1(made.id, 'q').encode(),
            kind=client.SYNCML))
        assert answer.status == 200, '%s: %r' % (query, answer)
    answer = soap(env, DISCOVERY + '?api-version=1',
                  messages.discover().encode())
    assert answer.status == 200, answer


def test_methods(env):
    """S0.14 S0.38 S0.48 S0.65 other methods of a known path: 405 with
    Allow, no body; HEAD and GET only where they mean something."""
    made = device.Device(env)
    for path, host, files, allowed in (
            (DISCOVERY, stack.ENROLL, None, 'GET, HEAD, POST'),
            (POLICY, stack.ENROLL, None, 'POST'),
            (ENROLLMENT, stack.ENROLL, None, 'POST'),
            (MANAGEMENT, stack.MANAGE, made.files, 'POST')):
        methods = METHODS if 'GET' in allowed else METHODS + ('GET', 'HEAD')
        for method in methods:
            conn = client.Connection(env, host, cert=files)
            answer = client.answered(conn.request(method, path),
                                     head=method == 'HEAD')
            assert answer.status == 405, '%s %s: %r' % (method, path, answer)
            found = set(re.split(', *', answer.header('Allow')))
            assert found == set(allowed.split(', ')), answer
            assert answer.body == b'', answer
            conn.close()


def test_other_paths(env):
    """T40 whatever else is asked for does not exist: 404, empty."""
    for path in ('/', '/index.html', '/EnrollmentServer', '/healthz',
                 '/EnrollmentServer/', '/EnrollmentServer/Discovery.svc/',
                 '/EnrollmentServer/Discovery.svc/x',
                 '/EnrollmentServer/Policy.svc/x', '/EnrollmentServer/x.svc',
                 '/EnrollmentServer/Discovery.svcx', '/ManagementServer/',
                 '/ManagementServer/MDM.svc/x', '/ManagementServer/MDM.svc.x',
                 '/ManagementServer/ServerList.svc', '/server-status',
                 '/cgi-bin/x', '/.git/config', '/favicon.ico', '/robots.txt',
                 '/fenestra-management', '/x' * 200, '/%3Cscript%3E',
                 '/EnrollmentServer%2FDiscovery.svc/..'):
        for method, body in (('GET', None), ('POST', b'<x/>')):
            for host in (stack.ENROLL, stack.MANAGE):
                conn = client.Connection(env, host)
                answer = client.answered(conn.request(
                    method, path, body, kind=client.SOAP if body else None))
                assert answer.status == 404, '%s %s: %r' % (method, path,
                                                            answer)
                assert answer.body == b'', answer
                conn.close()


def test_path_tricks(env):
    """T41 doubled slashes, dots and escapes lead to the endpoint or to
    nothing, never to an error page and never past the certificate."""
    for path in ('//EnrollmentServer/Discovery.svc',
                 '/EnrollmentServer//Discovery.svc',
                 '/EnrollmentServer/./Discovery.svc',
                 '/x/../EnrollmentServer/Discovery.svc',
                 '/EnrollmentServer/%44iscovery.svc',
                 '/EnrollmentServer/Discovery%2Esvc',
                 '/EnrollmentServer/Discovery.svc;x=1'):
        conn = client.Connection(env)
        answer = conn.request('GET', path)
        client.not_html(answer)
        assert answer.status in (200, 400, 404), '%s: %r' % (path, answer)
        conn.close()
    for path in ('//ManagementServer/MDM.svc', '/ManagementServer/./MDM.svc',
                 '/EnrollmentServer/../ManagementServer/MDM.svc',
                 '/ManagementServer/%4dDM.svc'):
        conn = client.Connection(env, stack.MANAGE)
        answer = conn.request('POST', path, package1('x', '1').encode(),
                              kind=client.SYNCML)
        client.not_html(answer)
        assert answer.status in (400, 403, 404), '%s: %r' % (path, answer)
        conn.close()


def test_management_content_types(env):
    """S0.66 SyncML as its own type, as XML or without a type; anything
    else is 415."""
    made = device.Device(env)
    for kind in (client.SYNCML, client.SYNCML + '; charset=utf-8', 'text/xml',
                 'application/xml;charset="UTF-8"',
                 'Application/Vnd.Syncml.DM+XML', None):
        answer = client.answered(made.connection().request(
            'POST', MANAGEMENT, package1(made.id, 't').encode(), kind=kind))
        assert answer.status == 200, '%s: %r' % (kind, answer)
        assert answer.header('Content-Type') == client.SYNCML
    for kind in ('application/json', 'text/html', 'multipart/form-data; boundary=x', 'x',
                 'application/vnd.syncml.dm+xmlx'):
        answer = client.answered(made.connection().request(
            'POST', MANAGEMENT, package1(made.id, 't').encode(), kind=kind))
        assert answer.status == 415 and answer.body == b'', answer


def test_soap_content_types(env):
    """S0.18 the SOAP endpoints do not depend on how the type is spelled."""
    for kind in ('application/soap+xml', 'text/xml; charset="utf-8"',
                 'application/soap+xml;charset=UTF-8'):
        conn = client.Connection(env)
        answer = client.answered(conn.request(
            'POST', DISCOVERY, messages.discover().encode(), kind=kind))
        assert answer.status == 200, '%s: %r' % (kind, answer)


def test_empty_bodies(env):
    """D2-23 an empty body is 400: a fault on the SOAP paths, nothing on
    the management path."""
    made = device.Device(env)
    for path, _ in SOAP_PATHS:
        fault(soap(env, path, b''), 's:MessageFormat', 400)
        conn = client.Connection(env)
        answer = conn.request('POST', path, length=False, kind=client.SOAP)
        assert answer.status in (400, 411), answer
        client.not_html(answer)
    answer = client.answered(made.connection().request(
        'POST', MANAGEMENT, b'', kind=client.SYNCML))
    assert answer.status == 400 and answer.body == b'', answer


def test_oversize_bodies(env):
    """T20 D2-24 a byte above the limit is 413, a body of the limit's size
    is still read; the fault body says MessageFormat."""
    made = device.Device(env)
    for path, build in SOAP_PATHS:
        text = build().encode()
        fault(soap(env, path, text + b' ' * (LIMIT + 1 - len(text))),
              's:MessageFormat', 413)
        answer = soap(env, path, text + b' ' * (LIMIT - len(text)))
        assert answer.status == 200, answer
    text = package1(made.id, 'o').encode()
    answer = client.answered(made.connection().request(
        'POST', MANAGEMENT, text + b' ' * (LIMIT + 1 - len(text)),
        kind=client.SYNCML))
    assert answer.status == 413 and answer.body == b'', answer
    answer = client.answered(made.connection().request(
        'POST', MANAGEMENT, text + b' ' * (LIMIT - len(text)),
        kind=client.SYNCML))
    assert answer.status == 200, answer


def test_far_too_large(env):
    """D2-24 lengths of 5 MiB, 1 GiB and 4 GiB: 413 or a closed connection,
    no HTML, and the workers live on."""
    before = env.workers()
    assert before, 'no workers found'
    for size in (5 * LIMIT, 2 ** 30, 2 ** 32, 2 ** 63, 10 ** 30):
        conn = client.Connection(env)
        head = ('POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: %s\r\n'
                'Content-Length: %d\r\n\r\n' % (
                    DISCOVERY, stack.ENROLL, env.https, client.SOAP, size))
        conn.open()
        try:
            conn.sock.sendall(head.encode())
            for _ in range(5 * LIMIT // 65536):
                conn.sock.sendall(b' ' * 65536)
            conn.sock.settimeout(2)
            answer = conn.read()
        except (client.Closed, OSError):
            answer = None
        if answer is not None:
            assert answer.status in (400, 413), answer
            client.not_html(answer)
        conn.close()
    assert soap(env, DISCOVERY, messages.discover().encode()).status == 200
    assert before <= env.workers(), 'a worker died'


def test_chunked_requests(env):
    """S2.17 D2-23 a chunked request body is read; the answer is never
    chunked."""
    made = device.Device(env)
    for path, build in SOAP_PATHS:
        answer = soap(env, path, build().encode(), chunked=True)
        assert answer.status == 200, answer
    answer = client.answered(made.connection().request(
        'POST', MANAGEMENT, package1(made.id, 'k').encode(),
        kind=client.SYNCML, chunked=True))
    assert answer.status == 200, answer


def test_oversize_chunked(env):
    """D2-24 a chunked body above the limit is refused as well."""
    text = messages.discover().encode()
    conn = client.Connection(env)
    _, word = fronts.outcome(lambda: conn.request(
        'POST', DISCOVERY, text + b' ' * LIMIT, kind=client.SOAP,
        chunked=True))
    fronts.check(env, 'chunked body above the limit', word)


def test_body_shorter_than_its_length(env):
    """D2-23 a client that promises more than it sends gets no answer that
    says yes, and stores nothing."""
    ident = device.new_id()
    csr = device.keys.windows_request(device.keys.POOL.key(), ident)
    text = messages.enrol(csr, ident).encode()
    before = env.tables()
    data = ('POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: %s\r\n'
            'Content-Length: %d\r\n\r\n' % (
                ENROLLMENT, stack.ENROLL, env.https, client.SOAP,
                len(text) + 10)).encode() + text
    out = exchange(env, data, patience=2)
    assert b' 200 ' not in out[:40] and b'<html' not in out.lower(), out
    assert env.tables() == before


def test_body_longer_than_its_length(env):
    """D2-23 T41 bytes behind the promised length are no part of the
    message: cut XML is refused, whole XML is read alone."""
    text = messages.discover().encode()
    for size, status in ((len(text) - 20, b'500'), (len(text), b'200')):
        data = ('POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: %s\r\n'
                'Connection: close\r\nContent-Length: %d\r\n\r\n' % (
                    DISCOVERY, stack.ENROLL, env.https, client.SOAP,
                    size)).encode() + text + b'garbage'
        out = exchange(env, data)
        assert out.startswith(b'HTTP/1.1 ' + status), out[:200]


def test_lying_lengths(env):
    """D2-23 D2-27 T41 lengths that are no number, negative, doubled or
    beside chunked are not served as if they were right."""
    text = messages.discover().encode()
    for lines in ('Content-Length: x', 'Content-Length: -1',
                  'Content-Length: +5', 'Content-Length: 0x400',
                  'Content-Length: 10\r\nContent-Length: %d' % len(text),
                  'Content-Length: %d\r\nTransfer-Encoding: xchunked'
                  % len(text)):
        data = ('POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: %s\r\n'
                'Connection: close\r\n%s\r\n\r\n' % (
                    DISCOVERY, stack.ENROLL, env.https, client.SOAP,
                    lines)).encode() + text
        out = exchange(env, data)
        assert not out.startswith(b'HTTP/1.1 200'), '%s: %r' % (lines, out)
    assert soap(env, DISCOVERY, text).status == 200


def test_expect_continue(env):
    """S0.16 a client that waits for 100 Continue is served."""
    text = messages.discover().encode()
    answer = soap(env, DISCOVERY, text, headers=[('Expect', '100-continue')])
    assert answer.status == 200, answer


def test_keep_alive(env):
    """S2.17 many requests of all kinds on one connection."""
    conn = client.Connection(env)
    for _ in range(3):
        for path, build in SOAP_PATHS:
            answer = client.answered(conn.request(
                'POST', path, build().encode(), kind=client.SOAP))
            assert answer.status == 200, answer
        sock = conn.sock
        answer = client.answered(conn.request('GET', '/none'))
        assert answer.status == 404
    assert conn.sock is sock, 'the connection was not kept'


def test_http_2_is_offered(env):
    """S0.16 a client that would rather speak HTTP/2 is served over 1.1."""
    ctx = ssl.create_default_context(cafile=env.ca_file)
    ctx.set_alpn_protocols(['h2', 'http/1.1'])
    conn = client.Connection(env)
    conn.sock = ctx.wrap_socket(
        socket.create_connection(('127.0.0.1', env.https), 20),
        server_hostname=stack.ENROLL)
    assert conn.sock.selected_alpn_protocol() in ('http/1.1', None)
    answer = client.answered(conn.request('GET', DISCOVERY))
    assert answer.status == 200 and answer.body == b'', answer


def test_http_10(env):
    """S0.16 HTTP/1.0 gets the same plain answer."""
    text = messages.discover().encode()
    data = ('POST %s HTTP/1.0\r\nHost: %s\r\nContent-Type: %s\r\n'
            'Content-Length: %d\r\n\r\n' % (
                DISCOVERY, stack.ENROLL, client.SOAP, len(text))).encode()
    out = exchange(env, data + text)
    head, _, body = out.partition(b'\r\n\r\n')
    assert re.match(rb'HTTP/1\.[01] 200', head), head
    assert b'chunked' not in head.lower()
    size = re.search(rb'(?i)content-length: (\d+)', head)
    assert size and int(size.group(1)) == len(body)
