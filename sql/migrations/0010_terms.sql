-- SPDX-License-Identifier: ISC
-- Terms of use for a device that joins Entra; and what is over goes away.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

insert into mdm.setting (name, preset, pattern, reader, description) values
('page_terms_accept_button', 'Accept', '[^[:cntrl:]]{1,250}', '{page}',
 'Button that accepts the terms, where nothing is to be ticked.');

alter table mdm.page_ticket
  add purpose text not null default 'sign-in' check (purpose in ('sign-in', 'terms'));
comment on column mdm.page_ticket.purpose is
  'The page: sign-in, whose end is a token for the device; or terms, those of Entra, which give none.';

create index on mdm.token (expires_at) where credential = 'federated';
