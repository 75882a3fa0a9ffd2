# SPDX-License-Identifier: ISC
"""WBXML: whole sessions, every form a device may write, and what is no
WBXML at all."""

import base64

import client
import dm_talk
import dm_wbxml
import fastcgi
import messages
from dm_talk import (OK, WBXML, Device, Reply, form, group, item, out,
                     results)
from messages import alert, status

A, B, C = ('./Vendor/MSFT/W/%s' % n for n in 'ABC')


def test_codec_of_the_tests(env):
    """S3.31 the vectors of the standard's tables: what the encoder of these
    tests writes and reads is what others write."""
    del env
    head = '02a4016a006d6c7103312e3200017203444d2f312e3200016503310001' \
        '5b03310001'
    for text, path, wanted in (
            ('6e5703687474703a2f2f732f00010167570364310001015a00014c03343039'
             '360001010100006b464b033100014f0331323031000101120101',
             'SyncHdr/Meta/MaxMsgSize', '4096'),
            ('6e57036431000101675703687474703a2f2f732f000101016b694b03310001'
             '5c033100014c033000014a0353796e634864720001495a0001470362363400'
             '01530373796e636d6c3a617574682d6d643500015003546d39755932553d00'
             '01010100004f03343037000101120101',
             'SyncBody/Status/Chal/Meta/NextNonce', 'Tm9uY2U=')):
        data = bytes.fromhex(head + text)
        root = dm_wbxml.decode(data)
        assert dm_wbxml.Encoder().document(root) == data
        assert root.one(path).text == wanted


def test_whole_session(env):
    """S3.31 S0.66 a session in WBXML: package 1, single commands, groups,
    lists, Results, alerts; each answer is WBXML 1.2 of SyncML 1.2 and says
    what it would say in XML."""
    made = Device(env)
    data = '<a b="c">&amp; ]]> \u00e9\u4e2d\U0001f512\'\t|</a>'
    made.queue(('Replace', A, data, 'xml'), ('Add', B, '', 'node'),
               ('Replace', C, 'AAEC/w==', 'b64'), ('Exec', A))
    made.syncml(group('Atomic', out('Replace', (A, '5', 'int')),
                      out('Delete', (B,))))
    get = made.syncml(out('Get', (A,), (B,)))
    talk = made.talk(wbxml=True)
    reply = talk.begin(alert(9, 1226, 'com.example.w', '\u00e9'))
    assert reply.statuses == [('1', '0', 'SyncHdr', '200')] + [
        ('1', n, v, '200') for n, v in (('2', 'Alert'), ('3', 'Alert'),
                                        ('9', 'Alert'), ('4', 'Replace'))]
    shapes = reply.shapes()
    assert shapes[0] == ('Replace', (A, data))
    assert shapes[1][1][1] in ('', None)
    assert shapes[2:] == [
        ('Replace', (C, 'AAEC/w==')), ('Exec', (A, None)),
        ('Atomic', ('Replace', (A, '5')), ('Delete', (B, None))),
        ('Get', (A, None), (B, None))], shapes
    assert [c.format for c in reply.commands[:3]] == ['xml', 'node', 'b64']
    assert reply.session == str(talk.session) and reply.target == made.id
    talk.go('200', results(50, 1, reply.commands[-1].id, item(
        A, '&lt;x&gt; \u4e2d &amp;amp;', form('xml')), item(B, 'b')))
    assert {u: v[0] for u, v in made.found(get).items()} == {
        A: '<x> \u4e2d &amp;', B: 'b'}
    assert made.outcomes() == [['done', '200']] * 6, made.outcomes()
    assert made.alerts()[0][3] == '\u00e9'
    assert made.row('manufacturer') == 'Maker'


def test_answer_in_the_encoding_of_the_request(env):
    """S3.31 S0.66 a session that changes its encoding between messages is
    answered in that of each; a repeat in its own."""
    made = Device(env)
    made.queue(('Exec', A))
    talk = made.talk()
    talk.begin()
    talk.wbxml = True
    assert talk.go().commands == []
    talk.wbxml = False
    made.queue(('Exec', B))
    assert talk.say(OK).uris() == [B]
    talk.wbxml = True
    talk.finish()
    first = talk.answer.body
    assert talk.post(talk.sent).body == first
    assert made.outcomes() == [['done', '200']] * 2


def test_forms_of_the_header(env):
    """S3.31 versions 1.0 to 1.3, SyncML 1.1 and 1.2 by number and by name
    from the string table, the unknown number with the right content type,
    charsets UTF-8 and none."""
    made = Device(env)
    for number, options in enumerate((
            {'version': 0}, {'version': 1}, {'version': 2}, {'version': 3},
            {'public': 0x0fd3}, {'public': 1}, {'public': 0},
            {'public': 0, 'fpi': b'-//SYNCML//DTD SyncML 1.1//EN'},
            {'charset': 0}, {'empty': True},
            {'public': 0, 'version': 3, 'text': lambda n: 'table'})):
        made.queue(('Exec', '%s/%d' % (A, number)))
        talk = made.talk(wbxml=True, **options)
        talk.msg = 1
        answer = talk.post(talk.text(dm_talk.package1(made.id)))
        assert answer.status == 200, (options, talk.sent[:60])
        talk.reply = Reply(answer, True)
        assert talk.reply.uris() == ['%s/%d' % (A, number)], options
        talk.finish()


def test_forms_of_text(env):
    """S3.31 text inline, from the table, opaque, as entities, in pieces and
    mixed: all the same message."""
    same_message(env, (
            {'text': lambda n: 'table'}, {'text': lambda n: 'opaque'},
            {'text': lambda n: 'entity'}, {'text': lambda n: 'split'},
            {'text': lambda n: ('table', 'opaque', 'split')[len(n.text) % 3]}
    ))


def test_tags_by_name(env):
    """S3.31 known tags written as LITERAL: what is said by name is what the
    token says; an unknown one is an unknown element."""
    same_message(env, ({'literal': ('Mark',)},
                       {'literal': ('Type', 'Format', 'Meta')},
                       {'literal': ('Data', 'LocURI', 'Item')},
                       {'literal': tuple(dm_wbxml.CODES[0])}))


def test_unknown_tags_by_name(env):
    """S3.16 S3.31 an element that no table knows, by name: Status 400 for it
    under SyncBody, skipped where unknown content is open."""
    made = Device(env)
    reply = made.talk(wbxml=True).begin(
        '<Frob><CmdID>12</CmdID><Data>x</Data></Frob>' + alert(
            9, 1226, 'x.y', '1').replace('<Meta>', '<Meta><Later>1</Later>'))
    assert reply.status(12) in ('400', '406'), reply.statuses
    assert len(made.alerts()) == 1


def same_message(env, forms):
    """Sessions whose messages have these forms give what they should."""
    made = Device(env)
    for number, options in enumerate(forms):
        ident, = made.queue(('Get', '%s/%d' % (A, number)))
        talk = made.talk(wbxml=True, **options)
        value = 'v \u00e9\u4e2d\U0001f512 %d' % number
        get, = talk.begin(alert(9, 1226, 'x.y', value)).commands
        talk.go('200', results(50, 1, get.id, item(
            get.uri, value, form('chr'))))
        assert made.found(ident) == {get.uri: [value, 'chr']}, (
            number, made.found(ident))
        assert made.alerts()[-1][3] == value


def test_opaque_data(env):
    """S3.31 OPAQUE of Format xml and chr is text; of bin it is octets, kept
    as base64; Data in the middle of a page change."""
    made = Device(env)
    ident, = made.queue(('Get', A))
    raw = bytes(range(256))
    forms = {'bin': bytes([dm_wbxml.OPAQUE]) + dm_wbxml.number(256) + raw,
             'xml': bytes([dm_wbxml.OPAQUE]) + dm_wbxml.number(4) + b'<a/>'}
    talk = made.talk(wbxml=True, text=lambda n: forms.get(
        n.text if n.local == 'Data' else None, 'inline'))
    get, = talk.begin().commands
    talk.go('200', results(50, 1, get.id, item(A + '/b', 'bin', form('bin')),
                           item(A + '/x', 'xml', form('xml'))))
    found = made.found(ident)
    assert found[A + '/x'] == ['<a/>', 'xml'], found
    assert base64.b64decode(found[A + '/b'][0]) == raw, found


def test_attributes_and_extensions_are_skipped(env):
    """S3.31 the root with an xmlns attribute as some clients write it."""
    made = Device(env)
    talk = made.talk(wbxml=True)
    talk.msg = 1
    data = dm_wbxml.encode(talk.text(dm_talk.package1(made.id)))
    at = data.index(b'\x6d\x6c')
    quirk = data[:at] + b'\xed\x04\x00\x03SYNCML:SYNCML1.2\x00\x01' + \
        data[at + 1:]
    assert len(Reply(talk.post(quirk), True).statuses) == 4


def first(made, talk):
    talk.msg = 1
    return dm_wbxml.encode(talk.text(dm_talk.package1(
        made.id, extra=alert(9, 1226, 'com.example.cut', '1'))))


def refuses(talk, data, what, kind=WBXML):
    """400 (or 413) with an empty body."""
    answer = talk.post(data, kind=kind)
    assert answer.status in (400, 413) and answer.body == b'', (what, answer)


def test_cut_at_every_octet(env):
    """S3.31 D2-36 a message cut off at every octet: 400, no effect."""
    made = Device(env)
    talk = made.talk(wbxml=True)
    talk.begin()
    data = first(made, talk)
    before = env.tables()
    for size in range(len(data)):
        refuses(talk, data[:size], size)
    assert env.tables() == before
    assert talk.post(data).status == 200


def test_xml_cut_at_every_octet(env):
    """D2-36 the same in XML."""
    made = Device(env)
    talk = made.talk()
    talk.begin()
    data = talk.text(dm_talk.package1(made.id, extra=alert(
        9, 1226, 'com.example.cut', '1')), 1).encode()
    before = env.tables()
    for size in range(len(data)):
        refuses(talk, data[:size], size, client.SYNCML)
    assert env.tables() == before


def test_trailing_octets(env):
    """S3.31 D2-36 what stands behind the root is no message."""
    made = Device(env)
    talk = made.talk(wbxml=True)
    data = first(made, talk)
    for tail in (b'\x01', b'\x03x\0', data, b'\x6d\x01', b'<'):
        refuses(talk, data + tail, tail)


def test_bombs(env):
    """T45 T20 lengths and offsets beyond the body, numbers of more than 32
    bits, unknown pages and tags, deep nesting, a table that multiplies, a
    header alone: refused, and the worker goes on serving."""
    made = Device(env)
    talk = made.talk(wbxml=True)
    head = bytes.fromhex('02a4016a00')
    good = first(made, talk)
    number = dm_wbxml.number
    huge = b'\xff\xff\xff\xff\x7f'
    table = b'x' * 60000 + b'\0'
    cases = {
        'table beyond the body': bytes.fromhex('02a4016a') + number(9999)
                                 + good[5:],
        'table of 4 GiB': bytes.fromhex('02a4016a8fffffff7f') + good[5:],
        'number without end': b'\x02' + b'\xff' * 40,
        'six octets of number': b'\x02\x80\x80\x80\x80\xa4\x01\x6a\0'
                                + good[5:],
        'opaque beyond': head + b'\x6d\x6c\x71\xc3' + number(10000) + b'x',
        'opaque of 4 GiB': head + b'\x6d\x6c\x71\xc3' + huge + b'x',
        'string without end': head + b'\x6d\x6c\x71\x031.2',
        'table offset beyond': good.replace(b'\x71\x031.2\0',
                                            b'\x71\x83\x05'),
        'table offset of 4 GiB': good.replace(b'\x71\x031.2\0',
                                              b'\x71\x83' + huge),
        'literal beyond': head + b'\x44\x7f\x01',
        'unknown page': head + b'\x6d\0\x07\x45\x01\x01',
        'page 255': good.replace(b'\0\x01', b'\0\xff', 1),
        'unknown tag': good.replace(b'\x6d\x6c', b'\x6d\x7f', 1),
        'reserved tag': good.replace(b'\x6d\x6c', b'\x6d\x70', 1),
        'deep': head + b'\x6d' * 100000,
        'deep and closed': head + b'\x6d' * 30000 + b'\x01' * 30000,
        'table that multiplies': bytes.fromhex('02a4016a') + number(
            len(table)) + table + good[5:-2] + (
                b'\x46\x4b\x031\0\x01\x4f' + b'\x83\x00' * 100000
                + b'\x01\x01') + good[-2:],
        'many elements': good[:-3] + b'\x46\x01' * 60000 + good[-3:],
        'an entity of NUL': good.replace(b'\x71\x031.2\0', b'\x71\x02\0'),
        'a surrogate entity': good.replace(b'\x71\x031.2\0',
                                           b'\x71\x02' + number(0xd800)),
        'an entity beyond Unicode': good.replace(
            b'\x71\x031.2\0', b'\x71\x02' + number(0x110000)),
        'END first': head + b'\x01', 'only END': head + b'\x01' * 50,
        'header alone': head, 'nothing': b'', 'one octet': b'\x02',
        'Latin-1': b'\x02\xa4\x01\x04\0' + good[5:],
        'UTF-16': b'\x02\xa4\x01\x87\x68\0' + good[5:],
        'another document type': b'\x02\x04\x6a\0' + good[5:],
        'no SyncML at the root': head + b'\x46\x01',
        'two roots': good + good[5:]}
    before = env.tables()
    for what, data in cases.items():
        assert data != good, what
        refuses(talk, data, what)
    assert env.tables() == before
    assert talk.post(good).status == 200


def test_bad_text(env):
    """T23 T45 NUL in opaque text, invalid and overlong UTF-8, control
    characters that XML does not have: refused or never stored."""
    made = Device(env)
    bad = [b'a\0b', b'\xff\xfe', b'\xc0\xaf', b'\xed\xa0\x80',
           b'\xf5\x80\x80\x80', b'\xe4\xb8', b'\x01\x02', b'\xef\xbf\xbf']
    for value in bad:
        for piece in (bytes([dm_wbxml.OPAQUE]) + dm_wbxml.number(len(value))
                      + value, b'\x03' + value + b'\0'):
            if b'\0' in value and piece[0] == 3:
                continue
            talk = made.talk(wbxml=True, text=lambda n, p=piece: p
                             if n.text == 'HERE' else 'inline')
            talk.msg = 1
            answer = talk.post(talk.text(dm_talk.package1(
                made.id, extra=alert(9, 1226, 'com.example.bad', 'HERE'))))
            assert answer.status == 400, (value, piece, answer)
    assert made.alerts() == []


def test_wrong_content_types(env):
    """S3.31 S0.66 XML under the type of WBXML and the other way about, and
    types of other protocols: refused, nothing happens; parameters and
    letter case of the right type do not matter."""
    made = Device(env)
    xml, wbxml = made.talk(), made.talk(wbxml=True)
    binary = first(made, wbxml)
    text = xml.text(dm_talk.package1(made.id), 1).encode()
    before = env.tables()
    refuses(xml, text, 'XML as WBXML', WBXML)
    refuses(xml, binary, 'WBXML as XML', client.SYNCML)
    for kind in ('application/vnd.syncml+wbxml', 'application/octet-stream',
                 'application/vnd.syncml.dm+json', 'text/html', 'x',
                 'application/vnd.syncml.dm+xmlx', 'image/vnd.wap.wbmp'):
        answer = xml.post(text, kind=kind)
        assert answer.status == 415 and answer.body == b'', (kind, answer)
    assert env.tables() == before
    for kind in (WBXML.upper(), WBXML + '; charset=utf-8', WBXML + ';x="y"'):
        assert wbxml.post(first(made, wbxml), kind=kind).status == 200, kind


def test_large_message(env):
    """S3.31 a result of 300 kB in WBXML, inline and opaque."""
    for how in ('inline', 'opaque', 'split'):
        made = Device(env)
        ident, = made.queue(('Get', A))
        talk = made.talk(wbxml=True, text=lambda n, h=how: h
                         if len(n.text) > 1000 else 'inline')
        get, = talk.begin().commands
        talk.go('200', results(50, 1, get.id, item(A, 'x\u00e9' * 100000)))
        assert made.found(ident)[A][0] == 'x\u00e9' * 100000


def test_status_of_a_bad_command(env):
    """S3.16 S3.17 S3.31 missing CmdIDs and elements that do not belong there
    are answered in WBXML as in XML."""
    made = Device(env)
    reply = made.talk(wbxml=True).begin(
        '<Replace><Item><Source><LocURI>./DevInfo/X</LocURI></Source><Data>x'
        '</Data></Item></Replace><Copy><CmdID>10</CmdID></Copy>')
    assert ('1', '', 'Replace', '400') in reply.statuses, reply.statuses
    assert reply.status(10) in ('400', '406')


def test_both_encodings_say_the_same(env):
    """S3.31 what the server writes is the tree that its XML is: the same
    queue delivered to two devices in the two encodings."""
    found = []
    for wbxml in (False, True):
        made = Device(env)
        made.queue(('Replace', A, '<a/>', 'xml'), ('Get', B))
        made.syncml(group('Sequence', out('Exec', (A, 'x')),
                          out('Get', (B,))))
        talk = made.talk(session='same', wbxml=wbxml)
        reply = talk.begin(alert(9, 1224, 'x.y', '1'))

        def flat(node):
            text = node.text.replace(talk.made.id, 'ID')
            return (node.ns, node.local, text if not node.children else '',
                    [flat(c) for c in node.children])
        found.append([flat(reply.head), flat(reply.body)])
    assert found[0] == found[1], found


def test_status_with_wbxml_references(env):
    """S3.31 D2-33 statuses without references and for unknown ones in
    WBXML: answered, nothing attached."""
    made = Device(env)
    made.queue(('Exec', A))
    talk = made.talk(wbxml=True)
    talk.begin()
    talk.say(OK + status(2, 1, 99, 'Exec', 200) + status(3, 1, '', '', 400)
             + '<Status><CmdID>4</CmdID><Data>200</Data></Status>')
    assert made.outcomes() == [['sent', None]]


def test_trace(env):
    """S0.13 S3.31 T31 FENESTRA_TRACE=1 prints a WBXML exchange as readable
    text both ways, without credentials."""
    made = Device(env)
    made.queue(('Replace', A, 'visible value'))
    secret = 'Y2FuYXJ5LWZlbmVzdHJhLWRt'
    text = dm_talk.document(
        made.id, 't', 1, dm_talk.package1(made.id, extra=alert(
            9, 1224, 'com.microsoft/MDM/AADUserToken', secret)), name='n',
        cred='<Cred><Meta>%s<Type xmlns="syncml:metinf">syncml:auth-md5'
        '</Type></Meta><Data>%s</Data></Cred>' % (form('b64'), secret))
    with fastcgi.Pool(env, 'management', FENESTRA_TRACE='1') as pool:
        for kind, data in ((WBXML, dm_wbxml.encode(text)),
                           (client.SYNCML, text.replace(
                               '>t<', '>u<').encode())):
            answer = pool.call(messages.QUERY, data, kind,
                               **fastcgi.with_certificate(made.cert))
            assert answer.status == 200, answer
        log = pool.log()
    assert secret not in log
    for words in ('LoginStatus', 'visible value', './DevInfo/Man'):
        assert log.count(words) >= 2, (words, log[-1500:])
