-- SPDX-License-Identifier: ISC
-- Desktop and lock screen, on Windows Enterprise and Education.  in_restore
-- keeps what was there, to be set again when a device leaves the profile.
select admin.profile_set('wallpaper', '[
  {"uri": "./Device/Vendor/MSFT/Personalization/DesktopImageUrl",
   "data": "https://intranet.example.com/wallpaper.jpg"},
  {"uri": "./Device/Vendor/MSFT/Personalization/LockScreenImageUrl",
   "data": "https://intranet.example.com/lock.jpg"}]',
  in_restore => true);
select admin.assign('wallpaper', 'all');
select admin.assign('wallpaper', 'kiosks', in_exclude => true);
