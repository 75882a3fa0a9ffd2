-- SPDX-License-Identifier: ISC
-- Make a webhook, or change it: the address that is told of events whose kind
-- is like one of the patterns (event.kind; % stands for anything).  in_secret
-- is the key of the signature as `fenestra-webhook -s` printed it; null keeps
-- what a webhook has.  MD400: no such address, a pattern or secret that
-- cannot be, or a new webhook without a secret.
create or replace function admin.webhook_set(in_name text, in_url text,
  in_kinds text[] default '{%}', in_secret text default null,
  in_enabled boolean default true)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_name is null or in_name !~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' then
    raise exception 'name: "%" is not letters, digits, . _ -, 1 to 64 of them', in_name
      using errcode = 'MD400';
  elsif in_url is null or length(in_url) > 1000 or in_url
      !~ '^https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[1-9][0-9]{0,4})?/[!-~]*$' then
    raise exception 'url: "%" is not http(s)://host[:port]/path', in_url
      using errcode = 'MD400';
  elsif in_kinds is null or cardinality(in_kinds) not between 1 and 50 or exists (
      select from unnest(in_kinds) k where k is null or k !~ '^[a-z%][a-z_.%]{0,63}$') then
    raise exception 'kinds: % is not 1 to 50 patterns such as device.%%',
      coalesce(in_kinds::text, 'null') using errcode = 'MD400';
  elsif in_enabled is null then
    raise exception 'enabled: true or false' using errcode = 'MD400';
  elsif in_secret !~ '^seal:[A-Za-z0-9+/]{50,}=*$' then
    raise exception 'secret: not what fenestra-webhook -s prints' using errcode = 'MD400';
  end if;

  update mdm.webhook w
     set url = in_url, kinds = in_kinds, enabled = in_enabled,
         secret = coalesce(in_secret, w.secret), failures = 0,
         paused_until = '-infinity'
   where w.name = in_name;
  if not found then
    if in_secret is null then
      raise exception 'secret: a new webhook needs one' using errcode = 'MD400';
    end if;
    insert into mdm.webhook (name, url, kinds, secret, enabled)
    values (in_name, in_url, in_kinds, in_secret, in_enabled);
  end if;
  perform mdm.event_add(null, 'webhook.set', jsonb_build_object(
    'webhook', in_name, 'url', in_url, 'kinds', to_jsonb(in_kinds),
    'enabled', in_enabled, 'new_secret', in_secret is not null));
end
$$;
comment on function admin.webhook_set is
  'Make or change a webhook: an address that is told of events, signed.';
