# SPDX-License-Identifier: ISC
"""Text that would be code elsewhere: SQL, HTML, log lines."""

import os
import re
import shutil
import subprocess
import urllib.parse

import client
import device
import dm_talk
import endpoints
import fastcgi
import keys
import messages
import stack
from messages import element, results, status, sub
from payloads import HTML, SQL
from xmltree import escape, parse


def catalogue(env):
    """What an injected statement would change besides rows."""
    return env.sql(
        "select md5(string_agg(x, ',' order by x)) from (select relname || "
        "coalesce(relacl::text, '') as x from pg_class where relnamespace in "
        "(select oid from pg_namespace where nspname in ('mdm','admin')) "
        "union all select rolname || rolsuper::text from pg_roles union all "
        "select proname || md5(prosrc) from pg_proc where pronamespace in "
        "(select oid from pg_namespace where nspname in ('mdm','admin',"
        "'enrollment','management','discovery'))) as t;")


def leaves(text, skip=()):
    """The paths of every element that holds text."""
    found = re.findall(r'<([\w:]+)(?: [^>]*)?>[^<\s][^<]*</\1>', text)
    return [n for n in dict.fromkeys(found) if n not in skip]


def test_refused_messages_change_nothing(env):
    """T24 SQL in each text of the SOAP messages, from a user nobody knows:
    an orderly answer and the same hash of every table."""
    before, shape = env.tables(), catalogue(env)
    for endpoint in endpoints.soap_endpoints(env):
        text = endpoint.text.replace(messages.UPN, 'nobody@x.test')
        for name in leaves(text, ('AuthPolicy', 'ac:Value')):
            for value in SQL:
                changed = element(text, name, escape(value))
                found = endpoint.outcome(endpoint.send(changed))
                assert found in ('200', 's:Authentication', 's:MessageFormat',
                                 'a:InvalidSecurity',
                                 's:CertificateRequest'), '%s %r: %s' % (
                                     name, value, found)
                if name in ('wsse:Username', 'wsse:Password'):
                    assert found == 's:Authentication', found
    assert env.tables() == before
    assert catalogue(env) == shape


def test_context_values_are_stored_verbatim(env):
    """T24 S0.55 SQL in names and values of ContextItems: kept letter by
    letter, nobody else's rows change."""
    other = device.Device(env)
    other.session().first()
    items = ''.join(
        '<ac:ContextItem Name="%s"><ac:Value>%s</ac:Value></ac:ContextItem>'
        % (escape(v), escape(v)) for v in SQL + HTML)
    row, shape = other.row('*'), catalogue(env)
    made = device.Device(env, change=lambda t: sub(
        messages.item(t, 'DeviceName', escape(SQL[5])),
        '</ac:AdditionalContext>', items + '</ac:AdditionalContext>'))
    kept = context(env, made)
    assert [i for i in kept if i[0] in SQL + HTML] == [
        [v, v] for v in SQL + HTML]
    assert made.row('name') == SQL[5]
    assert other.row('*') == row
    assert catalogue(env) == shape


def context(env, made):
    """The stored AdditionalContext as [name, value] in order."""
    return env.admin(
        "select c.item->>'name', c.item->>'value' from admin.enrollment e,"
        " jsonb_array_elements(e.context) with ordinality c (item, n)"
        " where e.device = %s order by e.number, c.n;"
        % stack.quote(made.uuid))


def test_device_id_and_user_names(env):
    """T24 S0.24 SQL as DeviceID or as user name is data or refused."""
    other = device.Device(env)
    shape = catalogue(env)
    rows = other.row('*')
    for value in SQL:
        csr = keys.windows_request(keys.POOL.key(), device.new_id())
        conn = client.Connection(env)
        answer = client.answered(conn.request(
            'POST', messages.ENROLLMENT, messages.enrol(
                csr, escape(value)).encode(), kind=client.SOAP))
        if answer.status == 200:
            count = env.value('select count(*) from admin.device where'
                              ' device_id = %s;' % stack.quote(value))
            assert count == '1', value
        else:
            messages.Fault(answer)
    assert other.row('*') == rows
    assert catalogue(env) == shape


def test_management_texts(env):
    """T24 SQL and HTML in DevInfo, alerts, results, LocURIs and statuses
    of a device: stored verbatim for that device, no other row changes."""
    made, other = device.Device(env), device.Device(env)
    other.session().first()
    ids = [made.enqueue('Get', './Vendor/MSFT/%d' % n)
           for n in range(len(SQL))]
    before, shape = env.tables(made.uuid), catalogue(env)
    session = made.session()
    session.first(''.join(
        messages.alert(20 + n, 1224, escape(v), escape(v), escape(v),
                       escape(v[:8])) for n, v in enumerate(SQL)))
    body = session.answers()
    body += ''.join(results(40 + n, 1, c.id, [(escape(v), escape(v))])
                    for n, (c, v) in enumerate(zip(session.reply.commands,
                                                   SQL)))
    session.next(body)
    for ident, value in zip(ids, SQL):
        assert [r[:2] for r in made.results(ident)] == [[value, value]]
    rows = env.admin('select type, mark, source, data from admin.alert where'
                     ' device = %s order by cmd_id::int;'
                     % stack.quote(made.uuid))
    assert rows == [[v, v[:8].strip(), v, v] for v in SQL], rows
    assert env.tables(made.uuid) == before
    assert catalogue(env) == shape


def test_devinfo_values(env):
    """T24 T25 hostile manufacturer, model and language are text."""
    for value in SQL[:8] + HTML[:8]:
        made = device.Device(env)
        session = made.session()
        session.msg = 1
        text = sub(messages.package1(made.id, session.session),
                   'VMware, Inc.', escape(value))
        session.post(text)
        messages.SyncML(session.answer)
        assert made.row('manufacturer') == value


def test_session_and_message_ids(env):
    """T24 SQL in SessionID, MsgID, CmdID, MsgRef, CmdRef and Cmd."""
    made = device.Device(env)
    shape = catalogue(env)
    endpoint = endpoints.Management(env)
    for value in SQL:
        for name in ('SessionID', 'MsgID'):
            answer = endpoint.send(element(
                endpoint.text, name, escape(value[:32])))
            assert endpoint.outcome(answer) in ('200', '400')
    session = made.session()
    session.first()
    for value in SQL:
        session.next(status(1, session.reply.msg, 0, 'SyncHdr', 200) + status(
            escape(value[:32]), escape(value[:32]), escape(value[:32]),
            escape(value[:8]),
            escape(value)))
    assert catalogue(env) == shape
    assert made.row('state') == 'enrolled'


def test_markup_is_never_reflected(env):
    """T25 HTML in every text, in the query and in the path: no answer
    is HTML and what is echoed is escaped text."""
    for value in HTML:
        for endpoint in endpoints.soap_endpoints(env):
            text = element(endpoint.text, 'a:MessageID', escape(value))
            answer = endpoint.send(text)
            root = parse(answer.body)
            relates = [n.text for n in root.walk() if n.local == 'RelatesTo']
            assert relates in ([value], []), relates
            for node in root.walk():
                assert node.ns and node.local not in (
                    'script', 'img', 'svg', 'html', 'body', 'iframe', 'a')
        conn = client.Connection(env)
        quoted = urllib.parse.quote(value)
        for path in ('/?appru=' + quoted, '/' + quoted,
                     messages.DISCOVERY + '?appru=' + quoted):
            answer = client.answered(conn.request('GET', path))
            assert answer.body == b'' and answer.status in (200, 404), answer
        conn.close()


def test_other_addresses_are_not_reflected(env):
    """T25 a foreign Host, Origin or forwarded host never appears in an
    answer."""
    conn = client.Connection(env)
    for name in ('Host', 'X-Forwarded-Host', 'Origin', 'Referer'):
        headers = [(name, 'evil.example')]
        answer = conn.request('POST', messages.DISCOVERY,
                              messages.discover().encode(), headers,
                              client.SOAP)
        assert b'evil.example' not in answer.body, answer
        assert 'evil.example' not in str(answer.headers), answer


def test_log_lines_cannot_be_forged(env):
    """T28 line breaks, escapes and quotes in what is logged stay inside
    one field of one line."""
    evil = 'x\r\nlevel=info id=1 status=200 user="root" \x7f\u202e\u009b31m'
    endpoint = endpoints.Enrollment(env)
    mark = env.log.mark()
    endpoint.accepts(element(endpoint.text, 'wsse:Username',
                             escape(evil).replace('\r\n', '&#13;&#10;')))
    conn = client.Connection(env)
    conn.request('GET', '/x%22%20level=info%20status=200%20x=%22%c2%9b[31m')
    lines = env.log.wait(mark, 2)
    assert len(lines) == 2, lines
    text = env.log.text(mark)
    for code in '\x1b\x7f\x9b\u202e':
        assert code not in text, repr(code)
    assert [line['status'] for line in lines] == ['500', '404'], lines


# CR, LF, ESC, and what a terminal or a reader of logs takes for them; of
# these XML can hold the first alone.
BREAKS = 'a\r\nlevel=error worker=x status=200 reason="b\u0085\u2028\u202e' \
    '\u009b31m'
RAW = '[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]'
CONTROLS = BREAKS + '\x1b[2J\x1b]0;x\x07\x08\x7f\tz'


def test_breaks_in_every_field(env):
    """T28 CR LF and terminal escapes in each text of each message, in the
    headers, in the path and in the forms: one line for each event, and each
    line is logfmt."""
    coded = escape(BREAKS).replace('\r', '&#13;').replace('\n', '&#10;')
    for endpoint in endpoints.all_endpoints(env):
        mark, count = env.log.mark(), 0
        for name in leaves(endpoint.text):
            if len(re.findall('<%s[ >]' % name, endpoint.text)) > 1:
                continue
            answer = endpoint.send(element(endpoint.text, name, coded))
            assert answer.status in (200, 400, 403, 500), answer
            count += 1
        env.log.wait(mark, count)
        found = [e for e in env.log.events(mark) if 'status' in e]
        assert len(found) == count > 4, (len(found), count)
        assert {e['worker'] for e in found} == {
            endpoint.name if endpoint.name in ('discovery', 'management')
            else 'enrollment'}
        assert not re.search(RAW,
                             env.log.text(mark))


def test_controls_in_every_parameter(env):
    """T28 the same and ESC in each parameter that a front server could hand
    on, and in the fields of the form: no line of the log is broken or
    forged."""
    raw = CONTROLS.encode().decode('latin-1')
    with fastcgi.Pool(env, 'enrollment') as pool:
        good = dict(fastcgi.params(messages.POLICY, b'<x/>', client.SOAP))
        for name in list(good) + ['HTTP_HOST', 'HTTP_USER_AGENT',
                                  'REMOTE_USER', 'SSL_CLIENT_VERIFY',
                                  'SSL_CLIENT_CERT']:
            if name == 'CONTENT_LENGTH':
                continue
            body = b'<x/>' if name != 'REQUEST_METHOD' else b''
            given = dict(good, CONTENT_LENGTH=str(len(body)))
            given[name] = raw
            answer = fastcgi.call(pool.path, list(given.items()), body)
            assert answer.status in (400, 404, 405, 415, 500), (name, answer)
        fields = urllib.parse.urlencode({'username': CONTROLS,
                                         'password': CONTROLS})
        answer = pool.call('/EnrollmentServer/SignIn?appru=ms-app:x', fields,
                           'application/x-www-form-urlencoded')
        assert answer.status == 400, answer
        text = pool.log()
    assert not re.search(RAW, text)
    lines = [stack.logfmt(line) for line in text.split('\n') if line]
    events = [e for e in lines if 'status' in e]
    assert len(events) == len(good) + 5, len(events)
    assert {e['worker'] for e in lines} == {'enrollment'}
    assert all(e['status'] != '200' for e in events), events


def test_long_values_are_cut_in_the_log(env):
    """T28 a log field is capped: no message makes a line of its own
    size."""
    endpoint = endpoints.Enrollment(env)
    mark = env.log.mark()
    endpoint.send(element(endpoint.text, 'wsse:Username', 'u' * 5000))
    client.Connection(env).request('GET', '/' + 'p' * 3000)
    for line in env.log.wait(mark, 2):
        assert all(len(v) <= 300 for v in line.values()), line


NAMED = {'server_name': 'NAME', 'device_name': 'EntDeviceName',
         'help_phone': 'HelpPhoneNumber', 'esp_error_text': 'CustomErrorText'}


def set_all(env, values):
    env.admin('select admin.setting_set(n, v) from unnest(%s, %s::text[])'
              ' t (n, v);' % (stack.quote(list(NAMED)), stack.quote(values)))


def settings_in_the_document(env, values):
    """What a device reads in the places of four settings set to these."""
    set_all(env, values)
    root = device.Device(env).document.root
    read = {n.attr('name'): n.attr('value') for n in root.walk()
            if n.local == 'parm'}
    return [read[n] for n in NAMED.values()]


def test_values_stay_values(env):
    """T37 whatever an administrator's values are, what a device reads after
    parsing is that value and nothing beside it: data of commands alone and in
    a group, in XML and in WBXML, and settings in the provisioning document."""
    values = SQL + HTML + [
        '&', '&amp;', '&#65;', ']]>', '\t \n', ' x ',
        '</Data></Item></Replace><Exec><CmdID>99</CmdID></Exec>',
        '$(whoami)', '`whoami`', "'; Remove-Item C:\\ #", '\U0001f512']
    made = dm_talk.Device(env)
    for wbxml in (False, True):
        if wbxml:       # in which markup is text, and our client sees HTML
            values = [v for v in values if not re.match('<html|<!DOC', v)]
        # As "$(" is written where it is no variable.
        written = [v.replace('$(', '$$(') for v in values]
        env.admin("select admin.enqueue(%s, 'Replace', './Vendor/MSFT/U/A', v)"
                  " from unnest(%s) with ordinality t(v, n) order by n;" % (
                      stack.quote(made.uuid), stack.quote(written)))
        made.syncml(dm_talk.group('Atomic', *[
            dm_talk.out('Replace', ('./Vendor/MSFT/U/A', v))
            for v in written]))
        seen = made.talk(wbxml=wbxml).finish()
        alone = [c.data for c in seen if c.verb == 'Replace']
        grouped = [c.data for g in seen for c in g.children]
        assert {c.verb for c in seen} == {'Replace', 'Atomic'}
        assert alone == values, set(alone) ^ set(values)
        assert grouped == values, set(grouped) ^ set(values)
    values = [v for v in SQL + HTML if len(v) <= 64] + ['&', '&#65;']
    try:
        for at in range(0, len(values) - 3, 4):
            four = values[at:at + 4]
            assert settings_in_the_document(env, four) == four
    finally:
        set_all(env, [None] * 4)


PLANTED = [
    ('fcgi/renew.c', 'snprintf(b, n, "select * from t where a = %s", x);',
     'put together at run time'),
    ('fcgi/renew.c', 'PQexec(conn, text);', 'not of a table of statements'),
    ('fcgi/renew.c', 'PQescapeLiteral(conn, text, n);', 'in a parameter'),
    ('fcgi/renew.c', 'struct db_statement rows[] = {', 'be written to'),
    ('sql/functions/admin.block.sql', "  execute 'select ' || in_name;",
     'EXECUTE'),
    ('sql/functions/admin.block.sql', "  execute format('drop %s', x);",
     'EXECUTE'),
    ('sql/functions/admin.block.sql', "  v := format('%I', in_name);",
     'a name or a literal'),
    ('deploy/demo', 'psql -c "select admin.block($1)"', 'command of psql')]


def test_sql_is_constant(env):
    """T24 no SQL text is put together from values: a gate over the sources,
    which finds each way of doing so when it is planted."""
    gate = os.path.join(stack.ROOT, 'tests', 'lint-sql')
    tree = env.folder.fresh()
    for name in ('common', 'fcgi', 'sql', 'deploy', 'certs'):
        shutil.copytree(os.path.join(stack.ROOT, name),
                        os.path.join(tree, name))

    def judged():
        run = subprocess.run([gate, tree], capture_output=True, text=True,
                             check=False)
        return run.returncode, run.stdout

    assert judged() == (0, 'lint-sql: clean\n'), judged()
    for name, line, wanted in PLANTED:
        path = os.path.join(tree, name)
        with open(path, encoding='utf-8') as file:
            before = file.read()
        with open(path, 'a', encoding='utf-8') as file:
            file.write(line + '\n')
        status, text = judged()
        assert status == 1 and wanted in text and name in text, (line, text)
        assert text.count('lint-sql: ') == 1, text
        with open(path, 'w', encoding='utf-8') as file:
            file.write(before)
