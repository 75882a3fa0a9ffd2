-- SPDX-License-Identifier: ISC
-- Remove certificates that expired long ago and were replaced: renewed ones
-- one by one but the first, which shows what was enrolled, and enrollments
-- that a later one of the device has followed as a whole.
create or replace function mdm.retain_certificates(in_rows int) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before timestamptz := mdm.retain_before('retain_certificate');
  v_old    mdm.certificate;
  v_count  bigint := 0;
begin
  -- Those that no device has serve nobody once they are over.
  delete from mdm.stranger s where s.not_after < now();
  get diagnostics v_count = row_count;
  for v_old in
    select c.* from mdm.certificate c
     where c.not_after < v_before and c.state in ('superseded', 'revoked')
       and (c.generation > 0 and exists (select from mdm.certificate n
              where n.device = c.device and n.enrollment = c.enrollment
                and n.generation > c.generation)
         or c.generation = 0 and exists (select from mdm.enrollment e
              where e.device = c.device and e.number > c.enrollment)
           and not exists (select from mdm.certificate n
              where n.device = c.device and n.enrollment = c.enrollment
                and n.not_after >= v_before))
     order by c.not_after limit in_rows
  loop
    continue when not mdm.counter_try(v_old.device);
    if v_old.generation = 0 then
      perform mdm.enrollment_forget(v_old.device, v_old.enrollment);
    else
      delete from mdm.device_key k
       where k.device = v_old.device
         and (k.kind, k.value) in (('serial', v_old.serial),
           ('certificate', v_old.sha256), ('public_key', sha256(v_old.public_key)));
      delete from mdm.certificate c
       where c.device = v_old.device and c.serial = v_old.serial;
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function mdm.retain_certificates is
  'Remove certificates that expired long ago and were replaced; says how many.';
