# SPDX-License-Identifier: ISC
"""What the database holds of one device, comparable with another device's,
and the invariants of the whole."""

import base64
import os
import re

import dm_talk
import dm_wbxml
import stack

HERE = os.path.dirname(os.path.realpath(__file__))
SAME = {
    'timestamp with time zone': '(%s is not null)::text',
    'bytea': "octet_length(%s)::text",
}


def sections(name):
    """[(title, statements)] of an SQL file: a title is a comment that
    begins with the number of an invariant."""
    with open(os.path.join(HERE, name), encoding='utf-8') as file:
        parts = re.split(r'^-- (?=I\d+ )', file.read(), flags=re.M)[1:]
    found = []
    for part in parts:
        lines = part.splitlines()
        title = [lines.pop(0)]
        while lines and lines[0].startswith('-- '):
            title.append(lines.pop(0)[3:])
        found.append((' '.join(title), '\n'.join(lines).strip()))
    assert found, name
    return found


class Invariants:
    def __init__(self, env):
        self.env, self.queries = env, sections('invariants.sql')
        self.runs, self.known = 0, set()
        parts = []
        for number, (_, text) in enumerate(self.queries):
            assert text.endswith(';') and text.count(';') == 1, text
            parts.append("select %d, q.* from (%s) q(device, what)" % (
                number, text[:-1]))
        self.all = ' union all '.join(parts)

    def holds(self, device=None):
        """Of everything, or of one device alone."""
        self.runs += 1
        statement = 'execute invariants;' if device is None else \
            "execute invariants_of('%s');" % device
        try:
            broken = self.env.sql(statement)
        except stack.SqlError:          # not prepared in this connection yet
            self.env.sql('deallocate all;')
            self.env.sql('prepare invariants as %s;' % self.all)
            self.env.sql('prepare invariants_of(uuid) as select * from (%s)'
                         ' q(n, device, what) where device = $1;' % self.all)
            broken = self.env.sql(statement)
        # What is broken stays so; it fails the check that saw it first.
        new = [b for b in map(tuple, broken) if b not in self.known]
        self.known.update(new)
        assert not new, 'invariant broken: ' + '; '.join(
            '%s: %s %s' % (self.queries[int(n)][0], device, what)
            for n, device, what in new[:10])


class Picture:
    """Reads the rows of one device from every table that has devices; what
    is different in each device by its nature is left out or replaced."""

    def __init__(self, env):
        self.env = env
        columns = env.sql(
            'select c.relname, a.attname, format_type(a.atttypid, -1)'
            ' from pg_class c join pg_attribute a on a.attrelid = c.oid'
            " where c.relkind in ('r', 'p') and not c.relispartition"
            " and c.relnamespace = 'mdm'::regnamespace and a.attnum > 0"
            ' and not a.attisdropped order by c.relname, a.attnum;')
        tables = {}
        for table, column, kind in columns:
            tables.setdefault(table, []).append((column, kind))
        parts = []
        for table, found in tables.items():
            if ('device', 'uuid') not in found:
                continue
            pairs = ', '.join("'%s', %s" % (c, self.same(c, k))
                              for c, k in found if c != 'device')
            parts.append("select '%s', jsonb_build_object(%s)::text from"
                         " mdm.%s t where t.device = '@'" % (
                             table, pairs, table))
        assert len(parts) > 10, tables
        self.query = ' union all '.join(parts) + ';'

    @staticmethod
    def same(column, kind):
        if 'secret' in column:
            return 'length(t.%s)' % column
        # Whose connection it was is another one after a kill.
        if kind == 'bytea' and column == 'value' or column == 'application':
            return "''"
        if column == 'application':     # the name of one process
            return '(t.%s is not null)::text' % column
        return SAME.get(kind, '%s') % ('t.' + column)

    def of(self, machine):
        """Sorted lines."""
        machine.find()
        if machine.uuid is None:
            return []
        rows = self.env.sql(self.query.replace('@', machine.uuid))
        return sorted('%s %s' % (table, alike(text, machine))
                      for table, text in rows)


def alike(text, machine):
    """Without names, times and random values."""
    text = re.sub(machine.id, 'ID', text, flags=re.I)
    text = re.sub(r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-'
                  r'[0-9a-f]{12}', 'UUID', text, flags=re.I)
    return re.sub(r'\b[0-9a-f]{32,}\b', 'HEX', text, flags=re.I)


def answer(found, machine):
    """An answer in lines that compare with a twin's."""
    kind = found.header('Content-Type')
    if kind == dm_talk.WBXML:
        text = markup(dm_wbxml.decode(found.body))
    else:
        text = found.body.decode()
    text = re.sub(r'(<(?:NextNonce|\w+:Created|\w+:Expires|\w+:TraceId|TraceId)'
                  r'[^>]*>)[^<]*', r'\1-', alike(text, machine))
    text = re.sub(r'(<Cred>.*?<Data>)[^<]*', r'\1-', text)
    text = re.sub(r'(<(?:\w+:)?BinarySecurityToken[^>]*>)([^<]*)',
                  lambda m: m.group(1) + document(m.group(2), machine), text)
    return [str(found.status), str(kind)] + \
        text.replace('><', '>\n<').splitlines()


def markup(node):
    """A tree of WBXML as XML, for reading."""
    return '<%s>%s%s</%s>' % (node.local, node.text, ''.join(
        map(markup, node.children)), node.local)


def document(text, machine):
    """A provisioning document without secrets and certificates."""
    text = alike(base64.b64decode(text).decode(), machine)
    return re.sub(r'(name="(?:AAUTHSECRET|AAUTHDATA|EncodedCertificate)"'
                  r' value=")[^"]*|(type=")[0-9A-F]{40}', r'\1\2-', text)


def difference(one, other):
    """The lines that only one of two lists has, in words."""
    left = [x for x in one if x not in other]
    right = [x for x in other if x not in one]
    return '\n'.join(['- %s' % (x,) for x in left[:8]]
                     + ['+ %s' % (x,) for x in right[:8]])
