-- SPDX-License-Identifier: ISC
-- Commands of several parts, what each status means, and large objects.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

-- Their parameters or results change.
drop function if exists management.status(uuid, bigint[], bigint[], int[], text[]);
drop function if exists management.result(uuid, bigint[], bigint[], text[], text[], text[], text[]);
drop function if exists management.deliver(uuid, int);
drop function if exists mdm.command_next(uuid, bigint, boolean);

insert into mdm.setting (name, preset, pattern, reader, description) values
('object_maximum', '4194304', '[1-9][0-9]{3,7}', '{management}',
 'Octets of a result, sent in chunks or not, that are kept of a device.'),
('delivery_attempts', '3', '[1-9][0-9]{0,2}', '{management}',
 'How often a command is sent without any Status before it is tried once more alone and then given up.'),
('retry_attempts', '10', '[1-9][0-9]?', '{management}',
 'How often a command is sent again because the device said later.'),
('add_exists', 'true', 'true|false', '{management}',
 'Whether an Add that meets 418 (already exists) is sent again as Replace.'),
('replace_missing', 'true', 'true|false', '{management}',
 'Whether a Replace that meets 404 (not found) is sent again as Add.'),
('delete_missing', 'true', 'true|false', '{management}',
 'Whether a Delete that meets 404 (not found) is done.'),
('command_expiry', '0', '0|[1-9][0-9]{0,3}', '{management}',
 'Days after which a command that did not get through expires; 0 means never.');

create table mdm.status_class (
  status    int primary key,
  name      text not null,
  class     text not null check (class in
            ('done', 'accepted', 'retry', 'failed', 'rolled_back', 'unknown')),
  untouched boolean not null default false
);
select mdm.distribute('mdm.status_class');
comment on table mdm.status_class is
  'What each status of a device means for the command; others are done if 2xx, else failed.';
comment on column mdm.status_class.class is
  'done; accepted: the outcome comes later; retry: send again; failed; rolled_back: undone with
its Atomic; unknown: may have been done or not.';
comment on column mdm.status_class.untouched is
  'Whether it is certain that nothing was done, so that what must run once may be sent again.';

insert into mdm.status_class (status, name, class) values
(101, 'in progress',                    'accepted'),
(200, 'OK',                             'done'),
(201, 'item added',                     'done'),
(202, 'accepted for processing',        'accepted'),
(203, 'non-authoritative response',     'done'),
(204, 'no content',                     'done'),
(205, 'reset content',                  'done'),
(206, 'partial content',                'done'),
(207, 'conflict resolved with merge',   'done'),
(208, 'conflict resolved, client wins', 'done'),
(209, 'conflict resolved with duplicate', 'done'),
(210, 'deleted without archive',        'done'),
(211, 'item not deleted',               'done'),
(212, 'authentication accepted',        'done'),
(213, 'chunked item accepted',          'unknown'),
(214, 'operation cancelled',            'retry'),
(215, 'not executed',                   'retry'),
(216, 'atomic rolled back',             'rolled_back'),
(300, 'multiple choices',               'failed'),
(301, 'moved permanently',              'failed'),
(302, 'found',                          'failed'),
(303, 'see other',                      'failed'),
(304, 'not modified',                   'failed'),
(305, 'use proxy',                      'failed'),
(400, 'bad request',                    'failed'),
(401, 'invalid credentials',            'retry'),
(402, 'payment required',               'failed'),
(403, 'forbidden',                      'failed'),
(404, 'not found',                      'failed'),
(405, 'command not allowed',            'failed'),
(406, 'optional feature not supported', 'failed'),
(407, 'authentication required',        'retry'),
(408, 'request timeout',                'retry'),
(409, 'conflict',                       'failed'),
(410, 'gone',                           'failed'),
(411, 'size required',                  'failed'),
(412, 'incomplete command',             'failed'),
(413, 'request entity too large',       'failed'),
(414, 'URI too long',                   'failed'),
(415, 'unsupported type or format',     'failed'),
(416, 'range not satisfiable',          'failed'),
(417, 'retry later',                    'retry'),
(418, 'already exists',                 'failed'),
(419, 'conflict, server data wins',     'failed'),
(420, 'device full',                    'failed'),
(421, 'unknown search grammar',         'failed'),
(422, 'bad CGI script',                 'failed'),
(423, 'soft-delete conflict',           'failed'),
(424, 'size mismatch',                  'failed'),
(425, 'permission denied',              'failed'),
(500, 'command failed',                 'failed'),
(501, 'not implemented',                'failed'),
(502, 'bad gateway',                    'failed'),
(503, 'service unavailable',            'retry'),
(504, 'gateway timeout',                'retry'),
(505, 'DTD version not supported',      'failed'),
(506, 'processing error',               'retry'),
(507, 'atomic failed',                  'failed'),
(508, 'refresh required',               'failed'),
(509, 'reserved',                       'failed'),
(510, 'data store failure',             'failed'),
(511, 'server failure',                 'failed'),
(512, 'synchronization failed',         'failed'),
(513, 'protocol version not supported', 'failed'),
(514, 'operation cancelled',            'retry'),
(516, 'atomic roll back failed',        'failed'),
(517, 'atomic response too large',      'failed');
update mdm.status_class set untouched = true
 where status in (215, 401, 407, 417, 503);

alter table mdm.command
  add parts        int not null default 0,
  add instead      text,
  add unanswered   int not null default 0,
  add retries      int not null default 0,
  add hold         bigint,
  add sent_msg     bigint,
  add chunk_start  int,
  add chunk_length int;
comment on column mdm.command.parts is
  'Rows in mdm.part; 0 for one command with one Item.  Otherwise uri, format and type are the first Item''s.';
comment on column mdm.command.instead is
  'The verb it is sent with instead of its own, after 418 or 404.';
comment on column mdm.command.unanswered is 'How often it was sent in vain since its last Status.';
comment on column mdm.command.retries is 'How often the device said later.';
comment on column mdm.command.hold is 'The session (mdm.session.number) that is not to send it.';
comment on column mdm.command.sent_msg is 'The answer that last carried it.';
comment on column mdm.command.chunk_start is
  'Characters of the data that the device has, when it is sent in chunks.';
comment on column mdm.command.chunk_length is 'Characters of the chunk on its way.';

alter table mdm.command_done
  add parts   int not null default 0,
  add instead text,
  add retries int not null default 0;
comment on column mdm.command_done.instead is 'As in mdm.command.';
comment on column mdm.command_done.retries is 'As in mdm.command.';

create table mdm.part (
  device  uuid not null references mdm.device,
  seq     bigint not null,
  part    int not null,
  parent  int not null,
  item    int not null,
  verb    text not null,
  uri     text,
  format  text,
  type    text,
  data    text,
  instead text,
  ended   boolean not null default false,
  status  int,
  error   text,
  primary key (device, seq, part)
);
select mdm.distribute('mdm.part', 'device', 'mdm.device');
comment on table mdm.part is
  'The groups and Items of a command of several parts, in document order.';
comment on column mdm.part.part is 'Counts them from 1.';
comment on column mdm.part.parent is 'The part that is its group; 0: none.';
comment on column mdm.part.item is
  'Counts the Items of one element from 0: part - item is the element''s first.';
comment on column mdm.part.instead is 'As in mdm.command.';
comment on column mdm.part.ended is 'Whether it is not to be sent again with the rest.';
comment on column mdm.part.status is 'The last Status of the device.';

alter table mdm.delivery
  add part  int not null default 0,
  add chunk boolean not null default false;
comment on table mdm.delivery is 'Which command went out as which CmdID of which answer.';
comment on column mdm.delivery.part is
  'For one of several parts the first of its Items, or the group; else 0.';
comment on column mdm.delivery.chunk is 'Whether it went on with an attempt that an earlier answer began.';

alter table mdm.result add children text[];
comment on column mdm.result.children is 'For format node: the names in data, decoded.';

create table mdm.chunk (
  device  uuid not null references mdm.device,
  chunk   int not null,
  seq     bigint,
  msg_ref bigint,
  cmd_ref bigint,
  uri     text,
  format  text,
  type    text,
  size    bigint,
  data    text not null,
  octets  bigint not null,
  primary key (device, chunk)
);
select mdm.distribute('mdm.chunk', 'device', 'mdm.device');
comment on table mdm.chunk is
  'The one object that a device is sending in chunks; what it is stands with chunk 1.';
comment on column mdm.chunk.size is 'As announced.';
comment on column mdm.chunk.octets is 'Of the data of this chunk and those before.';
