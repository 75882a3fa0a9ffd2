# SPDX-License-Identifier: ISC
"""A really booted systemd: from a Debian with nothing to the first device
behind lighttpd, then the life of its processes, an upgrade and the end."""

import collections
import json
import os
import re
import time

import site_tree
import tree
from site_tree import HOSTS, UPN, Load, wait_for

MDM = '/ManagementServer/MDM.svc'
KINDS = ('discovery', 'enrollment', 'management', 'signer')


def place():
    return site_tree.Site('lighttpd')


def test_nothing_is_served_before_init(site):
    """T48 an installed package has no key, no account, no open socket, and
    does not guess; every process refuses to start."""
    tree.package()
    site.started = time.monotonic()
    said = site.install()
    assert 'fenestra init' in said, said[-2000:]
    for kind in KINDS:
        unit = 'fenestra-%s.socket' % kind
        assert site.run('systemctl', 'is-enabled', unit) == 'enabled'
        assert site.run('systemctl', 'is-active', unit,
                        status=3) == 'inactive'
        assert site.unit_value(unit, 'ConditionResult') == 'no'
    assert site.pids() == {}
    assert os.listdir(site.path('/etc/fenestra')) == []
    site.before = {f for f in site.files() if 'fenestra' not in f}
    assert site.run('runuser', '-u', 'postgres', '--', 'psql', '-At', '-c',
                    "select count(*) from pg_roles where rolname like "
                    "'fenestra%'") == '0'
    assert site.status_of('/enroll') == '000'
    said = site.init(status=3)
    assert '--domain=NAME' in said, said
    said = site.init('--domain=nodots', '--yes', status=64)
    assert 'not a host name' in said, said
    said = site.init('--domain=ops.example', '--front=iis', status=64)
    assert 'lighttpd, apache or none' in said, said
    said = site.run('runuser', '-u', 'nobody', '--', 'fenestra', 'init',
                    status=1)
    assert 'root' in said, said
    assert os.listdir(site.path('/etc/fenestra')) == []


def test_first_device(site):
    """From the tree to a device that holds its first session, by what the
    README says and `fenestra init` alone."""
    said = site.set_up('--workers=3')
    for word in (HOSTS[0], HOSTS[1], UPN, 'Access work or school',
                 'certutil -addstore -f Root root.pem', 'root.key'):
        assert word in said, said
    assert 'correct horse' not in said
    site.device('enroll', '-d', '/root/pc')
    site.device('session', '-d', '/root/pc')
    taken = time.monotonic() - site.started
    print('# %.0f s from a clean tree to the first session' % taken)
    assert site.sql("select state || ' ' || upn from admin.device") == \
        'enrolled ' + UPN
    assert site.status_of('/EnrollmentServer/Discovery.svc') == '200'
    assert site.status_of(MDM, HOSTS[1], '-d', 'x') == '403'


def test_no_default_credentials(site):
    """T48 who may come in is whom the administrator named; no role of the
    database has a password, and no other user of the machine is let in."""
    assert site.sql('select upn from admin.account') == UPN
    assert site.run('runuser', '-u', 'postgres', '--', 'psql', '-At', '-c',
                    'select count(*) from pg_authid where rolpassword is not '
                    'null') == '0'
    for user in ('www-data', 'nobody', 'fenestra-discovery'):
        for role in ('fenestra_management', 'fenestra_admin'):
            said = site.run('runuser', '-u', user, '--', 'psql', '-d',
                            'fenestra', '-U', role, '-c', 'select 1', status=2)
            assert 'Peer authentication failed' in said, said


def test_keys_are_closed(site):
    """The CA's key is the signer's alone, the sealing key root's, and no
    socket but its own is open to a process."""
    for path, user in (('/etc/fenestra/issuing.key', 'fenestra-signer'),
                       ('/etc/fenestra/seal.key', 'root'),
                       ('/etc/fenestra/root.key', 'root')):
        for kind in (*('fenestra-' + k for k in KINDS), 'www-data',
                     'postgres'):
            may = kind == user
            said = site.run('runuser', '-u', kind, '--', 'test', '-r', path,
                            status=None if may else 1)
            assert said == '', (path, kind, said)
        assert site.run('stat', '-c', '%U %a', path) in (
            user + ' 400', user + ' 600'), path
    assert site.run('stat', '-c', '%U:%G %a', '/etc/fenestra/server.key') == \
        'root:www-data 640'
    assert site.run('stat', '-c', '%U:%G %a', '/etc/fenestra/environment') \
        == 'root:root 640'
    for kind in KINDS:
        owner = 'fenestra-enrollment' if kind == 'signer' else 'www-data'
        assert site.run('stat', '-c', '%U:%G %a', '/run/fenestra/%s.sock' %
                        kind) == 'root:%s 660' % owner


def state(site):
    """All that init could have changed."""
    return set('\n'.join((
        site.run('find', '/etc', '/usr/share/fenestra', '-not', '-type', 'd',
                 '-printf', '%p %m %U %G %s %T@ %l\\n'),
        str(sorted(site.pids().items())),
        site.unit_value(site.unit, 'MainPID'),
        site.sql('select * from admin.setting order by name'),
        site.sql('select upn, changed_at from admin.account'),
        site.run('runuser', '-u', 'postgres', '--', 'psql', '-At', '-c',
                 'select rolname, oid, rolconfig from pg_roles'))).split('\n'))


def test_second_run_changes_nothing(site):
    """fenestra init again: nothing is different, and it says so."""
    before = state(site)
    said = site.init()
    assert 'nothing was changed' in said, said
    said = site.set_up('--workers=3')
    assert 'nothing was changed' in said, said
    after = state(site)
    assert after == before, (before - after, after - before)


def test_interrupted_run_is_finished(site):
    """Whatever a run that was cut short left out, the next one makes; what
    is there stays, and a setting that was changed since does too."""
    issuing = site.run('sha256sum', '/etc/fenestra/issuing.key')
    site.run('rm', '/etc/fenestra/environment', '/etc/fenestra/device-ca.pem',
             '/etc/systemd/system/lighttpd.service.d/fenestra.conf')
    site.run('systemctl', 'disable', '-q', 'fenestra-management@2')
    site.sql("select admin.setting_set('enrollment_url', "
             "'https://other.ops.example')")
    said = site.init()
    for word in ('/etc/fenestra/environment', '/etc/fenestra/device-ca.pem',
                 'lighttpd.service.d/fenestra.conf', 'management@2'):
        assert word in said, said
    assert site.run('sha256sum', '/etc/fenestra/issuing.key') == issuing
    assert site.sql("select value from admin.setting where name = "
                    "'enrollment_url'") == 'https://other.ops.example'
    said = site.set_up()
    assert 'enrollment_url = https://' + HOSTS[0] in said, said
    site.device('session', '-d', '/root/pc')


def test_sandbox(site):
    """Each unit is rated below 1.0 by systemd-analyze, and what that is made
    of holds for the processes that run."""
    rated = site.run('systemd-analyze', 'security', '--no-pager',
                     '--json=short')
    rated = {r['unit']: float(r['exposure']) for r in json.loads(rated)}
    pids = site.pids()
    assert len(pids) == 10, pids
    for unit, pid in pids.items():
        assert rated[unit] < 1.0, (unit, rated[unit])
        text = site.run('cat', '/proc/%s/status' % pid)
        lines = dict(re.findall(r'^(\w+):\s*(.*)$', text, re.M))
        assert lines['NoNewPrivs'] == '1' and lines['Seccomp'] == '2', unit
        assert int(lines['CapEff'], 16) == int(lines['CapBnd'], 16) == 0, unit
        assert lines['Uid'].split()[0] != '0', unit
        assert int(site.unit_value(unit, 'MemoryMax')) <= 256 << 20, unit
        assert site.unit_value(unit, 'TasksMax') == '16', unit
        said = site.run('nsenter', '-t', pid, '-n', 'ip', '-br', 'address')
        assert not re.search(r'\d+\.\d+\.\d+\.\d+/', said.replace(
            '127.0.0.1/8', '')), said
    print('# exposure: ' + ', '.join(sorted(
        '%s %.1f' % (u, rated[u]) for u in pids if '@1.' in u)))


def metrics(site):
    """What a management worker says, asked as the manual has it."""
    text = site.run(
        'env', '-i', 'REQUEST_METHOD=GET', 'SCRIPT_NAME=/metrics',
        'CONTENT_LENGTH=0', 'FENESTRA_MONITOR=on', '/usr/bin/cgi-fcgi',
        '-bind', '-connect', '/run/fenestra/management.sock')
    return {name: float(value) for name, value in re.findall(
        r'^(fenestra_\S+) (\S+)\r?$', text, re.M)}


def test_counters_are_shared(site):
    """Each program writes to its own counters alone; a worker of another one
    reads those of all, and they outlive the workers."""
    name = 'fenestra_requests_total{endpoint="%s",outcome="%s"}'
    before = metrics(site)
    for kind in KINDS[:3]:
        user, path = 'fenestra-' + kind, '/run/fenestra/stats/%s.1'
        assert site.run('stat', '-c', '%U:%G %a', path % kind) == \
            '%s:%s 644' % (user, user)
        live = before['fenestra_workers{worker="%s"}' % kind]
        assert live == 3, (kind, live)
        assert before[name % (kind, 'answered')] >= 1, kind
        pid = site.unit_value('fenestra-%s@1' % kind, 'MainPID')
        # Even where /run is read-only to a sandbox, this file is not.
        assert ' %s rw,' % (path % kind) in site.run(
            'cat', '/proc/%s/mountinfo' % pid), kind
        for other in KINDS[:3]:
            site.run('nsenter', '-t', pid, '-m', '--', 'runuser', '-u', user,
                     '--', 'test', '-w', path % other,
                     status=0 if other == kind else 1)
    site.run('systemctl', 'restart', 'fenestra-management@*')
    assert site.status_of(MDM, HOSTS[1], '-d', 'x') == '403'
    refused = name % ('management', 'refused')
    counted = metrics(site)[refused]
    assert counted == before[refused] + 1, (before[refused], counted)
    assert 'not counted' not in site.journal('-u', 'fenestra-*')


def test_upload(site):
    """What a device sends is taken by the workers in their sandbox, whole,
    and closed to all others."""
    folder, token = '/var/lib/fenestra/diagnostics', '0123456789abcdef' * 2
    assert site.run('stat', '-c', '%U:%G %a', folder) == \
        'fenestra-management:fenestra-management 750'
    site.sql('select admin.diagnostics(d.id) from admin.device d limit 1')
    site.sql_as_super("update mdm.upload set sha256 = sha256('%s')" % token)
    site.run('dd', 'if=/dev/urandom', 'of=/root/logs.zip', 'bs=1M',
             'count=40')
    path = '/ManagementServer/Upload/' + token
    assert site.status_of(path, HOSTS[1], '-T', '/root/logs.zip') == '201'
    name, size = site.sql('select file, size from admin.upload').split('|')
    assert os.listdir(site.path(folder)) == [name] and size == str(40 << 20)
    file = folder + '/' + name
    site.run('cmp', '/root/logs.zip', file)
    assert site.run('stat', '-c', '%U %a', file) == 'fenestra-management 640'
    for user in ('www-data', 'nobody', 'fenestra-enrollment'):
        site.run('runuser', '-u', user, '--', 'test', '-r', file, status=1)


def test_maintenance(site):
    """The timer's service does what is due, as a role of its own."""
    assert site.run('systemctl', 'is-active', 'fenestra-maintenance.timer') \
        == 'active'
    site.run('systemctl', 'start', 'fenestra-maintenance.service')
    assert site.unit_value('fenestra-maintenance', 'Result') == 'success'
    assert site.unit_value('fenestra-maintenance', 'ExecMainStatus') == '0'
    assert int(site.unit_value('fenestra-maintenance',
                               'ExecMainStartTimestampMonotonic')) > 0
    said = site.run('systemd-analyze', 'security', '--no-pager',
                    'fenestra-maintenance.service')
    assert float(re.search(r'exposure level.*: ([0-9.]+) ', said).group(1)) \
        < 1.0, said[-300:]


def test_even_spread(site):
    """Three workers on one socket: each has its share of the requests."""
    site.add_devices()
    mark = site.mark()
    site.device('load', '-d', '/root/load', '-n', '6', '-m', '40', '-c', '6',
                '--phase=sessions')
    served = collections.Counter(
        unit for unit, line in site.since(mark, 'fenestra-management@*')
        if 'method=POST' in line)
    total = sum(served.values())
    print('# %s' % ', '.join('%s %d' % i for i in sorted(served.items())))
    assert len(served) == 3 and total >= 200, served
    assert min(served.values()) * 10 >= total, served


def test_killed_worker_comes_back(site):
    """D2-3 a worker that dies is started again by itself, the others have
    gone on meanwhile, and sessions have lost nothing."""
    for signal in ('SEGV', 'KILL', 'ABRT'):
        unit = 'fenestra-management@2.service'
        old = site.unit_value(unit, 'MainPID')
        count = int(site.unit_value(unit, 'NRestarts'))
        site.run('sh', '-c', 'kill -%s %s' % (signal, old))
        taken = wait_for(lambda: site.unit_value(unit, 'MainPID')
                         not in ('0', old))
        print('# back %.2f s after SIG%s' % (taken, signal))
        assert int(site.unit_value(unit, 'NRestarts')) == count + 1
        site.device('session', '-d', '/root/pc')
    assert site.unit_value(unit, 'RestartUSec') == '200ms'
    old = site.unit_value('fenestra-signer@1', 'MainPID')
    site.run('sh', '-c', 'kill -KILL ' + old)
    site.device('enroll', '-d', '/root/pc2')


def test_rolling_restart(site):
    """D2-2 D2-7 every worker restarted in its turn, twice, under load: no
    request is lost."""
    mark = site.mark()
    with Load(site, '/root/load') as load:
        for _ in range(2):
            for unit in sorted(site.pids('fenestra-management@*')):
                site.run('systemctl', 'restart', unit)
        site.run('systemctl', 'restart', 'fenestra-management@*')
    print('# %s' % load.seen)
    assert load.seen['200'] >= 60 and not any(
        count for status, count in load.seen.items() if status >= '400'), \
        load.seen
    wrong = [line for _, line in site.since(mark, 'fenestra-management@*')
             if 'level=error' in line]
    assert not wrong, wrong


def test_activation_on_demand(site):
    """With no worker left the next request starts one, and is answered."""
    for kind in ('management', 'enrollment', 'discovery', 'signer'):
        site.run('systemctl', 'stop', 'fenestra-%s@*' % kind)
    assert site.pids() == {}
    start = time.monotonic()
    assert site.status_of(MDM, HOSTS[1], '-d', 'x') == '403'
    print('# the first answer took %.2f s' % (time.monotonic() - start))
    site.device('enroll', '-d', '/root/pc3')
    assert set(site.pids()) == {'fenestra-%s@1.service' % k for k in KINDS}
    site.run('systemctl', 'restart', 'fenestra.target')
    assert len(site.pids()) == 10


def test_wrong_rights_are_named(site):
    """D2-46 a key that others may read is refused, and the log names file
    and mode; put right, the signer comes back by itself."""
    site.run('chmod', '0644', '/etc/fenestra/issuing.key')
    site.run('systemctl', 'restart', 'fenestra-signer@1', status=None)
    wait_for(lambda: re.search(
        'issuing.key.*0644', site.journal('-u', 'fenestra-signer@1')))
    site.device('enroll', '-d', '/root/pc4', status=1)
    site.run('chmod', '0400', '/etc/fenestra/issuing.key')
    wait_for(lambda: site.journal('-u', 'fenestra-signer@1', '-n', '3')
             .count('reason=ready'))
    site.device('enroll', '-d', '/root/pc4')


def test_upgrade(site):
    """D2-7 a newer package under load: the sockets stay, each worker is
    replaced, no request is lost; the database is left alone."""
    site.put(tree.newer(tree.package()), '/root/newer.deb')
    old = site.pids()
    socket = site.run('stat', '-c', '%i', '/run/fenestra/management.sock')
    with Load(site, '/root/load') as load:
        said = site.run('dpkg', '-i', '/root/newer.deb')
    print('# %s' % load.seen)
    assert 'not restarted' not in said, said
    assert load.seen['200'] >= 60 and not any(
        count for status, count in load.seen.items() if status >= '400'), \
        load.seen
    new = site.pids()
    assert set(new) == set(old), new
    assert not set(new.values()) & set(old.values()), (old, new)
    assert site.run('stat', '-c', '%i',
                    '/run/fenestra/management.sock') == socket
    said = site.init()
    assert 'nothing was changed' in said, said


def test_upgrade_that_waits_for_the_database(site):
    """D2-7 where the new package has migrations to apply, the old workers go
    on until the administrator has done so; the package says how."""
    newest = site.run('runuser', '-u', 'postgres', '--', 'psql', '-At', '-d',
                      'fenestra', '-c', 'delete from mdm.migration where '
                      'number = (select max(number) from mdm.migration) '
                      'returning number, name, sha256, at').splitlines()[0]
    old = site.pids()
    said = site.run('dpkg', '-i', '/root/newer.deb')
    assert 'fenestra migrate up' in said and \
        "systemctl try-restart 'fenestra-*@*.service'" in said, said
    assert site.pids() == old
    site.device('session', '-d', '/root/pc')
    site.run('runuser', '-u', 'postgres', '--', 'psql', '-q', '-d', 'fenestra',
             '-c', "insert into mdm.migration select * from (values (%s, '%s', "
             "'%s', timestamptz '%s')) v" % tuple(newest.split('|')))
    assert site.run('fenestra', 'migrate', 'check') == ''


def test_purge(site):
    """What the package and init made is gone, but for what every device
    hangs on: CA, keys, database; the front server has its own pages again."""
    said = site.run(*tree.APT, 'purge', 'fenestra')
    for word in ('/etc/fenestra', '/var/lib/fenestra', 'dropdb fenestra'):
        assert word in said, said
    assert site.run('systemctl', 'list-unit-files', '--no-legend',
                    'fenestra*', status=None) == ''
    assert site.run('systemctl', 'list-units', '--all', '--no-legend',
                    'fenestra*') == ''
    left = {'/etc/fenestra', '/var/lib/fenestra'}
    left.update('/etc/fenestra/' + name for name in (
        'chain.pem', 'device-ca.pem', 'issuing.key', 'issuing.pem',
        'root.key', 'root.pem', 'seal.key', 'server.key', 'server.pem'))
    file = site.sql_as_super(
        'select file from mdm.upload where received_at is not null')
    left.update(('/var/lib/fenestra/diagnostics',
                 '/var/lib/fenestra/diagnostics/' + file))
    new = site.files() - site.before
    assert new == left, new ^ left
    assert site.run('sh', '-c', 'grep -ri fenestra /etc/postgresql || true') \
        == ''
    assert 'HTTP/1.1 200' in site.run('curl', '-sI', 'http://127.0.0.1/')
    assert site.sql_as_super('select count(*) > 0 from mdm.device') == 't'
    for line in re.findall('^    ((?:rm|runuser) .*)$', said, re.M):
        site.run('sh', '-c', line)
    new = site.files() - site.before
    assert new == set(), new
    assert site.run('runuser', '-u', 'postgres', '--', 'psql', '-lqt').count(
        'fenestra') == 0
