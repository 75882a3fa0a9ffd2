-- SPDX-License-Identifier: ISC
-- When commands that change something may be sent.
create or replace view admin.maintenance_window as
select w.name, w.device_group, w.weekdays, w.starts, w.minutes, w.clock
  from mdm.maintenance_window w;
comment on view admin.maintenance_window is
  'When commands that change something may be sent; a device that none is for takes them at any time.';
comment on column admin.maintenance_window.name is 'The name that window_set takes.';
comment on column admin.maintenance_window.device_group is 'Whose devices it is for; null: all.';
comment on column admin.maintenance_window.weekdays is 'The days that it starts on: 1 Monday to 7 Sunday.';
comment on column admin.maintenance_window.starts is 'The time of day that it starts at.';
comment on column admin.maintenance_window.minutes is 'How long it is open.';
comment on column admin.maintenance_window.clock is 'Whose time that is: device or server (the setting time_zone).';
