-- SPDX-License-Identifier: ISC
-- Note a CA that the signer signs with or trusts.  Gives the warning that is
-- due and was not given before: 60, 30 or 7 days before its end, 0 for the end
-- itself, else null.  Each leaves one event.
create or replace function signer.authority(in_sha256 bytea, in_role text,
  in_subject text, in_not_before bigint, in_not_after bigint,
  in_content bytea)
returns int
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_end  timestamptz := to_timestamp(in_not_after);
  v_left interval := v_end - now();
  v_step int := case when v_left <= interval '0' then 0
                     when v_left <= interval '7 days' then 7
                     when v_left <= interval '30 days' then 30
                     when v_left <= interval '60 days' then 60 end;
begin
  insert into mdm.authority (sha256, role, subject, not_before, not_after, content)
  values (in_sha256, in_role, in_subject, to_timestamp(in_not_before), v_end,
    in_content)
  on conflict do nothing;
  update mdm.authority a set role = in_role
   where a.sha256 = in_sha256 and a.role <> in_role;
  if v_step is null then
    return null;
  end if;
  update mdm.authority a set warned = v_step
   where a.sha256 = in_sha256 and (a.warned is null or a.warned > v_step);
  if not found then
    return null;
  end if;
  perform mdm.event_add(null, 'authority.ends', jsonb_build_object(
    'subject', in_subject, 'sha256', encode(in_sha256, 'hex'),
    'role', in_role, 'not_after', v_end, 'warning', v_step));
  return v_step;
end
$$;
comment on function signer.authority is
  'Note a CA; the warning before its end that is due now and was not given yet.';
