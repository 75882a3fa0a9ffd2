# SPDX-License-Identifier: ISC
"""Hostile XML at every endpoint: entities, sizes, encodings, tricks."""

import re
import socket
import threading

import endpoints
import messages
from endpoints import into
from messages import sub

LAUGHS = '<!DOCTYPE x [<!ENTITY a "lol">%s]>' % ''.join(
    '<!ENTITY %s "%s">' % (chr(98 + n), '&%s;' % chr(97 + n) * 10)
    for n in range(9))
QUADRATIC = '<!DOCTYPE x [<!ENTITY a "%s">]>' % ('A' * 50000)


class Listener:
    """Counts the connections made to a local port."""

    def __init__(self):
        self.sock = socket.create_server(('127.0.0.1', 0))
        self.port, self.count = self.sock.getsockname()[1], 0
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                self.sock.accept()[0].close()
            except OSError:
                return
            self.count += 1


def value_of(text):
    """A fragment of each message where an entity can stand as text."""
    for old in ('<EmailAddress>', '<wsse:Username>', '<SessionID>'):
        if old in text:
            return old
    raise AssertionError('no text to spoil')


def doctypes(port):
    """(name, DOCTYPE, entity reference) as attackers write them."""
    url = 'http://127.0.0.1:%d/x' % port
    return [
        ('bare DOCTYPE', '<!DOCTYPE x>', ''),
        ('empty subset', '<!DOCTYPE x []>', ''),
        ('internal entity', '<!DOCTYPE x [<!ENTITY a "b">]>', '&a;'),
        ('billion laughs', LAUGHS, '&j;'),
        ('quadratic', QUADRATIC, '&a;' * 2000),
        ('external file', '<!DOCTYPE x [<!ENTITY a SYSTEM '
         '"file:///etc/passwd">]>', '&a;'),
        ('external URL', '<!DOCTYPE x [<!ENTITY a SYSTEM "%s">]>' % url,
         '&a;'),
        ('external subset', '<!DOCTYPE x SYSTEM "%s">' % url, ''),
        ('public subset', '<!DOCTYPE x PUBLIC "-//x" "%s">' % url, ''),
        ('parameter entity', '<!DOCTYPE x [<!ENTITY %% p SYSTEM "%s">%%p;]>'
         % url, ''),
        ('nested parameter', '<!DOCTYPE x [<!ENTITY % a "<!ENTITY b \'c\'>">'
         '%a;]>', '&b;'),
        ('attribute default', '<!DOCTYPE x [<!ATTLIST Envelope a CDATA "b">'
         ']>', ''),
        ('notation', '<!DOCTYPE x [<!NOTATION n SYSTEM "n"><!ENTITY a SYSTEM'
         ' "b" NDATA n>]>', ''),
        ('self reference', '<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">'
         ']>', '&a;'),
    ]


def test_document_types(env):
    """T19 S0.19 every DOCTYPE is refused before anything is expanded or
    fetched; undefined entities too; predefined ones are read."""
    listener = Listener()
    for endpoint in endpoints.all_endpoints(env):
        old = value_of(endpoint.text)
        for what, doctype, reference in doctypes(listener.port):
            text = doctype + sub(endpoint.text, old, old + reference)
            answer = endpoint.refuses(text, what)
            assert b'root:' not in answer.body
            endpoint.refuses('<?xml version="1.0"?>\n<!-- c -->' + text,
                             what + ' after a declaration')
        endpoint.refuses(sub(endpoint.text, old, old + '&a;'), 'undefined')
        endpoint.refuses(endpoint.text + '<!DOCTYPE x>', 'DOCTYPE at the end')
        endpoint.accepts(into(endpoint.text, '<x>&lt;&amp;&#x41;</x>'))
    listener.sock.close()
    assert listener.count == 0, '%d connections made' % listener.count


def test_depth(env):
    """T20 nesting: 31 levels of SOAP and 23 of SyncML are read, 33 and 25
    are refused, a hundred thousand do no harm."""
    for endpoint in endpoints.all_endpoints(env):
        syncml = not endpoint.soap
        limit = 24 if syncml else 32
        # The filler stands inside Envelope/Header, or inside
        # SyncML/SyncBody/Alert/Item/Meta.
        base = 5 if syncml else 2
        for depth, good in ((limit - 1, True), (limit + 1, False),
                            (100000, False)):
            count = depth - base
            text = into(endpoint.text, '<x>' * count + '</x>' * count)
            if good:
                endpoint.accepts(text)
            else:
                endpoint.refuses(text, 'depth %d' % depth)


def test_attributes(env):
    """T20 31 attributes are read, 33 and ten thousand are refused."""
    for endpoint in endpoints.all_endpoints(env):
        for count, good in ((31, True), (33, False), (10000, False)):
            text = into(endpoint.text, '<x %s/>' % ' '.join(
                'a%d="v"' % n for n in range(count)))
            if good:
                endpoint.accepts(text)
            else:
                endpoint.refuses(text, '%d attributes' % count)


def test_names(env):
    """T20 names of 255 characters are read; of 257 and of 100,000 they are
    refused, for elements and attributes alike."""
    for endpoint in endpoints.all_endpoints(env):
        for size, good in ((255, True), (257, False), (100000, False)):
            for filler in ('<%s xmlns=""/>' % ('n' * size),
                           '<x %s="v"/>' % ('n' * size)):
                text = into(endpoint.text, filler)
                if good:
                    endpoint.accepts(text)
                else:
                    endpoint.refuses(text, 'a name of %d' % size)


def test_number_of_elements(env):
    """T20 19,900 elements are read, 20,001 and 200,000 are refused."""
    for endpoint in endpoints.all_endpoints(env):
        endpoint.accepts(into(endpoint.text, '<x/>' * 19900))
        for count in (20001, 200000):
            endpoint.refuses(into(endpoint.text, '<x/>' * count),
                             '%d elements' % count)


def test_large_texts(env):
    """T20 D2-24 a text that fills the body limit is skipped where it is
    unknown; in a known place it is no more than too long."""
    for endpoint in endpoints.all_endpoints(env):
        endpoint.accepts(into(endpoint.text, '<x>%s</x>' % ('y' * 900000)))
        old = value_of(endpoint.text)
        endpoint.refuses(sub(endpoint.text, old, old + 'y' * 900000),
                         'a text of 900,000')


def test_many_namespaces(env):
    """T20 T22 thousands of namespace declarations, and very long ones."""
    for endpoint in endpoints.all_endpoints(env):
        filler = '<x %s/>' % ' '.join('xmlns:n%d="urn:%d"' % (n, n)
                                      for n in range(5000))
        answer = endpoint.send(into(endpoint.text, filler))
        assert endpoint.outcome(answer) in (endpoint.good, endpoint.bad)
        filler = '<n:x xmlns:n="%s"/>' % ('u' * 300000)
        answer = endpoint.send(into(endpoint.text, filler))
        assert endpoint.outcome(answer) in (endpoint.good, endpoint.bad)
        endpoint.accepts(endpoint.text)


def test_encodings(env):
    """T23 UTF-8 with and without declaration or BOM is read; UTF-16, other
    declared encodings and disguises are refused."""
    for endpoint in endpoints.all_endpoints(env):
        text = endpoint.text
        head = '<?xml version="1.0" encoding="%s"?>'
        for good in (b'\xef\xbb\xbf' + text.encode(),
                     (head % 'UTF-8' + text).encode(),
                     b'\xef\xbb\xbf' + (head % 'utf-8' + text).encode()):
            endpoint.accepts(good)
        for what, bad in (
                ('UTF-16LE', b'\xff\xfe' + text.encode('utf-16-le')),
                ('UTF-16BE', b'\xfe\xff' + text.encode('utf-16-be')),
                ('UTF-16 declared', (head % 'UTF-16' + text).encode()),
                ('UTF-16 without BOM', text.encode('utf-16-le')),
                ('UTF-32', text.encode('utf-32')),
                ('Latin-1', (head % 'ISO-8859-1' + text).encode()),
                ('windows-1252', (head % 'windows-1252' + text).encode()),
                ('UTF-7', (head % 'UTF-7' + text).encode()),
                ('EBCDIC', (head % 'cp037' + text).encode('cp037')),
                ('nonsense', (head % 'x-none' + text).encode()),
                ('declared twice', (head % 'UTF-8' * 2 + text).encode())):
            endpoint.refuses(bad, what)


def test_invalid_characters(env):
    """T23 bytes that are no UTF-8, NUL, overlong forms, surrogates,
    noncharacters and control characters never reach SQL."""
    sequences = [b'\xff', b'\xc0\xaf', b'\xc1\x81', b'\xe0\x80\xaf', b'\x80',
                 b'\xf0\x80\x80\xaf', b'\xed\xa0\x80', b'\xed\xbf\xbf',
                 b'\xf4\x90\x80\x80', b'\xf8\x88\x80\x80\x80', b'\xc3',
                 b'\xe2\x82', b'\xef\xbf\xbe', b'\xef\xbf\xbf', b'\x00',
                 b'\x01', b'\x08', b'\x0b', b'\x0c', b'\x1b', b'\x1f',
                 b'&#0;', b'&#x0;', b'&#1;', b'&#xD800;', b'&#xFFFE;',
                 b'&#x110000;', b'&#99999999999;']
    for endpoint in endpoints.all_endpoints(env):
        old = value_of(endpoint.text).encode()
        raw = endpoint.text.encode()
        for sequence in sequences:
            bad = raw.replace(old, old + sequence)
            assert bad != raw
            endpoint.refuses(bad, repr(sequence))


def test_tricks_with_text(env):
    """T22 comments, CDATA, references and instructions inside a text leave
    the same text."""
    for endpoint in endpoints.soap_endpoints(env):
        old = value_of(endpoint.text)
        start = endpoint.text.index(old) + len(old)
        end = endpoint.text.index('<', start)
        word = endpoint.text[start:end]
        for new in (word[:3] + '<!-- x -->' + word[3:],
                    '<![CDATA[%s]]>' % word,
                    word[:3] + '<![CDATA[%s]]>' % word[3:],
                    '&#x%x;' % ord(word[0]) + word[1:]):
            endpoint.accepts(endpoint.text[:start] + new
                             + endpoint.text[end:])
    made = endpoints.Management(env)
    old = '<SessionID>h'
    for new in ('<SessionID><!-- 1 -->h', '<SessionID><![CDATA[h]]>',
                '<SessionID>&#x68;'):
        answer = made.accepts(sub(made.text, old, new))
        assert messages.SyncML(answer).session == 'h'


def test_singletons(env):
    """T22 S0.19 what may stand once and stands twice is refused, alike or
    not, wherever it stands."""
    twice = {
        'discovery': ['EmailAddress', 'RequestVersion', 'request', 'Discover',
                      's:Body', 's:Header', 'a:MessageID', 'a:Action',
                      'AuthPolicies'],
        'policy': ['wsse:Security', 'wsse:UsernameToken', 'wsse:Username',
                   'wsse:Password', 'GetPolicies', 's:Body', 'a:MessageID'],
        'enrollment': ['wsse:Username', 'wsse:Password', 'wsse:Security',
                       'wst:RequestSecurityToken', 'wst:RequestType',
                       'wst:TokenType', 'wsse:BinarySecurityToken',
                       'ac:AdditionalContext', 's:Body'],
        'management': ['SyncHdr', 'SyncBody', 'SessionID', 'MsgID', 'Source'],
    }
    for endpoint in endpoints.all_endpoints(env):
        for name in twice[endpoint.name]:
            text = endpoint.text
            start = re.search('<%s[ >]' % name, text).start()
            stop = text.index('</%s>' % name, start) + len(name) + 3
            whole = text[start:stop]
            endpoint.refuses(text[:stop] + whole + text[stop:],
                             'two %s' % name)


def test_two_device_ids(env):
    """T22 T4 a context with two DeviceIDs names no device."""
    endpoint = endpoints.Enrollment(env)
    text = endpoint.text.replace('nobody@x.test', messages.UPN)
    text = sub(text, '</ac:AdditionalContext>',
               '<ac:ContextItem Name="DeviceID"><ac:Value>%s</ac:Value>'
               '</ac:ContextItem></ac:AdditionalContext>' % ('A' * 32))
    before = env.tables()
    found = messages.Fault(endpoint.send(text))
    assert found.subcode.startswith('s:'), found.subcode
    assert env.tables() == before


def test_namespaces(env):
    """T22 S0.19 the right local name in a wrong namespace, in none, or
    under a prefix that was bound anew, is another element."""
    swaps = {
        'discovery': [(messages.DISC, 'urn:x'), (messages.S, 'urn:x'),
                      ('<Discover xmlns="%s"' % messages.DISC, '<Discover'),
                      ('<request ', '<request xmlns="urn:x" ')],
        'policy': [(messages.S, 'urn:x'), (messages.WSSE, 'urn:x'),
                   ('<GetPolicies xmlns="%s"' % messages.XCEP,
                    '<GetPolicies xmlns="%s"' % messages.ENR)],
        'enrollment': [('xmlns:wst="%s"' % messages.WST, 'xmlns:wst="urn:x"'),
                       (messages.S, messages.S + '/'),
                       ('<wsse:BinarySecurityToken ',
                        '<wsse:BinarySecurityToken xmlns:wsse="urn:x" ')],
        'management': [('xmlns="SYNCML:SYNCML1.2"', ''),
                       ('SYNCML:SYNCML1.2', 'SYNCML:SYNCML1.3'),
                       ('<SyncHdr>', '<SyncHdr xmlns="urn:x">'),
                       ('SYNCML:SYNCML1.2', 'syncml:syncml1.2')],
    }
    for endpoint in endpoints.all_endpoints(env):
        for old, new in swaps[endpoint.name]:
            text = endpoint.text
            assert text.count(old) >= 1, old
            if endpoint.name == 'policy' and old == messages.WSSE:
                found = endpoint.outcome(endpoint.send(text.replace(old, new)))
                assert found == 'a:InvalidSecurity', found
            else:
                endpoint.refuses(text.replace(old, new), '%s -> %s' % (old,
                                                                       new))


def test_not_xml_at_all(env):
    """T22 D2-36 binary, JSON, a bare word, two roots, nothing but blanks:
    the same clear refusal."""
    for endpoint in endpoints.all_endpoints(env):
        for bad in (b'\x02\xa4\x01\x6a\x00\x6d\x6c', b'{"a": 1}', b'hello',
                    b' \n\t ', b'<', b'<a', b'</a>', b'<a/><b/>',
                    b'<?xml version="1.0"?>', b'\x00' * 100, b'<a></b>',
                    b'&', b']]>', b'<a b=c/>', b'<a b="1" b="2"/>',
                    endpoint.text.encode() * 2, b'%s' % (b'<' * 10000)):
            endpoint.refuses(bad, repr(bad[:20]))


def test_stray_text(env):
    """T22 text between elements where none belongs is refused."""
    places = {'discovery': '<request ', 'policy': '<GetPolicies ',
              'enrollment': '<wst:TokenType>', 'management': '<SyncBody>'}
    for endpoint in endpoints.all_endpoints(env):
        old = places[endpoint.name]
        endpoint.refuses(sub(endpoint.text, old, 'stray' + old), 'stray text')


def test_elements_inside_texts(env):
    """T22 an element inside a value is not skipped: the value would be
    another one."""
    for endpoint in endpoints.all_endpoints(env):
        old = value_of(endpoint.text)
        endpoint.refuses(sub(endpoint.text, old, old + '<x/>'),
                         'an element in %s' % old)


def test_workers_survived(env):
    """T19 T20 T23 D2-3 after all of the above the same workers serve."""
    before = env.workers()
    assert before, 'no workers found'
    for endpoint in endpoints.all_endpoints(env):
        for bad in (LAUGHS, '<x>' * 50000, b'\x00' * 1000, b'\xff\xfe<'):
            endpoint.refuses(bad, 'again')
        endpoint.accepts(endpoint.text)
    assert before <= env.workers(), 'a worker died'
