# SPDX-License-Identifier: ISC
"""Roll-outs, maintenance windows, inventory and compliance on the fleet."""

import fleet

COUNT, POLICY = fleet.COUNT, fleet.POLICY
TREE = POLICY.rstrip('/')
FORBIDDEN = './Vendor/MSFT/Simulator/Forbidden'


def waves(f, name):
    """How many devices are in the first tenth of a roll-out."""
    return int(f.one("select count(*) from mdm.device d, mdm.rollout r where"
                     " r.name = '%s' and d.state in ('enrolling', 'enrolled') and"
                     " mdm.spread(d.device, r.rollout::text) < 1000;" % name))


def test_staged(f):
    """a wave reaches its share of the devices, and no other is written of"""
    f.admin("select admin.rollout_start('good', 'Replace', '%sWave', 'w',"
            " in_waves => '{10,100}');" % POLICY)
    first = waves(f, 'good')
    assert 0 < first < COUNT // 2, first
    assert f.one('select count(*) from mdm.rollout_device;') == '0'
    f.sessions()
    assert f.values(POLICY + 'Wave') == {'w': first, None: COUNT - first}
    assert f.admin('select state, wave, reached, done, failed from'
                   ' admin.rollout;') == [['running', '1', str(first),
                                           str(first), '0']]
    assert f.admin("select admin.rollout_next('good');") == [['100']]
    f.sessions()
    assert f.values(POLICY + 'Wave') == {'w': COUNT}
    assert f.one("select count(*) from mdm.command_done where"
                 " origin = 'roll-out';") == str(COUNT)


def test_halt(f):
    """it halts when too many fail, and goes on or ends as it is told"""
    f.admin("select admin.rollout_start('bad', 'Replace', '%s', 'x',"
            " in_waves => '{100}', in_halt_failures => 20);" % FORBIDDEN)
    f.sessions()
    state, failed, reached = f.admin(
        "select state, failed, reached from admin.rollout"
        " where name = 'bad';")[0]
    # Those that were being served in the moment are the only ones besides.
    assert state == 'halted' and 20 <= int(failed) <= 20 + fleet.LANES, failed
    assert int(reached) <= 20 + fleet.LANES, reached
    f.sessions('--commands=0', count=50)
    f.admin("select admin.rollout_resume('bad');")
    f.sessions(count=50)
    again = int(f.one("select reached from admin.rollout"
                      " where name = 'bad';"))
    assert int(reached) < again <= 50 + int(reached), again
    f.admin("select admin.rollout_abort('bad');")
    f.sessions('--commands=0', count=COUNT // 2)


def test_window(f):
    """what changes something waits for its window, a Get and what is urgent not"""
    f.admin("select admin.window_set('far', (now() at time zone 'UTC'"
            " + interval '5 hours')::time, 60, in_clock => 'server');")
    targets = "(select array_agg(id) from admin.device" \
        " where device_id in (%s))" % f.names(50)
    for verb, name, data, priority in (
            ('Replace', 'Later', "'l'", 5), ('Replace', 'Urgent', "'u'", 9),
            ('Get', 'Wave', 'null', 5)):
        assert f.admin(
            "select count(command), count(fault) from admin.enqueue_many("
            "%s, '%s', '%s', %s, in_priority => %d);" % (
                targets, verb, POLICY + name, data, priority)) == [['50', '0']]
    f.sessions(count=50)
    assert f.values(POLICY + 'Urgent', 50) == {'u': 50}
    assert f.values(POLICY + 'Later', 50) == {None: 50}
    assert f.admin("select waits_for, count(*) from admin.command where state"
                   " = 'waiting' group by 1;") == [['window', '50']]
    f.sessions('--commands=0', count=50)
    f.admin("select admin.window_set('far', (now() at time zone 'UTC'"
            " - interval '1 hour')::time, 120, in_clock => 'server');")
    f.sessions(count=50)
    assert f.values(POLICY + 'Later', 50) == {'l': 50}
    f.admin("select admin.window_remove('far');")


def test_inventory(f):
    """all are asked, once, behind what an administrator wants of them"""
    f.sql("update mdm.inventory_kind set enabled = false where name not in"
          " ('DevDetail', 'Defender', 'BitLocker');")
    f.admin("select admin.inventory_kind_set('Tree', '{%s?list=StructData}');"
            " select admin.setting_set('inventory', 'on');"
            " select admin.inventory_ask(id) from admin.device"
            " where state = 'enrolled';"
            " select admin.enqueue(id, 'Get', './DevDetail/HwV')"
            " from admin.device where state = 'enrolled';" % TREE)
    f.sessions()
    assert f.admin("select value, count(*) from admin.inventory where uri ="
                   " './DevDetail/SwV' group by 1;") == [
                       ['10.0.19043.2364', str(COUNT)]]
    assert f.one("select count(*) from admin.inventory where uri ="
                 " '%sWave' and value = 'w';" % POLICY) == str(COUNT)
    assert f.one("select count(distinct device) from admin.inventory_missing"
                 " where uri like '%Defender/Health/%';") == str(COUNT)
    assert f.one('select count(*) from admin.inventory_change;') == '0'
    assert f.one("select count(*) from mdm.result r join mdm.command_any c"
                 " using (device, seq) where c.origin = 'inventory';") == '0'
    assert f.one("select count(*) from (select d.device from mdm.delivery d"
                 " join mdm.command_any c using (device, seq)"
                 " group by d.device, d.session, d.msg"
                 " having count(distinct c.origin) > 1) x;") == '0'
    assert f.one("select count(*) from mdm.delivery d join mdm.command_done c"
                 " using (device, seq) where c.uri = './DevDetail/HwV' and"
                 " c.verb = 'Get' and d.msg = 1;") == str(COUNT)
    f.sessions('--commands=0', count=50)


def test_changes(f):
    """what changes on a device is seen, kept, and judged by a rule"""
    f.admin("select admin.group_set('changed');"
            " select admin.compliance_set('wave', '{\"node\": \"%sWave\","
            " \"value\": \"w\"}', in_tag_group => 'changed');" % POLICY)
    for i in range(20):
        f.change(i, POLICY[2:] + 'Wave', 'y' if i % 2 else None)
    f.admin("select admin.inventory_ask(id) from admin.device where"
            " device_id in (%s);" % f.names(40))
    f.sessions(count=40)
    f.sessions(count=40)
    assert f.admin("select coalesce(value, ''), count(*) from"
                   " admin.inventory_change group by 1 order by 1;") == [
                       ['', '10'], ['y', '10']]
    assert f.admin('select compliant, in_grace, broken from'
                   ' admin.compliance_rule;') == [['20', '0', '20']]
    assert f.one("select count(*) from admin.group_device where name ="
                 " 'changed';") == '20'
    assert f.one("select count(*) from admin.event where kind ="
                 " 'compliance.broken';") == '20'
    f.sessions('--commands=0', count=40)
    f.admin("select admin.setting_set('inventory', null);")


TESTS = (test_staged, test_halt, test_window, test_inventory, test_changes)
