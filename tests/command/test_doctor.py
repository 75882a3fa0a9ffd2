# SPDX-License-Identifier: ISC
"""What the doctor finds in a stack that is well, and in others."""

import http.server
import os
import ssl
import threading

AWAY = {'PGHOST': '/nonexistent'}


def options(site):
    """The stack is in no name server, and its CA in no list."""
    return ['--address=127.0.0.1', '--ca', site.stack['CA_FILE'],
            '--http-port', site.stack['HTTP_PORT']]


def found(rows, what):
    return [(r['result'], r['text']) for r in rows if r['what'] == what]


def test_well(site):
    """Nothing fails; a device's certificate goes all the way."""
    rows = site.json('doctor', '--cert', site.device + '/cert.pem', '--key',
                     site.device + '/key.pem', *options(site))
    assert all(r['result'] != 'FAIL' for r in rows), rows
    names = {r['what'] for r in rows}
    assert names == {'database', 'migrations', 'clock', 'settings',
                     'authority', 'devices', 'dns', 'tls', 'discovery',
                     'redirect', 'client'}, names
    assert len(found(rows, 'client')) == 4, found(rows, 'client')
    assert {r for r, _ in found(rows, 'client')} == {'ok'}, rows
    assert [r for r, _ in found(rows, 'discovery')] == ['ok', 'ok'], rows
    text = site.run('doctor', *options(site)).out
    assert 'ok    tls' in text and 'warn  client' in text, text


def test_unwell(site):
    """A name that is nowhere, a CA that is another, a front server that does
    what Windows does not take: each fails with what to do."""
    rows = site.csv('doctor', '--domain=nowhere.invalid', status=1)
    (level, said), *_ = found(rows, 'dns')
    assert level == 'FAIL' and 'CNAME' in said, rows
    assert 'FAIL' in [r for r, _ in found(rows, 'tls')], rows
    other = os.path.join(site.stack['CERT_DIR'], 'server.pem')
    rows = site.csv('doctor', '--address=127.0.0.1', '--ca', other, status=1)
    assert 'is not believed' in str(found(rows, 'tls')), rows
    rows = site.json('doctor', status=1, environ=AWAY)
    assert [r['what'] for r in rows] == ['database'], rows
    site.refused(1, 'cannot be read', 'doctor', '--ca=/nonexistent')
    site.refused(64, '--cert wants --key', 'doctor', '--cert',
                 site.device + '/cert.pem')


class Wrong(http.server.BaseHTTPRequestHandler):
    """Chunked to GET, and 200 without a word to all else."""
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        self.send_response(200)
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        self.wfile.write(b'0\r\n\r\n')

    def do_POST(self):
        self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.send_response(200)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


def test_wrong_front(site):
    """A front server that chunks, asks for no certificate and has something
    else behind the paths."""
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Wrong)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certs = site.stack['CERT_DIR']
    context.load_cert_chain(certs + '/server.pem', certs + '/server.key')
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    urls = {'enrollment_url': 'https://%s:%d' % (
        site.stack['ENROLLMENT_HOST'], port),
            'management_url': 'https://%s:%d/M' % (
                site.stack['MANAGEMENT_HOST'], port)}
    before = {n: site.run('setting', 'get', n).out.strip() for n in urls}
    try:
        for name, value in urls.items():
            site.run('setting', 'set', name, value)
        rows = site.json('doctor', *options(site), status=1)
    finally:
        for name, value in before.items():
            site.run('setting', 'set', name, value)
        server.shutdown()
        server.server_close()
    said = str(found(rows, 'discovery'))
    assert 'is chunked' in said and 'no EnrollmentServiceUrl' in said, rows
    said = str(found(rows, 'client'))
    for why in ('does not ask', 'without a certificate the answer is 200',
                'of nobody the answer is 200'):
        assert why in said, rows
