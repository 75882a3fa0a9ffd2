# SPDX-License-Identifier: ISC
"""What workers ask of the system, as strace sees it: whom they connect to,
and what they open."""

import contextlib
import re

import client
import device
import dm_auth
import dm_talk
import endpoints
import fastcgi
import keys
import messages
import pages
import renewal
import slapd
import stack
import test_authentication
import test_entra
import test_hostile
import test_tokens
from dm_talk import Setting
from fastcgi import with_certificate
from test_renewal import soon

UNIX = re.compile(r'connect\(\d+, \{sa_family=AF_UNIX, sun_path=@?"([^"]*)"')
OTHER = re.compile(r'connect\(\d+, \{sa_family=(?!AF_UNIX)(\w+)(.*?)\}')
SOCKET = re.compile(r'socket\((AF_\w+|PF_\w+)')


class Pool(fastcgi.Pool):
    """A worker and all that it says to the kernel about sockets, and other
    things where it is asked for."""

    def __init__(self, env, program, more=''):
        self.trace = env.folder.fresh('.strace')
        self.wanted = 'socket,connect,bind,listen' + more
        super().__init__(env, program)

    def command(self):
        return ['strace', '-D', '-f', '-qq', '-e',
                'trace=' + self.wanted, '-e',
                'signal=none', '-o', self.trace, *super().command()]

    def calls(self):
        with open(self.trace, encoding='utf-8', errors='replace') as file:
            return file.read()


@contextlib.contextmanager
def traced(env, more=''):
    with Pool(env, 'discovery', more) as one, \
            Pool(env, 'enrollment', more) as two, \
            Pool(env, 'management', more) as three:
        yield {'discovery': one, 'enrollment': two, 'management': three}


def every_message(env, pools):
    """One message at least of every kind that there is."""
    one, two, three = pools.values()
    get = {'method': 'GET', 'kind': None}
    assert one.call(messages.DISCOVERY, b'', **get).status == 200
    assert one.call('/x', b'', **get).status == 404
    for email in (messages.UPN, pages.USER):
        assert one.call(messages.DISCOVERY, messages.discover(email=email),
                        client.SOAP).status == 200
    assert two.call(messages.POLICY, messages.policy(),
                    client.SOAP).status == 200
    assert two.call(messages.POLICY, messages.policy(password='no'),
                    client.SOAP).status == 500
    ident = device.new_id()
    text = messages.enrol(keys.windows_request(keys.POOL.key(), ident), ident)
    document = device.provisioning(two.call(messages.ENROLLMENT, text,
                                            client.SOAP))
    assert document
    token = test_tokens.create(env)
    device.provisioning(two.call(messages.ENROLLMENT, test_tokens.request(
        test_tokens.binary_token(test_tokens.encoded(token))), client.SOAP))
    rsa = test_entra.Rsa()
    with test_entra.tenant(env, rsa):
        jwt = test_entra.token(rsa, test_entra.claims(
            jku='https://192.0.2.1/keys', x5u='https://192.0.2.1/x'),
            jku='https://192.0.2.1/keys')
        assert two.call(messages.POLICY, test_tokens.policy(
            test_entra.markup(jwt)), client.SOAP).status in (200, 500)
    for path in (pages.query(), '/enroll'):
        assert pages.page(two.call(path, b'', **get)).status == 200
    pages.token_of(pages.page(two.call(
        pages.query(), pages.urllib.parse.urlencode(
            {'username': pages.USER, 'password': pages.PASSWORD}),
        pages.FORM)))
    two.call('/EnrollmentServer/TermsOfUse?redirect_uri=https://192.0.2.1/',
             b'', **get)
    with soon(env):
        made = device.Device(env)
        answer = two.call(messages.ENROLLMENT, renewal.good(
            made, keys.POOL.key()), client.SOAP, **with_certificate(made.cert))
        assert answer.status == 200, answer
    manage(env, three)


def manage(env, pool):
    """Sessions with results and alerts, in XML and in WBXML, with a challenge,
    and one that is refused."""
    made = dm_auth.Device(env)
    ident = made.enqueue('Get', './DevDetail/URI/MaxDepth')
    made.enqueue('Replace', './Vendor/MSFT/X', 'https://192.0.2.1/x')
    reply = dm_talk.Reply(pool.call(
        messages.QUERY, messages.package1(made.id, '1', extra=messages.alert(
            9, 1226, 'https://192.0.2.1/', 'x', 'https://192.0.2.1/')),
        **with_certificate(made.cert)))
    body = messages.status(1, 1, 0, 'SyncHdr', 200)
    for number, command in enumerate(reply.commands, 2):
        body += messages.status(number, 1, command.id, command.verb, 200)
    body += messages.results(90, 1, reply.commands[0].id, [
        ('./DevDetail/URI/MaxDepth', 'file:///etc/passwd')])
    assert pool.call(messages.QUERY, messages.message(made.id, '1', 2, body),
                     **with_certificate(made.cert)).status == 200
    assert made.command(ident) == 'done'
    assert pool.call(messages.QUERY, b'<x/>').status == 403
    with Setting(env, device_auth='digest'):
        assert dm_talk.Reply(pool.call(
            messages.QUERY, messages.package1(made.id, '2'),
            **with_certificate(made.cert))).chal


def test_connections(env):
    """T27 over all kinds of messages, with addresses in them wherever one may
    stand, workers connect to the Unix sockets of the database and the signer
    alone, and make no socket of another kind."""
    known = {env.database()['PGHOST'] + '/.s.PGSQL.5432',
             env.env['SIGNER_SOCKET']}
    with pages.domain(env), traced(env) as pools:
        every_message(env, pools)
        texts = {name: pool.calls() for name, pool in pools.items()}
    for name, text in texts.items():
        assert not OTHER.findall(text), (name, OTHER.findall(text))
        wanted = known if name == 'enrollment' else \
            known - {env.env['SIGNER_SOCKET']}
        assert {p for p in UNIX.findall(text)} == wanted, (name, text[:2000])
        assert set(SOCKET.findall(text)) <= {'AF_UNIX'}, (name, text[:2000])
        assert 'bind(' not in text and 'listen(' not in text, name


def test_nothing_is_fetched(env):
    """T19 while a worker refuses documents with a DOCTYPE, entities or
    references to files and addresses, in encodings that hide them too, it
    opens no file and connects to nobody."""
    with traced(env, ',open,openat,openat2,creat,execve') as pools:
        good = endpoints.all_endpoints(env)
        for endpoint in good:
            pool = pools[endpoint.name if endpoint.name in pools
                         else 'enrollment']
            more = with_certificate(endpoint.device.cert) \
                if endpoint.name == 'management' else {}
            kind = client.SOAP if endpoint.soap else client.SYNCML
            answer = pool.call(endpoint.path, endpoint.text, kind, **more)
            assert endpoint.outcome(answer) == endpoint.good, answer
            before = pool.calls()
            assert 'openat(' in before and 'AF_UNIX' in before
            old = test_hostile.value_of(endpoint.text)
            for what, doctype, reference in test_hostile.doctypes(9):
                text = doctype + messages.sub(endpoint.text, old,
                                              old + reference)
                for body in (text.encode(), text.encode('utf-16'),
                             text.encode('utf-7')):
                    answer = pool.call(endpoint.path, body, kind, **more)
                    assert answer.status in (400, 500), (what, answer)
            assert pool.calls() == before, pool.calls()[len(before):]


def test_the_directory_is_the_exception(env):
    """T27 where an administrator has a directory check passwords, the
    enrollment worker connects to the address in that row, whatever a message
    says; nobody else does."""
    with slapd.Slapd(env) as server, traced(env) as pools, \
            test_authentication.way(env, **test_authentication.searched(
                server)):
        for upn in ('jo@corp.test', 'ldap://192.0.2.1/@corp.test',
                    '192.0.2.1\\jo'):
            pools['enrollment'].call(
                messages.POLICY, messages.policy(upn, slapd.PASSWORD),
                client.SOAP)
            pools['discovery'].call(messages.DISCOVERY, messages.discover(
                email=upn), client.SOAP)
        texts = {name: pool.calls() for name, pool in pools.items()}
        port = server.uri('ldaps').rpartition(':')[2].strip('/')
    found = OTHER.findall(texts['enrollment'])
    assert found, texts['enrollment'][:2000]
    for family, rest in found:
        assert family == 'AF_INET', found
        assert 'htons(%s)' % port in rest and '127.0.0.1' in rest, found
    for name in ('discovery', 'management'):
        assert not OTHER.findall(texts[name]), (name, texts[name])
    assert stack.PROGRAMS == tuple(texts)
