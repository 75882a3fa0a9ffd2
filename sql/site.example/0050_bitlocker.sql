-- SPDX-License-Identifier: ISC
-- Encrypt laptops without asking their users; recovery keys go to where the
-- devices' directory keeps them, for no node gives them to this server.  What
-- ADMX-backed policies want is markup, escaped here only as JSON demands it.
select admin.profile_set('bitlocker', '[
  {"uri": "./Device/Vendor/MSFT/BitLocker/RequireDeviceEncryption", "data": 1},
  {"uri": "./Device/Vendor/MSFT/BitLocker/AllowWarningForOtherDiskEncryption", "data": 0},
  {"uri": "./Device/Vendor/MSFT/BitLocker/AllowStandardUserEncryption", "data": 1},
  {"uri": "./Device/Vendor/MSFT/BitLocker/EncryptionMethodByDriveType",
   "data": "<enabled/><data id=\"EncryptionMethodWithXtsOsDropDown_Name\" value=\"7\"/><data id=\"EncryptionMethodWithXtsFdvDropDown_Name\" value=\"7\"/><data id=\"EncryptionMethodWithXtsRdvDropDown_Name\" value=\"4\"/>"}]',
  in_rule => '{"device": "os_version", "op": ">=", "value": "10.0.17763"}');
select admin.assign('bitlocker', 'laptops');
