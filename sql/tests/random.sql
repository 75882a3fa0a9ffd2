-- SPDX-License-Identifier: ISC
-- Tokens, tickets and identifiers cannot be guessed: a hundred thousand of
-- each are all different, and of 20,000 every bit of chance is set in half
-- (within seven standard deviations, of 71 each).
begin;
\ir fixture.inc
select * from no_plan();

create temp table token as select mdm.token_make() as value from generate_series(1, 100000);
select is((select count(distinct value) from token), 100000::bigint, 'tokens are all different');
select is_empty($$ select value from token where value !~ '^fenestra-[A-Za-z0-9_-]{43}$' limit 3 $$, 'of one form');

-- How often a bit of a column of bytes is set.
create function fixture.balance(in_bytes bytea[]) returns table (at int, n bigint) language sql as
$$ with b as (select o.octet, get_byte(v, o.octet) as byte, count(*) as n
                from unnest(in_bytes) v, generate_series(0, octet_length(in_bytes[1]) - 1) o (octet) group by 1, 2)
   select b.octet * 8 + i, sum(b.n) filter (where b.byte >> i & 1 = 1)::bigint from b, generate_series(0, 7) i group by 1 $$;
create temp table token_bit as select * from fixture.balance((select array_agg(
  decode(translate(substr(value, 10), '-_', '+/') || '=', 'base64')) from (select * from token limit 20000) t));
select is((select count(*) from token_bit), 256::bigint, 'tokens have 256 bits');
select is_empty($$ select * from token_bit where n is null or n not between 9500 and 10500 $$, 'every bit of which is as often 0 as 1');

-- A ticket of a page is made as a token is, and so is its token.
select matches(mdm.ticket_make('a@b.test', 'terms'), '^fenestra-[A-Za-z0-9_-]{43}$', 'a ticket is a token of its own');
select matches(mdm.page_token('a@b.test'), '^fenestra-[A-Za-z0-9_-]{43}$', 'and so is what a page gives');

-- Identifiers.
create temp table id as select uuid_send(gen_random_uuid()) as value from generate_series(1, 100000);
select is((select count(distinct value) from id), 100000::bigint, 'identifiers are all different');
select is_empty($$ select * from (select * from fixture.balance((select array_agg(value) from (select * from id limit 20000) i))) t
  where (at not between 52 and 55 and at not in (70, 71)) and (n is null or n not between 9500 and 10500) $$,
  'of their 128 bits all but six are as often 0 as 1');
select is_empty($$ select value from id where get_byte(value, 6) >> 4 <> 4 or get_byte(value, 8) >> 6 <> 2 limit 3 $$,
  'which say that they are of chance');
select is_empty($$ select attrelid::regclass, attname from pg_attribute a join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
  join pg_class c on c.oid = a.attrelid
  where c.relnamespace = 'mdm'::regnamespace and a.atttypid = 'uuid'::regtype and pg_get_expr(d.adbin, d.adrelid) <> 'gen_random_uuid()' $$,
  'no column makes one in another way');
select is_empty($$ select oid::regprocedure from pg_proc where pronamespace in (
    select oid from pg_namespace where nspname in ('mdm', 'admin', 'enrollment', 'management', 'signer', 'discovery'))
  and prosrc ~* '\m(random\(\)|uuid_generate)' and prosrc ~* 'token|ticket|secret|nonce' $$, 'no function makes a secret of what can be foreseen');

select * from finish();
rollback;
