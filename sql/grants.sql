-- SPDX-License-Identifier: ISC
-- Who may do what.  Applied after every migration.  A role has the use of its
-- own schema and of the functions in it, and the administrator the views.

alter default privileges for role fenestra_owner
  revoke execute on functions from public;

revoke all on schema mdm, discovery, enrollment, management, signer, admin
  from public, fenestra_discovery, fenestra_enrollment, fenestra_management,
       fenestra_signer, fenestra_admin;
revoke all on all functions in schema mdm, discovery, enrollment, management, signer, admin
  from public, fenestra_discovery, fenestra_enrollment, fenestra_management,
       fenestra_signer, fenestra_admin;
revoke all on all tables in schema mdm, admin
  from public, fenestra_discovery, fenestra_enrollment, fenestra_management,
       fenestra_signer, fenestra_admin;

grant usage on schema discovery  to fenestra_discovery;
grant usage on schema enrollment to fenestra_enrollment;
grant usage on schema management to fenestra_management;
grant usage on schema signer     to fenestra_signer;
grant usage on schema admin      to fenestra_admin;
grant execute on all functions in schema discovery  to fenestra_discovery;
grant execute on all functions in schema enrollment to fenestra_enrollment;
grant execute on all functions in schema management to fenestra_management;
grant execute on all functions in schema signer     to fenestra_signer;
grant execute on all functions in schema admin      to fenestra_admin;
grant select on all tables in schema admin to fenestra_admin;
