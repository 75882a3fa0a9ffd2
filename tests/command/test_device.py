# SPDX-License-Identifier: ISC
"""Devices and their commands."""

SYNCML = ('<Atomic><Replace><Item><Target><LocURI>./Vendor/MSFT/A</LocURI>'
          '</Target><Data>é</Data></Item></Replace></Atomic>')


def test_list_and_show(site):
    """Found by each of its names, filtered, and shown whole."""
    row, = [r for r in site.json('device', 'list') if r['id'] == site.id]
    assert row['upn'] == 'command@fenestra.test', row
    for words in (['--user=COMMAND@fenestra.test'], ['--name', row['name']],
                  ['--state=' + row['state']]):
        assert site.id in str(site.csv('device', 'list', *words)), words
    for words in (['--user=x'], ['--name=zz*'], ['--state=retired'],
                  ['--seen-before=1 day']):
        assert site.id not in site.run('device', 'list', *words).out, words
    shown, = site.json('device', 'show', site.id)
    assert shown['credential'] == 'password' and shown['certificate_until']
    assert site.json('device', 'show', shown['device_id'])[0] == shown
    table = site.run('device', 'show', site.id).out
    assert 'device_id ' in table and shown['device_id'] in table
    site.refused(1, 'no device "nobody"', 'device', 'show', 'nobody')
    site.refused(1, 'interval', 'device', 'list', '--seen-before=soon')


def test_queue(site):
    """Queued, listed, delivered, shown with its result, on the timeline."""
    get = site.run('queue', 'add', site.id, 'Get', './DevDetail/SwV')
    get = get.out.strip()
    empty = site.json('queue', 'add', site.id, 'Replace', './Vendor/MSFT/A',
                      '', '--format=chr')[0]['command']
    group = site.run('queue', 'syncml', site.id, '-', stdin=SYNCML)
    group = group.out.strip()
    rows = site.csv('queue', 'list', site.id)
    assert [r['id'] for r in rows] == [get, empty, group], rows
    shown, = site.json('queue', 'show', group)
    assert shown['parts'][1]['data'] == 'é', shown
    assert site.json('queue', 'show', empty)[0]['data'] == ''
    row, = site.json('queue', 'cancel', '--yes', empty)
    assert row['state'] == 'cancelled', row
    site.refused(1, 'has ended', 'queue', 'cancel', '--yes', empty)
    site.simulated('session')
    assert site.json('queue', 'list', site.id, '--state=queued') == []
    shown, = site.json('queue', 'show', get)
    assert shown['state'] == 'done' and shown['results'][0]['data'], shown
    table = site.run('queue', 'show', get).out
    assert shown['results'][0]['data'] in table
    assert 'Atomic' in site.run('queue', 'show', group).out
    assert len(site.json('queue', 'list', site.id, '--all')) >= 3
    what = [r['what'] for r in site.json('device', 'timeline', site.id)]
    for kind in ('command.queued', 'command.sent', 'command.done',
                 'command.cancelled'):
        assert kind in what, what
    assert site.json('device', 'timeline', site.id, '--since=0 s') == []


def test_queue_refusals(site):
    """Each with the rule's own words; nothing is queued."""
    before = site.json('queue', 'list', site.id, '--all')
    add = ['queue', 'add', site.id]
    site.refused(1, 'verb: must be', *add, 'get', './A')
    site.refused(1, 'LocURI: must begin', *add, 'Get', 'A')
    site.refused(1, 'data: Replace needs it', *add, 'Replace', './A')
    site.refused(1, 'data: is not an int', *add, 'Replace', './A', '-x',
                 '--format=int')
    site.refused(1, 'no device', 'queue', 'add', 'nobody', 'Get', './A')
    site.refused(1, 'cannot be read', 'queue', 'syncml', site.id, 'none.xml')
    site.refused(1, 'not well-formed', 'queue', 'syncml', site.id, '-',
                 stdin='<Atomic>')
    site.refused(1, 'no command', 'queue', 'show',
                 '00000000-0000-0000-0000-000000000001')
    site.refused(1, 'uuid', 'queue', 'show', 'x')
    assert site.json('queue', 'list', site.id, '--all') == before


def test_large_syncml(site):
    """What is too large for the arguments of a program still gets there, and
    so does what Windows wrote as UTF-16."""
    path = site.work + '/large.xml'
    with open(path, 'w', encoding='utf-16') as file:
        file.write(SYNCML.replace('é', 'é' * 200000))
    command = site.run('queue', 'syncml', site.id, path).out.strip()
    shown, = site.json('queue', 'show', command)
    assert shown['parts'][1]['data'] == 'é' * 200000
    site.run('queue', 'cancel', '--yes', command)


def test_block_and_approve(site):
    """Blocked after a question, let in again without one."""
    site.refused(3, '--yes', 'block', site.id)
    site.typed([('Block', 'yes\n')], 'block', site.id)
    assert site.json('device', 'show', site.id)[0]['state'] == 'blocked'
    site.run('approve', site.id)
    assert site.json('device', 'show', site.id)[0]['state'] == 'enrolling'
    site.refused(1, 'is not blocked', 'approve', site.id)
    site.simulated('session')


def test_inventory(site):
    """What the device said of itself, now and before."""
    site.simulated('session')
    rows = site.json('inventory', site.id, '--uri=./DevInfo/*')
    assert {'./DevInfo/Man', './DevInfo/Mod'} <= {r['uri'] for r in rows}
    assert './DevInfo/Man' in site.run('inventory', site.id).out
    assert site.json('inventory', site.id, '--changes', '--uri=none') == []
