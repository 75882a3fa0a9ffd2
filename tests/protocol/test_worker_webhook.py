# SPDX-License-Identifier: ISC
"""Webhooks: a real sender, and a real HTTPS server that is told."""

import hashlib
import hmac
import http.server
import json
import os
import secrets
import signal
import ssl
import subprocess
import threading
import time

import device
import stack

SECRET = 'canary-' + secrets.token_hex(12)


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what it was sent; answers with the next of `answers`, then 204."""

    daemon_threads = True

    def __init__(self, env):
        super().__init__(('127.0.0.1', 0), Hook)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(env.certs + '/server.pem',
                                env.certs + '/server.key')
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.seen, self.answers = [], []
        self.gate = threading.Event()
        self.gate.set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """A sender that was killed, or does not trust: both are tested."""

    def url(self, path='/hook'):
        return 'https://localhost:%d%s' % (self.server_address[1], path)

    def wait(self, count):
        for _ in range(1500):
            if len(self.seen) >= count:
                return self.seen
            time.sleep(0.02)
        raise AssertionError('%d of %d: %s' % (len(self.seen), count,
                                               self.seen))


class Hook(http.server.BaseHTTPRequestHandler):
    """One request."""

    def do_POST(self):      # pylint: disable=invalid-name
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.server.seen.append((self.path, dict(self.headers), body))
        if self.path == '/slow':
            self.server.gate.wait(30)
        status = self.server.answers.pop(0) if self.server.answers else 204
        self.send_response(status)
        if status == 302:
            self.send_header('Location', self.server.url('/elsewhere'))
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *_):      # pylint: disable=arguments-differ
        """Nothing on stderr."""


class Sender:
    """with Sender(env, targets) as sender: … fenestra-webhook."""

    def __init__(self, env, targets, start=True, **settings):
        self.env, self.log_path = env, env.folder.fresh('.log')
        key = env.folder.file('seal.key', secrets.token_hex(32) + '\n')
        self.environ = {k: v for k, v in env.database().items()
                        if not k.startswith('FENESTRA_') and k != 'PGUSER'}
        self.environ.update({
            'FENESTRA_SEAL_KEY': key, 'FENESTRA_WEBHOOK_TARGETS': targets,
            'FENESTRA_WEBHOOK_CA': env.env['CA_FILE']})
        self.environ.update(settings)
        self.process = None
        if start:
            self.start()

    def start(self):
        with open(self.log_path, 'ab') as log:
            # pylint: disable=consider-using-with
            self.process = subprocess.Popen(
                [self.env.program('webhook')], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env=self.environ)

    def run(self, *options, text=''):
        return subprocess.run([self.env.program('webhook'), *options],
                              env=self.environ, input=text, text=True,
                              capture_output=True, check=False, timeout=60)

    def log(self):
        with open(self.log_path, encoding='utf-8') as file:
            return file.read()

    def lines(self, count):
        """Its lines about deliveries, once there are so many."""
        for _ in range(1500):
            found = [stack.logfmt(line) for line in self.log().splitlines()
                     if ' attempt=' in line]
            if len(found) >= count:
                return found
            time.sleep(0.02)
        raise AssertionError(self.log())

    def set(self, name, url, kinds=('%',), secret=SECRET):
        sealed = self.run('-s', text=secret + '\n')
        assert sealed.returncode == 0, sealed.stderr
        self.env.sql('select admin.webhook_set(%s, %s, %s, %s);' % tuple(map(
            stack.quote, (name, url, list(kinds), sealed.stdout.strip()))),
            user='fenestra_admin')

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        finally:
            self.process.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.stop()
        self.env.sql('select admin.webhook_remove(name) from admin.webhook;',
                     user='fenestra_admin')


def deliveries(env):
    """(state, attempts, status, error) of what was not taken."""
    return env.sql('select state, attempts, status, error from'
                   ' admin.webhook_delivery order by device, seq;')


def tell(env, name):
    env.sql('select admin.webhook_test(%s);' % stack.quote(name),
            user='fenestra_admin')


def settle(env, want):
    """Until the outbox has so many rows."""
    for _ in range(1500):
        if len(deliveries(env)) == want:
            return
        time.sleep(0.02)
    raise AssertionError(deliveries(env))


def test_told_and_signed(env):
    """T29 an enrollment is told, event by event, with a signature that the
    other side can verify; nothing of the key is in log or database."""
    receiver = Receiver(env)
    with Sender(env, receiver.url('/')) as sender:
        sender.set('all', receiver.url('/hook?a=1'))
        made = device.Device(env)
        wanted = env.sql(
            'select kind, seq from admin.event where device = %s'
            ' order by seq;' % stack.quote(made.uuid))
        assert len(wanted) >= 2, wanted
        seen = receiver.wait(len(wanted))
        settle(env, 0)
        assert sender.stop() == 0
    bodies = [json.loads(body) for _, _, body in seen]
    assert sorted((b['seq'], b['kind']) for b in bodies) == \
        [(int(seq), kind) for kind, seq in wanted]
    assert len({b['delivery'] for b in bodies}) == len(wanted)
    for path, headers, body in seen:
        told = json.loads(body)
        assert path == '/hook?a=1'
        assert headers['Content-Type'] == 'application/json'
        assert headers['Fenestra-Delivery'] == told['delivery']
        assert told['device']['id'] == made.uuid
        assert abs(int(headers['Fenestra-Timestamp']) - time.time()) < 3600
        assert headers['Fenestra-Signature'] == 'sha256=' + hmac.new(
            SECRET.encode(), headers['Fenestra-Timestamp'].encode() + b'.' +
            body, hashlib.sha256).hexdigest()
    assert SECRET not in sender.log()
    dump = subprocess.run(['pg_dump', '-U', 'postgres'], check=True,
                          env=env.database(), capture_output=True).stdout
    assert b'webhook.set' in dump and SECRET.encode() not in dump


def test_tried_again(env):
    """T27 a server that is in trouble is asked again with the same delivery;
    what is given up is a dead letter until it is sent anew; a redirection is
    not followed."""
    receiver = Receiver(env)
    receiver.answers = [503, 302, 500, 404]
    with Sender(env, receiver.url('/')) as sender:
        sender.set('one', receiver.url(), ['device.no'])
        env.setting('webhook_attempts', '4')
        tell(env, 'one')
        for count in range(1, 4):
            receiver.wait(count)
            sender.lines(count)
            (state, attempts, status, _), = deliveries(env)
            assert (state, int(attempts), int(status)) == (
                'waiting', count, (503, 302, 500)[count - 1])
            env.sql("update mdm.outbox set next_at = now();"
                    "update mdm.webhook set paused_until = '-infinity';")
        receiver.wait(4)
        sender.lines(4)
        (state, attempts, status, _), = deliveries(env)
        assert (state, int(attempts), int(status)) == ('dead', 4, 404)
        assert env.value("select detail->>'status' from admin.event where"
                         " kind = 'webhook.dead' order by seq desc"
                         ' limit 1;') == '404'
        env.setting('webhook_attempts', None)
        assert env.sql("select admin.webhook_resend('one');",
                       user='fenestra_admin') == [['1']]
        seen = receiver.wait(5)
        settle(env, 0)
    assert len({h['Fenestra-Delivery'] for _, h, _ in seen}) == 1
    assert {path for path, _, _ in seen} == {'/hook'}, 'redirection followed'


def test_allowed_targets(env):
    """T27 the sender connects to nothing that its own environment does not
    allow, whatever the database says, and trusts no foreign certificate."""
    receiver, other = Receiver(env), Receiver(env)
    with Sender(env, receiver.url('/ok/') + ' https://elsewhere.example/',
                start=False) as sender:
        sender.set('near', receiver.url('/okay'), ['device.no'])
        sender.set('other', other.url('/ok/'), ['device.no'])
        sender.set('good', receiver.url('/ok/x'), ['device.no'])
        for name in ('near', 'other', 'good'):
            tell(env, name)
        sender.start()
        lines = {f['webhook']: f for f in sender.lines(3)}
        for name in ('near', 'other'):
            assert 'TARGETS' in lines[name]['reason'], lines
            assert lines[name]['status'] == '0'
        assert lines['good']['status'] == '204'
    assert [p for p, _, _ in receiver.seen] == ['/ok/x'] and not other.seen
    with Sender(env, receiver.url('/'), start=False,
                FENESTRA_WEBHOOK_CA='') as sender:
        sender.set('trust', receiver.url('/trust'), ['device.no'])
        tell(env, 'trust')
        sender.start()
        line, = sender.lines(1)
        assert 'certificate' in line['reason'], line
    assert '/trust' not in [p for p, _, _ in receiver.seen]


def test_killed_while_sending(env):
    """D2-1 what was under way when the sender was killed is sent again, as the
    same delivery; one that is slow does not take the place of others."""
    receiver = Receiver(env)
    receiver.gate.clear()
    with Sender(env, receiver.url('/'), start=False) as sender:
        sender.set('slow', receiver.url('/slow'), ['device.no'])
        sender.set('fast', receiver.url('/fast'), ['device.no'])
        for _ in range(6):
            tell(env, 'slow')
        tell(env, 'fast')
        sender.start()
        for _ in range(1500):
            if [p for p, _, _ in receiver.seen].count('/fast'):
                break
            time.sleep(0.02)
        assert 1 <= [p for p, _, _ in receiver.seen].count('/slow') <= 4
        receiver.wait(5)
        sender.process.kill()
        sender.process.wait()
        receiver.gate.set()
        assert len(deliveries(env)) == 7
        env.sql('update mdm.outbox set next_at = now();')
        sender.start()
        settle(env, 0)
    ids = [h['Fenestra-Delivery'] for _, h, _ in receiver.seen]
    assert len(ids) > len(set(ids)) == 7, ids


def test_configuration(env):
    """D2-46 what cannot be is said and ends it; -n tries it all."""
    with Sender(env, 'https://hooks.example/', start=False) as sender:
        out = sender.run('-n')
        assert out.returncode == 0 and 'are good' in out.stdout, out
        assert 'FENESTRA_WEBHOOK_TARGETS=https://hooks.example/' in out.stdout
        for text in ('short\n', 'x' * 600 + '\n', ''):
            assert sender.run('-s', text=text).returncode == 1
        assert sender.run('-x').returncode == 2
        assert 'schema' in sender.run('--version').stdout
        for targets in ('https://hooks.example', 'hooks.example/',
                        'https:///', 'https://a@hooks.example/'):
            sender.environ['FENESTRA_WEBHOOK_TARGETS'] = targets
            out = sender.run('-n')
            assert out.returncode == 1 and targets in out.stderr, out
        os.chmod(sender.environ['FENESTRA_SEAL_KEY'], 0o644)
        out = sender.run('-n')
        assert out.returncode == 1 and 'seal.key' in out.stderr, out


def test_database_away(env):
    """D2-9 it waits for a database that is away, and says so once."""
    receiver = Receiver(env)
    with Sender(env, receiver.url('/'), PGHOST='/nowhere') as sender:
        time.sleep(5)
        assert sender.process.poll() is None, sender.log()
        assert sender.stop() == 0
        assert sender.log().count('level=error') == 1, sender.log()
