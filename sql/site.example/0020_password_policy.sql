-- SPDX-License-Identifier: ISC
-- Local passwords.  These belong together, so all are set or none is.
-- DevicePasswordEnabled is 0 when a password is required.
select admin.profile_set('password-policy', '[
  {"uri": "./Device/Vendor/MSFT/Policy/Config/DeviceLock/DevicePasswordEnabled", "data": 0},
  {"uri": "./Device/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength", "data": 12},
  {"uri": "./Device/Vendor/MSFT/Policy/Config/DeviceLock/DevicePasswordHistory", "data": 10},
  {"uri": "./Device/Vendor/MSFT/Policy/Config/DeviceLock/MaxInactivityTimeDeviceLock", "data": 15}]',
  in_atomic => true);
select admin.assign('password-policy', 'all');
