# SPDX-License-Identifier: ISC
"""What a worker believes of its front server: a proxy's headers, the name of
a request, and who may see whether it is well."""

import base64
import json
import os
import re
import subprocess
import time
import urllib.parse
import uuid

import client
import device
import fastcgi
import messages
import stack
import test_identity
import test_monitor
from fastcgi import Pool, with_certificate
from messages import QUERY, SyncML, package1

SECRET = 'f' * 20 + '0123456789'
NAME = 'HTTP_CLIENT_CERT'


def behind_a_proxy(env, program='management', **more):
    """A worker that believes the header Client-Cert of 10.0.0.0/8."""
    path = env.folder.file('proxy.secret', SECRET + '\n')
    return Pool(env, program, FENESTRA_CERT_HEADER='Client-Cert',
                FENESTRA_CERT_PEERS='::1, 10.0.0.0/8',
                FENESTRA_CERT_SECRET=path, **more)


def said(cert, **more):
    """What the proxy says for a client with a certificate."""
    found = {NAME: ':%s:' % base64.b64encode(cert.der).decode(),
             'REMOTE_ADDR': '10.9.8.7', 'HTTP_FENESTRA_SECRET': SECRET}
    found.update(more)
    return found


def lines(pool):
    return [stack.logfmt(line) for line in pool.log().splitlines()
            if ' status=' in line]


def test_header_mode(env):
    """T5 T3 the certificate in the header that was named, as RFC 9440 or as
    URL-escaped PEM, from a trusted peer with the secret, is the device; the
    client's address and the request's name come along."""
    made = device.Device(env)
    pem = made.cert.pem()
    with behind_a_proxy(env) as pool:
        for number, text in enumerate((
                None, urllib.parse.quote(pem), urllib.parse.quote(pem, ''))):
            more = {NAME: text} if text else {}
            answer = pool.call(QUERY, package1(made.id, 'p%d' % number),
                               **said(made.cert, HTTP_X_FORWARDED_FOR=(
                                   '127.0.0.1, 192.0.2.9'),
                                   HTTP_X_REQUEST_ID='proxy-%d.x' % number,
                                   **more))
            assert SyncML(answer).target == made.id, answer
        found = lines(pool)
        assert [(f['peer'], f['front'], f['device']) for f in found] == [
            ('192.0.2.9', 'proxy-%d.x' % n, made.uuid) for n in range(3)]
        assert SECRET not in pool.log()


def test_header_mode_refuses(env):
    """T5 T3 D2-26 what is not the proxy's word, or is doubled, is no
    identity: each refusal says why, and the worker verifies the certificate
    itself."""
    made, other = device.Device(env), device.Device(env)
    key = device.keys.POOL.key()
    foreign = test_identity.issue(env, key, made.cert.subject,
                                  signer=test_identity.foreign_key(env))
    text = package1(made.id, 'r')
    value = said(made.cert)[NAME]
    cases = (
        (said(made.cert, REMOTE_ADDR='127.0.0.1'), 403, 'peer'),
        (said(made.cert, REMOTE_ADDR=None), 403, 'peer'),
        (said(made.cert, HTTP_FENESTRA_SECRET=None), 403, 'secret'),
        (said(made.cert, HTTP_FENESTRA_SECRET=SECRET[:-1]), 403, 'secret'),
        (said(made.cert, HTTP_FENESTRA_SECRET=SECRET.upper()), 403, 'secret'),
        (said(made.cert, **{NAME: ''}), 403, 'no client certificate'),
        (said(made.cert, **{NAME: None}), 403, 'no client certificate'),
        (said(made.cert, **{NAME: value + ', ' + value}), 403, 'certificate'),
        (said(made.cert, **{NAME: value[:-9]}), 403, 'certificate'),
        (said(foreign), 403, 'certificate'),
        # In this mode it is the header or nothing.
        (said(made.cert, **{NAME: None}, **with_certificate(made.cert)), 403,
         'no client certificate'),
        (dict(with_certificate(made.cert), REMOTE_ADDR='10.1.1.1'), 403,
         'no client certificate'))
    with behind_a_proxy(env) as pool:
        for params, status, reason in cases:
            answer = pool.call(QUERY, text, **params)
            assert answer.status == status and not answer.body, params
            assert reason in lines(pool)[-1]['reason'], lines(pool)[-1]
        plain = fastcgi.params(QUERY, text.encode(), **said(made.cert))
        for extra in ((NAME, said(other.cert)[NAME]), (NAME, ''),
                      ('HTTP_FENESTRA_SECRET', SECRET),
                      ('HTTP_X_FORWARDED_FOR', '1.1.1.1')):
            params = plain + [extra] + ([extra] if 'FORWARDED' in extra[0]
                                        else [])
            answer = fastcgi.call(pool.path, params, text.encode())
            assert answer.status == 400 and not answer.body, extra
        answer = pool.call(QUERY, text, **said(
            made.cert, **with_certificate(other.cert)))
        assert SyncML(answer).target == made.id, 'the header counts alone'


def test_header_mode_is_off(env):
    """T5 without the variable no header is an identity, secret or not."""
    made = device.Device(env)
    with Pool(env, 'management') as pool:
        for more in ({}, {'REMOTE_ADDR': '127.0.0.1'}):
            answer = pool.call(QUERY, package1(made.id, 'o'),
                               **said(made.cert, **more))
            assert answer.status == 403, answer


def test_header_mode_half_configured(env):
    """T5 a header without peers, without a secret or with one that
    everybody can read: the worker says so and does not start."""
    good = env.folder.file('good.secret', SECRET)
    open_ = env.folder.file('open.secret', SECRET)
    os.chmod(open_, 0o644)
    for peers, path, word in (('', good, 'FENESTRA_CERT_PEERS'),
                              ('localhost', good, 'no address'),
                              ('::1', '', 'FENESTRA_CERT_SECRET'),
                              ('::1', open_, 'others may read it')):
        with Pool(env, 'discovery', count=0) as pool:
            ran = subprocess.run(
                [env.program('discovery'), '-n'], capture_output=True,
                text=True, check=False, env=dict(
                    pool.environ, FENESTRA_CERT_HEADER='Client-Cert',
                    FENESTRA_CERT_PEERS=peers, FENESTRA_CERT_SECRET=path))
        assert ran.returncode == 1 and word in ran.stderr, (word, ran)


def test_request_id_reaches_the_database(env):
    """S2.29 the UUID that the front server gives a request is the log's, the
    TraceId's and, while its transaction runs, the database's; a name in
    another form stands beside ours, unless it could break a log line."""
    role = 'alter role fenestra_%s '
    for name in ('management', 'discovery'):
        env.sql(role % name + 'set log_min_duration_statement = 0;')
    made = device.Device(env)
    path = os.path.join(env.var, 'log', 'postgresql.log')
    ident = str(uuid.uuid4())
    before = os.path.getsize(path)
    try:
        with Pool(env, 'management') as pool:
            answer = pool.call(QUERY, package1(made.id, 'q'),
                               REQUEST_ID=ident.replace('-', ''),
                               **with_certificate(made.cert))
            assert answer.status == 200, answer
            assert lines(pool)[-1]['id'] == ident
        with Pool(env, 'discovery') as pool:
            for given, taken in (('UNIQUE@one-4711', True), ('bad id', False),
                                 ('x' * 37, False), ('a="b"', False)):
                answer = pool.call(messages.DISCOVERY, '<cut', client.SOAP,
                                   UNIQUE_ID=given)
                line = lines(pool)[-1]
                assert messages.Fault(answer).trace == line['id'], line
                assert (line.get('front') == given) is taken, line
    finally:
        for name in ('management', 'discovery'):
            env.sql(role % name + 'reset log_min_duration_statement;')
    for _ in range(100):
        with open(path, encoding='utf-8', errors='replace') as file:
            file.seek(before)
            text = file.read()
        found = [line for line in text.splitlines()
                 if '@fenestra fenestra_management %s ' % ident in line]
        if any('message' in line for line in found):
            break
        time.sleep(0.05)
    assert any('message' in line for line in found), text[-2000:]


def test_health_of_a_worker(env):
    """T40 D2-26 a worker tells how it is only where the front server's
    parameter says so, and says that it cannot serve while the database is
    away."""
    on = {'method': 'GET', 'FENESTRA_MONITOR': 'on'}
    for program in stack.PROGRAMS:
        with Pool(env, program) as pool:
            for path, text in (('/healthz', b'alive\n'),
                               ('/readyz', b'ready\n'),
                               ('/%s/readyz' % program, b'ready\n')):
                answer = pool.call(path, '', **on)
                assert (answer.status, answer.body) == (200, text), answer
                for more in ({}, {'FENESTRA_MONITOR': 'off'},
                             {'FENESTRA_MONITOR': '1'},
                             {'HTTP_FENESTRA_MONITOR': 'on'}):
                    answer = pool.call(path, '', **dict(
                        {'method': 'GET'}, **more))
                    assert answer.status == 404 and not answer.body, answer
        with Pool(env, program, PGHOST='/nonexistent') as pool:
            answer = pool.call('/healthz', '', **on)
            assert answer.status == 200, answer
            answer = pool.call('/readyz', '', **on)
            assert answer.status == 503, answer
            assert answer.body.startswith(b'database: '), answer
    with Pool(env, 'enrollment',
              FENESTRA_SIGNER_SOCKET='/nonexistent.sock') as pool:
        answer = pool.call('/readyz', '', **on)
        assert (answer.status, answer.body) == (
            503, b'signer: /nonexistent.sock: No such file or directory\n')


def test_counters_outlive_workers(env):
    """T40 workers that are killed and started again count on: no request is
    lost and none is counted twice, by two workers at once."""
    folder = env.folder.fresh('.stats')
    os.mkdir(folder)
    on = {'method': 'GET', 'FENESTRA_MONITOR': 'on'}
    with Pool(env, 'management', 2, supervise=True,
              FENESTRA_STATS=folder) as pool:
        sent = 0
        for _ in range(4):
            for _ in range(10):
                assert pool.call(QUERY, '<x/>').status == 403
                sent += 1
            for worker in list(pool.workers):
                worker.kill()
                worker.wait()
        text = pool.call('/metrics', '', **on).body.decode()
        found = test_monitor.values(text)
    name = 'fenestra_requests_total{endpoint="management",outcome="refused"}'
    assert found[name] == sent, (found[name], sent)
    with Pool(env, 'management', FENESTRA_STATS=folder,
              PGHOST='/nonexistent') as pool:
        text = pool.call('/metrics', '', **on).body.decode()
        found = test_monitor.values(text)
        assert found[name] == sent
        assert found['fenestra_database_up'] == 0, text
        assert found['fenestra_workers{worker="management"}'] == 1
    with Pool(env, 'management', FENESTRA_STATS='/nonexistent') as pool:
        assert pool.call(QUERY, '<x/>').status == 403
        assert 'requests are not counted: /nonexistent' in pool.log()


def test_every_line_is_logfmt(env):
    """T28 whatever workers wrote while the tests ran, and what they say when
    they start, parses as key=value."""
    with Pool(env, 'management', FENESTRA_STATS='/nonexistent') as pool:
        pool.call(QUERY, '<x a="=\\\n\x01"/>', HTTP_MS_CV='a b="c\\" d\n',
                  **with_certificate(device.Device(env).cert))
        text = pool.log()
    for line in env.log.text().splitlines():
        at = re.search(r'level=(info|warning|error|fatal) ', line)
        if at:
            text += line[at.start():] + '\n'
    assert text.count('\n') > 3, text
    for line in text.splitlines():
        stack.logfmt(line)
        # Those who read logfmt take what stands in quotes for JSON.
        for quoted in re.findall(r'="(?:[^"\\]|\\.)*"', line):
            json.loads(quoted[1:])
