# SPDX-License-Identifier: ISC
"""The sign-in page, from discovery to the certificate; and what it refuses."""

import base64
import hashlib
import re
import urllib.parse
from xml.sax.saxutils import escape

import client
import device
import messages
import pages
import stack
import test_tokens
from messages import fault, sub
from pages import APPRU, DOMAIN, PASSWORD, USER, page, query, token_of
from payloads import HTML
from postgres import Away
from test_authentication import throttled
from test_outage import until

EVIL = HTML[20]


def discovered(env, email, policies=None):
    answer = client.answered(client.Connection(env).request(
        'POST', messages.DISCOVERY,
        messages.discover(email=email, policies=policies).encode(),
        kind=client.SOAP))
    _, body = messages.envelope(answer)
    found = body.one('DiscoverResponse').one('DiscoverResult')
    return {c.local: c.text for c in found.children}


def with_token(token):
    """The change of a captured message that puts the token in."""
    return lambda text: test_tokens.with_token(
        text, test_tokens.binary_token(test_tokens.encoded(token)))


def refused(env, answer, status, reason, mark):
    """A page without a form, and the reason in the log."""
    found = page(answer)
    assert found.status == status, answer
    assert not found.all('form') and not found.all('script'), answer
    line, = env.log.wait(mark, 1)
    assert reason in line['reason'], line
    assert line['status'] == str(status), line
    return found


def test_federated_from_discovery_to_a_session(env):
    """S2.14 S2.16 S4.8 S4.9 S4.10 S4.11 S4.12 S1.6 discovery names the page;
    it gives a token, which opens policy and enrollment; the device comes back
    with its certificate."""
    with pages.domain(env):
        found = discovered(env, 'Pat@FED.test')
        assert found['AuthPolicy'] == 'Federated', found
        url = found['AuthenticationServiceUrl']
        assert url == env.base + pages.SIGN_IN, url
        path = urllib.parse.urlsplit(url).path + '?' + urllib.parse.urlencode(
            {'appru': APPRU, 'login_hint': USER})
        form = page(pages.ask(env, path))
        assert form.fields == {'username': USER, 'password': ''}, form.fields
        assert form.action() is None        # to where it came from
        token = token_of(pages.sign_in(env, path=path))
        answer = test_tokens.ask(env, with_token(token)(messages.policy()),
                                 messages.POLICY)
        assert answer.status == 200, answer
        made = device.Device(env, change=with_token(token))
        assert made.row('upn') == USER
        made.session().finish()
        assert made.row('state') == 'enrolled'


def test_token_is_for_one_device_and_ten_minutes(env):
    """T6 T26 the token is bound to the user who signed in, opens one
    enrollment, and none after ten minutes; its hash alone is stored."""
    with pages.domain(env):
        token = token_of(pages.sign_in(env))
        assert re.fullmatch(r'fenestra-[\w-]{43}', token), token
        rows = env.sql(
            'select upn, credential, uses, extract(epoch from expires_at -'
            ' created_at)::int from mdm.token where sha256 = %s;'
            % stack.quote(hashlib.sha256(token.encode()).digest()))
        assert rows == [[USER, 'federated', '1', '600']], rows
        device.Device(env, change=with_token(token))
        mark = env.log.mark()
        markup = test_tokens.binary_token(test_tokens.encoded(token))
        test_tokens.wanted(
            env, test_tokens.ask(env, test_tokens.request(markup)),
            's:Authorization', 'used up', mark)
        late = token_of(pages.sign_in(env))
        env.sql("update mdm.token set expires_at = now() where sha256 = %s;"
                % stack.quote(hashlib.sha256(late.encode()).digest()))
        markup = test_tokens.binary_token(test_tokens.encoded(late))
        mark = env.log.mark()
        test_tokens.wanted(
            env, test_tokens.ask(env, test_tokens.request(markup)),
            's:Authorization', 'expired', mark)
        assert token != late


def test_discovery_by_domain(env):
    """S2.14 S2.15 S2.16 which domain has the page is a row of admin.way; of
    what is served one that was offered is answered."""
    assert discovered(env, USER)['AuthPolicy'] == 'OnPremise'
    with pages.domain(env):
        assert discovered(env, 'jo@other.test')['AuthPolicy'] == 'OnPremise'
        found = discovered(env, USER, ['OnPremise'])
        assert found['AuthPolicy'] == 'OnPremise'
        assert 'AuthenticationServiceUrl' not in found
        assert discovered(env, USER, ['Federated'])['AuthPolicy'] \
            == 'Federated'
        env.call('way_set', 'password', DOMAIN, False)
        try:
            answer = client.Connection(env).request(
                'POST', messages.DISCOVERY, messages.discover(
                    email=USER, policies=['OnPremise']).encode(),
                kind=client.SOAP)
            found = fault(answer, 's:EnrollmentServer')
            assert found.kind == 'NotSupported', answer
            # No message takes the password any more, but the page does.
            fault(test_tokens.ask(env, messages.policy(USER, escape(PASSWORD)),
                                  messages.POLICY), 's:Authentication')
            token_of(pages.sign_in(env))
        finally:
            env.call('way_remove', 'password', DOMAIN)


def test_discovery_where_tokens_alone_are_open(env):
    """S1.1 S1.2 where neither page nor password is open, but tokens are, a
    client that brings one is answered what it offers: Federated, where the
    token is its own already, or else OnPremise, where it is the password;
    with the token it enrolls either way. Without tokens it is refused."""
    name = 'bulk@tokens.test'
    env.call('way_set', 'password', 'tokens.test', False)
    try:
        for offers, policy in ((None, 'Federated'),
                               (['Federated'], 'Federated'),
                               (['OnPremise'], 'OnPremise'),
                               (['Certificate', 'OnPremise'], 'OnPremise')):
            found = discovered(env, name, offers)
            assert found['AuthPolicy'] == policy, (offers, found)
            secret = test_tokens.create(env, owner=name)
            if policy == 'Federated':
                made = device.Device(env, change=with_token(secret))
            else:
                made = device.Device(env, upn=name, password=secret)
            assert made.row('upn') == name
        env.call('way_set', 'token', 'tokens.test', False)
        answer = client.Connection(env).request(
            'POST', messages.DISCOVERY,
            messages.discover(email=name).encode(), kind=client.SOAP)
        assert fault(answer, 's:EnrollmentServer').kind == 'NotSupported'
    finally:
        for way in ('password', 'token'):
            if env.admin('select 1 from admin.way where credential = %s and'
                         " domain = 'tokens.test';" % stack.quote(way)):
                env.call('way_remove', way, 'tokens.test')


def test_appru_is_of_an_app(env):
    """T26 the token goes to ms-app: and nowhere else: any other appru, none,
    or two have no form, for GET and POST."""
    with pages.domain(env):
        for appru in ('https://evil.test/', '//evil.test', 'http://x',
                      'javascript:alert(1)', 'data:text/html,x', 'ms-app',
                      'ms-appx://x', ' ms-app://x', 'ms-app:', '',
                      'ms-app://x\r\nSet-Cookie: a=b', 'ms-app://x\0',
                      'ms-app://' + 'x' * 1100, None):
            for fields in (None, {'username': USER, 'password': PASSWORD}):
                mark = env.log.mark()
                answer = pages.ask(env, query(appru), fields)
                if not answer.body:     # lighttpd takes no control bytes
                    assert answer.status == 400 and '\0' in appru + '\0'
                    continue
                refused(env, answer, 400, '', mark)
                assert b'evil' not in answer.body, answer
        mark = env.log.mark()
        refused(env, pages.ask(env, query() + '&appru=ms-app://x'), 400,
                'a field twice', mark)
        for appru in ('ms-app://s-1-15-2-1/?a=b&c=d', 'ms-app:x'):
            found = pages.sign_in(env, path=query(appru))
            assert found.action() == appru, found.action()


def test_nothing_is_reflected_as_markup(env):
    """T25 whatever a client sends is text or a value: a page that is read by
    a parser has no element or attribute more than without it, no script and
    no handler, and its policy forbids them."""
    with pages.domain(env):
        plain = page(pages.ask(env, query(login_hint='x')))
        shape = [(n, sorted(a)) for n, a, _ in plain.elements]
        landing = page(pages.ask(env, '/enroll?username=x'))
        linked = [(n, sorted(a)) for n, a, _ in landing.elements]
        links = env.admin('select admin.enrollment_link(v) from unnest(%s) with'
                          ' ordinality t (v, n) order by n;'
                          % stack.quote(HTML))
        for text, (wanted,) in zip(HTML, links):
            found = page(pages.ask(env, query(login_hint=text)))
            assert [(n, sorted(a)) for n, a, _ in found.elements] == shape
            assert found.fields['username'] == text
            found = pages.sign_in(env, text, text)
            assert found.problem() and found.fields['username'] == text
            assert not found.all('script')
            assert found.policy()['form-action'] == ["'self'"]
            found = page(pages.ask(env, '/enroll?' + urllib.parse.urlencode(
                {'username': text})))
            assert [(n, sorted(a)) for n, a, _ in found.elements] == linked
            (link, _), = found.all('a')
            assert link['href'] == wanted, link
        for name, value in (('server_name', EVIL), ('page_help', EVIL),
                            ('page_user', EVIL)):
            before = env.setting(name, value)
            try:
                found = page(pages.ask(env, query()))
                assert EVIL in ''.join(t for _, _, t in found.elements)
                assert not found.all('script')
            finally:
                env.setting(name, before)


def test_markup_as_appru(env):
    """T25 T26 markup as the address of the app, alone or behind ms-app:, is
    refused, or is the value of one attribute and no more."""
    with pages.domain(env):
        plain = page(pages.ask(env, query()))
        shape = [(n, sorted(a)) for n, a, _ in plain.elements]
        taken = 0
        for text in HTML:
            if not text.startswith('ms-app:'):
                mark = env.log.mark()
                refused(env, pages.ask(env, query(text)), 400, 'appru', mark)
            answer = pages.ask(env, query('ms-app://x/' + text))
            found = page(answer)
            assert not found.all('script'), answer
            if found.status == 400:
                assert not found.all('form'), answer
                continue
            taken += 1
            assert [(n, sorted(a)) for n, a, _ in found.elements] == shape
            done = pages.sign_in(env, path=query('ms-app://x/' + text))
            assert done.action() == 'ms-app://x/' + text, done.action()
            (_, script), = done.all('script')
            assert script == 'document.forms[0].submit()', script
        assert taken > 0


def test_forms_that_are_none(env):
    """T21 T23 a broken form, another type, control characters and too much
    are refused with their reason; nobody is tried with them."""
    with pages.domain(env), throttled(env, user=1):
        for body, status, reason in (
                (b'username=%', 400, 'a broken escape'),
                (b'username=%zz', 400, 'a broken escape'),
                (b'username=%00', 400, 'not text'),
                (b'password=a%00b', 400, 'not text'),
                (b'username=%ff', 400, 'not text'),
                (b'username=%c0%af', 400, 'not text'),
                (b'username=a%0d%0aX', 400, 'more than one line'),
                (b'username=a&username=b', 400, 'a field twice'),
                (b'username=' + b'a' * 257, 400, 'too long'),
                (b'&a=1' * 40, 400, 'too many')):
            mark = env.log.mark()
            refused(env, pages.ask(env, query(), body), status, reason, mark)
        for kind in ('text/plain', 'multipart/form-data; boundary=x',
                     'application/json'):
            mark = env.log.mark()
            refused(env, pages.ask(env, query(), b'username=a', kind=kind),
                    415, 'Content-Type', mark)
        assert env.sql('select count(*) from mdm.throttle;') == [['0']]


def test_wrong_password(env):
    """T7 T8 T28 a wrong password and an unknown user get the same page; an
    empty field is not tried. The log has the reason and never the
    password."""
    with pages.domain(env), throttled(env, user=0, source=0, overall=0):
        seen = []
        for name in (USER, 'nobody@' + DOMAIN, 'jo@elsewhere.test'):
            mark = env.log.mark()
            found = pages.sign_in(env, name, 'c4nary-wrong')
            assert found.status == 200 and 'wrong' in found.problem()
            line, = env.log.wait(mark, 1)
            assert line['reason'] == 'unknown user or wrong password', line
            assert line['fault'] == 's:Authentication', line
            seen.append(found.answer.body.replace(name.encode(), b''))
        assert len(set(seen)) == 1
        for fields in ({}, {'username': USER}, {'password': PASSWORD},
                       {'username': '', 'password': PASSWORD},
                       {'username': USER, 'password': ''}):
            found = page(pages.ask(env, query(), fields))
            assert 'Enter your' in found.problem(), found.answer
        assert 'c4nary' not in env.log.text()


def test_guesses_are_throttled(env):
    """T7 after some failures the page asks to wait, for a right password as
    well, and counts with the messages: it is one throttle."""
    with pages.domain(env), throttled(env, user=2):
        assert 'wrong' in pages.sign_in(env, password='no').problem()
        fault(test_tokens.ask(env, messages.policy(USER, 'no'),
                              messages.POLICY), 's:Authentication')
        mark = env.log.mark()
        found = pages.sign_in(env)
        assert 'Wait' in found.problem(), found.problem()
        line, = env.log.wait(mark, 1)
        assert line['reason'].startswith('throttled by user'), line


def test_terms_of_use(env):
    """S2.16 terms of use come after the password, with a ticket instead of a
    token; who accepts them is recorded with version and time, and not asked
    again. Another version is."""
    text = 'First & <b>foremost</b>.\n\nSecond.'
    with pages.domain(env), pages.terms(env, 'v-1', text):
        found = pages.sign_in(env)
        assert found.title().startswith('Terms of use'), found.title()
        assert 'wresult' not in found.fields
        assert found.fields['accept'] == 'v-1'
        assert [t for _, t in found.all('p')][-2:] == text.split('\n\n')
        ticket = found.fields['ticket']
        before = env.value('select now();')
        for accept in ({}, {'accept': 'v-0'}, {'accept': ''}):
            again = page(pages.ask(env, query(), {'ticket': ticket, **accept}))
            assert 'Accept' in again.problem(), again.problem()
            assert again.fields['ticket'] == ticket
        done = page(pages.ask(env, query(), {'ticket': ticket,
                                             'accept': 'v-1'}))
        token_of(done)
        rows = env.admin(
            'select upn, version, source, accepted_at between %s and now()'
            ' from admin.terms_acceptance where version = %s;'
            % (stack.quote(before), stack.quote('v-1')))
        assert rows == [[USER, 'v-1', '127.0.0.1', 't']], rows
        mark = env.log.mark()
        refused(env, pages.ask(env, query(), {'ticket': ticket,
                                              'accept': 'v-1'}),
                404, 'no such ticket', mark)
        token_of(pages.sign_in(env))
        with pages.terms(env, 'v-2', 'Third.'):
            assert pages.sign_in(env).fields['accept'] == 'v-2'


def test_tickets(env):
    """T26 T36 a ticket is as good as its ten minutes, cannot be guessed, and
    is no token."""
    with pages.domain(env), pages.terms(env, 'v-3', 'Terms.'):
        ticket = pages.sign_in(env).fields['ticket']
        for guess in ('', 'x', ticket[:-1], ticket + 'x', ticket.lower()):
            mark = env.log.mark()
            refused(env, pages.ask(env, query(), {'ticket': guess,
                                                  'accept': 'v-3'}),
                    404, 'no such ticket', mark)
        markup = test_tokens.binary_token(test_tokens.encoded(ticket))
        fault(test_tokens.ask(env, test_tokens.request(markup)),
              's:Authentication')
        env.sql("update mdm.page_ticket set expires_at = now();")
        mark = env.log.mark()
        refused(env, pages.ask(env, query(), {'ticket': ticket,
                                              'accept': 'v-3'}),
                404, 'no such ticket', mark)
        seen = {pages.sign_in(env).fields['ticket'] for _ in range(5)}
        assert len(seen) == 5


def test_no_way_by_the_page(env):
    """S2.16 where the page is not the way in for a domain, its passwords are
    not taken there either."""
    env.user(USER, PASSWORD)
    assert 'wrong' in pages.sign_in(env).problem()


def test_secrets_stay_secret(env):
    """T29 T31 password, ticket and token are in no log, and in no table."""
    with pages.domain(env), pages.terms(env, 'v-4', 'Terms.'):
        ticket = pages.sign_in(env).fields['ticket']
        token = token_of(page(pages.ask(env, query(), {
            'ticket': ticket, 'accept': 'v-4'})))
        device.Device(env, change=with_token(token))
        secrets = [PASSWORD, urllib.parse.quote_plus(PASSWORD), ticket, token,
                   base64.b64encode(token.encode()).decode()]
        log = env.log.text()
        assert not [s for s in secrets if s in log]
        assert not env.stored(secrets), env.stored(secrets)


def test_paths_and_methods(env):
    """S4.3 T41 the pages are found in any letter case; other methods are
    refused."""
    conn = client.Connection(env)
    for path in ('/enrollmentserver/signin?appru=ms-app:x', '/ENROLL',
                 '/Enroll'):
        assert page(conn.request('GET', path)).status == 200, path
    for path, allow in ((query(), 'GET, POST'), ('/enroll', 'GET')):
        for method in ('PUT', 'DELETE', 'PATCH'):
            answer = client.answered(conn.request(method, path, b''))
            assert answer.status == 405, answer
            assert answer.header('Allow') == allow, answer
    for path in ('/enroll/', '/enroll.html', '/EnrollmentServer/SignIn/x',
                 '/EnrollmentServer/SignIn.svc', '/SignIn'):
        answer = client.answered(conn.request('GET', path))
        assert answer.status == 404 and not answer.body, answer


def test_remote_user_is_no_header(env):
    """T5 no header makes anybody: with remote_user on, and a front server
    that says nothing, there is no form at all."""
    with pages.domain(env):
        before = env.setting('remote_user', 'on')
        try:
            for name in ('Remote-User', 'REMOTE_USER', 'X-Remote-User',
                         'Http-Remote-User', 'Auth-User', 'Authorization'):
                mark = env.log.mark()
                answer = pages.ask(env, query(), headers=((name, USER),))
                refused(env, answer, 403, 'gave no REMOTE_USER', mark)
            mark = env.log.mark()
            refused(env, pages.ask(env, query(), {
                'username': USER, 'password': PASSWORD}), 403,
                'gave no REMOTE_USER', mark)
        finally:
            env.setting('remote_user', before)


def test_link_and_code(env):
    """S4.1 S4.2 /enroll has the link that opens Windows' own enrollment, the
    same that admin.enrollment_link gives, and its code as a picture."""
    for name in (None, USER):
        path = '/enroll' + ('?username=' + name if name else '')
        found = page(pages.ask(env, path))
        (link, _), = found.all('a')
        assert link['href'] == env.call('enrollment_link', name), link
        parts = urllib.parse.parse_qs(link['href'].partition('?')[2])
        assert parts['mode'] == ['mdm'] and parts['servername'] == [env.base]
        assert parts.get('username', [None]) == [name]
        (picture, _), = found.all('svg')
        assert picture['role'] == 'img' and picture['aria-label']
        (path, _), = found.all('path')
        assert re.fullmatch(r'(M\d+ \d+h\d+v1h-\d+z)+', path['d'])
        assert not found.all('form') and not found.all('script')
    mark = env.log.mark()
    refused(env, pages.ask(env, '/enroll?username=' + 'a' * 257), 400,
            'too long', mark)


def test_while_the_database_is_away(env):
    """D2-9 without a database the page is a line of text and 503; nothing of
    what was sent is in it."""
    with Away(env):
        for fields in (None, {'username': USER, 'password': PASSWORD}):
            answer = client.answered(pages.ask(env, query(), fields))
            assert answer.status == 503, answer
            assert answer.header('Content-Type') == 'text/plain', answer
            assert answer.header('Retry-After') == '5', answer
            assert b'later' in answer.body and b'pat' not in answer.body
    until(lambda: pages.ask(env, query()).status == 200, 'the page is back')
