-- SPDX-License-Identifier: ISC
-- The two DM passwords of an enrollment, as they stand: those given, where it
-- has none yet.  So the same request is always told the same.
create or replace function enrollment.secrets(in_device uuid,
  in_request_sha256 bytea, in_client_secret text, in_server_secret text,
  out client_secret text, out server_secret text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update mdm.enrollment e
     set client_secret = in_client_secret, server_secret = in_server_secret
   where e.device = in_device and e.request_sha256 = in_request_sha256
     and e.client_secret is null;
  select e.client_secret, e.server_secret into strict client_secret, server_secret
    from mdm.enrollment e
   where e.device = in_device and e.request_sha256 = in_request_sha256;
end
$$;
comment on function enrollment.secrets is
  'The DM passwords of an enrollment; those given, where it has none yet.  Secret.';
