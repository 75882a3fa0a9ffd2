# SPDX-License-Identifier: ISC
"""Requests built from the captured Windows 10 messages, answers taken apart.

Every change of a captured text goes through sub(), which fails when there is
nothing to change: a test cannot silently send the wrong thing."""

import base64
import os
import re
import uuid

import canary
import stack
import xmltree

S = 'http://www.w3.org/2003/05/soap-envelope'
S11 = 'http://schemas.xmlsoap.org/soap/envelope/'
A = 'http://www.w3.org/2005/08/addressing'
MS = 'http://schemas.microsoft.com/windows/'
DISC = MS + 'management/2012/01/enrollment'
XCEP = MS + 'pki/2009/01/enrollmentpolicy'
ENR = MS + 'pki/2009/01/enrollment'
WST = 'http://docs.oasis-open.org/ws-sx/ws-trust/200512'
OASIS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-'
WSSE = OASIS + 'wssecurity-secext-1.0.xsd'
WSU = OASIS + 'wssecurity-utility-1.0.xsd'
XSI = 'http://www.w3.org/2001/XMLSchema-instance'
DIAG = 'http://schemas.microsoft.com/2004/09/ServiceModel/Diagnostics'
WCF = 'http://schemas.microsoft.com/net/2005/12/' \
      'windowscommunicationfoundation/dispatcher'
SYNCML = 'SYNCML:SYNCML1.2'
METINF = 'syncml:metinf'
PROVISION = 'http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/' \
            'Enrollment/'

DISCOVERY = '/EnrollmentServer/Discovery.svc'
POLICY = '/EnrollmentServer/Policy.svc'
ENROLLMENT = '/EnrollmentServer/Enrollment.svc'
MANAGEMENT = '/ManagementServer/MDM.svc'
QUERY = MANAGEMENT + '?mode=Maintenance&Platform=WoA'

UPN = 'demo@' + stack.DOMAIN
PASSWORD = canary.plant('password', 'sesame-Ksb7Qv-Fenestra')
CAPTURED_ID = '1E08C6E95D8BB843B1278FF45BC60CC6'


def path(name):
    return os.path.join(stack.ROOT, 'tests', 'data', 'seed', name)


def captured(name):
    """A captured message with host names and secrets replaced, as text."""
    with open(path(name), encoding='utf-8') as file:
        text = file.read()
    text = text.replace('mdmwindows.com', stack.DOMAIN)
    return text.replace('#PasswordText">demo<', '#PasswordText">%s<' %
                        PASSWORD)


def sub(text, old, new, count=1):
    """Replaces exactly `count` occurrences."""
    assert text.count(old) == count, '%d x %r, wanted %d' % (
        text.count(old), old, count)
    return text.replace(old, new)


def element(text, local, value):
    """Sets the text of the only element with this qualified name."""
    new, count = re.subn(r'(<%s(?: [^>]*)?>)[^<]*(</%s>)' % (local, local),
                         lambda m: m.group(1) + value + m.group(2), text)
    assert count == 1, '%d x <%s>' % (count, local)
    return new


def item(text, name, value):
    """Sets the value of a named ContextItem (the first of its name)."""
    new, count = re.subn(
        r'(Name="%s">\s*<ac:Value>)[^<]*' % name,
        lambda m: m.group(1) + value, text, count=1)
    assert count == 1, 'no ContextItem %s' % name
    return new


def discover(version=None, email=None, policies=None):
    text = captured('discovery-request.xml')
    if version is not None:
        text = element(text, 'RequestVersion', version)
    if email is not None:
        text = element(text, 'EmailAddress', email)
    if policies is not None:
        start = text.index('<AuthPolicies>') + len('<AuthPolicies>')
        inner = policies if isinstance(policies, str) else ''.join(
            '<AuthPolicy>%s</AuthPolicy>' % p for p in policies)
        text = text[:start] + inner + text[text.index('</AuthPolicies>'):]
    return text


def credentials(text, upn=None, password=None):
    if upn is not None:
        text = element(text, 'wsse:Username', upn)
    if password is not None:
        text = element(text, 'wsse:Password', password)
    return text


def policy(upn=None, password=None):
    return credentials(captured('policy-request.xml'), upn, password)


def enrol(csr, device_id, upn=None, password=None, kind='Full',
          message_id=None):
    """The captured RST carrying another request and another DeviceID."""
    text = credentials(captured('enroll-request.xml'), upn, password)
    if csr is not None:
        if isinstance(csr, bytes):
            csr = base64.b64encode(csr).decode()
        text = element(text, 'wsse:BinarySecurityToken', csr)
    text = item(text, 'DeviceID', device_id)
    text = item(text, 'EnrollmentType', kind)
    return element(text, 'a:MessageID',
                   message_id or 'urn:uuid:' + str(uuid.uuid4()))


def package1(device_id, session, login='user', extra='', msg=1, final=True):
    """The captured first message of a session, for another device."""
    text = captured('manage-1-request.xml').replace(CAPTURED_ID, device_id)
    text = element(text, 'SessionID', str(session))
    text = element(text, 'MsgID', str(msg))
    if login is None:
        start = text.index('<Alert>', text.index('<Alert>') + 1)
        end = text.index('</Alert>', start) + len('</Alert>')
        text = text[:start] + text[end:]
    else:
        text = sub(text, '<Data>user</Data>', '<Data>%s</Data>' % login)
    text = sub(text, '<Final/>', extra + ('<Final/>' if final else ''))
    return text


def message(device_id, session, msg, body, final=True):
    """A later message: header as captured, body as given."""
    text = captured('manage-2-request.xml').replace(CAPTURED_ID, device_id)
    text = element(text, 'SessionID', str(session))
    text = element(text, 'MsgID', str(msg))
    start = text.index('<SyncBody>') + len('<SyncBody>')
    tail = '<Final/>' if final else ''
    return text[:start] + body + tail + text[text.index('</SyncBody>'):]


def status(cmd_id, msg_ref, cmd_ref, cmd, data, inner=''):
    return ('<Status><CmdID>%s</CmdID><MsgRef>%s</MsgRef><CmdRef>%s</CmdRef>'
            '<Cmd>%s</Cmd>%s<Data>%s</Data></Status>' % (
                cmd_id, msg_ref, cmd_ref, cmd, inner, data))


def results(cmd_id, msg_ref, cmd_ref, items, cmd='<Cmd>Get</Cmd>'):
    """items: (uri, data) or (uri, data, meta markup)."""
    body = ''
    for entry in items:
        meta = entry[2] if len(entry) > 2 else ''
        body += ('<Item><Source><LocURI>%s</LocURI></Source>%s'
                 '<Data>%s</Data></Item>' % (entry[0], meta, entry[1]))
    return ('<Results><CmdID>%s</CmdID><MsgRef>%s</MsgRef><CmdRef>%s</CmdRef>'
            '%s%s</Results>' % (cmd_id, msg_ref, cmd_ref, cmd, body))


def alert(cmd_id, code, kind, data, source='', mark='', form='chr'):
    meta = '<Type xmlns="syncml:metinf">%s</Type>' % kind
    meta += '<Format xmlns="syncml:metinf">%s</Format>' % form
    if mark:
        meta += '<Mark xmlns="syncml:metinf">%s</Mark>' % mark
    if source:
        source = '<Source><LocURI>%s</LocURI></Source>' % source
    return ('<Alert><CmdID>%s</CmdID><Data>%s</Data><Item>%s<Meta>%s</Meta>'
            '<Data>%s</Data></Item></Alert>' % (cmd_id, code, source, meta,
                                                data))


# Answers

def envelope(answer):
    """The body of a SOAP answer as (header node, body node)."""
    kind = answer.header('Content-Type')
    assert kind == 'application/soap+xml; charset=utf-8', 'type %r' % kind
    root = xmltree.parse(answer.body)
    assert (root.ns, root.local) == (S, 'Envelope'), 'not SOAP 1.2'
    assert root.names() == ['Header', 'Body'], root.names()
    return root.one('Header', S), root.one('Body', S)


class Fault:
    def __init__(self, answer, status_=500):
        assert answer.status == status_, 'wanted %d: %r' % (status_, answer)
        header, body = envelope(answer)
        fault = body.one('Fault', S)
        assert body.names() == ['Fault']
        assert fault.names()[:2] == ['Code', 'Reason'], fault.names()
        code = fault.one('Code', S)
        assert code.one('Value', S).qname() == (S, 'Receiver')
        value = code.one('Subcode/Value', S)
        self.subcode = value.text.strip()
        space, _ = value.qname()
        if self.subcode.startswith('s:'):
            assert space == S, 'subcode in %s' % space
        else:
            assert space in (A, WCF), 'subcode in %s' % space
        text = fault.one('Reason/Text', S)
        assert text.attr('lang', 'http://www.w3.org/XML/1998/namespace')
        self.reason = text.text.strip()
        assert self.reason, 'a fault without words'
        detail = fault.one('Detail', S).one('DeviceEnrollmentServiceError',
                                            ENR)
        self.message = detail.one('Message', ENR).text
        self.trace = detail.one('TraceId', ENR).text
        uuid.UUID(self.trace)
        self.kind = detail.get('ErrorType', ENR)
        self.relates = header.get('RelatesTo', A)
        assert header.one('Action', A).text.strip()


def fault(answer, subcode, status_=500):
    found = Fault(answer, status_)
    assert found.subcode == subcode, 'wanted %s, got %s (%s)' % (
        subcode, found.subcode, found.reason)
    return found


class SyncML:
    """A management answer: header fields, statuses, commands, final."""

    def __init__(self, answer):
        assert answer.status == 200, 'wanted 200: %r' % answer
        kind = answer.header('Content-Type')
        assert kind == 'application/vnd.syncml.dm+xml', 'type %r' % kind
        root = xmltree.parse(answer.body)
        assert (root.ns, root.local) == (SYNCML, 'SyncML'), 'not SyncML 1.2'
        assert root.names() == ['SyncHdr', 'SyncBody'], root.names()
        head, body = root.children
        self.head, self.body = head, body
        self.session = head.one('SessionID').text
        self.msg = int(head.one('MsgID').text)
        self.target = head.one('Target/LocURI').text
        self.source = head.one('Source/LocURI').text
        assert head.one('VerDTD').text == '1.2'
        assert head.one('VerProto').text == 'DM/1.2'
        self.final = body.names()[-1:] == ['Final']
        assert body.names().count('Final') == int(self.final)
        self.statuses = [(n.one('MsgRef').text, n.one('CmdRef').text,
                          n.one('Cmd').text, n.one('Data').text)
                         for n in body.all('Status')]
        self.commands = [Command(n) for n in body.children
                         if n.local not in ('Status', 'Final')]
        ids = [int(n.one('CmdID').text) for n in body.children
               if n.local != 'Final']
        assert ids == sorted(set(ids)), 'CmdIDs %r' % ids
        for node in root.walk():
            meta = node.local in ('Format', 'Type', 'Size', 'NextNonce')
            assert node.ns == (METINF if meta else SYNCML), \
                '%s in %s' % (node.local, node.ns)

    def uris(self):
        return [c.uri for c in self.commands]


class Command:
    def __init__(self, node):
        self.verb, self.node = node.local, node
        self.id = int(node.one('CmdID').text)
        self.uri = node.get('Item/Target/LocURI')
        self.data = node.get('Item/Data')
        items = node.all('Item')
        meta = items[0].all('Meta') if items else []
        meta = meta or node.all('Meta')
        self.format = meta[0].get('Format') if meta else None
        self.type = meta[0].get('Type') if meta else None
