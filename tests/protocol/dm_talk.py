# SPDX-License-Identifier: ISC
"""OMA DM sessions in full: the device's messages in XML or WBXML with every
part of the header, and the server's answers taken apart, groups included."""

import base64
import itertools

import client
import device
import dm_wbxml
import messages
import stack
import xmltree
from messages import METINF, SYNCML, status

WBXML = 'application/vnd.syncml.dm+wbxml'
SESSIONS = itertools.count(5000)
METAS = {'Format', 'Type', 'Size', 'NextNonce', 'Mark', 'MaxMsgSize',
         'MaxObjSize'}
OK = status(1, '{msg}', 0, 'SyncHdr', 200)


class Status:
    def __init__(self, node):
        assert node.names()[:4] == ['CmdID', 'MsgRef', 'CmdRef', 'Cmd'], \
            node.names()
        self.msg, self.ref, self.verb, self.data = (
            node.one(n).text for n in ('MsgRef', 'CmdRef', 'Cmd', 'Data'))
        self.node, self.chal = node, None
        if node.all('Chal'):
            meta = node.one('Chal/Meta')
            self.chal = (meta.get('Type'), meta.get('Format'),
                         nonce(meta) if meta.all('NextNonce') else None)

    def flat(self):
        return self.msg, self.ref, self.verb, self.data


def nonce(meta):
    """The raw octets of NextNonce."""
    node = meta.one('NextNonce', METINF)
    raw = getattr(node, 'opaque', None)
    return raw if raw is not None else base64.b64decode(node.text,
                                                        validate=True)


class Item:
    def __init__(self, node, outer):
        self.uri = node.get('Target/LocURI')
        self.source = node.get('Source/LocURI')
        self.data = node.get('Data')
        self.more = bool(node.all('MoreData'))
        meta = node.all('Meta') or outer
        self.format, self.type, self.size = (
            (meta[0].get(n) if meta else None)
            for n in ('Format', 'Type', 'Size'))


class Command:
    """A command of the server: its items, or its children in a group."""

    def __init__(self, node):
        self.verb, self.node = node.local, node
        assert node.names()[0] == 'CmdID', node.names()
        self.id = int(node.one('CmdID').text)
        outer = node.all('Meta')
        self.items = [Item(n, outer) for n in node.all('Item')]
        self.children = [Command(n) for n in node.children if n.local not in (
            'CmdID', 'Item', 'Meta', 'NoResp', 'Cred', 'Data')]
        assert not self.children or self.verb in ('Atomic', 'Sequence')
        first = self.items[0] if self.items else None
        self.uri = first.uri if first else None
        self.code = node.get('Data')            # of an Alert
        self.data = first.data if first else None
        self.format = first.format if first else None

    def shape(self):
        """(verb, (uri, data)…) or (verb, shape…) of a group."""
        if self.children:
            return (self.verb, *(c.shape() for c in self.children))
        return (self.verb, *((i.uri, i.data) for i in self.items))


class Reply:
    """One message of the server. What every one must be is asserted."""

    def __init__(self, answer, wbxml=False):
        assert answer.status == 200, 'wanted 200: %r' % answer
        kind = answer.header('Content-Type')
        assert kind == (WBXML if wbxml else client.SYNCML), 'type %r' % kind
        if wbxml:
            root = dm_wbxml.decode(answer.body)
        else:
            assert b'<![CDATA[' not in answer.body
            assert answer.body.endswith(b'</SyncML>'), answer.body[-40:]
            root = xmltree.parse(answer.body)
        assert (root.ns, root.local) == (SYNCML, 'SyncML')
        assert root.names() == ['SyncHdr', 'SyncBody'], root.names()
        self.head, self.body = root.children
        self.session = self.head.one('SessionID').text
        self.msg = int(self.head.one('MsgID').text)
        self.target = self.head.one('Target/LocURI').text
        self.source = self.head.one('Source/LocURI').text
        assert self.head.one('VerDTD').text == '1.2'
        assert self.head.one('VerProto').text == 'DM/1.2'
        names = self.body.names()
        self.final = names[-1:] == ['Final']
        assert names.count('Final') == int(self.final), names
        rest = [n for n in self.body.children if n.local != 'Final']
        kinds = [n.local == 'Status' for n in rest]
        assert kinds == sorted(kinds, reverse=True), 'order %r' % names
        self.answers = [Status(n) for n in self.body.all('Status')]
        first = self.answers[0]
        assert (first.ref, first.verb) == ('0', 'SyncHdr'), first.flat()
        self.header = first.data
        self.chal = first.chal
        self.statuses = [s.flat() for s in self.answers]
        every = [Command(n) for n in rest if n.local != 'Status']
        self.alerts = [c for c in every if c.verb == 'Alert']
        self.commands = [c for c in every if c.verb != 'Alert']
        ids = [int(n.text) for n in self.body.walk() if n.local == 'CmdID']
        assert ids == sorted(set(ids)), 'CmdIDs %r' % ids
        for node in root.walk():
            wanted = METINF if node.local in METAS else SYNCML
            assert node.ns == wanted, '%s in %r' % (node.local, node.ns)

    def uris(self):
        return [c.uri for c in self.commands]

    def shapes(self):
        return [c.shape() for c in self.commands]

    def codes(self):
        """The alerts' codes."""
        return [c.code for c in self.alerts]

    def status(self, ref):
        found = [s.data for s in self.answers if s.ref == str(ref)]
        assert len(found) == 1, '%d statuses for %s in %r' % (
            len(found), ref, self.statuses)
        return found[0]


def package1(ident, login='user', extra='', code=1201, more_items=''):
    """The body of a first message in the shape of 25H2."""
    items = ''.join(
        '<Item><Source><LocURI>./DevInfo/%s</LocURI></Source><Data>%s</Data>'
        '</Item>' % pair for pair in (
            ('DevId', ident), ('Man', 'Maker'), ('Mod', 'Model'),
            ('DmV', '1.3'), ('Lang', 'en-US')))
    known = '' if login is None else (
        '<Alert><CmdID>3</CmdID><Data>1224</Data><Item><Meta><Type xmlns='
        '"syncml:metinf">com.microsoft/MDM/LoginStatus</Type></Meta><Data>%s'
        '</Data></Item></Alert>' % login)
    return ('<Alert><CmdID>2</CmdID><Data>%d</Data></Alert>%s%s<Replace>'
            '<CmdID>4</CmdID>%s%s</Replace>' % (code, known, extra, items,
                                                more_items))


def document(source, session, msg, body, final=True, cred='', name=None,
             meta='', target='https://manage.fenestra.test/x'):
    """A whole message as text."""
    named = '<LocName>%s</LocName>' % name if name is not None else ''
    meta = '<Meta>%s</Meta>' % meta if meta else ''
    return ('<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD>'
            '<VerProto>DM/1.2</VerProto><SessionID>%s</SessionID><MsgID>%s'
            '</MsgID><Target><LocURI>%s</LocURI></Target><Source><LocURI>%s'
            '</LocURI>%s</Source>%s%s</SyncHdr><SyncBody>%s%s</SyncBody>'
            '</SyncML>' % (session, msg, target, source, named, cred, meta,
                           body, '<Final/>' if final else ''))


class Talk:
    """One session. `made` is an enrolled device; without `cert` it shows no
    certificate; `options` go to the WBXML encoder."""

    def __init__(self, made, session=None, login='user', wbxml=False,
                 cert=True, meta='', **options):
        self.made, self.login, self.wbxml = made, login, wbxml
        self.session = next(SESSIONS) if session is None else session
        self.meta, self.options = meta, options
        self.conn = made.connection() if cert else client.Connection(
            made.env, stack.MANAGE)
        self.msg, self.answer, self.reply, self.sent = 0, None, None, None

    def post(self, text, headers=(), kind=None):
        """Sends text (or octets as they are); the HTTP answer."""
        if isinstance(text, bytes):
            self.sent = text
        elif self.wbxml:
            self.sent = dm_wbxml.encode(text, **self.options)
        else:
            self.sent = text.encode()
        kind = kind or (WBXML if self.wbxml else client.SYNCML)
        self.answer = client.answered(self.conn.request(
            'POST', messages.QUERY, self.sent, headers, kind))
        return self.answer

    def text(self, body, msg=None, **header):
        header.setdefault('meta', self.meta)
        body = body.replace('{msg}', str(self.reply.msg if self.reply else 1))
        return document(self.made.id, self.session,
                        self.msg if msg is None else msg, body, **header)

    def refused(self, body, msg, code=400, **header):
        answer = self.post(self.text(body, msg, **header))
        assert answer.status == code and answer.body == b'', answer
        return answer

    def say(self, body, headers=(), **header):
        """The next message; its reply."""
        self.msg += 1
        answer = self.post(self.text(body, **header), headers)
        self.reply = Reply(answer, self.wbxml)
        assert self.reply.session == str(self.session)
        return self.reply

    def begin(self, extra='', login=None, headers=(), code=1201,
              more_items='', **header):
        """Package 1."""
        self.msg = 0
        return self.say(package1(self.made.id, login or self.login, extra,
                                 code, more_items), headers, **header)

    def due(self, data='200'):
        """The statuses due for the last reply; groups with their children."""
        number, out = itertools.count(2), [
            status(1, self.reply.msg, 0, 'SyncHdr', 200)]

        def add(command):
            code = data(command) if callable(data) else data
            if code is not None:
                out.append(status(next(number), self.reply.msg, command.id,
                                  command.verb, code))
            for child in command.children:
                add(child)
        for command in self.reply.commands:
            add(command)
        return ''.join(out)

    def go(self, data='200', extra='', **header):
        """Answers the last reply's commands, then sends `extra`."""
        return self.say(self.due(data) + extra, **header)

    def finish(self, data='200'):
        """Answers until nothing comes; all commands seen."""
        if self.reply is None:
            self.begin()
        seen = []
        for _ in range(60):
            if not self.reply.commands:
                return seen
            seen += self.reply.commands
            self.go(data)
        raise AssertionError('the session does not end')


class Device(device.Device):
    """A device with the questions of these tests."""

    def talk(self, **options):
        return Talk(self, **options)

    def queue(self, *entries):
        """Several (verb, uri[, data[, format]]) at once; their ids."""
        calls = []
        for verb, uri, *rest in entries:
            args = [stack.quote(a) for a in (self.uuid, verb, uri, *rest)]
            calls.append('admin.enqueue(%s)' % ', '.join(args))
        row, = self.env.admin('select %s;' % ', '.join(calls))
        return row

    def syncml(self, text):
        return self.env.call('enqueue_syncml', self.uuid, text)

    def outcomes(self, columns='state, status'):
        """The device's commands in order."""
        return self.env.admin(
            'select %s from admin.command where device = %s order by seq;' % (
                columns, stack.quote(self.uuid)))

    def parts(self, ident, columns='verb, uri, status, class'):
        return self.env.admin(
            'select %s from admin.command_part where command = %s order by'
            ' part;' % (columns, stack.quote(ident)))

    def found(self, ident):
        """{uri: [data, format]} of a command's results."""
        return {r[0]: r[1:] for r in self.env.admin(
            'select uri, data, format from admin.result where command = %s;'
            % stack.quote(ident))}

    def alerts(self):
        return self.env.admin(
            'select code, type, source, data from admin.alert where device ='
            ' %s order by session, msg, ordinal;' % stack.quote(self.uuid))


class Setting:
    """with Setting(env, name=value, …): … and as before afterwards."""

    def __init__(self, env, **values):
        self.env, self.values, self.before = env, values, {}

    def __enter__(self):
        for name, value in self.values.items():
            self.before[name] = self.env.setting(name, str(value))
        return self

    def __exit__(self, *_):
        for name, value in self.before.items():
            self.env.setting(name, value)


def item(uri, data=None, meta='', more=False):
    """An Item of the device."""
    meta = '<Meta>%s</Meta>' % meta if meta else ''
    data = '' if data is None else '<Data>%s</Data>' % data
    return '<Item><Source><LocURI>%s</LocURI></Source>%s%s%s</Item>' % (
        uri, meta, data, '<MoreData/>' if more else '')


def results(cmd_id, msg, ref, *items):
    return ('<Results><CmdID>%s</CmdID><MsgRef>%s</MsgRef><CmdRef>%s</CmdRef>'
            '<Cmd>Get</Cmd>%s</Results>' % (cmd_id, msg, ref, ''.join(items)))


def form(value):
    return '<Format xmlns="syncml:metinf">%s</Format>' % value


def out(verb, *items):
    """A command for enqueue_syncml: items are (uri[, data[, format]])."""
    body = ''
    for uri, *rest in items:
        meta = '<Meta>%s</Meta>' % form(rest[1]) if len(rest) > 1 else ''
        data = '<Data>%s</Data>' % xmltree.escape(rest[0]) if rest else ''
        body += '<Item><Target><LocURI>%s</LocURI></Target>%s%s</Item>' % (
            xmltree.escape(uri), meta, data)
    return '<%s><CmdID>1</CmdID>%s</%s>' % (verb, body, verb)


def group(verb, *commands):
    return '<%s><CmdID>9</CmdID>%s</%s>' % (verb, ''.join(commands), verb)
