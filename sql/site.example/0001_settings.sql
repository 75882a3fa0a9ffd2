-- SPDX-License-Identifier: ISC
-- Settings that are not to be as they come.  `select * from admin.setting`
-- shows all of them with what they mean; null brings the preset back.

-- What users see in Windows while they enroll.
select admin.setting_set('server_name', 'Example Corporation');

-- Read what profiles set every twelve hours, and repair what has drifted.
select admin.setting_set('verify_interval', '12');
