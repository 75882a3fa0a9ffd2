# SPDX-License-Identifier: ISC
"""Passwords: of the accounts and of a directory, and how often they may be
tried."""

import contextlib
import os
import signal
import socket
import threading

import client
import device
import keys
import messages
import slapd
import stack
from messages import fault, policy
from test_outage import until

DOMAIN = 'corp.test'
REFUSED = 's:Authentication'
BROKEN = 's:EnrollmentServer'


def ask(env, text, path=messages.POLICY):
    conn = client.Connection(env)
    answer = client.answered(conn.request(
        'POST', path, text.encode(), kind=client.SOAP))
    conn.close()
    return answer


def escaped(text):
    return text.replace('&', '&amp;').replace('<', '&lt;')


def attempt(env, upn, password):
    """A GetPolicies with this name and password."""
    return ask(env, policy(escaped(upn), escaped(password)))


def attempt_now(env, upn, password):
    """Its status, of whoever answers: the front server, where no worker
    does."""
    conn = client.Connection(env)
    try:
        return conn.request('POST', messages.POLICY,
                            policy(upn, password).encode(),
                            kind=client.SOAP).status
    finally:
        conn.close()


def reason(env, upn, password, subcode=REFUSED):
    """The fault and the reason in the log."""
    mark = env.log.mark()
    found = fault(attempt(env, upn, password), subcode)
    lines = [line for line in env.log.wait(mark, 1)
             if line['id'] == found.trace]
    assert len(lines) == 1, lines
    return found, lines[0]['reason']


def same(*faults):
    """Whether they cannot be told apart, but for the request's id."""
    return len({(f.subcode, f.reason, f.message, f.kind)
                for f in faults}) == 1


@contextlib.contextmanager
def way(env, netbios=None, **options):
    """A directory for the domain, as long as the block lasts."""
    env.admin('select admin.directory_set(in_name => %s, %s);' % (
        stack.quote('tested'), ', '.join(
            'in_%s => %s' % (k, 'true' if v is True else stack.quote(v))
            for k, v in options.items())))
    env.admin('select admin.way_set(%s, %s, in_directory => %s, in_netbios =>'
              ' %s);' % tuple(stack.quote(v) for v in (
                  'password', DOMAIN, 'tested', netbios)))
    try:
        yield
    finally:
        env.call('way_remove', 'password', DOMAIN)
        env.call('directory_remove', 'tested')


def searched(server, kind='ldaps', **options):
    return dict({'uri': server.uri(kind), 'base': slapd.BASE,
                 'ca_file': server.path('tls.pem'),
                 'user_filter': slapd.USER_FILTER,
                 'bind_dn': slapd.SEARCHER,
                 'bind_password_file': server.path('password')}, **options)


@contextlib.contextmanager
def throttled(env, **limits):
    """Limits of the throttle, with nothing counted before or after."""
    env.sql('delete from mdm.throttle;')
    before = {n: env.setting('throttle_' + n, str(v))
              for n, v in limits.items()}
    try:
        yield
    finally:
        for name, value in before.items():
            env.setting('throttle_' + name, value)
        env.sql('delete from mdm.throttle;')


def test_equal_answers(env):
    """T7 an unknown user, a disabled one and a wrong password get the same
    answer; an empty password is never right."""
    env.user('off@' + stack.DOMAIN, 'right')
    env.sql("update mdm.account set enabled = false where name = 'off@%s';"
            % stack.DOMAIN)
    tries = [(messages.UPN, 'wrong'), ('nobody@' + stack.DOMAIN, 'wrong'),
             ('off@' + stack.DOMAIN, 'right'), (messages.UPN, ''),
             ('nobody@nowhere.test', 'x'), ('NOWHERE\\nobody', 'x')]
    found = [reason(env, *t) for t in tries]
    assert same(*[f for f, _ in found])
    assert {why for _, why in found} == {'unknown user or wrong password'}


def test_both_names_of_a_user(env):
    """S2.11 S2.15 user@domain and DOMAIN\\user are one user, in any letter
    case, and the same device of that user."""
    env.user('kim@' + DOMAIN, 'right-one')
    env.admin("select admin.way_set('password', '%s', in_netbios => 'CORP');"
              % DOMAIN)
    try:
        one = device.Device(env, upn='kim@' + DOMAIN, password='right-one')
        two = device.Device(env, upn='Corp\\KIM', password='right-one',
                            device_id=one.id)
        assert one.uuid == two.uuid
        assert one.row('upn') == 'kim@' + DOMAIN
    finally:
        env.call('way_remove', 'password', DOMAIN)


def test_ways_are_rows(env):
    """S2.15 a domain is shut and opened by its row; the others are not
    concerned."""
    env.user('kim@' + DOMAIN, 'right-one')
    assert attempt(env, 'kim@' + DOMAIN, 'right-one').status == 200
    env.call('way_set', 'password', DOMAIN, False)
    found, why = reason(env, 'kim@' + DOMAIN, 'right-one')
    assert why == 'unknown user or wrong password'
    assert same(found, reason(env, 'kim@' + DOMAIN, 'wrong')[0])
    assert attempt(env, messages.UPN, messages.PASSWORD).status == 200
    env.call('way_remove', 'password', DOMAIN)
    assert attempt(env, 'kim@' + DOMAIN, 'right-one').status == 200


def test_directory(env):
    """S2.18 S2.26 S4.10 a directory checks the password of both messages,
    over TLS, StartTLS and a Unix socket, by search and by template."""
    with slapd.Slapd(env) as server:
        ways = [searched(server),
                searched(server, 'ldap', start_tls=True),
                searched(server, 'ldapi', ca_file=None),
                searched(server, group_base=slapd.BASE,
                         group_filter=slapd.GROUP_FILTER),
                {'uri': server.uri('ldaps'),
                 'ca_file': server.path('tls.pem'),
                 'dn_template': 'uid={login},ou=people,' + slapd.BASE,
                 'group_base': 'ou=open,' + slapd.BASE,
                 'group_filter': slapd.GROUP_FILTER}]
        for options in ways:
            with way(env, 'corp', **options):
                for name in ('jo@' + DOMAIN, 'CORP\\jo', 'zoë@' + DOMAIN):
                    answer = attempt(env, name, slapd.PASSWORD)
                    assert answer.status == 200, (options, name, answer)
        with way(env, 'corp', **ways[0]):
            one = device.Device(env, upn='jo@' + DOMAIN,
                                password=slapd.PASSWORD)
            two = device.Device(env, upn='CORP\\JO', device_id=one.id,
                                password=slapd.PASSWORD)
        assert one.uuid == two.uuid
        assert one.row('upn') == 'jo@' + DOMAIN
        assert slapd.PASSWORD not in env.log.text()
        assert slapd.SEARCHER_PASSWORD not in env.log.text()


def test_directory_refuses(env):
    """T7 T24 who is wrong in a directory gets the one answer: password, name,
    group; and names are values, never part of a filter or a DN."""
    with slapd.Slapd(env) as server:
        grouped = searched(server, group_base=slapd.BASE,
                           group_filter=slapd.GROUP_FILTER)
        with way(env, 'corp', **grouped):
            tries = {
                ('jo', 'wrong'): 'Invalid credentials',
                ('nobody', slapd.PASSWORD): 'no such user',
                ('*', slapd.PASSWORD): 'no such user',
                ('j*', slapd.PASSWORD): 'no such user',
                ('jo)(uid=*', slapd.PASSWORD): 'no such user',
                ('jo))(|(uid=*', slapd.PASSWORD): 'no such user',
                ('CORP\\\\6ao', slapd.PASSWORD): 'no such user',
                ('twin', slapd.PASSWORD): 'more than one such user',
                ('eve', slapd.PASSWORD): 'not in the group',
                ('jo', ''): 'the password is empty',
            }
            found = []
            for (login, password), why in tries.items():
                name = login if '\\' in login else login + '@' + DOMAIN
                got = reason(env, name, password)
                assert why in got[1], (login, got[1])
                assert got[1].startswith('directory tested: '), got[1]
                found.append(got[0])
            assert same(*found, reason(env, messages.UPN, 'wrong')[0])
            # A name may be anything that a directory can hold.
            answer = attempt(env, 'o*(d)d\\1@' + DOMAIN, slapd.PASSWORD)
            assert answer.status == 500     # DOMAIN\user comes first
            answer = attempt(env, 'CORP\\o*(d)d\\1', slapd.PASSWORD)
            assert answer.status == 200, answer
        template = {'uri': server.uri('ldapi'),
                    'dn_template': 'uid={login},ou=people,' + slapd.BASE}
        with way(env, **template):
            for login in ('jo,ou=people,%s' % slapd.BASE, 'jo+cn=x', '',
                          'jo,ou=others', '#6a6f'):
                reason(env, login + '@' + DOMAIN, slapd.PASSWORD)
            for login in ('jo', 'comma,name'):
                answer = attempt(env, login + '@' + DOMAIN, slapd.PASSWORD)
                assert answer.status == 200, (login, answer)
        assert not server.was_referred()


def test_directory_password_is_never_empty(env):
    """T7 T8 the server of this test lets everybody in without a password, as
    nobody: it is not asked. An unknown name costs as many binds as a known
    one."""
    with slapd.Slapd(env) as server:
        with way(env, **searched(server)):
            before = server.log().count(b'BIND dn=')
            for login in ('jo', 'nobody'):
                _, why = reason(env, login + '@' + DOMAIN, '')
                assert why == 'directory tested: the password is empty', why
            assert server.log().count(b'BIND dn=') == before
            reason(env, 'nobody@' + DOMAIN, 'x')
            unknown = server.log().count(b'BIND dn=') - before
            reason(env, 'jo@' + DOMAIN, 'x')
            known = server.log().count(b'BIND dn=') - before - unknown
        assert known == unknown > 0, (known, unknown)


def test_directory_fails(env):
    """D2-18 a directory that is away, silent, or not the one it should
    be is a failure of the server, which no user is blamed for."""
    with slapd.Slapd(env) as server, socket.create_server(
            ('127.0.0.1', 0)) as silent, throttled(env, user=1):
        port = silent.getsockname()[1]
        away = 'ldaps://127.0.0.1:%d' % slapd.free_port()
        bad = [
            (searched(server, uri=away), "Can't contact LDAP server"),
            (searched(server, ca_file=server.path('other.pem')),
             "Can't contact LDAP server"),
            (searched(server, ca_file='/no/such/file'), 'ca_file'),
            (searched(server, uri=server.uri('ldaps').replace(
                '127.0.0.1', 'localhost')), "Can't contact LDAP server"),
            (searched(server, 'ldap', start_tls=True,
                      ca_file=server.path('other.pem')), 'StartTLS'),
            (searched(server, uri='ldaps://127.0.0.1:%d' % port, timeout=1),
             "Can't contact LDAP server"),
            (searched(server, uri='ldap://127.0.0.1:%d' % port, timeout=1,
                      start_tls=True), 'StartTLS'),
            (searched(server, bind_dn='cn=no,' + slapd.BASE), 'bind_dn'),
            (searched(server, bind_password_file='/no/such/file'),
             'bind_password_file'),
            (searched(server,
                      bind_password_file=server.path('open-password')),
             'bind_password_file'),
            (searched(server, user_filter='(&(uid={login})'), 'search'),
            (searched(server, user_filter='(uid={login}{x})'), 'unknown word'),
            (searched(server, group_base=slapd.BASE,
                      group_filter='(member={dn)'), 'unknown word'),
        ]
        for options, wanted in bad:
            with way(env, **options):
                _, why = reason(env, 'jo@' + DOMAIN, slapd.PASSWORD, BROKEN)
                assert wanted in why, (wanted, why)
        assert env.sql('select count(*) from mdm.throttle;') == [['0']]
        with way(env, **searched(server)):
            answer = attempt(env, 'jo@' + DOMAIN, slapd.PASSWORD)
            assert answer.status == 200, answer


def guess(env, upn, count, reasons):
    """Wrong passwords on one connection; their reasons in the log."""
    mark = env.log.mark()
    conn = client.Connection(env)
    for number in range(count):
        text = policy(upn, 'guess-%d' % number)
        fault(client.answered(conn.request(
            'POST', messages.POLICY, text.encode(), kind=client.SOAP)),
            REFUSED)
    conn.close()
    reasons.extend(line.get('reason', '') for line in env.log.wait(
        mark, count))


def test_guesses_are_throttled(env):
    """T7 of a thousand guesses at once, only a handful are looked at, though
    four workers' worth of clients make them; the answer is the same. Then the
    right password waits too, and is good when the wait is over."""
    upn = 'guessed@' + stack.DOMAIN
    env.user(upn, 'the-right-one')
    with throttled(env, user=5):
        mark = env.log.mark()
        threads = [threading.Thread(target=guess, args=(env, upn, 250, []))
                   for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lines = [r for r in env.log.wait(mark, 1000) if r.get('user') == upn]
        assert len(lines) == 1000, len(lines)
        looked = [r for r in lines
                  if r['reason'] == 'unknown user or wrong password']
        waited = [r for r in lines if 'throttled by user' in r['reason']]
        assert 5 <= len(looked) <= 10, len(looked)
        assert len(looked) + len(waited) == 1000
        found, why = reason(env, upn, 'the-right-one')
        assert why.startswith('throttled by user: '), why
        env.sql('delete from mdm.throttle;')
        assert same(found, reason(env, upn, 'wrong')[0])
        # Nobody else had to wait.
        assert attempt(env, messages.UPN, messages.PASSWORD).status == 200
        env.sql('update mdm.throttle set until = until - 900,'
                ' since = since - 900;')
        assert attempt(env, upn, 'the-right-one').status == 200
        assert env.sql("select count(*) from mdm.throttle where kind ="
                       " 'user';") == [['0']]


def test_throttle_counts_names_that_do_not_exist(env):
    """T7 T8 an unknown name is throttled as a known one is, so that the
    throttle does not tell them apart."""
    with throttled(env, user=3):
        reasons = []
        guess(env, 'unheard@' + stack.DOMAIN, 6, reasons)
        assert [r.startswith('throttled by user') for r in reasons] == \
            [False] * 3 + [True] * 3, reasons


def test_throttle_by_source_and_overall(env):
    """T7 many names from one address, and many failures of all, make wait;
    X-Forwarded-For changes no address."""
    for kind in ('source', 'overall'):
        with throttled(env, **{kind: 4}):
            for number in range(4):
                reason(env, 'name%d@%s' % (number, stack.DOMAIN), 'wrong')
            _, why = reason(env, messages.UPN, messages.PASSWORD)
            assert why.startswith('throttled by %s: ' % kind), why
            conn = client.Connection(env)
            answer = conn.request(
                'POST', messages.POLICY, policy().encode(), kind=client.SOAP,
                headers=[('X-Forwarded-For', '192.0.2.77'),
                         ('Remote-Addr', '192.0.2.77')])
            conn.close()
            fault(answer, REFUSED)
    assert attempt(env, messages.UPN, messages.PASSWORD).status == 200


def test_throttle_survives_the_workers(env):
    """T7 what was counted is in the database: new workers, of which none has
    seen a guess, know it, and let the right password in after the wait."""
    upn = 'patient@' + stack.DOMAIN
    env.user(upn, 'the-right-one')
    with throttled(env, user=2):
        reason(env, upn, 'wrong')
        reason(env, upn, 'wrong')
        old = env.workers('enrollment')
        assert old, 'no workers found'
        for pid in old:
            os.kill(pid, signal.SIGTERM)
        until(lambda: not old & env.workers('enrollment'), 'the old are gone')
        until(lambda: attempt_now(env, messages.UPN, messages.PASSWORD) == 200,
              'there are new ones')
        found, why = reason(env, upn, 'the-right-one')
        assert why.startswith('throttled by user'), why
        assert same(found, reason(env, messages.UPN, 'wrong')[0])
        env.sql('update mdm.throttle set until = until - 900,'
                ' since = since - 900;')
        assert attempt(env, upn, 'the-right-one').status == 200


def test_success_writes_nothing(env):
    """T7 who gets in leaves nothing in the throttle, and devices of a user
    who mistyped once enrol all the same."""
    with throttled(env, user=5, source=50, overall=500):
        device.Device(env)
        assert env.sql('select count(*) from mdm.throttle;') == [['0']]
        reason(env, messages.UPN, 'wrong')
        ident = device.new_id()
        text = messages.enrol(keys.windows_request(keys.POOL.key(), ident),
                              ident)
        assert ask(env, text, messages.ENROLLMENT).status == 200
