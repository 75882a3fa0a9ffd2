-- SPDX-License-Identifier: ISC
-- With which keys what is sealed: a key that has nothing may leave the file.
-- The form is that of mdm.seal_key, which this role cannot call.
create or replace view admin.seal_key as
select case when v.value like 'seal:%'
         then substr(encode(decode(substr(v.value, 6, 12), 'base64'), 'hex'), 3)
       end as key, v.kind, count(*) as count
  from (select e.client_secret as value, 'DM password' as kind from mdm.enrollment e
         union all
        select e.server_secret, 'DM password' from mdm.enrollment e
         union all
        select s.value, 'secret' from mdm.secret s
         union all
        select w.secret, 'webhook' from mdm.webhook w) v
 where v.value is not null
 group by 1, 2;
comment on view admin.seal_key is
  'With which keys what is sealed: a key that has nothing may leave the file.';
comment on column admin.seal_key.key is
  'The first 8 bytes of the key''s SHA-256, in hex; null: values that are not sealed yet.';
comment on column admin.seal_key.kind is 'DM password, secret (of admin.secret_set) or webhook.';
comment on column admin.seal_key.count is 'How many values there are.';
