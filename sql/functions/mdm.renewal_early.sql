-- SPDX-License-Identifier: ISC
-- Why a certificate that may be renewed may not be renewed now.  Whichever
-- begins first counts: what the template says, or what devices are told; and a
-- day more, for clocks.  An administrator may have asked for it (admin.renew).
create or replace function mdm.renewal_early(in_device uuid,
  in_old mdm.certificate)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_window interval;
  v_limit  int;
  v_since  timestamptz;
begin
  select make_interval(secs => greatest(t.renewal_seconds,
           86400 * coalesce(s.value, s.preset)::bigint)) + interval '1 day'
    into strict v_window
    from mdm.template t, mdm.setting s
   where t.active and s.name = 'renew_period';
  if in_old.renewal_asked is null and now() < in_old.not_after - v_window then
    return format('too early: not before %s',
      to_char((in_old.not_after - v_window) at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
  end if;
  select coalesce(s.value, s.preset)::int into strict v_limit
    from mdm.setting s where s.name = 'renewal_limit';
  select e.requested_at into strict v_since from mdm.enrollment e
   where e.device = in_device and e.number = in_old.enrollment;
  if v_limit > 0 and now() >= v_since + make_interval(days => v_limit) then
    return format('enrolled more than %s days ago', v_limit);
  end if;
  return null;
end
$$;
comment on function mdm.renewal_early is
  'Why a certificate may not be renewed now; null when it may.';
