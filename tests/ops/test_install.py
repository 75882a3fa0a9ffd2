# SPDX-License-Identifier: ISC
"""`make install` and `make uninstall`, with and without DESTDIR."""

import os
import re
import stat
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
PROGRAMS = ['fenestra-' + n for n in
            ('discovery', 'enrollment', 'management', 'signer')]


def place():
    """A folder to install into, which every user can enter."""
    folder = tempfile.TemporaryDirectory()
    os.chmod(folder.name, 0o755)
    return folder


def make(*words, status=0):
    """make; the exit status is checked."""
    environ = {k: v for k, v in os.environ.items()
               if k not in ('MAKEFLAGS', 'MAKELEVEL', 'DESTDIR', 'PREFIX')}
    ended = subprocess.run(
        ['make', '--no-print-directory', *words], cwd=ROOT, env=environ,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
        universal_newlines=True)
    assert ended.returncode == status, ended.stdout[-3000:]
    return ended.stdout


def files(folder):
    """{path: mode, or where the link leads} of all below, but folders."""
    found = {}
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            found[os.path.relpath(path, folder)] = os.readlink(path) \
                if os.path.islink(path) else stat.S_IMODE(os.stat(path).st_mode)
    return found


def folders(folder):
    return {os.path.relpath(w, folder) for w, _, _ in os.walk(folder)}


def test_default_places(work):
    """Below /usr/local, all of it below DESTDIR."""
    tree = os.path.join(work, 'default')
    make('install', 'DESTDIR=' + tree)
    found = files(tree)
    for name in PROGRAMS:
        assert found['usr/local/libexec/fenestra/' + name] == 0o755, found
        assert 'usr/local/share/man/man8/%s.8' % name in found, found
    for path in ('share/fenestra/sql/migrate', 'share/fenestra/certs/make-ca',
                 'share/fenestra/deploy/fenestra'):
        assert found['usr/local/' + path] == 0o755, path
    for path in ('lib/systemd/system/fenestra-management@.service',
                 'lib/systemd/system/fenestra-signer.socket',
                 'lib/systemd/system/fenestra-.service.d/10-hardening.conf',
                 'lib/systemd/system/fenestra.target',
                 'lib/sysusers.d/fenestra.conf', 'lib/tmpfiles.d/fenestra.conf',
                 'share/fenestra/deploy/lighttpd/fenestra.conf',
                 'share/fenestra/deploy/apache/fenestra.conf',
                 'share/fenestra/sql/roles.sql',
                 'share/bash-completion/completions/fenestra'):
        assert found['usr/local/' + path] == 0o644, path
    assert found['usr/local/bin/fenestra'] == \
        '/usr/local/share/fenestra/deploy/fenestra'
    assert all(p.startswith('usr/local/') for p in found), found
    assert not any('/tests/' in p for p in found), found
    with open(tree + '/usr/local/lib/systemd/system/'
              'fenestra-management@.service', encoding='utf-8') as file:
        assert 'ExecStart=/usr/local/libexec/fenestra/fenestra-management\n' \
            in file.read()


def test_no_place_is_left_behind(work):
    """Nothing that is installed names a folder of a package, or DESTDIR."""
    tree = os.path.join(work, 'other')
    make('install', 'DESTDIR=' + tree, 'PREFIX=/opt/fenestra',
         'SYSCONFDIR=/opt/etc', 'LIBEXECDIR=/opt/fenestra/programs')
    wrong = re.compile(r'/usr/(libexec|share|bin)/fenestra|(?<!opt)/etc/'
                       r'fenestra|' + re.escape(work))
    for path in files(tree):
        whole = os.path.join(tree, path)
        if '/sql/' in path or '/programs/' in path or os.path.islink(whole):
            continue
        with open(whole, encoding='utf-8') as file:
            for line in file:
                assert not wrong.search(line), (path, line)
    unit = tree + '/opt/fenestra/lib/systemd/system/fenestra-signer@.service'
    with open(unit, encoding='utf-8') as file:
        text = file.read()
    assert 'ExecStart=/opt/fenestra/programs/fenestra/fenestra-signer' in text
    assert 'EnvironmentFile=/opt/etc/fenestra/environment' in text


def test_programs_and_command_run(work):
    """What was installed runs where it was installed."""
    prefix = os.path.join(work, 'real')
    make('install', 'PREFIX=' + prefix, 'SYSCONFDIR=' + prefix + '/etc')
    for name in PROGRAMS:
        said = subprocess.run(
            [prefix + '/libexec/fenestra/' + name, '--version'], check=True,
            stdout=subprocess.PIPE, universal_newlines=True).stdout
        assert re.match(name + r' \S+, schema \d+\n$', said), said
    said = subprocess.run([prefix + '/bin/fenestra', 'migrate', 'print'],
                          check=True, stdout=subprocess.PIPE, cwd='/').stdout
    assert b'create schema if not exists mdm' in said


def test_uninstall(work):
    """Leaves what was there before, and nothing of its own."""
    tree = os.path.join(work, 'again')
    theirs = tree + '/usr/local/share/fenestra.txt'
    os.makedirs(os.path.dirname(theirs))
    os.makedirs(tree + '/usr/local/share/man/man8')
    with open(theirs, 'w', encoding='ascii') as file:
        file.write('not ours\n')
    before, before_folders = files(tree), folders(tree)
    make('install', 'DESTDIR=' + tree)
    assert len(files(tree)) > len(before) + 100
    make('install', 'DESTDIR=' + tree)
    make('uninstall', 'DESTDIR=' + tree)
    assert files(tree) == before, files(tree)
    left = folders(tree) - before_folders
    assert not any('fenestra' in f for f in left), left
    make('uninstall', 'DESTDIR=' + tree)


def test_bad_places(work):
    """Places that units could not hold are refused before anything is
    written."""
    for word, why in (('PREFIX=here', 'absolute'),
                      ('PREFIX=/a b', 'characters'),
                      ('SYSCONFDIR=/etc%n', 'characters')):
        tree = os.path.join(work, 'bad')
        said = make('install', 'DESTDIR=' + tree, word, status=2)
        assert why in said, said
        assert not os.path.exists(tree), word


def test_flags_of_the_caller(work):
    """CFLAGS, CPPFLAGS and LDFLAGS count, and take no hardening away."""
    build = os.path.join(work, 'build')
    said = make(build + '/bin/fenestra-discovery', 'B=' + build, 'V=1',
                'CFLAGS=-O2 -DMARK_C=1', 'CPPFLAGS=-D_FORTIFY_SOURCE=1',
                'LDFLAGS=-Wl,--build-id=0x4d41524b')
    compiled = [s for s in said.splitlines() if ' -c ' in s]
    assert compiled and all(
        '-DMARK_C=1' in s and s.index('-D_FORTIFY_SOURCE=1') <
        s.index('-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3') for s in compiled)
    notes = subprocess.run(['readelf', '-nd', build + '/bin/fenestra-discovery'],
                           check=True, stdout=subprocess.PIPE,
                           universal_newlines=True).stdout
    assert '4d41524b' in notes and 'BIND_NOW' in notes, notes
