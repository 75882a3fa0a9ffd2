# SPDX-License-Identifier: ISC
"""The database away, restarted or locked; workers killed; and after it all
goes on without anybody's help."""

import os
import signal
import subprocess
import time

import client
import device
import endpoints
import messages
import stack
from messages import fault
from postgres import Away

PATIENCE = 60


def until(check, what):
    """Waits for check() to be true: generous, only a bound."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if check():
            return
        time.sleep(0.1)
    raise AssertionError('not within %d s: %s' % (PATIENCE, what))


def served(endpoint):
    """Whether a worker serves; until one does, the front server has an
    error of its own, which is not HTML either."""
    try:
        answer = endpoint.ask(endpoint.text)
    except client.Closed:
        return False
    client.not_html(answer)
    if answer.header('Cache-Control') is None:
        assert answer.status in (500, 502, 503), answer
        return False
    if answer.status == 503:
        return False
    return endpoint.outcome(client.answered(answer)) == endpoint.good


def test_database_away(env):
    """D2-9 D2-11 T3 every endpoint answers 503 with Retry-After while the
    database is away, what needs none goes on, and all is served again
    when it is back, by the same workers."""
    found = endpoints.all_endpoints(env)
    for endpoint in found:
        endpoint.accepts(endpoint.text)
    pids = env.workers()
    with Away(env):
        for _ in range(2):
            for endpoint in found:
                answer = endpoint.send(endpoint.text)
                assert answer.status == 503, answer
                assert int(answer.header('Retry-After')) > 0, answer
                if endpoint.soap:
                    fault(answer, 's:EnrollmentServer', 503)
                else:
                    assert answer.body == b'', answer
        conn = client.Connection(env)
        answer = client.answered(conn.request('GET', messages.DISCOVERY))
        assert answer.status == 200, answer
        assert client.answered(conn.request('GET', '/x')).status == 404
        conn = client.Connection(env, stack.MANAGE)
        answer = client.answered(conn.request(
            'POST', messages.QUERY, messages.package1('x', '1').encode(),
            kind=client.SYNCML))
        assert answer.status == 403, answer
    for endpoint in found:
        until(lambda e=endpoint: served(e), endpoint.name)
    assert pids <= env.workers(), 'a worker was restarted'


def test_bad_input_while_away(env):
    """D2-9 what is no message is refused as such without a database."""
    found = endpoints.soap_endpoints(env)
    with Away(env):
        for endpoint in found:
            answer = endpoint.send('<x')
            assert answer.status in (500, 503), answer
            messages.Fault(answer, answer.status)
    for endpoint in found:
        until(lambda e=endpoint: served(e), endpoint.name)


def test_session_over_a_restart(env):
    """D2-11 D1-I1 PostgreSQL killed and started in the middle of a
    session: the repeat of message 1 has the identical bytes and message 2
    is recorded once."""
    made = device.Device(env)
    ident = made.enqueue('Replace', './Vendor/MSFT/A', 'x')
    session = made.session()
    session.first()
    first = session.answer.body
    with Away(env, 'immediate'):
        assert session.post(session.sent).status == 503
    until(lambda: session.post(session.sent).status == 200, 'repeat')
    assert session.answer.body == first
    session.next(session.answers())
    assert made.command(ident, 'state, attempts') == ['done', '1']


def test_connections_cut(env):
    """D2-10 connections that the server cut while they were idle are
    opened anew within the same request."""
    found = endpoints.all_endpoints(env)
    for endpoint in found:
        for _ in range(4):
            endpoint.accepts(endpoint.text)
        cut = env.sql('select count(pg_terminate_backend(pid)) from'
                      " pg_stat_activity where usename like 'fenestra%';")
        assert int(cut[0][0]) > 0, 'no worker connections to cut'
        for _ in range(4):
            endpoint.accepts(endpoint.text)


CHANGED = """begin;
drop function discovery.setting();
create function discovery.setting() returns table (name text, value %s)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp as $$
begin
  return query select s.name, coalesce(s.value, s.preset)::%s
    from mdm.setting s where 'discovery' = any (s.reader) order by 1;
end $$;
alter function discovery.setting() owner to fenestra_owner;
revoke all on function discovery.setting() from public;
grant execute on function discovery.setting() to fenestra_discovery;
commit;"""


def test_function_changed(env):
    """D2-7 D2-10 a migration gives a function another result type while
    workers have it prepared: they go on within the same request."""
    endpoint = endpoints.all_endpoints(env)[0]
    assert endpoint.name == 'discovery'
    try:
        for kind in ('varchar', 'text'):
            for _ in range(4):
                endpoint.accepts(endpoint.text)
            env.sql(CHANGED % (kind, kind))
            for _ in range(4):
                endpoint.accepts(endpoint.text)
    finally:
        env.sql(CHANGED % ('text', 'text'))


def test_row_is_locked(env):
    """D2-17 a lock that somebody holds for ever: 503, and service when it
    is released."""
    endpoint = endpoints.Management(env)
    endpoint.accepts(endpoint.text)
    with subprocess.Popen(
            ['psql', '-X', '-q', '-A', '-t', '-U', 'postgres', '-d',
             'fenestra'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=env.database(), text=True) as psql:
        psql.stdin.write('begin; lock table mdm.session in access exclusive'
                         " mode; select 'locked';\n")
        psql.stdin.flush()
        assert psql.stdout.readline() == 'locked\n'
        answer = endpoint.send(endpoint.text)
        assert answer.status == 503 and answer.body == b'', answer
        assert answer.header('Retry-After')
        psql.stdin.close()
        psql.wait()
    until(lambda: served(endpoint), 'after the lock')


def test_workers_killed(env):
    """D2-1 D2-3 SIGKILL of every worker: the front server or supervisor
    brings them back and all endpoints serve again."""
    found = endpoints.all_endpoints(env)
    for endpoint in found:
        endpoint.accepts(endpoint.text)
    before = env.workers()
    assert before, 'no workers found'
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    for endpoint in found:
        until(lambda e=endpoint: served(e), endpoint.name)
    assert not before & env.workers()


def test_workers_terminated(env):
    """D2-2 SIGTERM of every worker: they are replaced and all endpoints
    serve again."""
    found = endpoints.all_endpoints(env)
    for endpoint in found:
        endpoint.accepts(endpoint.text)
    before = env.workers()
    for pid in before:
        os.kill(pid, signal.SIGTERM)
    until(lambda: not before & env.workers(), 'they end')
    for endpoint in found:
        until(lambda e=endpoint: served(e), endpoint.name)
