-- SPDX-License-Identifier: ISC
-- What is wrong with a rule (mdm.rule_fits); null when it is good.
create or replace function mdm.rule_fault(in_rule jsonb, in_depth int default 0)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_columns constant text[] := '{device_id,name,upn,manufacturer,model,serial_number,os_version,state,enrolled_at,created_at,enrollment_group}';
  v_op    text := coalesce(in_rule ->> 'op', '=');
  v_kind  text := jsonb_typeof(in_rule -> 'value');
  v_keys  text[];
  v_word  text;
  v_fault text;
begin
  if in_rule is null or jsonb_typeof(in_rule) <> 'object' then
    return 'rule: must be an object such as {"device": "model", "op": "like", "value": "*"}';
  elsif octet_length(in_rule::text) > 65536 or in_depth > 16 then
    return 'rule: is larger than 64 KiB or nested more than 16 deep';
  end if;
  select array_agg(k order by k) into v_keys from jsonb_object_keys(in_rule) k;
  v_word := (select w from unnest(array['all', 'any', 'not', 'member', 'device', 'node']) w
              where w = any (v_keys) limit 1);
  if v_word is null then
    return 'rule: must have one of all, any, not, member, device and node';
  elsif not v_keys <@ (case when v_word in ('device', 'node')
      then array[v_word, 'op', 'value'] else array[v_word] end) then
    return 'rule: beside ' || v_word || ' there must be nothing'
      || case when v_word in ('device', 'node') then ' but op and value' else '' end;
  elsif v_word in ('all', 'any') then
    if jsonb_typeof(in_rule -> v_word) <> 'array' then
      return 'rule: ' || v_word || ' takes a list of rules';
    end if;
    select f.fault into v_fault
      from jsonb_array_elements(in_rule -> v_word) r,
           lateral (select mdm.rule_fault(r.value, in_depth + 1) as fault) f
     where f.fault is not null limit 1;
    return v_fault;
  elsif v_word = 'not' then
    return mdm.rule_fault(in_rule -> 'not', in_depth + 1);
  elsif jsonb_typeof(in_rule -> v_word) <> 'string' then
    return 'rule: ' || v_word || ' takes a text';
  elsif v_word = 'member' then
    return null;
  elsif v_word = 'device' and not in_rule ->> 'device' = any (v_columns) then
    return 'rule: device must be one of ' || array_to_string(v_columns, ', ');
  elsif v_word = 'node' and mdm.uri_fault(replace(in_rule ->> 'node', '*', '-')) is not null then
    return 'rule: ' || mdm.uri_fault(replace(in_rule ->> 'node', '*', '-'));
  elsif v_word = 'node' and in_rule ->> 'node' like '%?%' then
    return 'rule: a node has no query';
  elsif not v_op = any ('{=,<>,<,<=,>,>=,in,like,exists}') then
    return 'rule: op must be =, <>, <, <=, >, >=, in, like or exists';
  end if;
  return 'rule: ' || case
    when v_op = 'exists' then case when coalesce(v_kind, 'boolean') <> 'boolean'
      then 'exists takes true or false' end
    when v_op = 'in' then case when v_kind is distinct from 'array'
        or exists (select from jsonb_array_elements(in_rule -> 'value') e
                    where jsonb_typeof(e.value) not in ('string', 'number', 'boolean'))
      then 'in takes a list of texts, numbers, true and false' end
    when v_kind is null or v_kind not in ('string', 'number', 'boolean')
      then v_op || ' takes a text, a number, true or false'
    when v_op = 'like' and v_kind <> 'string' then 'like takes a text'
    when v_op not in ('=', '<>') and v_kind = 'boolean'
      then v_op || ' takes a text or a number'
  end;
end
$$;
comment on function mdm.rule_fault is
  'What is wrong with a rule; null when nothing is.';
