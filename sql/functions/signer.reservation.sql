-- SPDX-License-Identifier: ISC
-- What is to be signed for a serial: this row is the signer's only authority.
-- Nothing is signed for longer than its CA lasts (in_until, seconds of the
-- epoch): if that is sooner, the row says so from now on.  MD404: nothing is
-- reserved; MD409: it was revoked or has no key; MD403: the device is blocked;
-- MD503: the CA ends within a day.
create or replace function signer.reservation(in_device uuid, in_serial bytea,
  in_until bigint,
  out certificate bytea, out public_key bytea, out not_before bigint,
  out not_after bigint, out hash_oid text, out minimal_key_length int,
  out maximal_key_length int, out allow_rsa boolean, out allow_ec boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state  text;
  v_device text;
begin
  select c.state, c.content, c.public_key,
         extract(epoch from c.not_before)::bigint,
         extract(epoch from c.not_after)::bigint, d.state
    into v_state, certificate, public_key, not_before, not_after, v_device
    from mdm.certificate c
    join mdm.device d on d.device = c.device
   where c.device = in_device and c.serial = in_serial;
  if not found then
    raise exception 'nothing is reserved for this serial' using errcode = 'MD404';
  elsif v_state = 'revoked' then
    raise exception 'the certificate of this request was revoked'
      using errcode = 'MD409';
  elsif certificate is not null then
    return;
  elsif v_device = 'blocked' then
    raise exception 'device % is blocked', in_device using errcode = 'MD403';
  elsif public_key is null then
    raise exception 'the reservation has no public key' using errcode = 'MD409';
  elsif to_timestamp(in_until) < now() + interval '1 day' then
    raise exception 'the CA ends within a day' using errcode = 'MD503';
  end if;

  if not_after > in_until then
    perform mdm.lock(in_device);
    update mdm.certificate c set not_after = to_timestamp(in_until)
     where c.device = in_device and c.serial = in_serial and c.content is null;
    not_after := in_until;
  end if;
  select t.hash_oid, t.minimal_key_length, t.maximal_key_length,
         'RSA' = any (t.key_types), 'EC' = any (t.key_types)
    into strict hash_oid, minimal_key_length, maximal_key_length, allow_rsa,
         allow_ec
    from mdm.template t where t.active;
end
$$;
comment on function signer.reservation is
  'What is to be signed for a serial; or the certificate, if it was signed already.';
