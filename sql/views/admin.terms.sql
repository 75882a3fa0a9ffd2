-- SPDX-License-Identifier: ISC
-- The terms of use, with those that held before.
create or replace view admin.terms as
select t.version, t.content, t.current, t.created_at
  from mdm.terms t;
comment on view admin.terms is 'The terms of use, with those that held before.';
comment on column admin.terms.version is 'Their name.';
comment on column admin.terms.content is 'Their text; an empty line ends a paragraph.';
comment on column admin.terms.current is 'Whether they have to be accepted.';
comment on column admin.terms.created_at is 'When they were first set.';
