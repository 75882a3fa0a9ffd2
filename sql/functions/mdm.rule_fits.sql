-- SPDX-License-Identifier: ISC
-- Whether a rule is true of a device: what groups, profiles and compliance are
-- made of.  A rule is one of
--
--   {"all": [rule, ...]}   {"any": [rule, ...]}   {"not": rule}
--   {"member": group}      it stands in the group by name
--   {"device": column, "op": op, "value": value}
--   {"node": LocURI, "op": op, "value": value}
--
-- A column is one of admin.device.  A node is one of the inventory; a name in
-- it may be * for any, and one such node is enough.  op is = (the default),
-- <>, <, <=, >, >=, in (a list), like (* and ? stand for anything) or exists
-- (with true or false).  What is not known fits nothing but exists with false.
-- It is a rule that mdm.rule_fault finds nothing wrong with.
create or replace function mdm.rule_fits(in_device uuid, in_rule jsonb)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_op   text := coalesce(in_rule ->> 'op', '=');
  v_want jsonb := in_rule -> 'value';
  v_node text := in_rule ->> 'node';
  v_one  jsonb;
begin
  if in_rule ? 'all' then
    for v_one in select jsonb_array_elements(in_rule -> 'all') loop
      if not mdm.rule_fits(in_device, v_one) then
        return false;
      end if;
    end loop;
    return true;
  elsif in_rule ? 'any' then
    for v_one in select jsonb_array_elements(in_rule -> 'any') loop
      if mdm.rule_fits(in_device, v_one) then
        return true;
      end if;
    end loop;
    return false;
  elsif in_rule ? 'not' then
    return not mdm.rule_fits(in_device, in_rule -> 'not');
  elsif in_rule ? 'member' then
    return exists (select from mdm.group_member m
      where m.device = in_device and m.name = in_rule ->> 'member');
  elsif in_rule ? 'device' then
    return coalesce(mdm.rule_compare((select to_jsonb(d) ->> (in_rule ->> 'device')
      from mdm.device d where d.device = in_device), v_op, v_want), false);
  end if;

  -- ./Device/Vendor and ./Vendor are the same.
  v_node := regexp_replace(v_node, '^\./Device/', './', 'i');
  if strpos(v_node, '*') = 0 then
    return coalesce(mdm.rule_compare((select i.value from mdm.inventory i
      where i.device = in_device
        and i.uri in (v_node, './Device' || substr(v_node, 2))
      order by i.changed_at desc limit 1), v_op, v_want), false);
  end if;
  v_node := '^\.(/device)?'
    || replace(regexp_replace(lower(substr(v_node, 2)),
         '([.^$+?()\[\]{}|\\])', '\\\1', 'g'), '*', '[^/]*') || '$';
  if v_op = 'exists' and v_want = 'false' then
    return not exists (select from mdm.inventory i
      where i.device = in_device and lower(i.uri) ~ v_node);
  end if;
  return exists (select from mdm.inventory i
    where i.device = in_device and lower(i.uri) ~ v_node
      and mdm.rule_compare(i.value, v_op, v_want));
end
$$;
comment on function mdm.rule_fits is
  'Whether a rule over inventory and device columns is true of a device.';
