-- SPDX-License-Identifier: ISC
-- What belongs on the CRL of a CA: what it signed, what is not good any more,
-- and what would not have ended by itself a day ago.  The reasons are those of
-- RFC 5280, 5.3.1: 4 superseded, 5 cessation of operation, 0 unspecified.
create or replace function signer.revoked(in_issuer bytea)
returns table (serial bytea, at bigint, reason int)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select c.serial,
           extract(epoch from coalesce(c.revoked_at, c.issued_at))::bigint,
           case when c.state = 'superseded' then 4
                when c.reason = 'unenrolled' then 5 else 0 end
      from mdm.certificate c
     where c.state in ('revoked', 'superseded') and c.content is not null
       and c.not_after > now() - interval '1 day'
       and (c.issuer = in_issuer or c.issuer is null)
     order by 2, 1;
end
$$;
comment on function signer.revoked is
  'Serials for the CRL of a CA, with when and the reason code of RFC 5280.';
