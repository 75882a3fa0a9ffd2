-- SPDX-License-Identifier: ISC
-- Commands of profiles have ended: note for each node what became of it.  Of
-- an Atomic that failed each node keeps its own status.  What failed is sent
-- again later and later, up to the setting profile_attempts; what this
-- Windows does not know is not.
create or replace function mdm.node_outcome(in_device uuid, in_seqs bigint[],
  in_state text, in_status int, in_error text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_attempts int := mdm.setting_int('profile_attempts');
  v_retry    int := mdm.setting_int('profile_retry');
  v_failed   jsonb;
begin
  perform mdm.node_unread(in_device, in_seqs, in_state, in_status);
  if in_state = 'done' then
    delete from mdm.node n
     where n.device = in_device and n.seq = any (in_seqs) and n.state = 'leaving';
    update mdm.node n
       set state = 'applied', seq = null, status = in_status, error = in_error,
           failures = 0, retry_at = null, set_at = now(), changed_at = now()
     where n.device = in_device and n.seq = any (in_seqs);
    return;
  end if;

  with part as materialized (
    select p.seq, mdm.uri_node(p.uri) as node, p.verb = 'Exec' as exec,
           p.status, p.error
      from mdm.part p
     where p.device = in_device and p.seq = any (in_seqs) and p.part > 1
  ), ended as (
    select n.node, n.exec, n.state = 'leaving' as leaving,
           coalesce(p.status, in_status) as status,
           case when p.node is null then in_error
                when coalesce(p.status, 216) in (215, 216) then concat_ws(', ', 'undone with the others', in_error)
                else p.error end as error,
           p.node is null and in_state = 'failed'
             and (in_status in (404, 406, 501)
               or in_status = 405 and n.uri not ilike './user/%') as never
      from mdm.node n
      left join part p on p.seq = n.seq and p.node = n.node and p.exec = n.exec
     where n.device = in_device and n.seq = any (in_seqs)
  ), noted as (
    update mdm.node n
       set seq = null, status = e.status,
           error = coalesce(e.error, case in_state when 'failed' then null else in_state end),
           failures = n.failures + 1, changed_at = now(),
           state = case when e.leaving and (e.never or n.failures + 1 >= v_attempts)
                          then 'cannot be removed'
                        when e.leaving then 'leaving'
                        when e.never then 'not applicable' else 'failed' end,
           retry_at = case when e.never then null
                           when in_state = 'cancelled' or n.failures + 1 >= v_attempts
                             then 'infinity'
                           else now() + make_interval(mins => v_retry) * 2 ^ n.failures end
      from ended e
     where n.device = in_device and n.node = e.node and n.exec = e.exec
    returning n.profile, n.uri, n.status, n.error, n.retry_at
  ), due as (
    update mdm.session s set due_at = least(s.due_at, r.at)
      from (select min(d.retry_at) as at from noted d) r
     where s.device = in_device and r.at < s.due_at
  )
  select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('profile', d.profile,
           'uri', left(d.uri, 256), 'status', d.status, 'error', left(d.error, 256))))
    into v_failed
    from (select * from noted limit 10) d;
  if v_failed is not null then
    perform mdm.event_add(in_device, 'profile.failed',
      jsonb_build_object('state', in_state, 'nodes', v_failed));
  end if;
end
$$;
comment on function mdm.node_outcome is
  'Note what became of the nodes that ended commands were for.';
