-- SPDX-License-Identifier: ISC
-- What the device thought of the server's last header: whether the answer
-- must carry a credential (server_auth, server_nonce).  401 or 407 with a
-- Chal begins it, 200 goes on with it, 212 ends it for the session; refused
-- too often, the session is closed.  Keeps the newest nonce.
create or replace function mdm.server_challenged(in_more mdm.session_more,
  in_enrollment int, in_status int, in_type text, in_nonce bytea)
returns mdm.session_more
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_more mdm.session_more := in_more;
begin
  if in_nonce is not null then
    update mdm.dm_account a set server_nonce = in_nonce
     where a.device = in_more.device and a.enrollment = in_enrollment;
    perform set_config('fenestra.message', 'changed', true);
  end if;
  if in_status = 212 then
    v_more.server_wanted := null;
  elsif in_status in (401, 407) then
    if in_more.server_wanted is not null then
      v_more.server_failures := v_more.server_failures + 1;
    end if;
    if v_more.server_failures >= (select coalesce(s.value, s.preset)::int
      from mdm.setting s where s.name = 'auth_failures') then
      v_more.server_wanted := null;
      v_more.closed := true;
    else
      v_more.server_wanted := case when in_type in
        ('syncml:auth-md5', 'syncml:auth-basic') then in_type end;
    end if;
  end if;
  v_more.server_auth := v_more.server_wanted;
  v_more.server_nonce := case when v_more.server_auth = 'syncml:auth-md5'
    then (select a.server_nonce from mdm.dm_account a
           where a.device = in_more.device and a.enrollment = in_enrollment) end;
  return v_more;
end
$$;
comment on function mdm.server_challenged is
  'Follow the device''s wish for a credential of the server.';
