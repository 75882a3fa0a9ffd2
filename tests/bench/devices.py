# SPDX-License-Identifier: ISC
"""Simulated devices (tests/device) that hold sessions in rounds, each on a
connection that it keeps; and what is queued for them before a round."""

import os
import re
import subprocess

import machine
from stack import BIN

# What an administrator's day looks like: mostly policy, a few questions, and
# a thing that comes and goes.
TWENTY = '''
insert into wanted
select n, 'Replace', './Vendor/MSFT/Policy/Config/Bench/Setting' || n,
       'chr', repeat('v', 7 * n)
  from generate_series(1, 14) n
 union all
select 15, 'Get', './DevDetail/SwV', 'chr', null union all
select 16, 'Get', './DevDetail/HwV', 'chr', null union all
select 17, 'Get', './DevDetail/DevTyp', 'chr', null union all
select 18, 'Get', './DevDetail/Ext/Microsoft/TotalRAM', 'chr', null union all
select 19, 'Add', './Vendor/MSFT/WiFi/Profile/Bench/WlanXml', 'chr',
       '<WLANProfile><name>Bench &amp; Co</name></WLANProfile>' union all
select 20, 'Delete', './Vendor/MSFT/WiFi/Profile/Bench', 'chr', null;
'''

QUEUE = '''
begin;
create temporary table wanted (n int, verb text, uri text, format text,
  data text) on commit drop;
%s
select count(admin.enqueue(o.device, o.verb, o.uri, o.data, o.format))
  from (select d.device, w.* from mdm.device d cross join wanted w
         where d.device_id = any (string_to_array(:'ids', ','))
         order by d.device, w.n) o;
commit;
'''

LEFT = '''
select (select count(*) from mdm.command c join mdm.device d using (device)
         where d.device_id = any (string_to_array(:'ids', ','))),
       (select count(*) from mdm.command_done c join mdm.device d using (device)
         where d.device_id = any (string_to_array(:'ids', ','))
           and c.state = 'done' and c.attempts = 1),
       (select count(*) from mdm.command_done c join mdm.device d using (device)
         where d.device_id = any (string_to_array(:'ids', ',')));
'''


class Devices:
    """So many of one kind."""

    def __init__(self, bench, name, count):
        self.stack, self.count = bench.stack, count
        self.folder = os.path.join(bench.folder, name)
        self.process, self.queued = None, 0
        self.program = os.path.join(BIN, 'fenestra-device')
        self.lanes = min(count, 8)
        words = ['-u', bench.upn('cheap'), '-P', str(self.stack.https),
                 '-C', self.stack.values['CA_FILE'],
                 '-p', bench.folder + '/password',
                 '--key=ec:P-256', '--phase=keys,enroll']
        for host in ('ENROLLMENT_HOST', 'MANAGEMENT_HOST'):
            words += ['-r', '%s:%d:127.0.0.1' % (self.stack.values[host],
                                                 self.stack.https)]
        subprocess.run(self.words(*words), check=True, timeout=300,
                       stdout=subprocess.DEVNULL)
        self.ids = ','.join(
            re.search(r'(?m)^device-id (\S+)$',
                      machine.read('%s/%06d/state' % (self.folder, i)))[1]
            for i in range(count))

    def words(self, *more):
        return [self.program, 'load', '-d', self.folder, '-n', str(self.count),
                '-c', str(self.lanes), *more]

    def start(self, *options):
        self.process = subprocess.Popen(
            self.words('-m', '1', '--phase=sessions', '--rounds', *options),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def queue(self, sql=TWENTY):
        """For each device, in one statement and by the administrator's
        function: rules, order and events are as always."""
        made = int(self.stack.psql(QUEUE % sql, ids=self.ids))
        self.queued += made
        return made

    def round(self):
        """A session of each device."""
        self.process.stdin.write('\n')
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        found = {k: float(v) for k, v in re.findall(r'(\w+)=([\d.]+)', line)}
        if not found or found['failed'] > 0:
            raise SystemExit('bench: a simulated device is not content')
        return found

    def judge(self):
        """All that was queued was sent once, answered, and is history."""
        left, done, ended = self.stack.psql(LEFT, ids=self.ids).split('|')
        if (int(left), int(done), int(ended)) != (0, self.queued, self.queued):
            raise SystemExit('bench: of %d commands, %s are left and %s of %s '
                             'were done at once' % (self.queued, left, done,
                                                    ended))

    def pids(self):
        return sorted(machine.family(self.process.pid))

    def stop(self):
        if self.process is None:
            return
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()
        self.process = None
