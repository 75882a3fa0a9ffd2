# SPDX-License-Identifier: ISC
"""Forgiving reading: the spellings that devices use, and the few things that
are never read."""

import re

import client
import dm_talk
import messages
from dm_talk import OK, Device, Reply, form, item, results
from messages import alert, status, sub

A, B = './Vendor/MSFT/F/A', './Vendor/MSFT/F/B'
MARK = 'com.example.read'


def package(made, session, extra=''):
    return dm_talk.document(made.id, session, 1, dm_talk.package1(
        made.id, extra=alert(9, 1226, MARK, 'value', A) + extra))


def reads(made, data, what, kind=client.SYNCML, count=5):
    """Taken as package 1: its statuses, its command, its alert."""
    made.enqueue('Exec', A)
    talk = made.talk()
    reply = Reply(talk.post(data if isinstance(data, bytes)
                            else data.encode(), kind=kind))
    assert len(reply.statuses) == count, (what, reply.statuses)
    assert reply.commands, what
    made.read = getattr(made, 'read', 0) + 1
    assert made.alerts() == [['1226', MARK, A, 'value']] * made.read, what
    talk.session, talk.msg, talk.reply = reply.session, 1, reply
    talk.go()


def test_namespaces(env):
    """S0.69 S3.49 1.1 and 1.2, with and without a prefix, MetInf with one,
    without its namespace or with it on Meta: all are read."""
    made = Device(env)
    text = package(made, 'n')
    space = 'xmlns="SYNCML:SYNCML1.2"'
    reads(made, text, '1.2')
    reads(made, sub(text, space, 'xmlns="SYNCML:SYNCML1.1"'), '1.1')
    prefixed = re.sub(
        r'<(/?)(?!Type|Format)(\w)', r'<\1s:\2', text)
    reads(made, sub(prefixed, space, 'xmlns:s="SYNCML:SYNCML1.2"'), 'prefix')
    reads(made, text.replace(' xmlns="syncml:metinf"', ''), 'Meta plain')
    reads(made, text.replace('<Meta><Type xmlns="syncml:metinf">',
                             '<Meta xmlns="syncml:metinf"><Type>').replace(
                                 '<Format xmlns="syncml:metinf">',
                                 '<Format>'), 'Meta carries it')
    reads(made, text.replace('<Type xmlns="syncml:metinf">',
                             '<m:Type xmlns:m="syncml:metinf">').replace(
                                 '</Type>', '</m:Type>'), 'm:Type')


def test_starts(env):
    """S3.1 T23 a BOM, an XML declaration, blanks and comments in front,
    line ends of all kinds, blanks behind."""
    made = Device(env)
    text = package(made, 'b')
    decl = '<?xml version="1.0" encoding="UTF-8"?>'
    for what, data in (
            ('BOM', b'\xef\xbb\xbf' + text.encode()),
            ('declaration', decl + text), ('utf-8', decl.lower() + text),
            ('BOM and declaration', b'\xef\xbb\xbf' + (decl + text).encode()),
            ('blanks', ' \r\n\t\n' + text), ('comment', '<!-- x -->' + text),
            ('instruction', '<?x y?>' + text), ('behind', text + ' \r\n'),
            ('CRLF', text.replace('><', '>\r\n<')),
            ('indented', text.replace('><', '>\n\t  <'))):
        reads(made, data, what)
    answer = made.talk().post(b'\n' + (decl + text).encode())
    assert answer.status in (200, 400), answer


def test_content_types(env):
    """S0.66 no Content-Type, text/xml, application/xml, parameters and
    letter case: read as XML."""
    made = Device(env)
    for number, kind in enumerate((
            None, 'text/xml', 'application/xml', 'text/xml; charset=utf-8',
            'application/vnd.syncml.dm+xml; charset="utf-8"',
            'Application/Vnd.SyncML.DM+XML')):
        text = package(made, 't%d' % number).encode()
        made.queue(('Exec', A))
        conn = made.connection()
        reply = Reply(client.answered(conn.request(
            'POST', messages.QUERY, text, kind=kind)))
        assert len(reply.statuses) == 5 and reply.commands, kind


def test_order_inside_commands(env):
    """S3.13 S3.15 S3.35 the children of Alert, Item, Meta, Status, Results
    and of the header in another order are the same."""
    made = Device(env)
    ident, = made.queue(('Get', A))
    text = package(made, 'o')
    head = text[text.index('<SyncHdr>') + 9:text.index('</SyncHdr>')]
    parts = re.findall(
        r'<(?:VerDTD|VerProto|SessionID|MsgID)>.*?</\w+>|<Target>.*?</Target>'
        r'|<Source>.*?</Source>', head)
    assert ''.join(parts) == head
    text = sub(text, head, ''.join(reversed(parts)))
    extra = alert(9, 1226, MARK, 'value', A)
    backwards = (
        '<Alert><Item><Data>value</Data><Meta>%s<Type xmlns="syncml:metinf">'
        '%s</Type></Meta><Source><LocURI>%s</LocURI></Source></Item><Data>'
        '1226</Data><CmdID>9</CmdID></Alert>' % (form('chr'), MARK, A))
    text = sub(text, extra, backwards)
    talk = made.talk(session='o')
    talk.msg, talk.reply = 1, Reply(talk.post(text))
    assert made.alerts() == [['1226', MARK, A, 'value']]
    get, = talk.reply.commands
    talk.say(
        '<Results><Item><Data>v</Data><Meta>%s</Meta><Source><LocURI>%s'
        '</LocURI></Source></Item><CmdRef>%d</CmdRef><MsgRef>1</MsgRef><CmdID'
        '>7</CmdID></Results><Status><Data>200</Data><Cmd>Get</Cmd><CmdRef>%d'
        '</CmdRef><MsgRef>1</MsgRef><CmdID>8</CmdID></Status>%s' % (
            form('int'), A, get.id, get.id, OK))
    assert made.command(ident, 'state, status') == ['done', '200']
    assert made.found(ident) == {A: ['v', 'int']}


def test_meta_of_a_command(env):
    """S3.13 Meta of Results before its Items holds for those without; Type
    and Format outside Meta are read too."""
    made = Device(env)
    ident, = made.queue(('Get', A))
    talk = made.talk()
    get, = talk.begin().commands
    talk.go('200', '<Results><CmdID>9</CmdID><MsgRef>1</MsgRef><CmdRef>%d'
            '</CmdRef><Meta>%s</Meta>%s%s</Results>' % (
                get.id, form('xml'), item(A + '/1', 'x'),
                item(A + '/2', 'y', form('int'))))
    assert made.found(ident) == {A + '/1': ['x', 'xml'],
                                 A + '/2': ['y', 'int']}
    outside = ('<Alert><CmdID>%d</CmdID><Data>1226</Data><Item><Type>%s'
               '</Type><Meta><Format>int</Format></Meta><Data>1</Data></Item>'
               '</Alert>')
    talk.say(OK + outside % (5, MARK))
    assert made.alerts() == [['1226', MARK, None, '1']] or \
        made.alerts() == [['1226', MARK, '', '1']], made.alerts()


def test_command_ids(env):
    """S3.35 gaps, UUIDs, repeats and letters come back as they were; a
    missing or empty CmdID is Status 400 with an empty reference."""
    made = Device(env)
    ids = ('7', '3', '1000000', 'b1f6a4a2-6b0e-4d2c-9a57-6b1f0a6f3b9e',
           'x-1', '7')
    reply = made.talk().begin(''.join(alert(
        n, 1226, 'x.y', str(i)) for i, n in enumerate(ids)))
    found = [s[1] for s in reply.statuses if s[2] == 'Alert']
    assert found == ['2', '3'] + list(ids), found
    assert len(made.alerts()) == 6
    for missing in ('', '<CmdID/>', '<CmdID></CmdID>', '<CmdID> </CmdID>'):
        reply = made.talk().begin(alert(9, 1226, 'x.z', '1').replace(
            '<CmdID>9</CmdID>', missing) + alert(10, 1226, 'x.w', '1'))
        assert ('1', '', 'Alert', '400') in reply.statuses, (
            missing, reply.statuses)
        assert reply.status(10) == '200'
    assert not [r for r in made.alerts() if r[1] == 'x.z']


def test_elements_that_do_not_belong(env):
    """S3.16 unknown and misplaced elements under SyncBody, Atomic and
    Sequence: Status 400 or 406 for each, the rest of the message counts."""
    made = Device(env)
    bad = ['<Frob><CmdID>%d</CmdID></Frob>',
           '<Item><CmdID>%d</CmdID></Item>',
           '<Put><CmdID>%d</CmdID></Put>', '<Copy><CmdID>%d</CmdID></Copy>',
           '<Search><CmdID>%d</CmdID></Search>',
           '<Map><CmdID>%d</CmdID></Map>', '<Sync><CmdID>%d</CmdID></Sync>',
           '<Move><CmdID>%d</CmdID></Move>',
           '<Add><CmdID>%d</CmdID>' + item(A, 'x') + '</Add>',
           '<Delete><CmdID>%d</CmdID>' + item(A) + '</Delete>',
           '<Exec><CmdID>%d</CmdID>' + item(A) + '</Exec>',
           '<Get><CmdID>%d</CmdID>' + item(A) + '</Get>']
    for number, text in enumerate(bad, 20):
        reply = made.talk().begin(text % number + alert(9, 1226, MARK,
                                                        str(number)))
        found = [s for s in reply.statuses if s[1] in (str(number), '')
                 and s[3] != '200']
        assert len(found) == 1 and found[0][3] in ('400', '405', '406'), (
            text, reply.statuses)
        assert reply.status(9) == '200', text
    assert len(made.alerts()) == len(bad)


def test_groups_of_the_device(env):
    """S3.8 S3.16 a device has no Atomic or Sequence to send: a Status that
    is no 200, no effect of what is inside, no error."""
    made = Device(env)
    for number, verb in enumerate(('Atomic', 'Sequence'), 20):
        inner = '<Replace><CmdID>30</CmdID>%s</Replace><Frob/>' % item(
            './DevInfo/Man', 'Other')
        reply = made.talk().begin('<%s><CmdID>%d</CmdID>%s</%s>' % (
            verb, number, inner, verb))
        assert reply.status(number) in ('400', '405', '406', '500', '507')
    assert made.row('manufacturer') == 'Maker'


def test_header_extras(env):
    """S3.20 S3.43 Meta, EMI, RespURI, NoResp, LocNames and unknown elements
    in the header change nothing."""
    made = Device(env)
    text = package(made, 'h')
    for what, extra in (
            ('Meta', '<Meta><MaxMsgSize xmlns="syncml:metinf">200000'
             '</MaxMsgSize><MaxObjSize xmlns="syncml:metinf">900000'
             '</MaxObjSize></Meta>'),
            ('EMI', '<Meta><EMI xmlns="syncml:metinf">x</EMI><Later>1</Later>'
             '</Meta>'),
            ('RespURI', '<RespURI>https://x.test/</RespURI>'),
            ('NoResp', '<NoResp/>'), ('unknown', '<Later a="b">1</Later>'),
            ('odd size', '<Meta><MaxMsgSize xmlns="syncml:metinf">x'
             '</MaxMsgSize></Meta>')):
        reads(made, sub(text, '</SyncHdr>', extra + '</SyncHdr>'), what)
    named = sub(text, made.id + '</LocURI></Source>', made.id
                + '</LocURI><LocName>some body</LocName></Source>')
    reads(made, named, 'LocName')


def test_tiny_message_size(env):
    """S3.20 D2-37 MaxMsgSize of 0, 1 or less than any answer needs: the
    session still works, one command at a time."""
    for size in ('0', '1', '-5', '300', '99999999999999999999', 'x', ''):
        made = Device(env)
        made.queue(('Exec', A), ('Exec', B))
        talk = made.talk(meta='<MaxMsgSize xmlns="syncml:metinf">%s'
                         '</MaxMsgSize>' % size)
        assert [c.uri for c in talk.finish()] == [A, B], size


def test_utf_16(env):
    """T23 UTF-16 that is declared and has its BOM is read, either way
    round."""
    made = Device(env)
    for codec, bom in (('utf-16-le', b'\xff\xfe'), ('utf-16-be',
                                                    b'\xfe\xff')):
        text = '<?xml version="1.0" encoding="UTF-16"?>' + package(made, codec)
        reads(made, bom + text.encode(codec), codec)


def test_never_read(env):
    """T19 T23 DOCTYPE in every disguise, NUL, invalid and overlong UTF-8,
    encodings that lie: 400, nothing happens."""
    made = Device(env)
    made.talk().begin()
    text = package(made, 'x')
    data = text.encode()
    dtd = '<!DOCTYPE SyncML [<!ENTITY e "value">]>'
    value = b'<Data>value</Data>'

    def at(octets):
        return data.replace(value, b'<Data>' + octets + b'</Data>')
    cases = [
        dtd + text, '<!DOCTYPE SyncML>' + text,
        '<!DOCTYPE SyncML PUBLIC "-//SYNCML//DTD SyncML 1.2//EN" "x">' + text,
        dtd + text.replace('>value<', '>&e;<'),
        '<?xml version="1.0"?>\n<!-- x -->' + dtd + text,
        '<!DOCTYPE SyncML SYSTEM "file:///etc/passwd">' + text,
        text.replace('>value<', '>&e;<'), text.replace('>value<', '>&#0;<'),
        text.replace('>value<', '>&#xD800;<'),
        text.replace('>value<', '>&#1;<')]
    cases = [c.encode() for c in cases] + [
        at(b'a\0b'), data + b'\0', b'\0' + data, at(b'\xff'), at(b'\xc0\xaf'),
        at(b'\xed\xa0\x80'), at(b'\xf5\x80\x80\x80'), at(b'\xe9'),
        at(b'\x01'), at(b'\xef\xbf\xbe'),
        ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode(),
        ('<?xml version="1.0" encoding="UTF-7"?>' + text).encode(),
        ('<?xml version="1.0" encoding="nonsense"?>' + text).encode(),
        '<?xml version="1.0" encoding="UTF-16"?>{}{}'.format(
            dtd, text).encode('utf-16'),
        text.encode('utf-32'), text.encode('utf-16-le')[1:],
        text.encode('utf-16')[:-1]]
    before = env.tables()
    for case in cases:
        answer = made.talk().post(case)
        assert answer.status == 400 and answer.body == b'', (case[:80],
                                                             answer)
    assert env.tables() == before


def test_text_around_values(env):
    """S3.15 blanks around numbers, codes and addresses are no part of
    them; comments and CDATA inside do not change a text."""
    made = Device(env)
    ident, = made.queue(('Get', A))
    talk = made.talk()
    get, = talk.begin().commands
    body = OK + status(2, 1, get.id, 'Get', 200) + results(
        3, 1, get.id, item(A, 'HERE'))
    body = body.replace('{msg}', '1')
    for name in ('MsgRef', 'CmdRef', 'Cmd', 'LocURI'):
        body = body.replace('<%s>' % name, '<%s>\n\t ' % name).replace(
            '</%s>' % name, ' \r\n</%s>' % name)
    body = body.replace('<Data>200', '<Data> 200 ')
    body = body.replace('HERE', 'a<!-- x -->b<![CDATA[<c>]]>&#100;')
    talk.say(body)
    assert made.command(ident, 'state, status') == ['done', '200']
    assert made.found(ident)[A][0] == 'ab<c>d', made.found(ident)


def test_no_response_wanted(env):
    """S3.54 NoResp in commands: whether answered or not, they count."""
    made = Device(env)
    reply = made.talk().begin(alert(9, 1226, MARK, '1').replace(
        '</CmdID>', '</CmdID><NoResp/>'))
    assert reply.status('2') == '200'
    assert len(made.alerts()) == 1


def test_singles_that_come_twice(env):
    """T22 two SessionIDs, MsgIDs, Sources, headers or bodies are no
    message; two Finals and a Final in the middle end nothing early."""
    made = Device(env)
    text = package(made, 'd')
    before = env.tables()
    for name in ('SessionID', 'MsgID', 'Source', 'SyncHdr', 'SyncBody'):
        part = re.search('<%s>.*?</%s>' % (name, name),
                                          text).group(0)
        answer = made.talk().post(text.replace(part, part + part, 1))
        assert answer.status == 400, (name, answer)
    assert env.tables() == before
    answer = made.talk().post(text.replace('<Final/>', '<Final/><Final/>'))
    assert answer.status in (200, 400), answer


def test_old_and_odd_versions(env):
    """S3.49 S3.50 VerDTD 1.1 and VerProto DM/1.1 are read; what is no DM at
    all is a Status 505 or 513 or refused, never served."""
    made = Device(env)
    text = package(made, 'v')
    older = text.replace('<VerDTD>1.2', '<VerDTD>1.1').replace(
        'DM/1.2', 'DM/1.1')
    answer = made.talk().post(older)
    assert answer.status == 200, answer
    for old, new in (('DM/1.2', 'SyncML/1.2'), ('<VerDTD>1.2',
                                                '<VerDTD>9.9')):
        answer = made.talk().post(sub(text, old, new))
        if answer.status == 200:
            reply = Reply(answer)
            assert reply.header in ('200', '505', '513'), reply.header
        else:
            assert answer.status == 400, answer
