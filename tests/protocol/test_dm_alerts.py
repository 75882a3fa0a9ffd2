# SPDX-License-Identifier: ISC
"""Alerts of every kind, and the end of a device's management."""

from dm_talk import OK, Device, item, results
from messages import alert, status

A = './Vendor/MSFT/L/A'
UNENROL = 'com.microsoft:mdm.unenrollment.userrequest'


def test_every_alert_is_answered_and_kept(env):
    """S3.6 S3.7 S3.59 every type that Windows knows and types nobody knows:
    Status 200 each, and a row with code, type, source and data."""
    made = Device(env)
    kinds = [(1224, 'com.microsoft.mdm.synctype', '', 'mixed'),
             (1224, 'com.microsoft/MDM/DevicePrepSync', '', 'Bootstrapping'),
             (1224, 'com.microsoft/MDM/BootSync', '', '1'),
             (1224, 'com.microsoft/MDM/OdjSync', '', '1'),
             (1224, 'Reversed-Domain-Name:com.microsoft.mdm.requestpending',
              '', '1'),
             (1224, 'Reversed-Domain-Name:com.microsoft.mdm.win32csp_install',
              './Device/Vendor/MSFT/MSI/x/DownloadInstall', '0'),
             (1224, 'com.microsoft.mdm.declaredconfigurationdocuments', '',
              '&lt;a b="c"/&gt;'),
             (1226, 'Reversed-Domain-Name:com.microsoft.mdm.EnterpriseHosted'
              'AppInstall.result', './Vendor/MSFT/App/x', '0'),
             (1226, 'com.example.unknown', './Vendor/MSFT/y', 'text'),
             (1224, 'urn:\u00e9\u4e2d', '', '\U0001f512'),
             (1226, 'x' * 200, '', '')]
    extra = ''.join(alert(n, c, k, d, s) for n, (c, k, s, d) in
                    enumerate(kinds, 10))
    reply = made.talk().begin(extra)
    for number in range(len(kinds)):
        assert reply.status(10 + number) == '200', reply.statuses
    assert [s[1] for s in reply.statuses] == ['0', '2', '3'] + [
        str(n) for n in range(10, 10 + len(kinds))] + ['4'], reply.statuses
    found = [[str(c), k, s or None, d.replace('&lt;', '<').replace(
        '&gt;', '>')] for c, k, s, d in kinds]
    rows = [[r[0], r[1], r[2] or None, r[3] or ''] for r in made.alerts()]
    assert rows == found, rows


def test_user_token(env):
    """S3.7 T29 the user's token is answered 200 and is in no log."""
    made = Device(env)
    token = 'eyJhbGciOiJub25lIn0.Y2FuYXJ5LWZlbmVzdHJh.c2ln'
    mark = env.log.mark()
    reply = made.talk().begin(alert(9, 1224, 'com.microsoft/MDM/AADUserToken',
                                    token))
    assert reply.status(9) == '200'
    env.log.wait(mark, 1)
    assert token not in env.log.text(mark)


def test_alert_with_several_items(env):
    """S3.6 an Alert of two Items is one Status and two rows; one without
    any Item or type is answered, too."""
    made = Device(env)
    two = ('<Alert><CmdID>10</CmdID><Data>1226</Data>' + ''.join(
        '<Item><Source><LocURI>./a/%d</LocURI></Source><Meta><Type xmlns="'
        'syncml:metinf">com.example.t</Type></Meta><Data>%d</Data></Item>'
        % (n, n) for n in (1, 2)) + '</Alert>')
    bare = '<Alert><CmdID>11</CmdID><Data>1224</Data></Alert>'
    odd = '<Alert><CmdID>12</CmdID><Data>1999</Data></Alert>'
    none = '<Alert><CmdID>13</CmdID></Alert>'
    reply = made.talk().begin(two + bare + odd + none)
    assert reply.status(10) == reply.status(11) == '200', reply.statuses
    assert reply.status(12) and reply.status(13), reply.statuses
    rows = [r for r in made.alerts() if r[1] == 'com.example.t']
    assert [r[2:] for r in rows] == [['./a/1', '1'], ['./a/2', '2']], rows


def test_user_alerts_are_no_login(env):
    """S3.57 S3.59 a LoginStatus outside its event (1226, or in Results)
    opens no user scope."""
    made = Device(env)
    made.queue(('Get', './User/Vendor/MSFT/X'))
    kind = 'com.microsoft/MDM/LoginStatus'
    reply = made.talk(login='none').begin(alert(9, 1226, kind, 'user'))
    assert reply.commands == []
    assert made.talk(login='users').begin().commands == []
    assert made.talk(login='User ').begin().uris() in (
        [], ['./User/Vendor/MSFT/X'])


def unenrolled(made, waiting):
    assert made.row('state') == 'unenrolled'
    assert made.command(waiting) == 'cancelled'
    state, = {r[0] for r in made.env.admin(
        "select state from admin.certificate where device = '%s';"
        % made.uuid)}
    assert state != 'issued' and state != 'active', state
    talk = made.talk()
    talk.refused(OK, 1, 403)


def test_unenrolment(env):
    """S3.6 the alert with its Type, critical, without Source as newer
    builds send it: 200, certificate and queue closed, history kept."""
    for source in ('', './Vendor/MSFT/DMClient/Unenroll'):
        made = Device(env)
        ident = made.enqueue('Get', A)
        talk = made.talk()
        get, = talk.begin().commands
        talk.go('200', results(9, 1, get.id, item(A, 'kept')))
        waiting = made.enqueue('Exec', A)
        reply = made.talk().begin(alert(9, 1226, UNENROL, '1', source,
                                        'critical', 'int'))
        assert reply.status(9) == '200' and reply.commands == []
        assert made.command(ident) == 'done'
        assert made.found(ident)[A][0] == 'kept'
        unenrolled(made, waiting)


def test_unenrolment_without_a_type(env):
    """S3.6 the same without Type (Format int, Mark critical, Data 1) is the
    user's unenrolment as well; a 1226 of another kind without Type is
    not."""
    bare = ('<Alert><CmdID>9</CmdID><Data>1226</Data><Item><Meta><Format '
            'xmlns="syncml:metinf">int</Format><Mark xmlns="syncml:metinf">'
            '%s</Mark></Meta><Data>%s</Data></Item></Alert>')
    made = Device(env)
    waiting = made.enqueue('Exec', A)
    for mark, data in (('informational', '1'), ('minor', '0')):
        talk = made.talk()
        assert talk.begin(bare % (mark, data)).status(9) == '200'
        talk.go(None)
        assert made.row('state') == 'enrolled', mark
    reply = made.talk().begin(bare % ('critical', '1'))
    assert reply.status(9) == '200' and reply.commands == []
    unenrolled(made, waiting)


def test_unenrolment_with_type_outside(env):
    """S3.6 Type beside Meta, Meta without a namespace: the same alert."""
    for meta in ('<Type>%s</Type><Meta><Format>int</Format></Meta>',
                 '<Meta><Type>%s</Type><Format>int</Format></Meta>',
                 '<Meta xmlns="syncml:metinf"><Mark>critical</Mark><Type>%s'
                 '</Type></Meta>'):
        made = Device(env)
        waiting = made.enqueue('Exec', A)
        reply = made.talk().begin(
            '<Alert><CmdID>9</CmdID><Data>1226</Data><Item>%s<Data>1</Data>'
            '</Item></Alert>' % meta % UNENROL)
        assert reply.status(9) == '200' and reply.commands == [], meta
        unenrolled(made, waiting)


def test_unenrolment_repeated(env):
    """S3.6 D2-28 the answer was lost: the same message again gets the same
    octets, and one event tells of the end."""
    made = Device(env)
    talk = made.talk()
    talk.begin(alert(9, 1226, UNENROL, '1', mark='critical', form='int'))
    first = talk.answer.body
    again = talk.post(talk.sent)
    assert again.status == 200 and again.body == first, again
    assert made.events('device.unenrolled') == 1


def test_unenrolment_in_a_later_message(env):
    """S3.6 in the middle of a session: answered, what was sent is settled
    by its own Status."""
    made = Device(env)
    made.queue(('Exec', A), ('Exec', A + '/b'))
    talk = made.talk()
    one, _ = talk.begin().commands
    waiting = made.enqueue('Exec', A)
    reply = talk.say(OK + status(2, 1, one.id, 'Exec', 200) + alert(
        9, 1226, UNENROL, '1', mark='critical', form='int'))
    assert reply.status(9) == '200' and reply.commands == []
    rows = made.outcomes()
    assert rows[0] == ['done', '200'], rows
    assert rows[1][0] in ('cancelled', 'unknown'), rows
    unenrolled(made, waiting)


def test_unenrolled_by_user_then_enrolled_again(env):
    """S3.6 D2-38 the device comes back with a new certificate and is
    managed; its old certificate stays closed."""
    made = Device(env)
    made.talk().begin(alert(9, 1226, UNENROL, '1', mark='critical'))
    again = Device(env, device_id=made.id)
    again.queue(('Exec', A))
    talk = again.talk()
    assert talk.begin().uris() == [A]
    talk.finish()
    assert again.row('state') == 'enrolled'
    made.talk().refused(OK, 1, 403)


def test_unenrolment_of_switched_off_enrolment(env):
    """S3.6 the alert counts although the user may no longer enrol."""
    upn = 'gone@' + env.base.partition('.')[2].partition(':')[0]
    env.user(upn, 'a-password-Fenestra')
    made = Device(env, upn=upn, password='a-password-Fenestra')
    waiting = made.enqueue('Exec', './User/x')
    made.talk(login='none').begin()
    env.call('user_remove', upn)
    reply = made.talk().begin(alert(9, 1226, UNENROL, '1', mark='critical'))
    assert reply.status(9) == '200'
    unenrolled(made, waiting)
