-- SPDX-License-Identifier: ISC
-- A token nobody can guess: 244 random bits, in characters that need no
-- escape anywhere, behind a word by which it is known when it is found.
create or replace function mdm.token_make() returns text
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select 'fenestra-' || rtrim(translate(encode(sha256(
    uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64'),
    '+/', '-_'), '=');
$$;
comment on function mdm.token_make is 'A token nobody can guess.';
