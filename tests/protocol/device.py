# SPDX-License-Identifier: ISC
"""A device of the tests: it enrols over TLS and holds management sessions."""

import base64
import itertools
import secrets

import canary
import client
import keys
import messages
import stack
import x509
import xmltree

SESSIONS = itertools.count(100)


def new_id():
    return secrets.token_hex(16).upper()


class Provisioning:
    """A wap-provisioningdoc read without any of the server's code."""

    def __init__(self, data):
        self.root = xmltree.parse(data)
        assert (self.root.ns, self.root.local) == ('', 'wap-provisioningdoc')
        assert self.root.attr('version') == '1.1'
        for node in self.root.walk():
            assert node.local in ('wap-provisioningdoc', 'characteristic',
                                  'parm'), node.local
            assert not node.text.strip(), 'text in the document'
            if node.local == 'parm':
                assert node.attr('name'), 'a parm without a name'
                assert not node.children

    def find(self, *types):
        """Every characteristic reached by a path of types (None: any)."""
        nodes = [self.root]
        for kind in types:
            nodes = [c for n in nodes for c in n.all('characteristic')
                     if kind is None or c.attr('type') == kind]
        return nodes

    def one(self, *types):
        found = self.find(*types)
        assert len(found) == 1, '%d x %s' % (len(found), '/'.join(types))
        return found[0]

    @staticmethod
    def parms(node):
        """{name: (value, datatype)}; each name once."""
        found = {}
        for parm in node.all('parm'):
            name = parm.attr('name')
            assert name not in found, 'parm %s twice' % name
            found[name] = (parm.attr('value'), parm.attr('datatype'))
        return found

    def stored(self, *types):
        """The one certificate below a store, checked against its node."""
        nodes = [n for n in self.find(*types, None)
                 if n.attr('type') != 'PrivateKeyContainer']
        assert len(nodes) == 1, '%d certificates' % len(nodes)
        value, _ = self.parms(nodes[0])['EncodedCertificate']
        assert not value.split()[1:], 'line breaks in EncodedCertificate'
        cert = x509.Certificate(base64.b64decode(value, validate=True))
        assert nodes[0].attr('type') == cert.sha1(), 'thumbprint node'
        return cert


def provisioning(answer):
    """The document inside an RSTRC."""
    assert answer.status == 200, 'wanted 200: %r' % answer
    _, body = messages.envelope(answer)
    response = body.one('RequestSecurityTokenResponseCollection',
                        messages.WST).one('RequestSecurityTokenResponse',
                                          messages.WST)
    token = response.one('RequestedSecurityToken', messages.WST).one(
        'BinarySecurityToken', messages.WSSE)
    found = Provisioning(base64.b64decode(token.text.strip(), validate=True))
    for node in found.root.walk():
        if node.attr('name') == 'AAUTHSECRET':
            canary.plant('secret of a device', node.attr('value'), stored=True)
    return found


class Device:
    """An enrolled device: key, certificate and the server's row of it."""

    def __init__(self, env, upn=messages.UPN, device_id=None, kind='Full',
                 key=None, change=None, password=messages.PASSWORD):
        self.env, self.upn = env, upn
        self.id = device_id or new_id()
        self.key = key or keys.POOL.key()
        csr = keys.windows_request(self.key, self.id)
        self.text = messages.enrol(csr, self.id, upn, password, kind)
        if change:
            self.text = change(self.text)
        conn = client.Connection(env)
        self.answer = client.answered(conn.request(
            'POST', messages.ENROLLMENT, self.text.encode(),
            kind=client.SOAP))
        conn.close()
        self.document = provisioning(self.answer)
        store = 'User' if kind == 'Full' else 'System'
        self.cert = self.document.stored('CertificateStore', 'My', store)
        self.files = files(env, self.cert, self.key)
        self.uuid = env.value(
            'select device from admin.certificate where sha256 = %s;'
            % stack.quote(self.cert.sha256()))

    def connection(self, **options):
        return client.Connection(self.env, stack.MANAGE, cert=self.files,
                                 **options)

    def session(self, **options):
        return Session(self, **options)

    def row(self, *columns):
        rows = self.env.admin('select %s from admin.device where id = %s;' % (
            ', '.join(columns), stack.quote(self.uuid)))
        assert len(rows) == 1, '%d device rows' % len(rows)
        return rows[0] if len(columns) > 1 else rows[0][0]

    def enqueue(self, verb, uri, data=None, form='chr', kind='text/plain'):
        """Queues a command; its id."""
        return self.env.call('enqueue', self.uuid, verb, uri, data, form,
                             kind)

    def command(self, ident, columns='state'):
        rows = self.env.admin(
            'select %s from admin.command where id = %s and device = %s;' % (
                columns, stack.quote(ident), stack.quote(self.uuid)))
        assert len(rows) == 1, '%d rows for command %s' % (len(rows), ident)
        return rows[0][0] if len(rows[0]) == 1 else rows[0]

    def results(self, ident):
        return self.env.admin(
            'select uri, data, format, type from admin.result where command ='
            ' %s order by uri;' % stack.quote(ident))

    def events(self, kind=None):
        where = '' if kind is None else ' and kind = %s' % stack.quote(kind)
        return int(self.env.value(
            'select count(*) from admin.event where device = %s%s;' % (
                stack.quote(self.uuid), where)))


def files(env, cert, key, chain=''):
    """(certificate file, key file) for the ssl module."""
    return (env.folder.file('%s.pem' % cert.sha1(), cert.pem() + chain),
            env.folder.file('%s.key' % cert.sha1(), key.pem()))


class Session:
    """One management session; remembers what it sent and was answered."""

    def __init__(self, device, session=None, login='user', conn=None):
        self.device, self.login = device, login
        self.session = next(SESSIONS) if session is None else session
        self.conn = conn or device.connection()
        self.msg, self.answer, self.reply, self.sent = 0, None, None, None

    def post(self, text):
        self.sent = text
        self.answer = client.answered(self.conn.request(
            'POST', messages.QUERY, text.encode(), kind=client.SYNCML,
            headers=[('User-Agent', 'MSFT OMA DM Client/1.2.0.1')]))
        return self.answer

    def _ask(self, text):
        self.post(text)
        self.reply = messages.SyncML(self.answer)
        return self.reply

    def first(self, extra='', final=True):
        """Package 1."""
        self.msg = 1
        return self._ask(messages.package1(
            self.device.id, self.session, self.login, extra, 1, final))

    def next(self, body, final=True):
        """A further message with this body."""
        self.msg += 1
        return self._ask(messages.message(
            self.device.id, self.session, self.msg, body, final))

    def answers(self, data='200', extra=''):
        """The statuses due for the last reply, in its order."""
        out = [messages.status(1, self.reply.msg, 0, 'SyncHdr', 200)]
        for number, command in enumerate(self.reply.commands, 2):
            code = data(command) if callable(data) else data
            out.append(messages.status(number, self.reply.msg, command.id,
                                       command.verb, code))
        return ''.join(out) + extra

    def finish(self, data='200'):
        """Answers every command until the server has no more."""
        if self.reply is None:
            self.first()
        for _ in range(60):
            if not self.reply.commands:
                return self.reply
            self.next(self.answers(data))
        raise AssertionError('the session does not end')
