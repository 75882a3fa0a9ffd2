# SPDX-License-Identifier: ISC
"""A change of what all devices are to be, in a database with many of them: how
long it takes to commit, that it writes nothing about any device, and what a
device then takes to be compared."""

import re

import scale
from settings import DEVICES, ROUNDS, Series

AIM = 1.0           # seconds
ITEMS = 20
COMPARED = 500      # devices in each round

# All have come since the last change.
SETTLED = '''
update mdm.session s set revision = r.revision, due_at = 'infinity'
  from mdm.session_rule r;
vacuum analyze;
checkpoint;
'''

# What an administrator does in a minute; the value is another in each round.
CHANGES = r'''
\timing on
select admin.profile_set('bench', (select jsonb_agg(jsonb_build_object('uri',
  './Vendor/MSFT/Policy/Config/Bench/P' || n, 'data', n || ' ' || :round))
  from generate_series(1, :items) n)) as "a profile of 20 items";
select admin.assign('bench', 'all', in_priority => :round) as "its assignment to all";
select admin.profile_item_set('bench',
  './Vendor/MSFT/Policy/Config/Bench/P1', :'round') as "one of its items";
'''
LABELS = ('a profile of %d items' % ITEMS, 'its assignment to all',
          'one of its items')
ROWS = 'select count(*), (select count(*) from mdm.command) from mdm.node'

# The first devices: who has to be told, and then who has not.
COMPARE = r'''
\timing on
begin;
select count(*) from (select mdm.device_due(device) from mdm.session
  order by device limit :count) x;
select count(*) from (select mdm.device_due(device) from mdm.session
  order by device limit :count) x;
select count(*) from mdm.node;
rollback;
'''


def times(text):
    """Seconds, as psql says them."""
    return [float(t) / 1000 for t in re.findall(r'(?m)^Time: ([\d.]+) ms', text)]


def run(bench):
    scale.copy(bench)
    print('filling a database: %d devices' % DEVICES, flush=True)
    psql = bench.stack.psql
    psql(scale.FILL, database=scale.DATABASE, devices=DEVICES,
         commands=DEVICES)
    psql(SETTLED, database=scale.DATABASE)
    before = psql(ROWS, database=scale.DATABASE)
    changes, compared = [], []
    for i in range(ROUNDS):
        changes.append(times(psql(CHANGES, database=scale.DATABASE, round=i,
                                  items=ITEMS)))
    if psql(ROWS, database=scale.DATABASE) != before:
        raise SystemExit('bench: a change wrote rows of devices')
    for i in range(ROUNDS):
        text = psql(COMPARE, database=scale.DATABASE, count=COMPARED)
        compared.append([1000 * t / COMPARED for t in times(text)[1:3]])
        if '\n%d\n' % (COMPARED * ITEMS) not in text:
            raise SystemExit('bench: not every device got every node')
    bench.say('', 'A change of what %s devices are to be; none of it wrote a '
              'row of any device' % format(DEVICES, ','))
    for n, label in enumerate(LABELS):
        bench.say('  %-33s %s ms   at most: %.0f' % (
            label, Series(1000 * c[n] for c in changes).text('%.1f'),
            1000 * AIM))
    for n, label in enumerate(('a device that is to have all of it',
                               'one that has it')):
        bench.say('  %-33s %s ms to compare' % (
            label, Series(c[n] for c in compared).text('%.2f')))
    psql('drop database %s with (force)' % scale.DATABASE)
