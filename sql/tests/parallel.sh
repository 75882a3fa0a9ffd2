#!/bin/sh
# SPDX-License-Identifier: ISC
# What holds only because of locks: many callers at once.  Run by `run`.
set -u
: "${scratch:?}" "${work:?}"

n=0
ok() {
	n=$((n + 1))
	if [ "$1" = t ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		echo "# got: $1"
		tail -n 20 "$work/log"
	fi
}

sql() {
	psql -XqAt -v ON_ERROR_STOP=1 -d "$scratch" -c "$1"
}

# bench CLIENTS TIMES < SCRIPT: says t when no call failed.
bench() {
	cat >"$work/script"
	pgbench -n -c "$1" -t "$2" -f "$work/script" "$scratch" >"$work/log" 2>&1 &&
	    grep -q 'failed transactions: 0 ' "$work/log" && echo t
}

../migrate up -d "$scratch" >"$work/log" 2>&1
sql 'create table public.seen (serial bytea, secret text)'

ok "$(bench 25 4 <<-'END'
	\set r random(1, 1000000000000)
	insert into public.seen
	select serial, client_secret from enrollment.reserve('p@fenestra.test', 'PARALLEL',
	  'Full', '\x01', '\x02', int8send(:r), 'a', :r::text, 's', '\x01', '\x02', '{}', '{}');
END
)" 'the same request 100 times, 25 at once'
ok "$(sql 'select count(*) = 100 and count(distinct (serial, secret)) = 1 from public.seen')" \
	'each got the same serial and secret'
ok "$(sql "select (select count(*) from mdm.device) = 1 and (select count(*) from mdm.certificate) = 1
    and (select count(*) from mdm.device_key where kind = 'serial') = 1")" \
	'and there is one device and one serial'

sql 'truncate public.seen' # now what issue returns
ok "$(bench 25 4 <<-'END'
	\set r random(1, 1000000000000)
	insert into public.seen (serial)
	select signer.issue(device, serial, int8send(:r), sha256(int8send(:r)), '\x01', '\x02')
	  from mdm.certificate where enrollment = 1;
END
)" 'issue 100 times, 25 at once'
ok "$(sql 'select count(*) = 100 and bool_and(s.serial = c.content)
    from public.seen s, mdm.certificate c')" 'the first certificate won'

ok "$(bench 10 10 <<-'END'
	\set r random(1, 1000000000000)
	select enrollment.reserve('q' || :r || '@fenestra.test', 'CLONE', 'Full', int8send(:r),
	  int8send(:r), int8send(:r), 'a', 'c', 's', '\x01', '\x02', '{}', '{}');
END
)" 'many users enroll devices of one DeviceID'

# Commands queued while sessions of the same device come in: each message is
# the first of a session and is sent the whole queue again.
sql "select admin.setting_set('delivery_attempts', '999')" >/dev/null
sql "select admin.setting_set('session_rate', '0')" >/dev/null
ok "$(bench 10 20 <<-'END'
	\set r random(1, 1000000000000)
	\set k random(1, 2)
	\if :k = 1
	select admin.enqueue(device, 'Get', './DevDetail/SwV') from mdm.device where device_id = 'PARALLEL';
	\else
	begin;
	select management.message(c.device, c.sha256, 'PARALLEL', :r::text, 1, sha256(int8send(:r)), null, true)
	  from mdm.certificate c where c.content is not null;
	select management.deliver(c.device, 5) from mdm.certificate c where c.content is not null;
	insert into public.seen default values;
	commit;
	\endif
END
)" 'commands and sessions of one device, 10 at once'
ok "$(sql "select s.number = (select count(*) - 100 from public.seen)
    from mdm.session s join mdm.device d using (device) where d.device_id = 'PARALLEL'")" \
	'the sessions follow each other'
ok "$(sql "select count(*) = max(seq) and min(seq) = 1 and max(seq) =
      (select max(command) from mdm.counter) from mdm.command_any")" \
	'commands are conserved and their sequence has no gap'
ok "$(sql 'select (select sum(attempts) from mdm.command) = (select count(*) from mdm.delivery)')" \
	'every attempt is recorded'
ok "$(sql 'select bool_and(d.seq = d.cmd_id - 4) from mdm.delivery d')" \
	'each session had the queue from its beginning, in order'
# One nonce, one use: all come with the same, which one of them turns.
sql "select admin.setting_set('device_auth', 'digest')" >/dev/null
sql 'truncate public.seen'
nonce=$(sql "select nonce from mdm.device d, management.credential(d.device)
    where d.device_id = 'PARALLEL'")
ok "$(bench 10 10 <<-END
	\\set r random(1, 1000000000000)
	insert into public.seen (secret)
	select m.status from mdm.device d, management.message(d.device, null, 'PARALLEL', :r::text, 1,
	  sha256(int8send(:r)), null, true, 'md5', true, '$nonce', sha256(int8send(:r))) m
	  where d.device_id = 'PARALLEL';
END
)" 'the same credential 100 times, 10 at once'
ok "$(sql "select count(*) filter (where secret = '212') = 1 and count(*) filter (where secret = '401') = 99
    from public.seen")" 'is accepted once'
# Devices that fail at the same time see each other, and the roll-out halts.
sql "insert into mdm.rollout (rollout, name, parts, priority, waves, advance_percent,
      halt_failures, halt_after, ends_at)
    values (md5('r')::uuid, 'r', '[]', 5, '{100}', 80, 60, 1000, now() + interval '1 day');
    insert into mdm.device (device, device_id, upn) select md5(n::text)::uuid, n, 'r'
      from generate_series(1, 60) n;
    insert into mdm.counter (device) select md5(n::text)::uuid from generate_series(1, 60) n;
    insert into mdm.session (device) select md5(n::text)::uuid from generate_series(1, 60) n;
    insert into mdm.rollout_device (device, rollout, command)
    select md5(n::text)::uuid, md5('r')::uuid, md5(n::text)::uuid
      from generate_series(1, 60) n;
    create sequence public.turn"
ok "$(bench 10 6 <<-'END'
	select mdm.rollout_outcome(md5(nextval('public.turn')::text)::uuid, array[md5('r')::uuid], 'failed');
END
)" '60 devices fail, 10 at once'
ok "$(sql "select state = 'halted' and reason = '60 devices failed' from mdm.rollout")" \
	'none is overlooked: the last one halts the roll-out'

# Retention many times at once, while commands are queued and devices come.
sql "update mdm.command_done set done_at = now() - interval '1 year'" >/dev/null
sql "insert into mdm.command_done (device, seq, command, verb, uri, format, type, state,
      cancel_requested, attempts, queued_at, done_at)
    select d.device, 100000 + n, gen_random_uuid(), 'Get', './x', 'chr', 'text/plain',
      'cancelled', false, 0, now(), now() - interval '1 year'
      from mdm.device d, generate_series(1, 20) n where d.upn = 'r';
    update mdm.counter c set command = command + 20
      from mdm.device d where d.device = c.device and d.upn = 'r'"
ok "$(bench 10 20 <<-'END'
	\set k random(1, 4)
	\set n random(1, 60)
	\if :k = 1
	select * from admin.maintain(50);
	\elif :k = 2
	select admin.enqueue(md5(:n::text)::uuid, 'Get', './y');
	\elif :k = 3
	select * from admin.enqueue_many((select array_agg(device) from mdm.device where upn = 'r'), 'Get', './z');
	\else
	select admin.clear(md5(:n::text)::uuid);
	\endif
END
)" 'retention, queues and their ends, 10 at once'
until [ "$(sql 'select sum(done) from admin.maintain()')" = 0 ]; do :; done
ok "$(sql "select count(*) = 0 from mdm.command_done where done_at < now() - interval '90 days'")" \
	'what is old is gone'
ok "$(sql 'select bool_and(c.command = c.forgotten + (select count(*) from mdm.command_any a
    where a.device = c.device)) and sum(c.forgotten) >= 1200 from mdm.counter c')" \
	'and counted'

ok "$(sql "select bool_and(n = m) from (select count(*) n, max(seq) m
    from mdm.event group by device) e")" 'the events of each device have no gap'
ok "$(sql 'select count(*) = 0 from admin.audit_verify()')" 'and are a chain'
echo "1..$n"
