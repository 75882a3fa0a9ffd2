-- SPDX-License-Identifier: ISC
-- Who may do what.  Applied after every migration.  A worker has the use of
-- its own schema and of the functions in it; the administrator has schema
-- admin, and of that the matrix below gives parts to others.

alter default privileges for role fenestra_owner
  revoke execute on functions from public;

revoke all on schema mdm, discovery, enrollment, management, signer, webhook, admin
  from public, fenestra_discovery, fenestra_enrollment, fenestra_management,
       fenestra_signer, fenestra_webhook, fenestra_maintenance, fenestra_admin,
       fenestra_operator, fenestra_helpdesk, fenestra_eraser, fenestra_auditor;
revoke all on all functions in schema mdm, discovery, enrollment, management, signer, webhook, admin
  from public, fenestra_discovery, fenestra_enrollment, fenestra_management,
       fenestra_signer, fenestra_webhook, fenestra_maintenance, fenestra_admin,
       fenestra_operator, fenestra_helpdesk, fenestra_eraser, fenestra_auditor;
revoke all on all tables in schema mdm, admin
  from public, fenestra_discovery, fenestra_enrollment, fenestra_management,
       fenestra_signer, fenestra_webhook, fenestra_maintenance, fenestra_admin,
       fenestra_operator, fenestra_helpdesk, fenestra_eraser, fenestra_auditor;

grant usage on schema discovery  to fenestra_discovery;
grant usage on schema enrollment to fenestra_enrollment;
grant usage on schema management to fenestra_management;
grant usage on schema signer     to fenestra_signer;
grant usage on schema webhook    to fenestra_webhook;
grant usage on schema admin      to fenestra_maintenance, fenestra_admin,
  fenestra_operator, fenestra_helpdesk, fenestra_eraser, fenestra_auditor;
grant execute on all functions in schema discovery  to fenestra_discovery;
grant execute on all functions in schema enrollment to fenestra_enrollment;
grant execute on all functions in schema management to fenestra_management;
grant execute on all functions in schema signer     to fenestra_signer;
grant execute on all functions in schema webhook    to fenestra_webhook;
grant execute on all functions in schema admin      to fenestra_admin;
grant execute on function admin.maintain            to fenestra_maintenance;
grant select on all tables in schema admin to fenestra_admin, fenestra_auditor;

-- What others than the administrator have of schema admin:
--
--   o  fenestra_operator   the day's work, but nothing that cannot be undone
--   h  fenestra_helpdesk   one device at a time, and who may enroll one
--   e  fenestra_eraser     what cannot be undone, and nothing else
--   a  fenestra_auditor    reads every view, and verifies the audit trail
--
-- What does not stand here is the administrator's alone.
do $grants$
declare
  v_kind   text;
  v_name   text;
  v_role   text;
  v_object text;
begin
  for v_kind, v_name, v_role in
    select c[1], c[2], case r when 'o' then 'fenestra_operator'
             when 'h' then 'fenestra_helpdesk' when 'e' then 'fenestra_eraser'
             when 'a' then 'fenestra_auditor' end
      from string_to_table($matrix$
    function  action_approve             e
    function  action_cancel          o h e
    function  admx_enqueue           o
    function  admx_value             o h
    function  approve                o h
    function  assign                 o
    function  audit_export                 a
    function  audit_verify                 a
    function  autopilot_reset            e
    function  bitlocker_rotate       o h
    function  block                  o
    function  cancel                 o h
    function  clear                  o h
    function  csp_check              o h
    function  csp_find               o h
    function  defender_scan          o h
    function  defender_update        o h
    function  desired                o h   a
    function  device_find            o h e a
    function  device_register        o h
    function  device_unregister      o h
    function  diagnostics            o h
    function  edition_upgrade        o
    function  enqueue                o
    function  enqueue_many           o
    function  enqueue_many_syncml    o
    function  enqueue_syncml         o
    function  enrollment_link        o h
    function  fresh_start                e
    function  group_member_add       o
    function  group_member_remove    o
    function  group_remove           o
    function  group_set              o
    function  inventory_ask          o h
    function  laps_rotate            o h
    function  locate                 o h
    function  msi_install            o
    function  msi_remove             o
    function  msix_install           o
    function  msix_remove            o
    function  pfx_install            o
    function  pfx_syncml             o
    function  profile_import         o
    function  profile_item_remove    o
    function  profile_item_set       o
    function  profile_remove         o
    function  profile_resend         o
    function  profile_set            o
    function  reboot                 o h
    function  recover                o
    function  rename                 o h
    function  renew                  o h
    function  resend                 o
    function  retire                     e
    function  rollout_abort          o
    function  rollout_next           o
    function  rollout_pause          o
    function  rollout_resume         o
    function  rollout_start          o
    function  rollout_start_syncml   o
    function  root_install           o
    function  root_syncml            o
    function  rule_fits              o h   a
    function  scep_install           o
    function  scep_syncml            o
    function  status_words           o h   a
    function  supersede              o
    function  sync                   o h
    function  targets                o h
    function  token_create           o h
    function  token_revoke           o h
    function  unassign               o
    function  user_disable           o h
    function  user_enable            o h
    function  user_remove            o
    function  user_set               o
    function  wipe                       e
    function  worker_activity        o h   a
    view      account                o h
    view      action                 o h e
    view      admx                   o h
    view      admx_policy            o h
    view      alert                  o h
    view      assignment             o h
    view      authority              o
    view      certificate            o h
    view      command                o h e
    view      command_part           o h
    view      compliance             o h
    view      compliance_rule        o h
    view      conflict               o h
    view      csp_node               o h
    view      csp_root               o h
    view      device                 o h e
    view      directory              o
    view      enrollment             o h
    view      enrollment_group       o h
    view      event                  o h e
    view      group                  o h
    view      group_device           o h
    view      inventory              o h
    view      inventory_asked        o h
    view      inventory_change       o h
    view      inventory_kind         o
    view      inventory_missing      o h
    view      jwk                    o
    view      maintenance_window     o h
    view      migration             o
    view      profile                o h
    view      profile_item           o h
    view      profile_status         o h
    view      profile_summary        o h
    view      program                o h
    view      provisioning           o
    view      registration           o h
    view      result                 o h
    view      rollout                o h
    view      rollout_device         o h
    view      secret                 o h
    view      setting                o h e
    view      stranger               o h
    view      tenant                 o
    view      terms                  o
    view      terms_acceptance       o h
    view      throttle               o h
    view      token                  o h
    view      upload                 o h
    view      variable               o h
    view      way                    o h
    view      worker_health          o h
  $matrix$, E'\n') line, string_to_array(regexp_replace(btrim(line), ' +', ' ', 'g'), ' ') c,
           unnest(c[3:]) r
  loop
    if v_kind = 'view' then
      execute format('grant select on admin.%I to %I', v_name, v_role);
      continue;
    end if;
    for v_object in select p.oid::regprocedure from pg_proc p
      where p.pronamespace = 'admin'::regnamespace and p.proname = v_name loop
      execute format('grant execute on function %s to %I', v_object, v_role);
    end loop;
    if v_object is null then
      raise exception 'there is no function admin.%', v_name;
    end if;
    v_object := null;
  end loop;
end
$grants$;
