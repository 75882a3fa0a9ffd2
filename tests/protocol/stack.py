# SPDX-License-Identifier: ISC
"""The running development stack as the tests see it: addresses, database,
log, worker processes and a folder for temporary files."""

import os
import re
import shlex
import subprocess
import tempfile
import time

import canary

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), '..', '..'))
DOMAIN = 'fenestra.test'
ENROLL = 'enterpriseenrollment.' + DOMAIN
MANAGE = 'manage.' + DOMAIN
PROGRAMS = ('discovery', 'enrollment', 'management')


# How lines of lighttpd and of Apache begin.
FRONT = re.compile(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d: \(|\[\w{3} \w{3} ')


class SqlError(Exception):
    """What psql reported: `state` is the SQLSTATE."""

    def __init__(self, text):
        super().__init__(text.strip())
        found = re.search(r'ERROR:\s+(\w{5}): ', text)
        self.state = found.group(1) if found else None


def quote(value):
    """A Python value as an SQL literal."""
    if value is None:
        return 'null'
    if isinstance(value, bytes):
        return "'\\x%s'::bytea" % value.hex()
    if isinstance(value, (list, tuple)):
        return 'array[%s]' % ','.join(quote(v) for v in value)
    if isinstance(value, int):
        return str(value)
    return "'%s'" % value.replace("'", "''")


class Folder:
    """A private temporary directory."""

    def __init__(self):
        # pylint: disable=consider-using-with
        self.keeper = tempfile.TemporaryDirectory(prefix='fenestra-test-')
        self.path = self.keeper.name
        self.count = 0

    def file(self, name, text):
        path = os.path.join(self.path, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        os.chmod(path, 0o600)
        return path

    def fresh(self, suffix=''):
        self.count += 1
        return os.path.join(self.path, '%d%s' % (self.count, suffix))


class Log:
    """The workers' log lines, whichever file the front server puts them in."""

    def __init__(self, paths):
        self.paths = paths

    def mark(self):
        return {p: os.path.getsize(p) if os.path.exists(p) else 0
                for p in self.paths}

    def text(self, mark=None):
        """Everything written since the mark."""
        out = []
        for path in self.paths:
            if os.path.exists(path):
                with open(path, 'rb') as file:
                    file.seek((mark or {}).get(path, 0))
                    out.append(file.read().decode('utf-8', 'replace'))
        return ''.join(out)

    def requests(self, mark):
        """The request lines since the mark, as dictionaries."""
        found = []
        for line in self.text(mark).splitlines():
            at = line.find('level=')
            if at >= 0 and ' worker=' in line and ' status=' in line:
                found.append(logfmt(line[at:]))
        return found

    def events(self, mark=None):
        """Every line since the mark as a dictionary, each an event of a
        worker; but for those that the front server wrote itself."""
        found = []
        for line in self.text(mark).split('\n'):
            at = line.find('level=')
            if at == 0 or at > 0 and re.fullmatch(
                    r'\[[^"=]*\] \[[^"=]*', line[:at].rstrip(': ')):
                found.append(logfmt(line[at:]))
            else:
                assert not line or FRONT.match(line), repr(line)
        return found

    def wait(self, mark, count):
        """As requests(), once at least `count` lines have arrived."""
        for _ in range(200):
            if self.text(mark).count(' status=') >= count:
                break
            time.sleep(0.02)
        return self.requests(mark)


def logfmt(line):
    """key=value key="quoted value" … ; anything else is an AssertionError."""
    fields, rest = {}, line.strip()
    while rest:
        found = re.match(r'([a-z_-]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?:\s+|$)',
                         rest)
        assert found, 'not logfmt at %r' % rest
        key, value = found.groups()
        assert key not in fields, 'log key %s twice' % key
        fields[key] = value[1:-1] if value.startswith('"') else value
        rest = rest[found.end():]
    return fields


class Stack:
    """Read once from `deploy/stack env`."""

    def __init__(self, front):
        self.front = front
        out = subprocess.run([os.path.join(ROOT, 'deploy', 'stack'), 'env'],
                             check=True, capture_output=True, text=True,
                             cwd=ROOT).stdout
        self.env = {}
        for word in shlex.split(out, comments=True):
            key, eq, value = word.partition('=')
            if eq:
                self.env[key] = value
        self.https = int(self.env['HTTPS_PORT'])
        self.http = int(self.env['HTTP_PORT'])
        self.var = os.path.join(ROOT, self.env.get('VAR')
                                or self.env['FENESTRA_VAR'])
        self.certs = os.path.join(ROOT, self.env['CERT_DIR'])
        self.ca_file = os.path.join(ROOT, self.env['CA_FILE'])
        self.base = 'https://%s:%d' % (ENROLL, self.https)
        self.prefix = ''        # of every path that is asked for
        self.folder = Folder()
        logs = os.path.join(self.var, 'log')
        self.log = Log([os.path.join(logs, n)
                        for n in ('worker.log', 'front.log')])

    def database(self):
        """The environment in which libpq finds the database."""
        wanted = {k: v for k, v in self.env.items() if k.startswith('PG')}
        if not os.path.isabs(wanted['PGHOST']):
            wanted['PGHOST'] = os.path.join(ROOT, wanted['PGHOST'])
        return dict(os.environ, **wanted)

    def sql(self, statement, user='postgres', database='fenestra'):
        """Rows of text columns; None for NULL."""
        command = ['psql', '-X', '-q', '-A', '-t', '-F', '\x1f', '-R', '\x1e',
                   '-P', 'null=\x1d', '-v', 'ON_ERROR_STOP=1',
                   '-v', 'VERBOSITY=verbose', '-U', user, '-d', database,
                   '-f', '-']
        run = subprocess.run(command, input=statement, text=True, check=False,
                             capture_output=True, env=self.database())
        if run.returncode:
            raise SqlError(run.stderr)
        body = run.stdout
        if body.endswith('\n'):
            body = body[:-1]
        if not body:
            return []
        return [[None if f == '\x1d' else f for f in row.split('\x1f')]
                for row in body.rstrip('\x1e').split('\x1e')]

    def admin(self, statement):
        return self.sql(statement, user='fenestra_admin')

    def value(self, statement):
        rows = self.admin(statement)
        assert len(rows) == 1 and len(rows[0]) == 1, 'not one value: %r' % rows
        return rows[0][0]

    def call(self, function, *args):
        """One admin function's value."""
        rows = self.admin('select admin.%s(%s);' % (
            function, ', '.join(quote(a) for a in args)))
        return rows[0][0] if rows else None

    def setting(self, name, value):
        """Sets and returns what it was, so that a test can put it back."""
        before = self.admin('select value from admin.setting where name = %s;'
                            % quote(name))
        self.admin('select admin.setting_set(%s, %s);' % (
            quote(name), quote(value)))
        return before[0][0] if before else None

    def program(self, name):
        folder = os.environ.get('BIN') or os.path.join(ROOT, 'build', 'bin')
        return os.path.join(folder, 'fenestra-' + name)

    def hash(self, password):
        """A password's hash, made by the product's own tool."""
        run = subprocess.run([self.program('enrollment'), '-p'], check=True,
                             input=password + '\n', text=True,
                             capture_output=True, env=self.database())
        return run.stdout.strip()

    def user(self, upn, password):
        canary.plant('password', password)
        self.admin('select admin.user_set(%s, %s);' % (
            quote(upn), quote(self.hash(password))))

    def workers(self, *names):
        """Pids of this stack's workers, by program."""
        wanted = {'fenestra-' + n for n in names or PROGRAMS}
        host = b'PGHOST=' + self.database()['PGHOST'].encode()
        found = set()
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                exe = os.readlink('/proc/%s/exe' % pid)
                with open('/proc/%s/environ' % pid, 'rb') as file:
                    environ = file.read().split(b'\0')
            except OSError:
                continue
            name = os.path.basename(exe.removesuffix(' (deleted)'))
            if name in wanted and host in environ and \
                    b'OWN_WORKER=1' not in environ:
                found.add(int(pid))
        return found

    def stored(self, secrets):
        """(table, secret) for each of these that stands in a table."""
        return self.sql(' union all '.join(
            "select '%s', v from mdm.%s t, unnest(%s) v where"
            ' strpos(t::text, v) > 0' % (table, table, quote(secrets))
            for table in self.tables()) + ';')

    def tables(self, device=None):
        """{table: hash of its rows}; rows of `device` are left out."""
        names = self.sql(
            "select c.relname, exists (select from pg_attribute a where"
            " a.attrelid = c.oid and a.attname = 'device' and"
            " not a.attisdropped) from pg_class c where c.relkind in ('r','p')"
            " and c.relnamespace = 'mdm'::regnamespace"
            " and not c.relispartition order by 1;")
        assert names, 'no tables in schema mdm'
        parts = []
        for table, keyed in names:
            where = ''
            if device and keyed == 't':
                where = ' where device is distinct from %s' % quote(device)
            parts.append(
                "select '%s', coalesce(md5(string_agg(t::text, chr(10) order"
                " by t::text)), '') from mdm.%s t%s" % (table, table, where))
        return dict(map(tuple, self.sql(' union all '.join(parts) + ';')))
