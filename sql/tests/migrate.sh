#!/bin/sh
# SPDX-License-Identifier: ISC
# What sql/migrate promises.  Run by `run`, which gives the database $scratch
# and the folder $work.
set -u
: "${scratch:?}" "${work:?}"

n=0
ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' "$work/log"
	fi
}

# expect STATUS COMMAND ...: run it, its output in the log.
expect() {
	want=$1
	shift
	"$@" >"$work/log" 2>&1
	got=$?
	[ "$got" = "$want" ] && return 0
	echo "exit status $got, expected $want" >>"$work/log"
	return 1
}

sql() {
	psql -XqAt -v ON_ERROR_STOP=1 -d "$scratch" -c "$1"
}

# Until a query says yes.
await() {
	while [ "$(sql "$1")" != t ]; do
		sleep 0.1
	done
}

mkdir "$work/sql"
cp -R ../migrate ../migrations ../functions ../views ../grants.sql "$work/sql"
migrate=$work/sql/migrate
files=0
for f in ../migrations/*.sql; do
	last=${f##*/}
	files=$((files + 1))
done

expect 1 "$migrate" check -d "$scratch"
ok $? 'check says that an empty database lacks something'
expect 0 "$migrate" status -d "$scratch" && grep -q 'nothing is applied' "$work/log"
ok $? 'status of an empty database'
expect 0 "$migrate" up -d "$scratch"
ok $? 'up'
[ "$(grep -c '^[0-9]\{4\}_.* done$' "$work/log")" -eq "$files" ]
ok $? 'one line of progress for each migration'
expect 0 "$migrate" check -d "$scratch"
ok $? 'check is content afterwards'
expect 0 "$migrate" up -d "$scratch" && ! grep -q '^[0-9]' "$work/log"
ok $? 'up again applies no migration again'
expect 0 "$migrate" status -d "$scratch" && [ "$(grep -c applied "$work/log")" -eq "$files" ]
ok $? 'status lists all as applied'

psql -Xq -d postgres -c "create database ${scratch}_2 owner fenestra_owner
    encoding 'UTF8' template template0"
"$migrate" print >"$work/print.sql"
(cd / && expect 0 psql -Xq -d "${scratch}_2" -f "$work/print.sql")
ok $? 'what print wrote runs alone'
for d in "$scratch" "${scratch}_2"; do
	pg_dump --schema-only -d "$d" | grep -v restrict >"$work/$d.dump"
done
expect 0 diff "$work/$scratch.dump" "$work/${scratch}_2.dump"
ok $? 'and makes the same schema'

echo '-- an afterthought' >>"$work/sql/migrations/$last"
expect 3 "$migrate" check -d "$scratch"
ok $? 'check refuses an edited file with 3'
expect 3 "$migrate" up -d "$scratch" && grep -q "${last%.sql} (drift)" "$work/log"
ok $? 'so does up, and names it'
cp "../migrations/$last" "$work/sql/migrations/$last"

mv "$work/sql/migrations/$last" "$work"
expect 3 "$migrate" up -d "$scratch" && grep -q 'not here' "$work/log"
ok $? 'up refuses a database that is newer than the files'
mv "$work/$last" "$work/sql/migrations"

touch "$work/sql/migrations/12_short.sql"
expect 3 "$migrate" up -d "$scratch" && grep -q 'bad file name' "$work/log"
ok $? 'a file that is not NNNN_name.sql is refused'
rm "$work/sql/migrations/12_short.sql"

cat >"$work/sql/migrations/9001_index.sql" <<-'END'
	-- fenestra:no-transaction
	create index concurrently if not exists event_kind on mdm.event (kind);
END
expect 1 "$migrate" check -d "$scratch"
ok $? 'check exits 1 when something is pending'
expect 0 "$migrate" up -d "$scratch" &&
    [ "$(sql "select indisvalid from pg_index where indexrelid = 'mdm.event_kind'::regclass")" = t ]
ok $? 'a migration may run outside a transaction'

cat >"$work/sql/migrations/9002_broken.sql" <<-'END'
	create table mdm.broken (i int);
	select 1 / 0;
END
expect 3 "$migrate" up -d "$scratch"
ok $? 'a migration that fails stops the run'
[ "$(sql "select to_regclass('mdm.broken') is null and not exists
    (select from mdm.migration where number = 9002)")" = t ]
ok $? 'and leaves nothing behind'

cat >"$work/sql/migrations/9002_broken.sql" <<-'END'
	create table mdm.broken (i int);
	select pg_sleep(600);
END
"$migrate" up -d "$scratch" >"$work/log" 2>&1 &
pid=$!
await "select count(*) = 1 from pg_stat_activity
    where datname = current_database() and query like 'select pg_sleep(600)%'"
expect 3 "$migrate" up -d "$scratch" && grep -q 'another migration is running' "$work/log"
ok $? 'two at once: the second is refused'
kill -9 "$pid"
sql "select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query like 'select pg_sleep(600)%'" >/dev/null
wait "$pid" 2>/dev/null
await "select count(*) = 0 from pg_stat_activity
    where datname = current_database() and query like 'select pg_sleep(600)%'"
echo 'create table mdm.broken (i int);' >"$work/sql/migrations/9002_broken.sql"
expect 0 "$migrate" up -d "$scratch" &&
    [ "$(sql "select count(*) from mdm.migration where number = 9002")" = 1 ]
ok $? 'a run that was killed half-way is completed by the next'

# The site's own files: the example, all of it.
site=$work/sql/site
state() {
	sql "select (select revision from mdm.session_rule), (select event from mdm.counter
	    where device = '00000000-0000-0000-0000-000000000000'), (select count(*) from mdm.command_any)"
}
mkdir "$site"
touch "$site/README"
expect 0 "$migrate" check -d "$scratch"
ok $? 'an empty folder of the site is nothing to apply'
cp ../site.example/*.sql "$site"
files=$(find "$site" -name '*.sql' | wc -l)
expect 1 "$migrate" check -d "$scratch"
ok $? 'check sees what the site has'
expect 0 "$migrate" status -d "$scratch" && [ "$(grep -c pending "$work/log")" = "$files" ]
ok $? 'and status lists it'
"$migrate" print >"$work/print.sql"
(cd / && expect 0 psql -Xq -d "${scratch}_2" -f "$work/print.sql") &&
    [ "$(psql -XqAt -d "${scratch}_2" -c 'select count(*) from mdm.site')" = "$files" ]
ok $? 'print has it, too'
expect 0 "$migrate" up -d "$scratch" && [ "$(grep -c '^site [0-9]\{4\}_.* done$' "$work/log")" = "$files" ]
ok $? 'the example is applied'
[ "$(sql 'select count(*) from admin.profile')|$(sql 'select count(*) from admin.assignment')" = '8|9' ]
ok $? 'with its profiles and assignments'
expect 0 "$migrate" check -d "$scratch"
ok $? 'nothing is pending'
before=$(state)
expect 0 "$migrate" up -d "$scratch" && ! grep -q '^site' "$work/log" && [ "$(state)" = "$before" ]
ok $? 'up again applies none of it'
for f in "$site"/*.sql; do
	echo '-- an afterthought' >>"$f"
done
expect 1 "$migrate" check -d "$scratch"
ok $? 'files that were edited'
expect 0 "$migrate" status -d "$scratch" && [ "$(grep -c changed "$work/log")" = "$files" ]
ok $? 'are changed'
expect 0 "$migrate" up -d "$scratch" && [ "$(grep -c '^site .* done$' "$work/log")" = "$files" ] &&
    [ "$(state)" = "$before" ]
ok $? 'and applied again, which changes nothing: no revision, no event, no command'
sed -i 's/"data": 12}/"data": 14}/' "$site/0020_password_policy.sql"
expect 0 "$migrate" up -d "$scratch" && [ "$(state)" != "$before" ] && [ "$(sql "select data
    from admin.profile_item where uri like '%MinDevicePasswordLength'")" = 14 ]
ok $? 'another value is a change'
before=$(state)
mv "$site/0070_msi.sql" "$work/0070_msi.sql"
expect 0 "$migrate" check -d "$scratch" && expect 0 "$migrate" status -d "$scratch" &&
    grep -q '0070_msi.*not here' "$work/log"
ok $? 'one that is gone is said to be'
expect 0 "$migrate" up -d "$scratch" && [ "$(state)" = "$before" ]
ok $? 'and what it did stays'
mkdir "$work/other site"
cat >"$work/other site/0001_first.sql" <<-'END'
	select admin.group_set('elsewhere');
	delete from mdm.event;
END
expect 3 "$migrate" -s "$work/other site" up -d "$scratch" && grep -q 'permission denied' "$work/log" &&
    [ "$(sql "select count(*) from admin.group where name = 'elsewhere'")" = 0 ]
ok $? 'they may do what an administrator may, and are applied whole or not at all'
sed -i '$d' "$work/other site/0001_first.sql"
expect 0 env FENESTRA_SITE="$work/other site" "$migrate" up -d "$scratch" &&
    [ "$(sql "select count(*) from admin.group where name = 'elsewhere'")" = 1 ]
ok $? 'they may lie elsewhere'
expect 3 "$migrate" -s "$work/none" up -d "$scratch" && grep -q 'no folder' "$work/log"
ok $? 'but must be there'
touch "$site/0001_again.sql"
expect 3 "$migrate" check -d "$scratch" && grep -q 'two files have the number 0001' "$work/log"
ok $? 'two with one number are refused'
mv "$site/0001_again.sql" "$site/1_short.sql"
expect 3 "$migrate" up -d "$scratch" && grep -q 'bad file name' "$work/log"
ok $? 'and so are bad names'
rm "$site/1_short.sql"

expect 0 psql -Xq -d "$scratch" -v ON_ERROR_STOP=1 -f ../roles.sql
ok $? 'roles.sql runs again'
[ "$(sql "select count(*) from pg_roles where rolname ~ '^fenestra_(discovery|enrollment|management)$'
    and rolconfig @> '{statement_timeout=5s,lock_timeout=2s,idle_in_transaction_session_timeout=10s}'")" = 3 ]
ok $? 'each worker role has its time-outs'
[ "$(sql "select not rolcanlogin and not rolsuper from pg_roles where rolname = 'fenestra_owner'")" = t ]
ok $? 'the owner cannot log in'

sql2() {
	psql -XqAt -v ON_ERROR_STOP=1 -d "${scratch}_2" -c "$1"
}

# older NUMBER: a database that has had the migrations up to this one, those
# of a release, and then devices.
older() {
	psql -Xq -d postgres -c "drop database ${scratch}_2" -c "create database
	    ${scratch}_2 owner fenestra_owner encoding 'UTF8' template template0"
	{
		awk -v last="$1" '/^-- migrations\// && substr($2, 12, 4) > last { exit } { print }' \
		    "$work/print.sql"
		printf '\\endif\ncommit;\n'
	} | psql -Xq -d "${scratch}_2" >"$work/log" 2>&1
	expect 0 sql2 "insert into mdm.device (device, device_id, upn)
	    select md5(i::text)::uuid, i, 'a' from generate_series(1, 3) i;
	    insert into mdm.counter (device) select device from mdm.device;
	    insert into mdm.session (device) select device from mdm.device;
	    insert into mdm.enrollment (device, number, upn, device_id, enrollment_type,
	      request_sha256, public_key_sha256, auth_name, client_secret, server_secret,
	      client_nonce, server_nonce, context)
	    values (md5('1')::uuid, 1, 'a', '1', 'Full', '', '', 'a', 'c', 's', '', '', '[]');
	    insert into mdm.command (device, seq, command, verb, uri, format, type, size, user_scope, once)
	    select device, 1, device, 'Get', './DevDetail/SwV', 'chr', 'text/plain', 100, false, false from mdm.device;
	    update mdm.counter set event = 50, command = 1;
	    insert into mdm.event (device, seq, kind, actor, detail)
	    select device, i, 'x', 'y', jsonb_build_object('i', i, 'text', 'Müller \"')
	      from mdm.counter, generate_series(1, 50) i"
	ok $? "a database of migration $1 has devices, commands and events"
}

# newer: what has to be so once it is brought up to date.
newer() {
	expect 0 ../migrate up -d "${scratch}_2"
	ok $? 'it is brought up to date'
	[ "$(sql2 "select string_agg(n, ', ') from (select p.pronamespace::regnamespace || '.' || p.proname as n
	    from pg_proc p where p.proowner = 'fenestra_owner'::regrole group by 1 having count(*) > 1) f")" = '' ]
	ok $? 'and no function stands beside its successor'
	[ "$(sql2 "select string_agg(u.purpose || ' ' || u.value, ' ' order by u.purpose)
	    from management.unsealed('00', null, 9) u where u.purpose is not null")" = \
	    'client_secret c server_secret s' ]
	ok $? 'its clear DM passwords are there, to be sealed'
	[ "$(sql2 "select count(*) from admin.command where state = 'queued' and uri = './DevDetail/SwV'")" = 3 ]
	ok $? 'its commands wait'
	[ "$(sql2 "select count(*) = 200 and (select count(*) from admin.audit_verify()) = 0
	    from admin.event")" = t ]
	ok $? 'its events are a chain that verifies'
}

older 0003
newer
older 0010
# Functions of that release whose parameters have changed since.
expect 0 sql2 "set role fenestra_owner;
    create function admin.enqueue(in_device uuid, in_verb text, in_uri text, in_data text default null,
      in_format text default 'chr', in_type text default 'text/plain') returns uuid language sql as 'select null::uuid';
    create function admin.enqueue_syncml(in_device uuid, in_xml text) returns uuid language sql as 'select null::uuid';
    create function mdm.inventory_set(in_device uuid, in_uris text[], in_values text[]) returns void language sql as ''"
ok $? 'and functions of its time'
newer
sql2 "update mdm.event set kind = 'z' where seq = 50 and device = md5('1')::uuid"
[ "$(sql2 "select string_agg(seq::text, ' ') from admin.audit_verify()")" = 50 ]
ok $? 'and what is changed in it is found'
sql2 "select mdm.event_add(md5('2')::uuid, 'later')" >/dev/null
[ "$(sql2 "select count(*) from admin.audit_verify(md5('2')::uuid)")" = 0 ]
ok $? 'and it goes on'
echo "1..$n"
