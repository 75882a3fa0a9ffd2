-- SPDX-License-Identifier: ISC
-- Two update rings.  Both are assigned to a pilot's device; the higher priority
-- wins where they differ, and the view admin.conflict shows where they do.
select admin.profile_set('updates', '[
  {"uri": "./Device/Vendor/MSFT/Policy/Config/Update/AllowAutoUpdate", "data": 4},
  {"uri": "./Device/Vendor/MSFT/Policy/Config/Update/DeferQualityUpdatesPeriodInDays", "data": 7},
  {"uri": "./Device/Vendor/MSFT/Policy/Config/Update/DeferFeatureUpdatesPeriodInDays", "data": 90},
  {"uri": "./Device/Vendor/MSFT/Policy/Config/Update/ConfigureDeadlineForQualityUpdates", "data": 3}]');
select admin.profile_set('updates-first', '[
  {"uri": "./Device/Vendor/MSFT/Policy/Config/Update/DeferQualityUpdatesPeriodInDays", "data": 0},
  {"uri": "./Device/Vendor/MSFT/Policy/Config/Update/DeferFeatureUpdatesPeriodInDays", "data": 30}]',
  in_priority => 10);
select admin.assign('updates', 'all');
select admin.assign('updates-first', 'pilots');
