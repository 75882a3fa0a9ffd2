# SPDX-License-Identifier: ISC
"""An HTTP/1.1 client on a raw TLS socket: it shows the answer as it was sent
and can send what no well-behaved client would."""

import re
import socket
import ssl

import stack

SOAP = 'application/soap+xml; charset=utf-8'
SYNCML = 'application/vnd.syncml.dm+xml'


class Closed(Exception):
    """The server ended the connection instead of answering."""


class Answer:
    def __init__(self, line, headers, body, chunked):
        found = re.match(r'HTTP/1\.[01] (\d{3})(?: |$)', line)
        assert found, 'bad status line %r' % line
        self.status = int(found.group(1))
        self.headers, self.body, self.chunked = headers, body, chunked

    def values(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def header(self, name):
        found = self.values(name)
        assert len(found) <= 1, '%s occurs %d times' % (name, len(found))
        return found[0] if found else None

    def __repr__(self):
        return '<%d %r %r>' % (self.status, self.headers, self.body[:400])


class Connection:
    """One (re-opened as needed) keep-alive connection to the stack."""

    contexts = {}

    def __init__(self, env, host=stack.ENROLL, cert=None, plain=False,
                 tls=None, resume=False, timeout=30, port=None):
        self.port = port or (env.http if plain else env.https)
        self.env, self.host, self.cert, self.plain = env, host, cert, plain
        self.tls, self.resume, self.timeout = tls, resume, timeout
        self.sock, self.buffer, self.session = None, b'', None

    def context(self):
        key = (self.cert, self.tls)
        if key not in self.contexts:
            ctx = ssl.create_default_context(cafile=self.env.ca_file)
            if self.cert:
                ctx.load_cert_chain(*self.cert)
            if self.tls:
                ctx.minimum_version = ctx.maximum_version = self.tls
            self.contexts[key] = ctx
        return self.contexts[key]

    def open(self):
        self.close()
        sock = socket.create_connection(('127.0.0.1', self.port),
                                        self.timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        if not self.plain:
            try:
                self.sock = self.context().wrap_socket(
                    sock, server_hostname=self.host, session=self.session)
                if self.resume:
                    self.session = self.sock.session
            except (ssl.SSLError, ConnectionError) as error:
                self.close()
                raise Closed(str(error)) from error

    def close(self):
        if self.sock is not None:
            self.sock.close()
        self.sock, self.buffer = None, b''

    def send(self, data):
        if self.sock is None:
            self.open()
        try:
            self.sock.sendall(data)
        except (ssl.SSLError, OSError) as error:
            self.close()
            raise Closed(str(error)) from error

    def _more(self):
        try:
            data = self.sock.recv(65536)
        except TimeoutError:
            self.close()
            raise
        except (ssl.SSLError, OSError) as error:
            self.close()
            raise Closed(str(error)) from error
        if not data:
            self.close()
            raise Closed('end of stream')
        self.buffer += data

    def _until(self, mark):
        while mark not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(mark)
        return head

    def _take(self, count):
        while len(self.buffer) < count:
            self._more()
        body, self.buffer = self.buffer[:count], self.buffer[count:]
        return body

    def _chunks(self):
        body = b''
        while True:
            size = int(self._until(b'\r\n').split(b';')[0], 16)
            body += self._take(size)
            self._until(b'\r\n')
            if not size:
                return body

    def read(self, method='POST'):
        """The next answer on the connection."""
        while True:
            lines = self._until(b'\r\n\r\n').decode('latin-1').split('\r\n')
            if not re.match(r'HTTP/1\.1 1\d\d ', lines[0]):
                break
        headers = [tuple(p.strip() for p in line.split(':', 1))
                   for line in lines[1:]]
        assert all(len(h) == 2 for h in headers), 'bad header in %r' % lines
        low = {n.lower(): v for n, v in headers}
        chunked = 'transfer-encoding' in low
        status = lines[0].split(' ')[1]
        if method == 'HEAD' or status in ('204', '304'):
            body = b''
        elif chunked:
            body = self._chunks()
        elif 'content-length' in low:
            body = self._take(int(low['content-length']))
        else:
            body = b''
            try:
                while True:
                    self._more()
            except Closed:
                body = self.buffer
        if low.get('connection', '').lower() == 'close':
            self.close()
        return Answer(lines[0], headers, body, chunked)

    def request(self, method, path, body=None, headers=(), kind=None,
                length=None, chunked=False):
        """Sends one request and reads its answer.

        `length` overrides Content-Length (False leaves it out)."""
        fresh = self.sock is None
        try:
            return self._request(method, path, body, headers, kind, length,
                                 chunked)
        except Closed:
            if fresh:
                raise
        # An idle connection may be closed by the server at any time.
        self.close()
        return self._request(method, path, body, headers, kind, length,
                             chunked)

    def _request(self, method, path, body, headers, kind, length, chunked):
        lines = ['%s %s%s HTTP/1.1' % (method, self.env.prefix, path)]
        names = {n.lower() for n, _ in headers}
        if 'host' not in names:
            lines.append('Host: %s:%d' % (self.host, self.port))
        if kind:
            lines.append('Content-Type: ' + kind)
        lines += ['%s: %s' % h for h in headers]
        data = body or b''
        if chunked:
            lines.append('Transfer-Encoding: chunked')
            step = max(1, len(data) // 3)
            parts = [data[i:i + step] for i in range(0, len(data), step)]
            data = b''.join(b'%x\r\n%s\r\n' % (len(p), p) for p in parts)
            data += b'0\r\n\r\n'
        elif length is not False and (body is not None or length is not None):
            size = len(data) if length is None else length
            lines.append('Content-Length: %s' % size)
        head = '\r\n'.join(lines).encode('latin-1') + b'\r\n\r\n'
        if self.sock is None:
            self.open()
        try:
            self.sock.sendall(head + data)
        except (ssl.SSLError, OSError):
            pass        # a refusal may arrive before the whole body is sent
        return self.read(method)


def answered(answer, head=False):
    """What every answer of this server promises, whatever its status.

    To HEAD, Apache leaves out a Content-Length of 0: there is no body."""
    assert not answer.chunked, 'chunked: %r' % answer
    size = answer.header('Content-Length')
    assert size is not None or head, 'no Content-Length: %r' % answer
    assert answer.header('Cache-Control') == 'no-store', \
        'Cache-Control: %r' % answer
    not_html(answer)
    return answer


def not_html(answer):
    low = answer.body.lower()
    assert b'<html' not in low and b'<!doctype' not in low, \
        'an HTML body: %r' % answer
    kind = answer.header('Content-Type') or ''
    assert not (answer.body and 'html' in kind), 'HTML type: %r' % answer
