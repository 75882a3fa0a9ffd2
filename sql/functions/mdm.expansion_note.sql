-- SPDX-License-Identifier: ISC
-- Commands are about to be sent: note the values of their variables, so that
-- a repeated message gets the same, and the nodes that are given a secret.
create or replace function mdm.expansion_note(in_session mdm.session,
  in_seqs bigint[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_one record;
begin
  delete from mdm.expansion e
   where e.device = in_session.device
     and (e.session, e.msg) <> (in_session.number, in_session.server_msg);
  for v_one in
    select c.seq, array_agg(coalesce(p.data, c.data)) as texts,
           array_agg(mdm.uri_node(coalesce(p.uri, c.uri)))
             filter (where coalesce(p.data, c.data) like '%$(secret.%') as nodes
      from mdm.command c
      left join mdm.part p
        on c.parts > 0 and p.device = c.device and p.seq = c.seq
     where c.device = in_session.device and c.seq = any (in_seqs)
       and c.variables
     group by c.seq
  loop
    insert into mdm.expansion (device, seq, session, msg, "values")
    values (in_session.device, v_one.seq, in_session.number,
      in_session.server_msg, mdm.variable_values(in_session.device,
        mdm.variable_names(v_one.texts)))
    on conflict (device, seq) do update
       set session = excluded.session, msg = excluded.msg,
           "values" = excluded."values";
    insert into mdm.secret_node (device, node)
    select in_session.device, n from unnest(v_one.nodes) n
    on conflict do nothing;
  end loop;
end
$$;
comment on function mdm.expansion_note is
  'Note the values of the variables of commands that are about to be sent.';
