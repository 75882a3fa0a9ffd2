-- SPDX-License-Identifier: ISC
-- Record the alerts of a message.  One from the node of a command that was
-- accepted brings its outcome.  The user's own unenrollment closes the
-- device: its certificates no longer serve from the next message on.
create or replace function management.alert(in_device uuid, in_cmd_ids text[],
  in_codes int[], in_types text[], in_formats text[], in_marks text[],
  in_sources text[], in_data text[])
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('fenestra.message', true) in ('repeated', 'refused') then
    return;
  end if;
  insert into mdm.alert (device, session, msg, cmd_id, ordinal, code, type,
    format, mark, source, data)
  select s.device, s.number, s.client_msg, a.cmd_id,
         row_number() over (partition by a.cmd_id order by a.n), a.code,
         a.type, a.format, a.mark, a.source,
         case when mdm.secret_at(in_device, a.source, a.format) then '(secret)'
              else a.data end
    from mdm.session s,
         unnest(in_cmd_ids, in_codes, in_types, in_formats, in_marks,
           in_sources, in_data) with ordinality
           as a (cmd_id, code, type, format, mark, source, data, n)
   where s.device = in_device
  on conflict do nothing;
  if not found then
    return;
  end if;
  perform set_config('fenestra.message', 'changed', true);
  perform mdm.alert_close(in_device, a.source, a.data)
     from unnest(in_codes, in_sources, in_data) with ordinality
          as a (code, source, data, n)
    where a.code in (1224, 1226) and a.source <> '' and a.data <> ''
    order by a.n;

  if exists (select from unnest(in_codes, in_types) as a (code, type)
              where a.code = 1226
                and a.type = 'com.microsoft:mdm.unenrollment.userrequest') then
    perform mdm.unenroll(in_device);
  end if;
end
$$;
comment on function management.alert is
  'Record alerts; 1226 com.microsoft:mdm.unenrollment.userrequest unenrolls the device, one from the node of an accepted command ends that.';
