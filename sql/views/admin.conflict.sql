-- SPDX-License-Identifier: ISC
-- Where profiles of one device differ about a node.
create or replace view admin.conflict as
select n.device, n.uri, n.profile as winner, o.profile as loser
  from mdm.node n, unnest(n.overrides) o (profile);
comment on view admin.conflict is
  'Nodes that two profiles of a device want to be different, as of its last comparison.';
comment on column admin.conflict.device is 'The device (device.id).';
comment on column admin.conflict.uri is 'The node.';
comment on column admin.conflict.winner is 'The profile that has its way: its priority is higher, or its name comes first.';
comment on column admin.conflict.loser is 'The profile that does not.';
