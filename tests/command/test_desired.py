# SPDX-License-Identifier: ISC
"""Profiles, groups, roll-outs, windows, and many devices at once."""

import json
import os

NODE = './Device/Vendor/MSFT/Policy/Config/Command/'
SYNCML = ('<Atomic><Replace><Item><Target><LocURI>%sA</LocURI></Target>'
          '<Data>%s</Data></Item></Replace></Atomic>')


def written(site, name, text):
    path = os.path.join(site.work, name)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    return path


def test_profile(site):
    """Imported, compared, assigned, followed, removed."""
    one = written(site, 'one.xml', SYNCML % (NODE, '1'))
    two = written(site, 'two.json', '\n' + json.dumps(
        [{'uri': NODE + 'A', 'data': '2'}, {'uri': NODE + 'B', 'data': 3}]))
    rows = site.json('profile', 'diff', 'command', one)
    assert [(r['change'], r['new_data']) for r in rows] == [('add', '1')]
    assert site.json('profile', 'list') == []
    assert site.json('profile', 'import', 'command', one) == \
        [{'changed': True}]
    assert site.json('profile', 'import', 'command', one) == \
        [{'changed': False}]
    rows = site.json('profile', 'diff', 'command', two)
    assert [(r['change'], r['old_data'], r['new_data']) for r in rows] == \
        [('change', '1', '2'), ('add', None, '3')], rows
    assert site.json('profile', 'diff', 'command', one) == []
    site.refused(1, 'not well-formed', 'profile', 'import', 'bad', '-',
                 stdin='<Atomic>')
    site.refused(1, 'no profile "x"', 'profile', 'show', 'x')
    assert site.json('profile', 'show', 'command')[0]['uri'] == NODE + 'A'

    site.run('group', 'set', 'command', '--description=All of them')
    site.run('group', 'add', 'command', site.id)
    shown, = site.json('group', 'show', 'command')
    assert (shown['id'], shown['by_name']) == (site.id, True), shown
    assert site.json('assign', 'command', 'command', '--priority=3') == \
        [{'changed': True}]
    assert {r['name']: r['profiles'] for r in site.json('group', 'list')}[
        'command'] == 'command'
    status = ['profile', 'status', 'command', '--device', site.id]
    assert site.json(*status)[0]['state'] == 'pending'
    site.simulated('session')
    assert site.json(*status)[0]['state'] != 'pending'
    row, = site.json('profile', 'status')
    assert (row['profile'], row['devices']) == ('command', 1), row
    site.run('profile', 'resend', 'command', site.id)
    assert site.json('profile', 'conflicts') == []

    site.run('unassign', 'command', 'command')
    site.refused(3, '--yes', 'profile', 'remove', 'command')
    site.run('profile', 'remove', '--yes', 'command')
    assert site.json('group', 'drop', 'command', site.id) == [{'dropped': 1}]
    site.run('group', 'remove', '--yes', 'command')
    assert site.json('profile', 'list') == []
    site.refused(1, 'no group "command"', 'group', 'show', 'command')
    site.simulated('session')


def test_profile_and_catalogue(site):
    """A profile that the catalogue says is wrong is refused as a whole."""
    here = os.path.dirname(os.path.realpath(__file__))
    site.run('csp', 'import', os.path.join(here, 'data', 'ddf'))
    wrong = json.dumps([{'uri': './Device/Vendor/MSFT/Vault/Mode', 'data': 7}])
    site.refused(1, '"7" is none of', 'profile', 'import', 'vault', '-',
                 stdin=wrong)
    assert site.json('profile', 'list') == []
    site.run('profile', 'import', 'vault', '-', stdin=wrong.replace('7', '1'))
    site.run('profile', 'remove', '--yes', 'vault')
    site.run('csp', 'remove', '--yes', 'Mail.xml', 'Vault.xml')


def test_many(site):
    """A command for many, watched until all have answered."""
    send = ['queue', 'send', 'Get', './DevDetail/HwV']
    site.refused(64, 'to whom', *send)
    site.refused(3, 'for 1 devices', *send, '--everyone')
    row, = site.json(*send, '--everyone', '--yes')
    assert (row['device'], row['fault']) == (site.id, None), row
    ids = site.run(*send, '--everyone', '--yes', '--ids').out.split()
    assert len(ids) == 1 and len(ids[0]) == 36, ids
    site.simulated('session')
    told = site.run('job', 'watch', '-', stdin='\n'.join(
        ids + [row['command']]) + '\n').out
    assert told == 'commands: 2 done\n', told
    again, = site.json('queue', 'resend', ids[0])
    site.refused(3, '--yes', 'queue', 'clear', site.id)
    assert site.json('queue', 'clear', '--yes', site.id) == \
        [{'device': site.id, 'cancelled': 1}]
    assert site.json('queue', 'show', again['command'])[0]['state'] == \
        'cancelled'


def test_rollout(site):
    """Started, paused, resumed, watched to its end; then one aborted."""
    name = 'roll-%d' % os.getpid()
    start = ['rollout', 'start', name, 'Get', './DevDetail/FwV']
    assert len(site.run(*start, '--waves=100').out.strip()) == 36
    site.refused(1, name, *start)
    site.run('rollout', 'pause', name, '--reason=lunch')
    row, = [r for r in site.json('rollout', 'list') if r['name'] == name]
    assert (row['state'], row['reason']) == ('paused', 'lunch'), row
    assert site.run('job', 'watch', name).out.startswith(name + ': paused')
    site.run('rollout', 'resume', name)
    site.simulated('session')
    row, = site.json('rollout', 'show', name)
    assert row['device'] == site.id, row
    site.refused(1, 'last wave', 'rollout', 'next', name)
    site.refused(3, '--yes', 'rollout', 'abort', name)
    site.run('rollout', 'abort', '--yes', name)
    assert ': aborted' in site.run('job', 'watch', name).out
    site.refused(1, 'no such roll-out', 'job', 'watch', 'nothing')
    site.refused(64, 'seconds', 'job', 'watch', name, '--interval=x')
    site.simulated('session')


def test_window(site):
    """Made, listed, removed."""
    site.run('window', 'set', 'night', '22:00', '240', '--weekdays=6,7')
    row, = site.json('window', 'list')
    assert (row['minutes'], row['weekdays']) == (240, '6,7'), row
    site.refused(1, '', 'window', 'set', 'night', '22:00', '0')
    site.run('window', 'remove', '--yes', 'night')
    assert site.json('window', 'list') == []
