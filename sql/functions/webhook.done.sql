-- SPDX-License-Identifier: ISC
-- What became of an attempt.  in_status: of the HTTP answer, 0 where there was
-- none and in_error says why.  2xx is the only success.
--
-- Next time is after 10 s, 20 s, 40 s, … at most 6 hours, half of it by
-- chance; and after failures in a row the webhook as a whole pauses, for one
-- that is down is not to be tried with each of its deliveries.  Harmless when
-- done again.
create or replace function webhook.done(in_device uuid, in_seq bigint,
  in_webhook text, in_attempt int, in_status int, in_error text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_attempts int := mdm.setting_int('webhook_attempts');
  v_wait     interval := interval '10 s'
    * least(2 ^ (in_attempt - 1), 2160) * (0.5 + random() / 2);
begin
  if in_status between 200 and 299 then
    delete from mdm.outbox o
     where o.device = in_device and o.seq = in_seq and o.webhook = in_webhook
       and o.attempts = in_attempt;
    if found then
      update mdm.webhook w
         set failures = 0, paused_until = '-infinity',
             delivered = w.delivered + 1, delivered_at = now()
       where w.name = in_webhook;
    end if;
    return;
  end if;
  update mdm.outbox o
     set status = nullif(in_status, 0), error = left(in_error, 200),
         dead = in_attempt >= v_attempts, next_at = now() + v_wait
   where o.device = in_device and o.seq = in_seq and o.webhook = in_webhook
     and o.attempts = in_attempt and not o.dead and o.next_at > now();
  if not found then
    return;
  end if;
  update mdm.webhook w
     set failures = w.failures + 1,
         paused_until = now() + interval '1 s'
           * least(2 ^ w.failures, 300) * (0.5 + random() / 2)
   where w.name = in_webhook;
  if in_attempt >= v_attempts then
    perform mdm.event_add(null, 'webhook.dead', jsonb_build_object(
      'webhook', in_webhook, 'device', in_device, 'seq', in_seq,
      'attempts', in_attempt, 'status', nullif(in_status, 0),
      'error', left(in_error, 200)));
  end if;
end
$$;
comment on function webhook.done is
  'What became of an attempt: taken, to be tried again later, or given up.';
