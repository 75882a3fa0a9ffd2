-- SPDX-License-Identifier: ISC
-- Let the enrollment in that enrollment.reserve reserved in the same
-- transaction: once, however often its request comes.  The way in must be
-- open, the restrictions of its group hold, and a token is used up with it.
-- in_token: the SHA-256 of a token, or of what is signed in a JWT.  in_source:
-- the address it came from.  MD403: refused; DETAIL is the
-- ErrorType, HINT what Windows is to show.
create or replace function enrollment.admit(in_upn text, in_device_id text,
  in_request_sha256 bytea, in_credential text, in_token bytea,
  in_source text default null)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device     uuid;
  v_enrollment mdm.enrollment;
  v_token      mdm.token;
  v_way        mdm.way;
  v_group      text;
  v_fault      record;
  v_awaits     boolean;
begin
  select k.device into strict v_device from mdm.device_key k
   where k.kind = 'owner' and k.value = sha256(convert_to(lower(in_upn), 'UTF8')
     || sha256(convert_to(lower(in_device_id), 'UTF8')));
  perform mdm.lock(v_device);
  select * into strict v_enrollment from mdm.enrollment e
   where e.device = v_device and e.request_sha256 = in_request_sha256;
  if v_enrollment.credential is not null then
    return;
  end if;

  if in_credential = 'jwt' then
    if in_token is not null and not mdm.jwt_spend(in_token, in_device_id) then
      raise exception 'JWT: it has enrolled another device' using errcode = 'MD403';
    end if;
  elsif in_token is not null then
    select * into strict v_token from mdm.token t
     where t.sha256 = in_token for no key update;
    v_fault := mdm.token_scope_fault(v_token, in_upn, v_enrollment.context);
    if mdm.token_refusal(v_token, in_source) is not null then
      raise exception '%', mdm.token_refusal(v_token, in_source) using errcode = 'MD403';
    elsif v_fault.reason is not null then
      raise exception '%', v_fault.reason using errcode = 'MD403',
        detail = coalesce(v_fault.error_type, '');
    end if;
    update mdm.token t set used = t.used + 1 where t.sha256 = in_token;
  end if;
  v_way := mdm.way_for(replace(in_credential, 'directory', 'password'),
    (mdm.user_parts(in_upn)).domain);
  if v_way.credential is null then
    raise exception 'no way in by % for this domain', in_credential using errcode = 'MD403';
  end if;
  if in_credential = 'jwt' and (mdm.terms_due(in_upn)).version is not null and exists (
    select from mdm.setting s where s.name = 'terms_enforced' and s.value = 'true') then
    raise exception 'the user has not accepted the terms of use %',
      (mdm.terms_due(in_upn)).version
      using errcode = 'MD403', detail = 'InvalidEnrollmentData';
  end if;

  v_group := coalesce(v_token.enrollment_group, v_way.enrollment_group);
  v_fault := mdm.enrollment_fault(v_device, in_upn, v_group, v_enrollment.context);
  if v_fault.error_type is not null then
    raise exception '%', v_fault.reason using errcode = 'MD403',
      detail = v_fault.error_type,
      hint = (select coalesce(g.message, s.value, s.preset)
                from mdm.enrollment_group g, mdm.setting s
               where g.name = v_group and s.name = 'refusal_message');
  end if;

  select g.approval or coalesce(s.value, s.preset) = 'required'
    into strict v_awaits
    from mdm.enrollment_group g, mdm.setting s
   where g.name = v_group and s.name = 'approval';
  update mdm.enrollment e
     set credential = in_credential, enrollment_group = v_group, token = v_token.id
   where e.device = v_device and e.number = v_enrollment.number;
  update mdm.device d
     set enrollment_group = v_group,
         awaiting_approval = d.awaiting_approval or v_awaits
   where d.device = v_device;
  perform mdm.event_add(v_device, 'enrollment.admitted', jsonb_build_object(
    'enrollment', v_enrollment.number, 'credential', in_credential,
    'group', v_group, 'token', v_token.id, 'terms', (
      select a.version from mdm.terms_acceptance a
       where a.upn = lower(in_upn)
         and a.version = mdm.context_value(v_enrollment.context, 'EnrollmentData')),
    'awaits_approval', nullif(v_awaits, false)));
end
$$;
comment on function enrollment.admit is
  'Let a reserved enrollment in: way, restrictions, approval, and the use of a token.';
