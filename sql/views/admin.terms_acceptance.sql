-- SPDX-License-Identifier: ISC
-- Who accepted which terms of use.
create or replace view admin.terms_acceptance as
select a.upn, a.version, a.accepted_at, a.source
  from mdm.terms_acceptance a;
comment on view admin.terms_acceptance is 'Who accepted which terms of use.';
comment on column admin.terms_acceptance.upn is 'The user.';
comment on column admin.terms_acceptance.version is 'Of the terms.';
comment on column admin.terms_acceptance.accepted_at is 'When.';
comment on column admin.terms_acceptance.source is 'The address it came from.';
