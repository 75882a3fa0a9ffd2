-- SPDX-License-Identifier: ISC
-- Roll-outs, and how far they are.
create or replace view admin.rollout as
select r.rollout as id, r.name, r.state, r.reason,
       r.parts -> 0 ->> 'verb' as verb,
       coalesce(r.parts -> 0 ->> 'uri', r.parts -> 1 ->> 'uri',
         r.parts -> 2 ->> 'uri') as uri,
       r.device_group, r.rule, r.waves, r.wave, r.waves[r.wave] as percent,
       n.reached, n.open, n.done, n.failed, n.reached - n.open - n.done - n.failed as other,
       r.soak, r.advance_percent, r.halt_failures, r.halt_percent, r.halt_after,
       r.priority, r.started_at, r.wave_at, r.ends_at, r.ended_at
  from mdm.rollout r
 cross join lateral (
   select count(*) as reached,
          count(*) filter (where d.state = 'open') as open,
          count(*) filter (where d.state = 'done') as done,
          count(*) filter (where d.state in ('failed', 'unknown')) as failed
     from mdm.rollout_device d where d.rollout = r.rollout) n;
comment on view admin.rollout is 'Roll-outs, and how far they are.';
comment on column admin.rollout.id is 'Its id (command.rollout).';
comment on column admin.rollout.name is 'The name that the functions take.';
comment on column admin.rollout.state is 'running, paused (by an administrator), halted (too many failed), finished (its time is over) or aborted.';
comment on column admin.rollout.reason is 'Why it halted, was paused or aborted.';
comment on column admin.rollout.verb is 'Of its command.';
comment on column admin.rollout.uri is 'The first node of its command.';
comment on column admin.rollout.device_group is 'The group that it is for; null: all devices.';
comment on column admin.rollout.rule is 'What has to be true of a device besides; null: nothing.';
comment on column admin.rollout.waves is 'Percent of the devices after each wave.';
comment on column admin.rollout.wave is 'The present one, from 1 on.';
comment on column admin.rollout.percent is 'Its percent.';
comment on column admin.rollout.reached is 'Devices that came and were given the command.';
comment on column admin.rollout.open is 'Those of them where it has not ended.';
comment on column admin.rollout.done is 'Where it succeeded.';
comment on column admin.rollout.failed is 'Where it failed, or nobody knows.';
comment on column admin.rollout.other is 'Where it was cancelled or expired.';
comment on column admin.rollout.soak is 'Minutes that a wave lasts at least; null: until rollout_next.';
comment on column admin.rollout.advance_percent is 'So many of those reached have to have ended it before the next wave.';
comment on column admin.rollout.halt_failures is 'It halts after so many failures.';
comment on column admin.rollout.halt_percent is 'It halts when more than this share failed.';
comment on column admin.rollout.halt_after is 'That counts once so many have ended it.';
comment on column admin.rollout.priority is 'Of its commands.';
comment on column admin.rollout.started_at is 'When it began.';
comment on column admin.rollout.wave_at is 'When the present wave began, or it went on.';
comment on column admin.rollout.ends_at is 'A device that comes later is not reached.';
comment on column admin.rollout.ended_at is 'When it finished or was aborted.';
