# SPDX-License-Identifier: ISC
"""Secrets by every way in, and then a look for them: in every log, in the
traces, and in a dump of the database."""

import base64
import contextlib
import os
import re
import secrets
import subprocess
import urllib.parse

import device
import dm_auth
import keys
import messages
import pages
import slapd
import stack
import test_authentication
import test_entra
import test_signin
import test_tokens
from canary import forms, found
from client import SOAP
from dm_talk import Setting
from fastcgi import Pool, with_certificate
from messages import alert
from test_dm_auth import BOTH

DOMAIN = 'canary.test'


def planted(what):
    """Something that is nowhere by chance."""
    return 'canary-%s-%s' % (what, secrets.token_hex(12))


class Traced:
    """Workers that write down everything, with the calls of the tests."""

    def __init__(self, enrollment, management):
        self.enrollment, self.management = enrollment, management

    def soap(self, text, path=messages.ENROLLMENT):
        return self.enrollment.call(path, text, SOAP)

    def page(self, fields):
        return pages.page(self.enrollment.call(
            pages.query(), urllib.parse.urlencode(fields), pages.FORM))

    def manage(self, made, text, *headers):
        named = {'HTTP_' + n.upper().replace('-', '_'): v for n, v in headers}
        return self.management.call(messages.QUERY, text,
                                    **with_certificate(made.cert), **named)

    def log(self):
        return self.enrollment.log() + self.management.log()


@contextlib.contextmanager
def traced(env):
    with Pool(env, 'enrollment', FENESTRA_TRACE='1') as one, \
            Pool(env, 'management', FENESTRA_TRACE='1') as two:
        yield Traced(one, two)


def logs(env, trace):
    """{name: text} of everything that anybody wrote down."""
    folder = os.path.join(env.var, 'log')
    out = {'trace': trace.log()}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), encoding='utf-8',
                  errors='replace') as file:
            out[name] = file.read()
    assert ' status=' in env.log.text(), list(out)
    assert 'Envelope' in out['trace'], out['trace'][:2000]
    return {n: t.lower() for n, t in out.items()}


def dump(env):
    """{table: its rows} of a whole pg_dump; what is no row is at ''."""
    run = subprocess.run(['pg_dump', '-U', 'postgres', 'fenestra'],
                         check=True, capture_output=True, text=True,
                         env=env.database())
    parts = re.split(r'^COPY (\S+) .*?;\n(.*?)^\\\.$', run.stdout,
                     flags=re.M | re.S)
    out = {'': ''.join(parts[::3])}
    out.update(zip(parts[1::3], parts[2::3]))
    assert any(n.startswith('mdm.enrollment') for n in out), list(out)
    return {n: t.lower() for n, t in out.items()}


def absent(planted_ones, places):
    """None of the secrets stands in any of the places."""
    assert planted_ones
    for name, text in places.items():
        for what, secret in planted_ones.items():
            assert not found(secret, text), '%s is in %s' % (what, name)


def everywhere(env, trace, planted_ones):
    absent(planted_ones, logs(env, trace))
    absent(planted_ones, dump(env))


def test_forms(env):
    """T29 the search itself finds a secret in whatever encoding, alone or
    inside something else, in every table."""
    secret = planted('form')
    for pad in ('', 'x', 'xy', 'xyz'):
        text = (pad + secret + pad).encode()
        for form in (text.decode(), text.hex(), text.hex().upper(),
                     urllib.parse.quote_plus(text),
                     base64.b64encode(text).decode(),
                     base64.urlsafe_b64encode(text).decode().rstrip('=')):
            assert found(secret, form.lower()), form
    assert not found(secret, planted('form'))
    other = planted('row')
    env.sql('create table public.canary (a text, b bytea); insert into'
            ' public.canary values (%s, %s);' % (
                stack.quote(secret), stack.quote(other.encode())))
    try:
        tables = dump(env)
        assert found(secret, tables['public.canary'])
        assert found(other, tables['public.canary'])
    finally:
        env.sql('drop table public.canary;')


def enrolled(env, trace, change, **options):
    """A device through the front server and one through traced workers; both
    ask for the policy first."""
    for send in (lambda t, p: test_tokens.ask(env, t, p), trace.soap):
        answer = send(change(messages.policy(**options)), messages.POLICY)
        assert answer.status == 200, answer
    made = device.Device(env, change=change, **options)
    ident = device.new_id()
    text = messages.enrol(keys.windows_request(keys.POOL.key(), ident), ident,
                          **options)
    device.provisioning(trace.soap(change(text)))
    return made


def test_passwords(env):
    """T9 T29 T31 D1-I11 the password of an account and of a directory's user,
    right or wrong, and the one that the worker binds with, are nowhere."""
    known = {n: planted(n) for n in ('account', 'wrong', 'broken')}
    upn = 'jo@' + DOMAIN
    env.user(upn, known['account'])
    assert env.sql("select count(*) from mdm.account where password_hash !~"
                   " '^[$]y[$]';") == [['0']]
    with traced(env) as trace:
        enrolled(env, trace, lambda t: t, upn=upn, password=known['account'])
        for send in (lambda t, p: test_tokens.ask(env, t, p), trace.soap):
            for text in (messages.policy(upn, known['wrong']),
                         messages.policy(upn, known['broken']).replace(
                             '</wsse:Password>', '</wsse:Passwort>'),
                         messages.policy(upn, known['broken'] + '&no;')):
                assert send(text, messages.POLICY).status == 500
        known.update(directory=slapd.PASSWORD, bind=slapd.SEARCHER_PASSWORD)
        with slapd.Slapd(env) as server, test_authentication.way(
                env, **test_authentication.searched(server)):
            name = 'jo@' + test_authentication.DOMAIN
            enrolled(env, trace, lambda t: t, upn=name,
                     password=slapd.PASSWORD)
            trace.soap(messages.policy(name, known['wrong']), messages.POLICY)
            test_tokens.ask(env, messages.policy(name, known['wrong']),
                            messages.POLICY)
        everywhere(env, trace, known)


def test_tokens_of_enrollment(env):
    """T6 T29 T31 D1-I11 an enrollment token, as a token or a password, used up
    or unknown, is nowhere; its hash is in the database."""
    known = {'guess': 'fenestra-' + secrets.token_urlsafe(32)}
    with traced(env) as trace:
        for what, wrap in (('plain', test_tokens.encoded),
                           ('json', lambda t: test_tokens.encoded(
                               '{"payload":{"auth_token":"%s"}}' % t))):
            known[what] = test_tokens.create(env, uses=2)
            enrolled(env, trace, lambda t, c=wrap(known[what]):
                     test_tokens.with_token(t, test_tokens.binary_token(c)))
        known['password'] = test_tokens.create(env, uses=2)
        enrolled(env, trace, lambda t: t, upn='pkg@' + DOMAIN,
                 password=known['password'])
        for token in known.values():    # used up now, or never made
            text = test_tokens.policy(test_tokens.binary_token(
                test_tokens.encoded(token)))
            assert trace.soap(text, messages.POLICY).status == 500
            assert test_tokens.ask(env, text, messages.POLICY).status == 500
        everywhere(env, trace, known)


def test_tokens_of_the_page(env):
    """T26 T29 T31 D1-I11 password, ticket and wresult of the sign-in page are
    nowhere."""
    known = {'password': pages.PASSWORD, 'wrong': planted('page')}
    with traced(env) as trace, pages.domain(env), \
            pages.terms(env, 'v-canary', 'Terms.'):
        page = trace.page({'username': pages.USER,
                           'password': pages.PASSWORD})
        known['ticket'] = page.fields['ticket']
        known['wresult'] = pages.token_of(trace.page(page.fields))
        change = test_signin.with_token(known['wresult'])
        assert trace.soap(change(messages.policy()),
                          messages.POLICY).status == 200
        device.Device(env, change=change)
        known['second'] = pages.token_of(pages.sign_in(env))
        ident = device.new_id()
        device.provisioning(trace.soap(test_signin.with_token(known['second'])(
            messages.enrol(keys.windows_request(keys.POOL.key(), ident),
                           ident))))
        pages.sign_in(env, password=known['wrong'])
        trace.page({'username': pages.USER, 'password': known['wrong']})
        everywhere(env, trace, known)


def test_jwt(env):
    """T1 T29 T31 D1-I11 no JWT is anywhere, nor its signature; good or not."""
    rsa = test_entra.Rsa()
    known = {}
    with traced(env) as trace, test_entra.tenant(env, rsa):
        for what, claims in (('good', {}), ('late', {'exp': 1})):
            jwt = test_entra.token(rsa, test_entra.claims(**claims))
            known[what] = jwt
            known[what + ', its signature'] = jwt.rpartition('.')[2]
        for what in ('good', 'late'):
            for content in (test_tokens.encoded(known[what]), known[what]):
                text = test_tokens.policy(test_tokens.binary_token(
                    content, test_tokens.JWT))
                trace.soap(text, messages.POLICY)
                test_tokens.ask(env, text, messages.POLICY)

        def fresh(text):        # each enrolls one device
            jwt = test_entra.token(rsa, test_entra.claims())
            known['good %d' % len(known)] = jwt
            return test_tokens.with_token(text, test_entra.markup(jwt))

        enrolled(env, trace, fresh)
        everywhere(env, trace, known)


def talked(made, trace):
    """Sessions with credentials of every kind: what was shown in them, and
    the nonce of a traced challenge."""
    account, shown = made.account, {}
    for make in (account.cred, account.basic):
        talk = made.talk()
        talk.begin()
        for step in ('first', 'second'):
            cred = make()
            shown['%s of %s' % (make.__name__, step)] = re.search(
                '<Data>(.*)</Data>', cred).group(1)
            talk.again(cred=cred)
        trace.manage(made, talk.text(dm_auth.dm_talk.package1(made.id), 1,
                                     cred=make(), name=account.name))
    shown['user token'] = planted('AADUserToken')
    extra = alert(9, 1224, 'com.microsoft/MDM/AADUserToken',
                  shown['user token'])
    made.talk().begin(extra)
    reply = dm_auth.dm_talk.Reply(trace.manage(
        made, messages.package1(made.id, '77', extra=extra)))
    body = messages.package1(made.id, '78').encode()
    name, value = account.hmac(body)
    shown['mac'] = value.rpartition('mac=')[2]
    trace.manage(made, body, (name, value))
    return shown, reply.chal[2]


def test_accounts_of_devices(env):
    """T9 T16 T29 T31 D1-I11 the DM secrets of a device are nowhere as they
    are, for the database has them sealed; what is made of them, and nonces
    while they count, are in no log. No view shows the sealed ones."""
    with traced(env) as trace, Setting(env, device_auth=BOTH):
        made = dm_auth.Device(env)
        ident = device.new_id()
        other = dm_auth.Account(device.provisioning(trace.soap(messages.enrol(
            keys.windows_request(keys.POOL.key(), ident), ident))))
        nonces = {'nonce': made.account.nonce,
                  "the server's nonce": made.account.server_nonce}
        shown, nonces['traced nonce'] = talked(made, trace)
        nonces['next nonce'] = made.account.nonce
        kept = {'secret': made.account.secret, 'traced': other.secret,
                "the server's secret": made.account.server_secret,
                "the server's, traced": other.server_secret}
        absent(dict(shown, **nonces, **kept), logs(env, trace))
        tables = dump(env)
        absent(shown, tables)
        absent(kept, tables)
        kept = {'sealed %s' % row[0]: row[0] for row in env.sql(
            'select client_secret from mdm.enrollment where device = %s;'
            % stack.quote(made.uuid))}
        for row in env.sql("select viewname from pg_views where schemaname ="
                           " 'admin';"):
            text = env.sql('select t::text from admin.%s t;' % row[0])
            absent(kept, {row[0]: repr(text).lower()})
        columns = env.sql('select to_jsonb(e) - array[%s] from mdm.enrollment'
                          ' e;' % stack.quote('client_secret'))
        absent(kept, {'enrollment': repr(columns).lower()})
