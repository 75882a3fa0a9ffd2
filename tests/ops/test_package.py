# SPDX-License-Identifier: ISC
"""The Debian package in a tree where no systemd runs, as in a chroot or an
image that is being built."""

import os
import re

import tree


def place():
    return tree.Tree()


def listed(site):
    """Files and folders of the tree, but what dpkg and apt write for
    themselves, and the users."""
    text = site.chroot('find', '/', '-xdev', '-not', '-path', '/proc*',
                       '-not', '-path', '/var/cache/*', '-not', '-path',
                       '/var/lib/dpkg/*', '-not', '-path', '/var/log/*',
                       '-not', '-path', '/var/lib/apt/*', '-not', '-path',
                       '/etc/*-', '-not', '-path', '/root/*')
    return set(text.split('\n'))


def test_lintian(_site):
    """Nothing to complain of but what the package explains."""
    said = tree.said(['lintian', '--allow-root', '--fail-on',
                      'error,warning', '--suppress-tags',
                      'no-manual-page', tree.package()])
    assert not re.search(r'^[EW]:', said, re.M), said


def test_no_migrations_in_maintainer_scripts(site):
    """They look, and say what is to be done; they never change a database."""
    folder = os.path.join(site.work, 'control')
    tree.said(['dpkg-deb', '-e', tree.package(), folder])
    for name in ('postinst', 'prerm', 'postrm'):
        with open(os.path.join(folder, name), encoding='utf-8') as file:
            lines = [s for s in file if 'migrate up' in s or 'dropdb' in s]
        assert all(s.startswith(('\t\t    ', '    ')) for s in lines), lines


def test_install(site):
    """Users are made, sockets enabled, nothing else is touched."""
    site.put(tree.package(), '/root/fenestra.deb')
    site.fetch('/root/fenestra.deb')
    # What it needs comes first, so that what is its own can be told.
    site.run_dependencies = site.chroot(
        'sh', '-c', ' '.join(tree.APT) + ' install curl openssl '
        'postgresql-client libfcgi0ldbl libldap-2.5-0 libqrencode4 libcurl4')
    site.before = listed(site)
    said = site.chroot(*tree.APT, 'install', '/root/fenestra.deb')
    assert 'fenestra init' in said, said
    for name in ('discovery', 'enrollment', 'management', 'signer'):
        user = site.chroot('getent', 'passwd', 'fenestra-' + name)
        assert user.strip().endswith('/usr/sbin/nologin'), user
        assert os.path.islink(site.path(
            '/etc/systemd/system/sockets.target.wants/fenestra-%s.socket'
            % name))
        said = site.chroot('/usr/libexec/fenestra/fenestra-%s' % name,
                           '--version')
        assert said.startswith('fenestra-' + name), said
    assert not os.path.exists(site.path(
        '/etc/systemd/system/fenestra.target.wants/fenestra-webhook.service'))
    said = site.chroot('systemd-analyze', 'verify', '--man=no',
                       'fenestra.target', *(
                           'fenestra-%s@1.service' % n for n in
                           ('discovery', 'enrollment', 'management',
                            'signer')))
    assert 'fenestra' not in said, said


def test_init_needs_systemd(site):
    """It refuses where its units could not run, before it makes anything."""
    said = site.chroot('fenestra', 'init', '--domain=ops.example', '--yes',
                       status=1)
    assert 'systemd does not run here' in said, said
    assert os.listdir(site.path('/etc/fenestra')) == []


def test_upgrade(site):
    """A newer version takes the place of the old one."""
    site.put(tree.newer(tree.package()), '/root/newer.deb')
    site.chroot('dpkg', '-i', '/root/newer.deb')
    said = site.chroot('dpkg-query', '-W', '-f', '${db:Status-Abbrev}'
                       '${Version}', 'fenestra')
    assert said.startswith('ii ') and said.endswith('+newer'), said


def test_purge(site):
    """Every file and folder is as before."""
    site.chroot('dpkg', '--purge', 'fenestra')
    after = listed(site)
    assert after == site.before, (after - site.before, site.before - after)
