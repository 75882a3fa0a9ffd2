-- SPDX-License-Identifier: ISC
-- The ways in for the user that discovery is asked for: by the sign-in page,
-- or by a password in the messages themselves.  Where tokens alone are open both
-- lead there: a token comes as what the page would give, or as the password.
create or replace function discovery.way(in_email text,
  out federated boolean, out password boolean)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name   record;
  v_domain text;
begin
  v_name := mdm.user_parts(coalesce(in_email, ''));
  v_domain := v_name.domain;
  if v_name.netbios then
    v_domain := coalesce((select w.domain from mdm.way w
                           where w.netbios = v_domain), v_domain);
  end if;
  federated := (mdm.way_for('federated', v_domain)).credential is not null;
  password := (mdm.way_for('password', v_domain)).credential is not null;
  if not federated and not password
    and (mdm.way_for('token', v_domain)).credential is not null then
    federated := true;
    password := true;
  end if;
end
$$;
comment on function discovery.way is
  'Whether the users of a domain enroll by the sign-in page, and whether by password.';
