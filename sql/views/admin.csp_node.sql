-- SPDX-License-Identifier: ISC
-- The nodes that the imported DDF files describe.
create or replace view admin.csp_node as
select n.path, n.uri, n.name, n.verbs, n.format, n.preset, n.title,
       n.description, n.occurrence, n.permanent, n.naming, n.os_builds,
       n.csp_version, n.editions, n.entra, n.value_type, n.allowed,
       n.delimiter, n.admx, n.behaviour, n.atomic, n.deprecated, n.mime,
       n.root, r.file
  from mdm.csp_node n
  join mdm.csp_root r on r.root = n.root;
comment on view admin.csp_node is 'The nodes that the imported DDF files describe.';
comment on column admin.csp_node.path is 'For comparing: in lower case, ./Device left out, * for a name that is not fixed; see csp_find.';
comment on column admin.csp_node.uri is 'As the file has it, {Title} for a name that is not fixed.';
comment on column admin.csp_node.name is 'Its own name; empty if it is not fixed.';
comment on column admin.csp_node.verbs is 'The commands it takes.';
comment on column admin.csp_node.format is 'Meta/Format of its value; node if it has none of its own.';
comment on column admin.csp_node.preset is 'The value it has before it is set.';
comment on column admin.csp_node.title is 'What a name that is not fixed stands for.';
comment on column admin.csp_node.description is 'What it is for.';
comment on column admin.csp_node.occurrence is 'One, ZeroOrOne, ZeroOrMore, OneOrMore, ...';
comment on column admin.csp_node.permanent is 'Whether it is always there, and not made by commands.';
comment on column admin.csp_node.naming is 'Who gives a name that is not fixed: server, client, or in words how it has to be.';
comment on column admin.csp_node.os_builds is 'The first release of Windows that has it, and patches of earlier ones.';
comment on column admin.csp_node.csp_version is 'The version of the service provider that brought it.';
comment on column admin.csp_node.editions is 'The editions of Windows that have it, by number.';
comment on column admin.csp_node.entra is 'Whether it needs a device that has joined Entra.';
comment on column admin.csp_node.value_type is 'ENUM, Range, RegEx, Flag, ADMX, XSD, JSON, SDDL or None.';
comment on column admin.csp_node.allowed is 'The values: [{"value": ..., "description": ...}, ...]; of a range or pattern that alone.';
comment on column admin.csp_node.delimiter is 'What parts the values of a list.';
comment on column admin.csp_node.admx is 'The ADMX policy behind it: area, name, file.';
comment on column admin.csp_node.behaviour is 'What else the file says: replace, reboot, conflict, group policy, depends on.';
comment on column admin.csp_node.atomic is 'Whether it and what is below it are to be set in one Atomic.';
comment on column admin.csp_node.deprecated is 'Since which build it should not be used any more.';
comment on column admin.csp_node.mime is 'Its media type.';
comment on column admin.csp_node.root is 'The topmost node of its tree (csp_root.root).';
comment on column admin.csp_node.file is 'The file that describes it.';
