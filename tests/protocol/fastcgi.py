# SPDX-License-Identifier: ISC
"""A FastCGI client of sixty lines, and workers of the tests' own."""

import os
import signal
import socket
import struct
import subprocess
import threading
import time

import client

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR = 1, 2, 3, 4, 5, 6, 7


def record(kind, body=b'', request=1):
    return struct.pack('>BBHHBx', 1, kind, request, len(body), 0) + body


def stream(kind, data):
    """The records of one stream with its empty end."""
    parts = [data[i:i + 60000] for i in range(0, len(data), 60000)]
    return b''.join(record(kind, p) for p in parts) + record(kind)


def pairs(params):
    out = []
    for name, value in params:
        name, value = name.encode(), value.encode('utf-8', 'surrogateescape')
        for text in (name, value):
            size = len(text)
            out.append(bytes([size]) if size < 128 else struct.pack(
                '>I', size | 0x80000000))
        out += [name, value]
    return b''.join(out)


def request_bytes(params, body):
    return (record(BEGIN, struct.pack('>HB5x', 1, 0))
            + stream(PARAMS, pairs(params)) + stream(STDIN, body))


def read_answer(sock):
    """The Answer made of everything up to END_REQUEST."""
    data = b''
    out, ended = b'', False
    while not ended:
        while len(data) < 8 or len(data) < 8 + sum(
                struct.unpack('>4xHBx', data[:8])):
            more = sock.recv(65536)
            if not more:
                raise client.Closed('end of stream after %r' % out[:80])
            data += more
        kind, size, pad = struct.unpack('>xBxxHBx', data[:8])
        body, data = data[8:8 + size], data[8 + size + pad:]
        if kind == STDOUT:
            out += body
        ended = kind == END
    head, sep, body = out.partition(b'\r\n\r\n')
    assert sep, 'no header block in %r' % out[:200]
    headers = [tuple(p.strip() for p in line.split(':', 1))
               for line in head.decode('latin-1').split('\r\n')]
    status = dict(headers).get('Status', '200')
    return client.Answer('HTTP/1.1 ' + status, headers, body, False)


def call(path, params, body=b'', timeout=30):
    """One request on a connection of its own."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(timeout)
        sock.connect(path)
        sock.sendall(request_bytes(params, body))
        answer = read_answer(sock)
    size = answer.header('Content-Length')
    assert size == str(len(answer.body)), answer
    return answer


def params(path, body, kind=client.SYNCML, method='POST', **more):
    """What lighttpd sends for a request."""
    found = {'REQUEST_METHOD': method, 'SCRIPT_NAME': path.split('?')[0],
             'REQUEST_URI': path, 'QUERY_STRING': path.partition('?')[2],
             'CONTENT_LENGTH': str(len(body)), 'CONTENT_TYPE': kind,
             'SERVER_PROTOCOL': 'HTTP/1.1', 'GATEWAY_INTERFACE': 'CGI/1.1',
             'HTTPS': 'on', 'REMOTE_ADDR': '127.0.0.1'}
    found.update(more)
    return [(k, v) for k, v in found.items() if v is not None]


def with_certificate(cert):
    """What the front server adds for a verified client."""
    return {'SSL_CLIENT_VERIFY': 'SUCCESS', 'SSL_CLIENT_CERT': cert.pem()}


def handles(worker, sig):
    """Waits until a fresh process has its handler for the signal; false if
    it ends before."""
    while worker.poll() is None:
        with open('/proc/%d/status' % worker.pid, encoding='ascii') as file:
            caught = [line for line in file if line.startswith('SigCgt:')]
        if caught and int(caught[0].split()[1], 16) >> (sig - 1) & 1:
            return True
        time.sleep(0.005)
    return False


class Pool:
    """`count` workers of one program on one listening Unix socket, started
    again by a supervisor loop whenever one ends."""

    def __init__(self, env, program, count=1, supervise=False, **settings):
        self.env, self.program = env, program
        self.path = env.folder.fresh('.sock')
        self.log_path = env.folder.fresh('.log')
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.bind(self.path)
        self.sock.listen(1024)
        self.sock.setblocking(False)
        certs = env.certs
        self.environ = {
            k: v for k, v in env.database().items()
            if not k.startswith('FENESTRA_') and k != 'PGUSER'}
        self.environ.update({
            'OWN_WORKER': '1', 'FENESTRA_CA_CERT': certs + '/issuing.pem',
            'FENESTRA_SIGNER_SOCKET': env.env['SIGNER_SOCKET'],
            'FENESTRA_CA_ROOT': certs + '/root.pem',
            'FENESTRA_DEVICE_CA': certs + '/device-ca.pem',
            'FENESTRA_SEAL_KEY': env.env['SEAL_KEY']})
        self.environ.update(settings)
        self.lock, self.stopping = threading.Lock(), False
        self.codes = []
        self.workers = [self.spawn() for _ in range(count)]
        if supervise:
            self.thread = threading.Thread(target=self.supervise)
            self.thread.start()
        else:
            self.thread = None

    def command(self):
        return [self.env.program(self.program)]

    def spawn(self):
        with open(self.log_path, 'ab') as log:
            return subprocess.Popen(self.command(),
                                    stdin=self.sock, stdout=log, stderr=log,
                                    env=self.environ)

    def supervise(self):
        while not self.stopping:
            with self.lock:
                for number, worker in enumerate(self.workers):
                    if worker.poll() is not None and not self.stopping:
                        self.codes.append(worker.returncode)
                        self.workers[number] = self.spawn()
            time.sleep(0.01)

    def signal(self, number, sig):
        with self.lock:
            worker = self.workers[number]
            if sig == signal.SIGTERM:
                handles(worker, sig)
            if worker.poll() is None:
                worker.send_signal(sig)

    def alive(self):
        return all(w.poll() is None for w in self.workers)

    def log(self):
        with open(self.log_path, encoding='utf-8', errors='replace') as file:
            return file.read()

    def call(self, path, body, kind=client.SYNCML, **more):
        body = body.encode() if isinstance(body, str) else body
        try:
            return call(self.path, params(path, body, kind, **more), body)
        except TimeoutError as error:
            raise AssertionError('no answer; the log ends with %s'
                                 % self.log()[-500:]) from error

    def close(self):
        """Ends all workers; their exit codes."""
        self.stopping = True
        if self.thread:
            self.thread.join()
        for worker in self.workers:
            if handles(worker, signal.SIGTERM):
                worker.send_signal(signal.SIGTERM)
        codes = []
        for worker in self.workers:
            try:
                codes.append(worker.wait(20))
            except subprocess.TimeoutExpired:
                worker.kill()
                codes.append(worker.wait())
        self.sock.close()
        os.unlink(self.path)
        return codes

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
