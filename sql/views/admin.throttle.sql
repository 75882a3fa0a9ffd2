-- SPDX-License-Identifier: ISC
-- Who has to wait after failed attempts to sign in.
create or replace view admin.throttle as
select t.kind, encode(t.value, 'hex') as sha256, t.failures,
       to_timestamp(t.until) as until
  from mdm.throttle t;
comment on view admin.throttle is
  'Failed attempts to sign in, by user name, source address and overall.';
comment on column admin.throttle.kind is 'user, source or overall.';
comment on column admin.throttle.sha256 is 'Of the name in lower case, or of the address: what was typed may have been a password.';
comment on column admin.throttle.failures is 'How many there were.';
comment on column admin.throttle.until is 'No attempt before this.';
