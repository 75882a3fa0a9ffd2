# SPDX-License-Identifier: ISC
"""From a Debian with nothing to the first device behind Apache, in a really
booted systemd."""

import site_tree
from site_tree import HOSTS, Load
from test_lighttpd import (  # noqa: F401
    test_nothing_is_served_before_init, test_first_device,
    test_second_run_changes_nothing)


def place():
    return site_tree.Site('apache')


def test_upgrade_of_the_front(site):
    """D2-2 Apache reloaded and workers restarted under load: no request is
    lost."""
    site.add_devices()
    with Load(site, '/root/load') as load:
        site.run('systemctl', 'reload', 'apache2')
        for unit in sorted(site.pids('fenestra-management@*')):
            site.run('systemctl', 'restart', unit)
    print('# %s' % load.seen)
    assert load.seen['200'] >= 60 and not any(
        count for status, count in load.seen.items() if status >= '400'), \
        load.seen


def test_undo_front(site):
    """--undo-front gives Apache its own sites back; init leads it here
    again."""
    said = site.init('--undo-front')
    assert 'its own sites again' in said, said
    assert site.status_of('/enroll') == '000'
    assert 'HTTP/1.1 200' in site.run('curl', '-sI', 'http://127.0.0.1/')
    said = site.init('--undo-front')
    assert 'no front server' in said, said
    site.init('--front=apache')
    assert site.status_of('/enroll', HOSTS[0]) == '200'
    site.device('session', '-d', '/root/pc')
