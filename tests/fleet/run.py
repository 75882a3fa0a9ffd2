#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Profiles, roll-outs and inventory on five hundred simulated devices that
speak TLS with the front server: what the database says of them is what they
have. TAP; the stack of deploy/stack that FENESTRA_VAR names has to be up, and
new."""

import sys
import time
import traceback

import fleet
import roll

COUNT, POLICY = fleet.COUNT, fleet.POLICY
USER = './User/Vendor/MSFT/Policy/Config/Fleet/Desk'


def test_roll_out(f):
    """an assignment writes nothing until the devices come, who then have it"""
    f.profile('base', ('Replace', POLICY + 'One', 'a'),
              ('Replace', POLICY + 'Two', 'b'))
    f.admin("select admin.assign('base', 'all');")
    assert f.one('select count(*) from mdm.node;') == '0'
    assert f.one('select count(*) from mdm.command_any;') == '0'
    assert f.states('base') == {'pending': 2 * COUNT}, f.states('base')
    f.sessions()
    assert f.states('base') == {'verified': 2 * COUNT}, f.states('base')
    assert f.values(POLICY + 'One') == {'a': COUNT}
    assert f.values(POLICY + 'Two') == {'b': COUNT}


def test_up_to_date(f):
    """a device that has everything is asked and told nothing"""
    before = f.one('select count(*) from mdm.command_any;')
    f.sessions('--commands=0', count=100)
    assert f.one('select count(*) from mdm.command_any;') == before
    assert f.one("select count(*) from mdm.command_any"
                 " where attempts <> 1;") == '0'


def test_change(f):
    """a change reaches who comes, and is pending for who does not"""
    f.admin("select admin.profile_item_set('base', '%sTwo', 'c');" % POLICY)
    f.sessions(count=COUNT // 2)
    assert f.states('base') == {'verified': COUNT * 3 // 2,
                                'pending': COUNT // 2}, f.states('base')
    assert f.values(POLICY + 'Two') == {'b': COUNT // 2, 'c': COUNT // 2}
    assert f.one("select count(*) from mdm.command_any where uri = '%sOne'"
                 " and verb = 'Replace';" % POLICY) == str(COUNT)


def test_conflict(f):
    """the higher priority wins, is shown to, and leaves the other one"""
    names = f.names(100)
    f.admin("select admin.group_set('first', null, array(select id from"
            " admin.device where device_id in (%s)));" % names)
    f.profile('special', ('Replace', POLICY + 'One', 'z'),
              options=', in_priority => 10')
    f.admin("select admin.assign('special', 'first');")
    f.sessions(count=150)
    assert f.values(POLICY + 'One') == {'z': 100, 'a': COUNT - 100}
    assert f.admin('select count(*), min(winner), max(loser) from'
                   ' admin.conflict;') == [['100', 'special', 'base']]
    f.admin("select admin.unassign('special', 'first');")
    f.sessions(count=100)
    assert f.values(POLICY + 'One') == {'a': COUNT}
    assert f.one('select count(*) from admin.conflict;') == '0'


def test_drift(f):
    """what was changed on a device is found, repaired at once and counted"""
    for i in range(50):
        f.change(i, POLICY[2:] + 'One', 'x' if i % 2 else None)
    f.read_again()
    f.sessions(count=100)
    assert f.values(POLICY + 'One') == {'a': COUNT}
    assert f.one('select sum(drifts) from mdm.node;') == '50'
    assert f.admin("select count(*), count(distinct device) from admin.event"
                   " where kind = 'profile.drifted';") == [['50', '50']]
    assert f.states('base') == {'verified': COUNT * 3 // 2,
                                'pending': COUNT // 2}, f.states('base')


def test_user(f):
    """what is for the user waits until that user is signed in"""
    f.profile('desk', ('Replace', USER, 'd'), ('Replace', POLICY + 'Box', 'e'))
    f.admin("select admin.assign('desk', 'first');")
    f.sessions(count=100, login='none')
    assert f.states('desk') == {'pending': 100, 'verified': 100}
    assert f.values(POLICY + 'Box', 100) == {'e': 100}
    f.sessions(count=100, login='others')
    assert f.states('desk') == {'pending': 100, 'verified': 100}
    assert f.values(USER, 100) == {None: 100}
    f.sessions(count=100)
    assert f.states('desk') == {'verified': 200}, f.states('desk')
    assert f.values(USER, 100) == {'d': 100}


def test_atomic(f):
    """an Atomic that fails leaves nothing, says why, and is not sent again"""
    f.profile('whole', ('Replace', POLICY + 'Four', 'a'),
              ('Replace', './Vendor/MSFT/Simulator/Forbidden', 'b'),
              options=', in_atomic => true')
    f.admin("select admin.assign('whole', 'first');")
    f.sessions(count=100)
    assert f.states('whole') == {'failed': 200}, f.states('whole')
    assert f.values(POLICY + 'Four', 100) == {None: 100}
    assert f.admin("select status, count(*) from admin.profile_status where"
                   " profile = 'whole' group by 1 order by 1;") \
        == [['216', '100'], ['403', '100']]
    f.sessions('--commands=0', count=20)
    f.admin("select admin.profile_remove('whole');")
    f.sessions(count=100)
    assert f.states('whole') == {}


def test_removal(f):
    """what is wanted no longer is taken back everywhere"""
    f.admin("select admin.profile_remove('desk');"
            " select admin.unassign('base', 'all');")
    f.sessions()
    assert f.values(POLICY + 'One') == {None: COUNT}
    assert f.values(POLICY + 'Two') == {None: COUNT}
    assert f.values(USER, 100) == {None: 100}
    assert f.one('select count(*) from mdm.node;') == '0'
    assert f.one('select count(*) from mdm.command;') == '0'


def test_once(f):
    """all of it took one delivery of each command"""
    assert f.one('select count(*) from mdm.command_done'
                 " where origin = 'profile' and attempts <> 1;") == '0'
    assert f.one('select count(*) from mdm.counter c where c.command <>'
                 ' (select count(*) from mdm.command_any a'
                 ' where a.device = c.device);') == '0'


# In this order: each begins where the one before it ended.
TESTS = (test_roll_out, test_up_to_date, test_change, test_conflict,
         test_drift, test_user, test_atomic, test_removal, *roll.TESTS,
         test_once)


def main():
    devices = fleet.Fleet()
    failed = 0
    print('1..%d' % len(TESTS), flush=True)
    devices.enroll()
    for number, test in enumerate(TESTS, 1):
        start = time.monotonic()
        try:
            test(devices)
            print('ok %d - %s' % (number, test.__doc__))
        except Exception:   # pylint: disable=broad-except
            failed += 1
            print('not ok %d - %s' % (number, test.__doc__))
            for line in traceback.format_exc().splitlines():
                print('# ' + line)
        print('# %s: %.1f s' % (test.__name__, time.monotonic() - start),
              flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
