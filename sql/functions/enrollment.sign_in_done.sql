-- SPDX-License-Identifier: ISC
-- An attempt to sign in has failed, which counts; or the user whose earlier
-- ones did has got in, which ends the wait of that name.  in_name is null
-- where a token was tried.
create or replace function enrollment.sign_in_done(in_name text,
  in_source text, in_ok boolean)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not in_ok then
    perform mdm.throttle_count(in_name, in_source);
    return;
  end if;
  delete from mdm.throttle t
   using mdm.throttle_key(in_name, null) k
   where t.kind = 'user' and k.kind = 'user' and t.value = k.value;
end
$$;
comment on function enrollment.sign_in_done is
  'Count an attempt to sign in that failed, or forget those of a user who got in.';
