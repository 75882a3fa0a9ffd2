# SPDX-License-Identifier: ISC
"""Users, tokens and links."""

import os

ODD = 'o\'dd";--\\{},$(x)`y`@fenestra.test'


def test_user(site):
    """From the first to the last of a user whose name tries to be SQL, shell
    and an array."""
    site.run('user', 'add', ODD, '--stdin', stdin='secret word\n')
    rows = site.json('user', 'list', '--name=*dd*')
    assert [(r['upn'], r['enabled']) for r in rows] == [(ODD, True)], rows
    site.run('user', 'disable', ODD)
    assert site.csv('user', 'list', '--name', '*dd*')[0]['enabled'] == 'f'
    site.run('user', 'enable', ODD)
    assert ODD in site.run('user', 'list').out
    site.refused(3, '--yes', 'user', 'remove', ODD)
    assert len(site.json('user', 'list', '--name=*dd*')) == 1
    site.run('--yes', 'user', 'remove', ODD)
    assert site.json('user', 'list', '--name=*dd*') == []
    site.refused(1, 'no user', 'user', 'remove', '--yes', ODD)


def test_password_at_a_terminal(site):
    """It is asked for twice and not shown; two that differ change nothing."""
    site.refused(3, 'no terminal', 'user', 'add', 'tty@fenestra.test')
    answer = site.typed([('Password', 'first1\n'), ('Once more', 'other2\n')],
                        'user', 'add', 'tty@fenestra.test', status=3)
    assert 'first1' not in answer.out, answer
    assert site.json('user', 'list', '--name=tty*') == []
    site.typed([('Password', 'first1\n'), ('Once more', 'first1\n')],
               'user', 'add', 'tty@fenestra.test')
    assert len(site.json('user', 'list', '--name=tty*')) == 1
    site.typed([('Remove', 'n\n')], 'user', 'remove', 'tty@fenestra.test',
               status=3)
    site.typed([('Remove', '\n')], 'user', 'remove', 'tty@fenestra.test',
               status=3)
    site.typed([('Remove', 'y\n')], 'user', 'remove', 'tty@fenestra.test')
    assert site.json('user', 'list', '--name=tty*') == []


def test_all_or_nothing(site):
    """Of several users one that is not there keeps all as they were."""
    site.run('user', 'add', 'all@fenestra.test', '--stdin', stdin='x\n')
    site.refused(1, 'no user "none"', 'user', 'remove', '--yes',
                 'all@fenestra.test', 'none')
    assert len(site.json('user', 'list', '--name=all@*')) == 1
    site.run('user', 'remove', '--yes', 'all@fenestra.test')


def test_token(site):
    """Made, listed without what it is, revoked."""
    name = 'room-%d' % os.getpid()
    token = site.run('token', 'create', '--uses=2', '--days', '3',
                     '--name=' + name, '--device-name=KIOSK-*',
                     '--device-name=A"B').out.strip()
    assert len(token) > 30 and ' ' not in token, token
    row, = [r for r in site.json('token', 'list') if r['name'] == name]
    assert (row['uses'], row['state']) == (2, 'good'), row
    assert token not in str(row)
    assert site.sql("select device_names from admin.token where name = "
                    "'%s'" % name) == '{KIOSK-*,"A\\"B"}'
    site.run('--yes', 'token', 'revoke', row['id'])
    row, = [r for r in site.json('token', 'list') if r['name'] == name]
    assert row['state'] == 'revoked', row
    site.refused(1, 'uses:', 'token', 'create', '--uses=0')
    site.refused(1, 'no enrollment group', 'token', 'create', '--group=x')


def test_link(site):
    """The deep link, and a code of it where there is a program for one."""
    answer = site.run('link', 'jo ü@x')
    assert answer.out.startswith(
        'ms-device-enrollment:?mode=mdm&username=jo%20%C3%BC%40x&servername='
        'https%3A%2F%2Fenterpriseenrollment.'), answer
    assert 'username' not in site.run('link').out
    assert site.json('link')[0]['link'] in site.run('link').out
    fake = site.work + '/qrencode'
    with open(fake, 'w', encoding='ascii') as file:
        file.write('#!/bin/sh\necho "code of $*"\n')
    os.chmod(fake, 0o755)
    answer = site.run('link', environ={
        'PATH': site.work + ':' + os.environ['PATH']})
    assert 'code of -t UTF8 -- ms-device-enrollment:' in answer.out, answer
