-- SPDX-License-Identifier: ISC
-- What a token has against a device that wants to enroll with it, by what the
-- device says of itself: the ErrorType of [MS-MDE2] 2.2.9.1, where there is
-- one, and the reason for the log; both null if nothing.
create or replace function mdm.token_scope_fault(in_token mdm.token,
  in_upn text, in_context jsonb, out error_type text, out reason text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_edition text := mdm.context_value(in_context, 'OSEdition');
  v_os      text := mdm.context_value(in_context, 'OSVersion');
begin
  if lower(in_token.upn) <> lower(in_upn) then
    reason := 'the token is of another user';
  elsif not coalesce(mdm.name_matches(mdm.context_value(
    in_context, 'DeviceName'), in_token.device_names), false) then
    reason := 'the token is for devices of other names';
  elsif in_token.os_editions is not null
    and not coalesce(v_edition = any (in_token.os_editions::text[]), false) then
    error_type := 'DeviceNotSupported';
    reason := 'the token is for other editions than OSEdition '
      || coalesce(v_edition, 'not given');
  elsif in_token.minimum_os_version is not null and not coalesce(
    mdm.version_parts(v_os) >= mdm.version_parts(in_token.minimum_os_version), false) then
    error_type := 'DeviceNotSupported';
    reason := 'the token is for later versions than OSVersion '
      || coalesce(v_os, 'not given');
  end if;
end
$$;
comment on function mdm.token_scope_fault is
  'What a token has against a device that wants to enroll with it; nulls if nothing.';
