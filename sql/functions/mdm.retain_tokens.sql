-- SPDX-License-Identifier: ISC
-- Remove what sign-ins leave behind: enrollment tokens that are long over,
-- tickets and tokens of pages, those of Entra that were used, and failures that nobody waits for any more.
create or replace function mdm.retain_tokens(in_rows int) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
  v_more  bigint;
begin
  delete from mdm.token t
   where t.sha256 in (select o.sha256 from mdm.token o
     where o.expires_at < case o.credential
             when 'token' then mdm.retain_before('retain_token')
             else mdm.retain_before('token_days') end
     order by o.expires_at limit in_rows);
  get diagnostics v_count = row_count;
  delete from mdm.page_ticket t
   where t.sha256 in (select o.sha256 from mdm.page_ticket o
     where o.expires_at < now() order by o.expires_at limit in_rows);
  get diagnostics v_more = row_count;
  v_count := v_count + v_more;
  delete from mdm.jwt_use u
   where u.sha256 in (select o.sha256 from mdm.jwt_use o
     where o.expires_at < now() order by o.expires_at limit in_rows);
  get diagnostics v_more = row_count;
  v_count := v_count + v_more;
  delete from mdm.throttle t
   where t.until <= extract(epoch from now())::bigint
     - mdm.setting_int('throttle_maximum') - 60;
  get diagnostics v_more = row_count;
  return v_count + v_more;
end
$$;
comment on function mdm.retain_tokens is
  'Remove tokens, tickets and failed attempts that are over; says how many.';
