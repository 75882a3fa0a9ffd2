# SPDX-License-Identifier: ISC
"""Actions as a device meets them: what it is sent, and what is concluded from
what it says and does next; and the files that it is asked for."""

import hashlib
import os
import re
import stat

import client
import stack
import xmltree
from dm_talk import Device, Setting, Talk, item, package1, results
from messages import alert

MSI = ('./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/'
       '%7B11111111-2222-3333-4444-555555555555%7D/')
WIPE = './Device/Vendor/MSFT/RemoteWipe/'
PROVIDER = './Device/Vendor/MSFT/DMClient/Provider/Fenestra/Unenroll'
UPLOAD = re.compile(r'(/ManagementServer/Upload/)([0-9a-f]{32})$')


class Acting(Device):
    """A device that has come once, and its actions."""

    def __init__(self, env, **more):
        super().__init__(env, **more)
        self.talk().finish()

    def forever(self, function, *args):
        """An act that cannot be undone, however many there were before."""
        with Setting(self.env, wipes_per_hour='10000'):
            return self.env.call(function, self.uuid, *args)

    def act(self, function, *args):
        return self.env.call(function, self.uuid, *args)

    def outcome(self, action):
        row, = self.env.admin('select state, outcome from admin.action where'
                              ' id = %s;' % stack.quote(action))
        return row

    def visit(self, data='200', reply=None):
        """A session that does what it is told; the shapes of that."""
        talk = self.talk()
        first = talk.begin()
        if first.commands:
            talk.go(data, reply(first) if reply else '')
            talk.finish(data)
        return first.shapes()


def late(made):
    """The first message of a session, which is refused."""
    talk = made.talk()
    answer = talk.post(talk.text(package1(made.id), 1))
    assert (answer.status, answer.body) == (403, b''), answer


def test_restart_and_packages(env):
    """S3.62 actions send what they say they do, and end as the device tells:
    by status, by coming again, by a node that is asked for, by an alert."""
    made = Acting(env)
    restart, scan = made.act('reboot'), made.act('defender_scan', 'full')
    msi = env.value(
        "select admin.msi_install('%s', '{11111111-2222-3333-4444-"
        "555555555555}', array['https://a.test/a&b.msi'], repeat('0f', 32),"
        " '1.2.3', '/quiet NAME=\"<x>\"')" % made.uuid)
    seen = made.visit(lambda c: '202' if c.uri and c.uri.startswith(MSI)
                      and c.verb == 'Exec' else '200')
    assert seen[:2] == [
        ('Exec', ('./Device/Vendor/MSFT/Reboot/RebootNow', None)),
        ('Exec', ('./Device/Vendor/MSFT/Defender/Scan', '2'))], seen
    group = seen[2]
    assert [g[0] for g in group[1:]] == ['Add', 'Exec'], group
    job = xmltree.parse(group[2][1][1].encode())
    assert (job.local, job.attr('id')) == (
        'MsiInstallJob', '{11111111-2222-3333-4444-555555555555}')
    product = job.one('Product', '')
    assert product.one('Enforcement', '').one('CommandLine', '').text == \
        '/quiet NAME="<x>"'
    assert made.outcome(scan) == ['done', '200: done']
    assert made.outcome(restart)[0] == 'running'
    assert made.outcome(msi) == ['running', 'the device has begun']

    def progress(first):
        get = first.commands[0].children[0]
        return results(90, first.msg, get.id, item(MSI + 'Status', '50'))
    seen = made.visit('200', progress)
    assert [g[1][0] for g in seen[0][1:]] == [MSI + 'Status',
                                              MSI + 'LastError'], seen
    assert made.outcome(restart) == ['done',
                                     'the device took it, and came again']
    assert made.outcome(msi) == ['running', 'installing']
    made.talk().begin(alert(
        9, 1224, 'Reversed-Domain-Name:com.microsoft.mdm.win32csp_install',
        '0', MSI + 'DownloadInstall'))
    assert made.outcome(msi) == ['done', 'the device reported 0']
    events = [r[0] for r in env.admin(
        "select kind from admin.event where device = '%s' and kind like"
        " 'action.%%' order by seq;" % made.uuid)]
    assert sorted(events) == ['action.asked'] * 3 + ['action.done'] * 3


def test_wipe_and_what_comes_next(env):
    """T35 T39 a wipe is sent first and once; a status is no proof of it: that
    the device enrolls anew is, and then its old certificate is refused; and
    one that comes again as it was has failed."""
    made = Acting(env)
    action = made.forever('wipe', 'doWipeProtected', 'left in a train')
    made.queue(('Get', './A'))
    assert made.visit() == [('Exec', (WIPE + 'doWipeProtected', None)),
                            ('Get', ('./A', None))]
    assert made.outcome(action)[0] == 'running'
    assert made.visit() == []
    anew = Device(env, device_id=made.id)
    assert anew.uuid == made.uuid
    anew.talk().finish()
    assert made.outcome(action) == [
        'done', 'the device was wiped, and has enrolled anew']
    late(made)
    assert anew.talk().begin().header == '200'
    assert made.row('state') == 'enrolled'

    stays = Acting(env)
    action = stays.forever('wipe', 'doWipe', 'sold')
    stays.visit()
    env.sql("update mdm.command_done set done_at = now() - interval '1 hour',"
            " sent_at = now() - interval '1 hour' where device = '%s';"
            " update mdm.enrollment set requested_at = now() - interval '1 day'"
            " where device = '%s';" % (stays.uuid, stays.uuid))
    stays.visit()
    assert stays.outcome(action) == [
        'failed', 'the device took it, and came again as it was']


def test_retire(env):
    """T35 T39 a device that was told to go has left: its next session is
    refused, whatever is still queued for it."""
    made = Acting(env)
    action = made.forever('retire', 'left the company')
    made.queue(('Get', './A'))
    talk = made.talk()
    first = talk.begin()
    assert first.shapes()[0] == ('Exec', (PROVIDER, 'Fenestra'))
    talk.go()
    assert made.outcome(action) == ['done', 'the device has left']
    assert made.row('state') == 'retired'
    late(made)


def test_held_is_not_sent(env):
    """T30 T35 a second person, a limit, a raw command: what was not let go never
    reaches a device; and a device that waits for approval gets no action."""
    made = Acting(env)
    with Setting(env, wipes_per_hour='0'):
        action = env.value("select admin.wipe('%s', in_reason => 'stolen');"
                           % made.uuid)
        assert made.outcome(action)[0] == 'held'
        assert made.visit() == []
        try:
            env.call('action_approve', action)
        except stack.SqlError as error:
            assert error.state == 'MD403', error
        else:
            raise AssertionError('approved by who asked')
        env.sql("select admin.action_approve('%s');" % action)
    assert made.visit('500') == [('Exec', (WIPE + 'doWipe', None))]
    assert made.outcome(action)[0] == 'failed'
    for xml in ('<Exec><Item><Target><LocURI>%sdoWipe</LocURI></Target></Item>'
                '</Exec>' % WIPE, '<Sequence><Exec><Item><Target><LocURI>%s'
                '</LocURI></Target></Item></Exec></Sequence>' % PROVIDER):
        try:
            made.syncml(xml)
        except stack.SqlError as error:
            assert error.state == 'MD400', error
        else:
            raise AssertionError('queued: ' + xml)
    with Setting(env, approval='required'):
        waits = Device(env)
        waits.talk().finish()
        action = env.call('reboot', waits.uuid)
        assert waits.talk().begin().commands == []
        env.call('approve', waits.uuid)
        assert waits.talk().begin().uris() == [
            './Device/Vendor/MSFT/Reboot/RebootNow']


def test_unenrolment_needs_the_certificate(env):
    """T35 T39 whoever asks without a device's certificate unenrolls none."""
    made = Acting(env)
    stranger = Talk(made, cert=False)
    body = stranger.text(
        '<Alert><CmdID>2</CmdID><Data>1201</Data></Alert>' + alert(
            3, 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1'), 1)
    before = env.tables()
    assert stranger.post(body).status == 403
    assert env.tables() == before
    assert made.row('state') == 'enrolled'


def folder(env):
    return os.path.join(env.var, 'diagnostics')


def asked(made):
    """Has a device asked for diagnostics: the action, the path and token."""
    action = made.act('diagnostics')
    talk = made.talk()
    command, = talk.begin().commands
    assert command.uri == ('./Device/Vendor/MSFT/DiagnosticLog/'
                           'DiagnosticArchive/ArchiveDefinition')
    talk.go()
    root = xmltree.parse(command.data.encode())
    assert root.names()[:2] == ['ID', 'SasUrl'], root.names()
    url = root.one('SasUrl', '').text
    found = UPLOAD.search(url)
    assert found and url.startswith('https://manage.'), url
    return action, found.group(0), found.group(2)


def put(env, path, body, method='PUT', **more):
    return client.Connection(env, stack.MANAGE).request(
        method, path, body, kind='application/zip', **more)


def test_diagnostics(env):
    """T36 T29 a file is taken once at the address that the device was told,
    whole, and lies outside the database; its address is in no table in clear
    and in no log."""
    made = Acting(env)
    mark = env.log.mark()
    action, path, token = asked(made)
    assert made.outcome(action)[0] == 'running'
    body = os.urandom(3 << 20)
    answer = put(env, path + '/DiagLogs-PC-20261122T000000Z.zip?comp=block',
                 body, headers=[('x-ms-blob-type', 'BlockBlob')])
    assert (answer.status, answer.body) == (201, b''), answer
    row, = env.admin("select file, size, sha256, device from admin.upload"
                     " where action = '%s';" % action)
    assert row[1:] == [str(len(body)), hashlib.sha256(body).hexdigest(),
                       made.uuid], row
    file = os.path.join(folder(env), row[0])
    with open(file, 'rb') as stored:
        assert stored.read() == body
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o640
    assert made.outcome(action) == [
        'done', 'received %d octets as file %s' % (len(body), row[0])]
    before = os.listdir(folder(env))
    assert put(env, path, b'again').status == 404
    assert os.listdir(folder(env)) == before
    with open(file, 'rb') as stored:
        assert stored.read() == body
    found = env.sql("select count(*) from mdm.upload u where u::text like"
                    " '%%%s%%'" % token)
    assert found == [['0']]
    env.log.wait(mark, 4)
    assert token not in env.log.text(mark)
    path = os.path.join(env.var, 'log', 'access.log')
    if os.path.exists(path):
        with open(path, encoding='utf-8', errors='replace') as log:
            assert token not in log.read()
    assert env.admin("select data from admin.command where device = '%s' and"
                     " uri like '%%Archive%%';" % made.uuid) == [[None]]
    assert 'upload.received' in [r[0] for r in env.admin(
        "select kind from admin.event where device = '%s';" % made.uuid)]


def test_uploads_refused(env):
    """T36 T41 no address, another's, one that is over, too much: refused, and
    nothing is left of it."""
    made = Acting(env)
    _, path, token = asked(made)
    before = sorted(os.listdir(folder(env)))
    start = '/ManagementServer/Upload/'
    for bad in (start, start + '0' * 32, start + token[:-1], start + token
                + '0', start + token.upper(), start + token + '.zip',
                start + '%2e%2e/' + token, start + 'x/' + token):
        answer = put(env, bad, b'zip')
        assert (answer.status, answer.body) == (404, b''), (bad, answer)
    for method in ('GET', 'POST', 'DELETE'):
        answer = put(env, path, b'zip' if method == 'POST' else None, method)
        assert answer.status == 405, (method, answer)
        assert answer.header('Allow') == 'PUT'
    assert put(env, path, b'').status == 400
    with Setting(env, upload_maximum='1'):
        assert put(env, path, b'z' * (1 << 20) + b'z').status == 413
    with Setting(env, upload_quota='0'):
        assert put(env, path, b'zip').status == 503
    env.sql("update mdm.upload set expires_at = now() where sha256 ="
            " sha256('%s')" % token)
    assert put(env, path, b'zip').status == 404
    assert sorted(os.listdir(folder(env))) == before
    env.sql("update mdm.upload set expires_at = now() + interval '1 day'"
            " where sha256 = sha256('%s')" % token)
    assert put(env, start.lower() + token, b'zip').status == 201
    assert len(os.listdir(folder(env))) == len(before) + 1
