# SPDX-License-Identifier: ISC
"""The server itself, and the manners of the command."""

import os
import re
import subprocess

import command


def test_setting(site):
    """Read, changed, brought back."""
    old = site.run('setting', 'get', 'server_name').out.strip()
    site.run('setting', 'set', 'server_name', "Müller's; \\ --")
    assert site.run('setting', 'get', 'server_name').out == \
        "Müller's; \\ --\n"
    row, = site.json('setting', 'list', '--name=server_n*')
    assert row['changed'] is True, row
    site.run('setting', 'reset', 'server_name')
    assert site.run('setting', 'get', 'server_name').out.strip() == old
    site.refused(1, 'no setting "x"', 'setting', 'get', 'x')
    site.refused(1, 'must match', 'setting', 'set', 'fault_http_status', '7')
    site.refused(1, 'must match', 'setting', 'set', 'fault_http_status', '')


def test_ca(site):
    """The CAs, what ends, and what to do then."""
    roles = {r['role'] for r in site.csv('ca', 'list')}
    assert roles == {'issuing', 'root'}, roles
    assert site.json('ca', 'expiry') == []
    row = [r for r in site.json('ca', 'expiry', '--days=1000')
           if r['device'] == site.id]
    assert len(row) == 1
    assert 'admin.authority' not in site.run('ca', 'roll-over').out
    assert 'fenestra-signer' in site.run('ca', 'roll-over').out
    site.refused(1, 'sha256: must be', 'ca', 'revoke', '--yes', 'x')
    site.refused(3, '--yes', 'ca', 'revoke', row[0]['sha256'])


def test_migrate(site):
    """By the owner of the tables only."""
    owner = {'PGUSER': 'postgres'}
    assert site.run('migrate', 'check', environ=owner).out == ''
    assert '0001_foundation' in site.run('migrate', 'status',
                                         environ=owner).out
    assert 'create table' in site.run('migrate', 'print', environ=owner).out
    answer = site.run('migrate', 'status', status=3,
                      environ={'PGUSER': 'fenestra_admin'})
    assert 'permission denied' in answer.err, answer


def test_help(site):
    """Every command has its row, its help and its function."""
    table = site.run('help').out
    names = re.findall(r'^  (\S+(?: [a-z-]+)?)  ', table, re.M)
    assert len(names) > 30, names
    shown = site.usage()
    for name in names:
        assert 'usage: fenestra ' + name in shown, name
    assert site.run('user', 'add', '--help').out in shown
    assert site.run('help', 'token').out.count('usage:') == 3
    assert site.run('--help').out == table == site.run('-h').out
    site.refused(64, 'there is no command', 'help', 'nothing')


def test_manual(site):
    """The manual has every command of the table, with its options."""
    with open(os.path.join(command.ROOT, 'deploy', 'fenestra.1'),
              encoding='ascii') as file:
        items = [line for line in file.read().splitlines()
                 if line.startswith('.It Cm ')]
    for line in site.usage().splitlines():
        words = [w for w in line.split()[2:] if w[0].islower()]
        if not line.startswith('usage: ') or words[0] in (
                'init', 'backup', 'restore', 'doctor'):
            continue                    # these are described apart
        found = [i for i in items if re.match(
            re.escape('.It Cm ' + ' '.join(words)) + r'( [A-Z]|$)', i)]
        assert len(found) == 1, 'not in fenestra.1: ' + ' '.join(words)
        for option in re.findall(r'--([a-z0-9-]+)', line):
            assert 'Fl Fl ' + option in found[0], (words, option)


def test_usage(site):
    """What is not a command, an option or an argument is said to be none."""
    for why, words in (
            ('usage:', []), ('there is no command frob', ['frob']),
            ('there is no command user frob', ['user', 'frob']),
            ('usage: fenestra user add', ['user']),
            ('wants UPN', ['user', 'add']),
            ('no option --frob', ['user', 'list', '--frob']),
            ('wants a value', ['user', 'list', '--name']),
            ('was given twice', ['user', 'list', '--name=a', '--name=b']),
            ('takes no more arguments', ['token', 'list', 'x'])):
        site.refused(64, why, *words)


def test_no_database(site):
    """Exit status 2 and the reason."""
    site.refused(2, 'No such file', 'device', 'list',
                 environ={'PGHOST': site.work})
    site.refused(1, 'permission denied', 'device', 'list',
                 environ={'PGUSER': 'fenestra_discovery'})


def test_operator(site):
    """Who it was goes along for the audit trail, whatever the name is."""
    fake = os.path.join(site.work, 'bin')
    os.mkdir(fake)
    with open(os.path.join(fake, 'psql'), 'w', encoding='ascii') as file:
        file.write('#!/bin/sh\necho "$PGOPTIONS"\n')
    os.chmod(os.path.join(fake, 'psql'), 0o755)
    said = site.run('device', 'list', environ={
        'PATH': fake + ':' + os.environ['PATH'], 'SUDO_USER': 'a b\\c -c x'})
    assert re.fullmatch(r'-c fenestra\.operator=a_b_c_-c_x@\S+\n', said.out)


def test_completion(site):
    """What shells complete comes from the same table."""
    script = os.path.join(site.work, 'completion')
    with open(script, 'w', encoding='utf-8') as file:
        file.write(site.run('completion', 'bash').out)
    for words, wanted in ((['que'], 'queue'), (['queue', 'ca'], 'cancel'),
                          (['token', 'create', '--us'], '--uses='),
                          (['block', 'x', '--y'], '--yes')):
        told = subprocess.run(
            ['bash', '-c', 'compopt() { :; }; . "$1"; shift; COMP_WORDS=('
             'fenestra "$@"); COMP_CWORD=$#; _fenestra; echo "${COMPREPLY[@]}"',
             'bash', script, *words], check=True, stdout=subprocess.PIPE,
            universal_newlines=True).stdout.strip()
        assert told == wanted, (words, told)
    assert 'compinit' in site.run('completion', 'zsh').out
    assert "-a 'syncml'" in site.run('completion', 'fish').out
    site.refused(64, 'bash, zsh and fish', 'completion', 'csh')


def test_from_elsewhere(site):
    """Started by a link, from another folder."""
    link = os.path.join(site.work, 'fen')
    os.symlink(command.COMMAND, link)
    told = subprocess.run([link, 'setting', 'get', 'provider_id'], cwd='/',
                          env=site.environ, check=True,
                          stdout=subprocess.PIPE, universal_newlines=True)
    assert told.stdout == 'Fenestra\n'


def test_audit(site):
    """As it was written, and as lines to be kept elsewhere."""
    assert 'as it was written' in site.run('audit', 'verify').out
    assert site.json('audit', 'verify', site.id) == []
    lines = site.run('audit', 'export', site.id).out.splitlines()
    assert len(lines) > 2 and all(line[0] == '{' for line in lines), lines
    assert len(site.run('audit', 'export', site.id, '--from=tomorrow')
               .out) == 0
