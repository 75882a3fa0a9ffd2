-- SPDX-License-Identifier: ISC
-- What the credentials of a device are verified with, before its message is
-- taken: those of the enrollment of the certificate, or where none was shown
-- of the newest that has one.  What does not verify against nonce is to be
-- tried against session_nonce, which the open session's last was accepted
-- with; management.message knows what that is still good for.
create or replace function management.credential(in_device uuid,
  in_certificate bytea default null)
returns table (auth_name text, client_secret text, nonce bytea,
  server_secret text, server_nonce bytea, auth_type text, session_nonce bytea)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select e.auth_name, e.client_secret, a.client_nonce, e.server_secret,
           a.server_nonce, a.auth_type,
           (select m.accepted_nonce
              from mdm.session s
              join mdm.session_more m
                on m.device = s.device and m.number = s.number
             where s.device = c.device and s.special)
      from mdm.certificate c
      join mdm.enrollment e
        on e.device = c.device and e.number = c.enrollment
      join mdm.dm_account a
        on a.device = c.device and a.enrollment = c.enrollment
     where c.device = in_device
       and c.sha256 = coalesce(in_certificate, mdm.certificate_newest(in_device));
end
$$;
comment on function management.credential is
  'The DM passwords of a device, of both sides, with the nonces that are due; secret.';
