-- SPDX-License-Identifier: ISC
-- Install an MSI package: the device downloads it from one of in_urls,
-- compares its SHA-256 and runs it.  Minutes for in_timeout (0: no end) and
-- in_retry_interval.  Its state is asked for at each session, and its alert
-- heard.  MD400: what is wrong with the package; MD404: no such device; MD409:
-- it has left.
create or replace function admin.msi_install(in_device uuid, in_product_code text,
  in_urls text[], in_sha256 text, in_version text,
  in_command_line text default '/quiet', in_timeout int default 60,
  in_retries int default 3, in_retry_interval int default 5,
  in_user boolean default false)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text;
  v_job   text;
  v_node  text;
begin
  v_fault := case
    when in_product_code is null
      or in_product_code !~* '^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$'
      then 'product_code: must be a GUID in braces'
    when coalesce(cardinality(in_urls), 0) = 0 or exists (
      select from unnest(in_urls) u where u is null or u !~ '^https?://[!-~]+$')
      then 'urls: must be one or more http or https URLs'
    when in_sha256 is null or in_sha256 !~ '^[0-9A-Fa-f]{64}$'
      then 'sha256: must be 64 hexadecimal digits'
    when in_version is null or in_version !~ '^[0-9]+(\.[0-9]+){1,3}$'
      then 'version: must be numbers with dots'
    when in_timeout is null or in_retries is null or in_retry_interval is null
      or least(in_timeout, in_retries, in_retry_interval) < 0
      or in_command_line is null then 'a value is missing or negative'
  end;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  v_job := xmlelement(name "MsiInstallJob", xmlattributes(in_product_code as id),
    xmlelement(name "Product", xmlattributes(in_version as "Version"),
      xmlelement(name "Download", xmlelement(name "ContentURLList",
        (select xmlagg(xmlelement(name "ContentURL", u) order by n)
           from unnest(in_urls) with ordinality as t (u, n)))),
      xmlelement(name "Validation", xmlelement(name "FileHash", in_sha256)),
      xmlelement(name "Enforcement",
        xmlelement(name "CommandLine", in_command_line),
        xmlelement(name "TimeOut", in_timeout),
        xmlelement(name "RetryCount", in_retries),
        xmlelement(name "RetryInterval", in_retry_interval))))::text;
  v_node := mdm.msi_node(in_product_code, in_user);
  -- Add before Exec, in one message.
  return mdm.action_add(in_device, 'msi_install', mdm.parts_make('Atomic',
      jsonb_build_array(
        jsonb_build_array('Add', v_node || '/DownloadInstall', 'null', null),
        jsonb_build_array('Exec', v_node || '/DownloadInstall', 'xml', v_job))),
    jsonb_build_object('product_code', in_product_code, 'version', in_version),
    array[v_node || '/Status', v_node || '/LastError']);
end
$$;
comment on function admin.msi_install is
  'Install an MSI package on a device; says the id of the action.';
