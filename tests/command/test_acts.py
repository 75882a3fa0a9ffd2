# SPDX-License-Identifier: ISC
"""Actions and compliance."""

import os
import subprocess


def test_action(site):
    """Asked for, seen, taken back; and one to its end."""
    row, = site.json('action', 'sync', site.id)
    shown, = site.json('action', 'show', row['action'])
    assert (shown['kind'], shown['device']) == ('sync', site.id), shown
    action = site.run('action', 'rename', site.id, 'PC-NEW').out.strip()
    assert site.json('action', 'cancel', action)[0]['state'] == 'cancelled'
    site.refused(3, '--yes', 'action', 'reboot', site.id)
    row, = site.json('action', 'reboot', '--yes', site.id,
                     '--at=2030-01-01 00:00')
    site.json('action', 'cancel', row['action'])
    kinds = [r['kind'] for r in site.json('action', 'list', site.id)]
    assert {'sync', 'rename'} <= set(kinds), kinds
    assert 'PC-NEW' in site.run('action', 'show', action).out
    site.simulated('session')
    row, = site.json('action', 'list', site.id, '--kind=sync')
    assert row['state'] == 'done', row
    site.refused(1, 'no action', 'action', 'show',
                 '00000000-0000-0000-0000-000000000001')


def test_destructive(site):
    """The name has to be typed, a reason given, the right had: who
    administrates may not erase."""
    name = site.json('device', 'show', site.id)[0]['name']
    wipe = ['action', 'wipe', site.id]
    site.refused(64, '--reason', *wipe, '--yes')
    wipe.append('--reason=lost')
    site.refused(3, 'Wipe %s?' % name, *wipe)
    site.typed([('Type its name', 'yes\n')], *wipe, status=3)
    assert site.json('action', 'list', site.id, '--kind=wipe') == []
    site.refused(1, 'variant', *wipe, '--yes', '--variant=x')
    answer = site.typed([('Type its name', name + '\n')], *wipe)
    action = answer.out.split()[-1]
    row, = site.json('action', 'list', site.id, '--kind=wipe')
    assert (row['id'], row['reason']) == (action, 'lost'), row
    assert '@' in row['by'], row
    site.run('action', 'cancel', action)


def test_install(site):
    """With files, and secrets by their names alone."""
    code = '{00000000-0000-0000-0000-00000000000A}'
    action = site.run('action', 'msi-install', site.id, code,
                      'https://a.test/a.msi', '--sha256=' + 64 * 'a',
                      '--version=1.0.0').out.strip()
    site.json('action', 'cancel', action)
    root = site.run('action', 'root-install', site.id,
                    site.stack['CA_FILE']).out.strip()
    site.json('action', 'cancel', root)
    path = os.path.join(site.work, 'a.pfx')
    subprocess.run(['openssl', 'pkcs12', '-export', '-passout', 'pass:x',
                    '-in', site.device + '/cert.pem', '-inkey',
                    site.device + '/key.pem', '-out', path], check=True)
    pfx = ['action', 'pfx-install', site.id, 'wifi', path]
    site.refused(1, 'variable of a secret', *pfx, '--password=plain')
    site.refused(1, 'no variable $(secret.pfx)', *pfx,
                 '--password=$(secret.pfx)')
    for name in ('pfx', 'key'):
        site.run('secret', 'set', name, '--stdin', stdin='x\n', environ={
            'FENESTRA_SEAL_KEY': site.stack['SEAL_KEY']})
    action = site.run(*pfx, '--password=$(secret.pfx)').out.strip()
    site.json('action', 'cancel', action)
    key = ['action', 'edition-upgrade', site.id]
    site.refused(1, 'secret', *key, 'AAAAA-BBBBB')
    answer = site.run(*key, '$(secret.key)')
    site.json('action', 'cancel', answer.out.strip())
    site.run('secret', 'remove', '--yes', 'pfx')
    site.run('secret', 'remove', '--yes', 'key')
    site.refused(1, 'cannot be read', 'action', 'root-install', site.id, 'x')


def test_compliance(site):
    """A rule is made, a device breaks it, the rule goes."""
    broken = '{"device": "upn", "op": "=", "value": "nobody"}'
    assert site.json('compliance', 'set', 'owned', broken,
                     '--description=Has an owner') == [{'changed': True}]
    site.simulated('session')
    row, = site.json('compliance', 'show', 'owned')
    assert row['state'] == 'broken', row
    row, = [r for r in site.csv('compliance', 'list') if r['name'] == 'owned']
    assert row['broken'] == '1', row
    assert len(site.json('compliance', 'show', '--device', site.id)) == 1
    site.refused(1, '', 'compliance', 'set', 'owned', '{"x": 1}')
    site.refused(3, '--yes', 'compliance', 'remove', 'owned')
    site.run('compliance', 'remove', '--yes', 'owned')
    assert 'owned' not in site.run('compliance', 'list').out
