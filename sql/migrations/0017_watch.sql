-- SPDX-License-Identifier: ISC
-- What is counted for those who watch the server.  Both indexes are small and
-- no message touches them.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

create index on mdm.device (state);
create index certificate_expiring on mdm.certificate (not_after)
  where state = 'issued';
