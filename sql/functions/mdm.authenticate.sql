-- SPDX-License-Identifier: ISC
-- Judge the credential of a message of a device whose lock is held.  A nonce
-- serves once: whatever is asked for or accepted with one, the next is new.
-- In a session that has its 212 a credential need not come, and a wrong one
-- is passed over; that lasts until the device is silent for ten minutes.  But
-- without a certificate (in_bare) nothing else says who sent a message: each
-- has to bring a credential, and for an MD5 one the nonce goes on to serve in
-- the session that it was accepted in.
--
-- in_more is of the session that the message goes on with, null for a new
-- one; in_refusal the refused message that it follows.
create or replace function mdm.authenticate(in_device uuid,
  in_more mdm.session_more, in_enrollment int, in_refusal mdm.refusal,
  in_needed boolean, in_bare boolean, in_auth text, in_verified boolean, in_nonce bytea,
  in_next_nonce bytea)
returns mdm.session_more
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_more     mdm.session_more := in_more;
  v_account  mdm.dm_account;
  v_good     boolean;
  v_accepted boolean;
  v_over     boolean;
begin
  v_more.device := in_device;
  v_more.closed := coalesce(in_more.closed, false);
  v_more.ended := coalesce(in_more.ended, false);
  v_more.object_in := coalesce(in_more.object_in, false);
  v_more.server_failures := coalesce(in_more.server_failures, 0);
  v_more.challenge := null;
  v_more.nonce := null;
  v_more.result_statuses := null;
  v_more.broken := null;
  select * into v_account from mdm.dm_account a
   where a.device = in_device and a.enrollment = in_enrollment;

  v_over := in_refusal.device is not null and in_refusal.challenge is null;
  v_good := coalesce(not v_over and in_verified and case
    when in_auth = 'basic' then v_account.auth_type = 'BASIC'
    when in_auth in ('md5', 'hmac') then in_nonce = v_account.client_nonce
  end, false);
  v_accepted := not v_over and in_auth is distinct from 'hmac' and (v_good
    or coalesce(in_more.accepted_at > now() - interval '10 minutes'
         and (not in_bare or in_verified and in_auth = 'md5'
           and in_nonce = in_more.accepted_nonce), false));
  v_more.accepted_at := case when v_accepted then now() end;
  if v_good and in_auth <> 'basic' then
    v_more.accepted_nonce := in_nonce;
  end if;
  v_more.status := case
    when v_over then 401
    when v_accepted then 212
    when v_good or not in_needed then 200
    when in_auth is null then 407
    else 401
  end;
  if v_more.status in (401, 407) and not v_over then
    -- To be asked for a password the first time is no failure.
    v_over := coalesce(in_refusal.failures, 0) + case when in_auth is null
        and in_refusal.device is null then 0 else 1 end
      >= (select coalesce(s.value, s.preset)::int
            from mdm.setting s where s.name = 'auth_failures');
  end if;
  if v_over then
    v_more.status := 401;
    return v_more;
  end if;

  v_more.challenge := case
    when in_auth = 'hmac' then 'syncml:auth-MAC'
    when v_more.status in (401, 407) and v_account.auth_type = 'BASIC'
      then 'syncml:auth-basic'
    when v_more.status in (401, 407)
      or in_auth = 'md5' and (v_good or not v_accepted)
      then 'syncml:auth-md5'
  end;
  if v_more.challenge <> 'syncml:auth-basic' then
    v_more.nonce := coalesce(in_next_nonce, uuid_send(gen_random_uuid()));
    update mdm.dm_account a set client_nonce = v_more.nonce
     where a.device = in_device and a.enrollment = in_enrollment;
    perform set_config('fenestra.message', 'changed', true);
  end if;
  return v_more;
end
$$;
comment on function mdm.authenticate is
  'The status and challenge for the credential of a message, or for none.';
