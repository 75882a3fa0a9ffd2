-- SPDX-License-Identifier: ISC
-- Pages for people: sign-in, terms of use, and the way to enrollment.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

update mdm.setting set reader = reader || '{page}'
 where name in ('server_name', 'enrollment_url');

insert into mdm.setting (name, preset, pattern, reader, description) values
('remote_user', 'off', 'off|on', '{page}',
 'Whether the sign-in page believes the front server''s REMOTE_USER instead of asking for a password.'),
('remote_user_domain', '', '[^[:cntrl:][:space:]@\\]{0,255}', '{page}',
 'What stands behind the @ for a REMOTE_USER that has none.'),
('page_language', 'en', '[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*', '{page}',
 'The language that the words of the pages are in.'),
('page_help', '', '[^[:cntrl:]]{0,250}', '{page}',
 'At the foot of every page: whom to ask.'),
('page_user', 'User name', '[^[:cntrl:]]{1,250}', '{page}',
 'Label of the user name.'),
('page_password', 'Password', '[^[:cntrl:]]{1,250}', '{page}',
 'Label of the password.'),
('page_sign_in_title', 'Sign in', '[^[:cntrl:]]{1,250}', '{page}',
 'Heading of the sign-in page.'),
('page_sign_in_text', 'Sign in with your work account to enroll this device.',
 '[^[:cntrl:]]{1,250}', '{page}', 'What the sign-in page is for.'),
('page_sign_in_button', 'Sign in', '[^[:cntrl:]]{1,250}', '{page}',
 'Button of the sign-in page.'),
('page_signed_in_text', 'You are signed in as', '[^[:cntrl:]]{1,250}', '{page}',
 'Before the user''s name.'),
('page_continue_button', 'Continue', '[^[:cntrl:]]{1,250}', '{page}',
 'Button that goes on.'),
('page_done_title', 'Signed in', '[^[:cntrl:]]{1,250}', '{page}',
 'Heading of the page that hands over to Windows.'),
('page_done_text', 'Windows goes on by itself. If it does not, choose the button.',
 '[^[:cntrl:]]{1,250}', '{page}', 'Text of the page that hands over to Windows.'),
('page_error_title', 'There is a problem', '[^[:cntrl:]]{1,250}', '{page}',
 'Heading of what went wrong.'),
('page_error_missing', 'Enter your user name and your password.',
 '[^[:cntrl:]]{1,250}', '{page}', 'A field was left empty.'),
('page_error_wrong', 'The user name or the password is wrong.',
 '[^[:cntrl:]]{1,250}', '{page}', 'User name and password do not fit.'),
('page_error_wait', 'There were too many attempts. Wait some minutes before the next one.',
 '[^[:cntrl:]]{1,250}', '{page}', 'The throttle forbids another attempt now.'),
('page_error_forbidden', 'This account may not enroll devices here.',
 '[^[:cntrl:]]{1,250}', '{page}', 'The user is known but not let in.'),
('page_error_late', 'This page was open for too long. Go back to Windows and start again.',
 '[^[:cntrl:]]{1,250}', '{page}', 'What the page was for is over.'),
('page_error_link', 'This page has to be opened by Windows. Start there: Settings, Accounts, Access work or school.',
 '[^[:cntrl:]]{1,250}', '{page}', 'The address lacks what Windows adds to it.'),
('page_error_away', 'The server cannot do that at the moment. Try again later.',
 '[^[:cntrl:]]{1,250}', '{page}', 'Something failed on the server.'),
('page_terms_title', 'Terms of use', '[^[:cntrl:]]{1,250}', '{page}',
 'Heading of the terms of use.'),
('page_terms_accept', 'I have read these terms and accept them.',
 '[^[:cntrl:]]{1,250}', '{page}', 'Label of what has to be ticked.'),
('page_terms_missing', 'Accept the terms of use to go on.',
 '[^[:cntrl:]]{1,250}', '{page}', 'It was not ticked.'),
('page_terms_decline', 'Decline', '[^[:cntrl:]]{1,250}', '{page}',
 'Button that does not accept the terms.'),
('page_enroll_title', 'Enroll this device', '[^[:cntrl:]]{1,250}', '{page}',
 'Heading of /enroll.'),
('page_enroll_text', 'On the Windows device that you want to enroll, choose the link. Windows then asks you to sign in.',
 '[^[:cntrl:]]{1,250}', '{page}', 'What /enroll is for.'),
('page_enroll_link', 'Open enrollment', '[^[:cntrl:]]{1,250}', '{page}',
 'The link of /enroll that opens Windows'' own enrollment.'),
('page_enroll_code', 'Or scan this code with the device:', '[^[:cntrl:]]{1,250}', '{page}',
 'Before the QR code of that link.'),
('page_enroll_manual', 'If nothing opens: Settings, Accounts, Access work or school, Enroll only in device management. The server is',
 '[^[:cntrl:]]{1,250}', '{page}', 'How to go without the link; the address follows.');

create table mdm.terms (
  version    text primary key,
  content    text not null,
  current    boolean not null,
  created_at timestamptz not null default now()
);
create unique index on mdm.terms (current) where current;
select mdm.distribute('mdm.terms');
comment on table mdm.terms is
  'Terms of use, all that ever held: what was accepted can be read again.';
comment on column mdm.terms.current is 'Whether these have to be accepted; none: there are no terms.';

create table mdm.terms_acceptance (
  upn         text not null,
  version     text not null,
  accepted_at timestamptz not null,
  source      text,
  primary key (upn, version)
);
select mdm.distribute('mdm.terms_acceptance');
comment on table mdm.terms_acceptance is 'Who accepted which terms of use, and when.';
comment on column mdm.terms_acceptance.upn is 'In lower case.';
comment on column mdm.terms_acceptance.source is 'The address it came from.';

create table mdm.page_ticket (
  sha256     bytea primary key,
  upn        text not null,
  expires_at timestamptz not null
);
create index on mdm.page_ticket (expires_at);
select mdm.distribute('mdm.page_ticket');
comment on table mdm.page_ticket is
  'Users who have signed in and still have a page to go through.';
comment on column mdm.page_ticket.sha256 is 'Of the ticket, which is in that page and stored nowhere.';
