# SPDX-License-Identifier: ISC
"""Management: package 1, commands and their results."""

import re
import time

import client
import device
import messages
import stack
from messages import METINF, SYNCML, element, results, status, sub

IMAGE = 'https://fleetdm.com/images/articles/fleet-4.24.0-cover-1600x900@2x.jpg'
DESKTOP = './Vendor/MSFT/Personalization/DesktopImageUrl'
LOCK = './Vendor/MSFT/Personalization/LockScreenImageUrl'


def test_package_1(env):
    """S0.3 S0.6 S0.65 S0.66 S0.67 S0.69 S0.70 S0.71 S0.73 S0.74 S0.75 S0.76
    S0.78 S1.7 S3.1 S3.2 S4.16 S4.17 the captured package 1, sent with the
    captured headers, gets a Status for each command in order."""
    made = device.Device(env)
    text = messages.package1(made.id, '1')
    conn = made.connection()
    answer = client.answered(conn.request(
        'POST', messages.QUERY, text.encode(), kind=client.SYNCML,
        headers=[('Accept', 'application/vnd.syncml.dm+xml, application/'
                  'vnd.syncml.dm+wbxml, application/octet-stream'),
                 ('Accept-Charset', 'UTF-8'), ('Client-Request-Id', '0'),
                 ('Ms-Cv', 'a/tCeBgffEqA5408.0.0.0'),
                 ('User-Agent', 'MSFT OMA DM Client/1.2.0.1')]))
    reply = messages.SyncML(answer)
    assert reply.statuses == [('1', '0', 'SyncHdr', '200'),
                              ('1', '2', 'Alert', '200'),
                              ('1', '3', 'Alert', '200'),
                              ('1', '4', 'Replace', '200')], reply.statuses
    assert reply.session == '1' and reply.msg == 1 and reply.final
    assert reply.target == made.id
    assert reply.source == 'https://%s%s' % (stack.DOMAIN,
                                             messages.MANAGEMENT)
    assert reply.commands == []


def test_devinfo_is_recorded(env):
    """S0.72 S3.21 the five DevInfo values are in the inventory and in the
    device's row."""
    made = device.Device(env)
    made.session().first()
    rows = env.admin('select uri, value from admin.inventory where device ='
                     ' %s order by uri;' % stack.quote(made.uuid))
    assert rows == [['./DevInfo/DevId', made.id], ['./DevInfo/DmV', '1.3'],
                    ['./DevInfo/Lang', 'en-US'],
                    ['./DevInfo/Man', 'VMware, Inc.'],
                    ['./DevInfo/Mod', 'VMware7,1']], rows
    assert made.row('manufacturer', 'model') == ['VMware, Inc.', 'VMware7,1']


def test_first_message_completes_enrolment(env):
    """S4.15 the device counts as enrolled after its first message."""
    made = device.Device(env)
    assert made.row('state') == 'enrolling'
    assert made.row('last_seen_at') is None
    made.session().first()
    assert made.row('state') == 'enrolled'
    assert made.row('last_seen_at') is not None


def test_two_wallpapers(env):
    """S0.77 S0.78 S0.79 S0.80 S2.24 S3.12 S3.15 S3.53 S3.54 S3.62 S4.18 the
    captured exchange: two Replaces with Format and Type, answered 202,
    which is recorded as accepted and not as done; then the session ends."""
    made = device.Device(env)
    ids = [made.enqueue('Replace', DESKTOP, IMAGE),
           made.enqueue('Replace', LOCK, IMAGE)]
    session = made.session()
    reply = session.first()
    assert [(c.id, c.verb, c.uri, c.format, c.type, c.data)
            for c in reply.commands] == [
                (5, 'Replace', DESKTOP, 'chr', 'text/plain', IMAGE),
                (6, 'Replace', LOCK, 'chr', 'text/plain', IMAGE)]
    assert reply.final
    for ident in ids:
        assert made.command(ident, 'state, status') == ['sent', None]
    reply = session.next(session.answers('202'))
    assert reply.statuses == [('2', '0', 'SyncHdr', '200')]
    assert reply.commands == [] and reply.final and reply.msg == 2
    for ident in ids:
        assert made.command(ident, 'state, status, done_at') == [
            'accepted', '202', None]


def test_meta_is_in_its_namespace(env):
    """S0.77 Format and Type are in syncml:metinf, inside Meta."""
    made = device.Device(env)
    made.enqueue('Replace', DESKTOP, IMAGE)
    node = made.session().first().commands[0].node
    meta = node.one('Item/Meta') if node.one('Item').all('Meta') \
        else node.one('Meta')
    assert [(c.ns, c.local) for c in meta.children] == [
        (METINF, 'Format'), (METINF, 'Type')]
    assert meta.ns == SYNCML


def test_get_and_its_result(env):
    """S3.11 S3.13 S3.61 a Get's Status and Results are recorded."""
    made = device.Device(env)
    ident = made.enqueue('Get', './DevDetail/SwV')
    session = made.session()
    command = session.first().commands[0]
    assert (command.verb, command.uri, command.data) == (
        'Get', './DevDetail/SwV', None)
    session.next(session.answers('200', results(
        9, session.reply.msg, command.id,
        [('./DevDetail/SwV', '10.0.19043.2364')])))
    assert made.command(ident, 'state, status') == ['done', '200']
    row, = made.results(ident)
    assert row[:2] == ['./DevDetail/SwV', '10.0.19043.2364']
    assert row[2] in (None, 'chr') and row[3] in (None, 'text/plain')


def test_every_verb(env):
    """S3.5 S3.9 S3.10 S3.11 S3.12 Add, Replace, Get, Exec and Delete are
    delivered in the order of the queue and recorded as done."""
    made = device.Device(env)
    queue = [('Add', './Vendor/MSFT/X/1', 'a'),
             ('Replace', './Vendor/MSFT/X/1', 'b'),
             ('Get', './Vendor/MSFT/X/1', None),
             ('Exec', './Vendor/MSFT/X/1/Run', 'now'),
             ('Exec', './Vendor/MSFT/X/1/Bare', None),
             ('Delete', './Vendor/MSFT/X/1', None)]
    ids = [made.enqueue(*entry) for entry in queue]
    session = made.session()
    reply = session.first()
    assert [(c.verb, c.uri, c.data) for c in reply.commands] == queue
    session.finish()
    for ident in ids:
        assert made.command(ident, 'state, status') == ['done', '200']


def test_outcomes(env):
    """S3.61 S3.62 S3.69 S3.71 S3.74 S3.76 each status of a command leads
    to its outcome: 2xx done, 202 accepted, all others failed."""
    made = device.Device(env)
    codes = ['200', '202', '204', '403', '405', '418', '425', '500', '507']
    ids = [made.enqueue('Replace', './Vendor/MSFT/Y/%s' % c, c)
           for c in codes]
    session = made.session()
    session.first()
    assert len(session.reply.commands) == len(codes)
    session.next(session.answers(lambda c: c.data))
    for code, ident in zip(codes, ids):
        wanted = {'200': 'done', '202': 'accepted', '204': 'done'}.get(
            code, 'failed')
        assert made.command(ident, 'state, status') == [wanted, code], code


def test_msft_originalerror(env):
    """S3.76 a Status with msft:originalerror is read, the code kept."""
    made = device.Device(env)
    ident = made.enqueue('Replace', './Vendor/MSFT/Y', 'x')
    session = made.session()
    command = session.first().commands[0]
    body = status(1, 1, 0, 'SyncHdr', 200) + (
        '<Status xmlns:msft="http://schemas.microsoft.com/MobileDevice/MDM">'
        '<CmdID>2</CmdID><MsgRef>1</MsgRef><CmdRef>%d</CmdRef>'
        '<Cmd>Replace</Cmd><Data msft:originalerror="0x86000005">405</Data>'
        '</Status>' % command.id)
    session.next(body)
    assert made.command(ident, 'state, status') == ['failed', '405']


def test_results_of_all_shapes(env):
    """S3.13 T22 Results without Cmd, with Meta in no namespace or beside
    it, several Items, escaped XML: stored exactly."""
    made = device.Device(env)
    ident = made.enqueue('Get', './Vendor/MSFT/Z')
    session = made.session()
    command = session.first().commands[0]
    session.next(session.answers('200', results(9, 1, command.id, [
        ('./Vendor/MSFT/Z/a', '&lt;?xml version="1.0"?&gt;&lt;x&gt;&amp;amp;'
         '&lt;/x&gt;', '<Meta><Format xmlns="syncml:metinf">xml</Format>'
         '</Meta>'),
        ('./Vendor/MSFT/Z/b', '7', '<Meta xmlns="syncml:metinf"><Format>int'
         '</Format></Meta>'),
        ('./Vendor/MSFT/Z/c', ' two  blanks ', '<Meta><Format>bool</Format>'
         '<Type>text/x</Type></Meta>'),
        ('./Vendor/MSFT/Z/d', ''),
    ], cmd='')))
    found = {r[0][-1]: [r[1], r[2] or 'chr'] for r in made.results(ident)}
    assert found == {
        'a': ['<?xml version="1.0"?><x>&amp;</x>', 'xml'], 'b': ['7', 'int'],
        'c': [' two  blanks ', 'bool'], 'd': ['', 'chr']}, found


def test_repeated_results_replace(env):
    """S3.13 a result sent again in a later message replaces the first."""
    made = device.Device(env)
    ident = made.enqueue('Get', './Vendor/MSFT/Z')
    session = made.session()
    command = session.first().commands[0]
    session.next(session.answers('200', results(
        9, 1, command.id, [('./Vendor/MSFT/Z', 'old')])))
    session.next(status(1, 2, 0, 'SyncHdr', 200) + results(
        2, 1, command.id, [('./Vendor/MSFT/Z', 'new')]))
    assert [r[1] for r in made.results(ident)] == ['new']


def test_older_syncml_namespace(env):
    """S0.69 the 1.1 namespace is read as 1.2; the answer is 1.2."""
    made = device.Device(env)
    session = made.session()
    session.msg = 1
    session.post(sub(messages.package1(made.id, session.session),
                     SYNCML, 'SYNCML:SYNCML1.1'))
    reply = messages.SyncML(session.answer)
    assert len(reply.statuses) == 4


def test_session_id_is_opaque(env):
    """S0.76 S3.44 D2-37 0, hex and text session ids come back as sent."""
    made = device.Device(env)
    for ident in ('0', '1F', 'ffff', 'a-b', 'x' * 32):
        assert made.session(session=ident).first().session == ident


def test_server_counts_its_messages(env):
    """S3.55 the server's MsgIDs are 1, 2, 3 in a session and begin again
    in the next."""
    made = device.Device(env)
    for _ in range(2):
        for number in range(3):
            made.enqueue('Replace', './Vendor/MSFT/N/%d' % number, 'x')
        session = made.session()
        found = [session.first().msg]
        for _ in range(3):
            found.append(session.next(session.answers()).msg)
        assert found == [1, 2, 3, 4], found


def test_queue_grows_during_the_session(env):
    """S3.53 S3.54 what is queued meanwhile is in the next message."""
    made = device.Device(env)
    session = made.session()
    assert session.first().commands == []
    made.enqueue('Replace', './Vendor/MSFT/A', '1')
    assert session.next(session.answers()).uris() == ['./Vendor/MSFT/A']
    made.enqueue('Replace', './Vendor/MSFT/B', '2')
    assert session.next(session.answers()).uris() == ['./Vendor/MSFT/B']
    assert session.next(session.answers()).commands == []


def test_message_budget(env):
    """S3.53 D1-I5 a long queue is cut into messages near the budget and
    keeps its order."""
    made = device.Device(env)
    uris = ['./Vendor/MSFT/Big/%02d' % n for n in range(12)]
    for uri in uris:
        made.enqueue('Replace', uri, 'x' * 20000)
    session = made.session()
    session.first()
    found = []
    for _ in range(20):
        if not session.reply.commands:
            break
        assert len(session.answer.body) < 65536 + 21000, 'over the budget'
        found += session.reply.uris()
        session.next(session.answers())
    assert found == uris, found


def test_one_large_command(env):
    """S3.53 a command above the budget still goes out, alone."""
    made = device.Device(env)
    made.enqueue('Replace', './Vendor/MSFT/Huge', 'x' * 200000)
    made.enqueue('Replace', './Vendor/MSFT/Small', 'y')
    session = made.session()
    command, = session.first().commands
    assert len(command.data) == 200000
    assert session.next(session.answers()).uris() == ['./Vendor/MSFT/Small']


def test_no_commands_before_final(env):
    """S3.38 before the client's package is complete no command is sent."""
    made = device.Device(env)
    made.enqueue('Replace', './Vendor/MSFT/A', '1')
    session = made.session()
    reply = session.first(final=False)
    assert [c.verb for c in reply.commands] == ['Alert'], reply.uris()
    assert reply.commands[0].node.one('Data').text == '1222'
    assert not reply.final
    reply = session.next(status(1, 1, 0, 'SyncHdr', 200))
    assert reply.uris() == ['./Vendor/MSFT/A']


def test_user_commands_wait_for_the_user(env):
    """S3.56 S3.57 S3.58 S3.60 ./User/ commands in any letter case wait for
    LoginStatus user; others pass them."""
    made = device.Device(env)
    uris = ['./User/Vendor/MSFT/A', './Vendor/MSFT/B', './user/vendor/MSFT/C',
            './Device/Vendor/MSFT/D', './USER/Vendor/MSFT/E']
    ids = [made.enqueue('Replace', u, 'x') for u in uris]
    session = made.session(login='others')
    assert session.first().uris() == [uris[1], uris[3]]
    session.finish()
    for login in ('none', None, 'others'):
        assert made.session(login=login).first().commands == [], login
    for number in (0, 2, 4):
        assert made.command(ids[number]) == 'queued'
    session = made.session(login='user')
    assert session.first().uris() == [uris[0], uris[2], uris[4]]
    session.finish()
    assert [made.command(i) for i in ids] == ['done'] * 5


def test_values_are_escaped_outward(env):
    """S0.77 what an administrator queues arrives as the same text."""
    made = device.Device(env)
    data = '<a b="c">&amp; ]]> \u00e9\u4e2d\U0001f512\'\t|\r\n|</a>'
    made.enqueue('Replace', './Vendor/MSFT/%7BA%7D/x', data, 'xml')
    session = made.session()
    command, = session.first().commands
    assert command.data == data and command.format == 'xml'
    assert command.uri == './Vendor/MSFT/%7BA%7D/x'
    assert b'CDATA' not in session.answer.body


def test_enqueue_refuses_bad_input(env):
    """S3.19 S3.27 S3.28 S3.29 what no device would take is refused when
    it is queued, with the rule's name, and an unknown device too."""
    made = device.Device(env)
    bad = [('Replace', '/Vendor/MSFT/A', 'x', 'chr'),
           ('Replace', '', 'x', 'chr'),
           ('Replace', './Vendor//A', 'x', 'chr'),
           ('Replace', './Vendor/*', 'x', 'chr'),
           ('Replace', './Vendor/a b', 'x', 'chr'),
           ('Replace', './Vendor/\u00e9', 'x', 'chr'),
           ('Replace', './Vendor/A', 'x', 'text'),
           ('Frob', './Vendor/A', 'x', 'chr'),
           ('Get', './Vendor/A', 'x', 'chr'),
           ('Delete', './Vendor/A', 'x', 'chr')]
    for verb, uri, data, form in bad:
        try:
            made.enqueue(verb, uri, data, form)
        except stack.SqlError as error:
            assert error.state == 'MD400', '%s: %s' % (uri, error)
        else:
            raise AssertionError('queued: %s %s' % (verb, uri))
    try:
        env.call('enqueue', '00000000-0000-4000-8000-000000000000', 'Get',
                 './Vendor/A')
    except stack.SqlError as error:
        assert error.state == 'MD404', error
    else:
        raise AssertionError('queued for nobody')
    assert made.session().first().commands == []


def test_cancelled_command(env):
    """D2-47 a command cancelled before delivery is never sent; one
    cancelled after it does not lose the device's answer."""
    made = device.Device(env)
    first = made.enqueue('Replace', './Vendor/MSFT/A', '1')
    second = made.enqueue('Replace', './Vendor/MSFT/B', '2')
    env.call('cancel', first)
    session = made.session()
    assert session.first().uris() == ['./Vendor/MSFT/B']
    assert made.command(first) == 'cancelled'
    session.finish()
    assert made.command(second) == 'done'


def test_alerts(env):
    """S3.6 S3.7 S3.59 generic alerts and device events of any type are
    answered 200 and recorded; unknown types too."""
    made = device.Device(env)
    kinds = ['com.microsoft/MDM/BootSync', 'com.example.unknown',
             'Reversed-Domain-Name:com.microsoft.mdm.win32csp_install']
    extra = ''.join(messages.alert(n, 1226 if n == 11 else 1224, k, str(n))
                    for n, k in enumerate(kinds, 10))
    reply = made.session().first(extra)
    assert [s[3] for s in reply.statuses] == ['200'] * 7, reply.statuses
    rows = env.admin('select type, code, data from admin.alert where device ='
                     ' %s order by data;' % stack.quote(made.uuid))
    assert rows == [[kinds[0], '1224', '10'], [kinds[1], '1226', '11'],
                    [kinds[2], '1224', '12']], rows


def test_unenrolment_by_the_user(env):
    """S3.6 the unenrolment alert is answered, the device is unenrolled
    from the next message on, its history stays."""
    made = device.Device(env)
    ident = made.enqueue('Replace', './Vendor/MSFT/A', 'x')
    made.session().finish()
    waiting = made.enqueue('Replace', './Vendor/MSFT/B', 'x')
    session = made.session()
    reply = session.first(messages.alert(
        9, 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1',
        mark='critical', form='int'))
    assert ('1', '9', 'Alert', '200') in reply.statuses
    assert made.row('state') == 'unenrolled'
    assert made.command(ident) == 'done'
    assert made.command(waiting) == 'cancelled'
    answer = made.session().post(messages.package1(made.id, 'after'))
    assert answer.status == 403, answer


def test_status_beside_the_unenrolment(env):
    """S3.6 D1-I2 a device that leaves has its say first: the Status in the
    message of its unenrolment alert is recorded."""
    made = device.Device(env)
    sent = made.enqueue('Replace', './Vendor/MSFT/A', 'x')
    session = made.session()
    session.first()
    waiting = made.enqueue('Replace', './Vendor/MSFT/B', 'x')
    session.next(session.answers('200', messages.alert(
        9, 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1',
        mark='critical', form='int')))
    assert made.command(sent, 'state, status') == ['done', '200']
    assert made.command(waiting) == 'cancelled'
    assert made.row('state') == 'unenrolled'


def test_queued_by_the_admin_role(env):
    """S4.18 the administrator's role can queue and read, nothing more."""
    made = device.Device(env)
    made.enqueue('Replace', './Vendor/MSFT/A', 'x')
    try:
        env.admin('select count(*) from mdm.device;')
    except stack.SqlError as error:
        assert error.state == '42501', error
    else:
        raise AssertionError('the admin role reads tables')


def test_last_seen_moves(env):
    """S4.15 every session refreshes last_seen_at."""
    made = device.Device(env)
    made.session().first()
    before = made.row('last_seen_at')
    time.sleep(0.01)
    made.session().first()
    assert made.row('last_seen_at') > before


def test_target_without_query(env):
    """S0.69 the Target of the message is the client's; it is not compared
    with the address, and comes back as Source."""
    made = device.Device(env)
    session = made.session()
    session.msg = 1
    text = messages.package1(made.id, session.session)
    text = re.sub(r'(<Target>\s*<LocURI>)[^<]*', r'\1https://x.test/a?b=c'
                  r'&amp;d', text)
    session.post(text)
    assert messages.SyncML(session.answer).source == 'https://x.test/a?b=c&d'


def test_header_meta_and_names(env):
    """S3.20 S3.39 Meta, LocName and Cred in the header do no harm."""
    made = device.Device(env)
    session = made.session()
    session.msg = 1
    text = messages.package1(made.id, session.session)
    text = sub(text, '</SyncHdr>', '<Cred><Meta><Format xmlns="syncml:metinf">'
               'b64</Format><Type xmlns="syncml:metinf">syncml:auth-md5</Type>'
               '</Meta><Data>AAAAAAAAAAAAAAAAAAAAAA==</Data></Cred><Meta>'
               '<MaxMsgSize xmlns="syncml:metinf">524288</MaxMsgSize></Meta>'
               '</SyncHdr>')
    text = sub(text, made.id + '</LocURI>\n    </Source>',
               made.id + '</LocURI><LocName>name</LocName></Source>')
    session.post(text)
    assert len(messages.SyncML(session.answer).statuses) == 4
    assert element(text, 'MsgID', '1') == text
