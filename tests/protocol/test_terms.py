# SPDX-License-Identifier: ISC
"""The terms of use of a device that joins Entra: the page that Windows opens
with a token of the tenant, and the address that it is sent back to."""

import contextlib
import urllib.parse
import uuid

import client
import device
import pages
import stack
import test_entra
import test_signin
import test_tokens
from pages import page
from postgres import Away
from test_outage import until

TERMS = '/EnrollmentServer/TermsOfUse'
BACK = 'ms-appx-web://Fenestra/ToUResponse'
USER = 'jo@corp.test'
REQUEST_ID = str(uuid.uuid4())
ACCEPTED = {'IsAccepted': 'true', 'OpaqueBlob': 'e-1'}
DECLINED = {'IsAccepted': 'false'}
UNAUTHORIZED = {'error': 'unauthorized_client',
                'error_description': 'unauthorized user or tenant'}
DENIED = {'error': 'access_denied', 'error_description': 'no such ticket'}


def address(back=BACK, **more):
    """Of the page as Windows has it; None leaves a parameter out."""
    found = {'redirect_uri': back, 'client-request-id': REQUEST_ID,
             'api-version': '1.0'}
    found.update(more)
    return TERMS + '?' + urllib.parse.urlencode(
        {k: v for k, v in found.items() if v is not None})


def ask(env, jwt, path=None, scheme='Bearer'):
    headers = () if jwt is None else (
        ('Authorization', '%s %s' % (scheme, jwt)),)
    return pages.ask(env, path or address(), headers=headers)


def say(env, ticket, path=None, **fields):
    return pages.ask(env, path or address(), dict(fields, ticket=ticket))


def outcome(answer, back=BACK):
    """What the address says that Windows is sent back to."""
    assert answer.status == 302 and not answer.body, answer
    assert not answer.chunked and answer.header('Content-Length') == '0'
    assert answer.header('Cache-Control') == 'no-store', answer
    assert answer.header('Content-Type').startswith('text/plain'), answer
    assert answer.header('Set-Cookie') is None, answer
    where = answer.header('Location')
    assert where.startswith(back + ('&' if '?' in back else '?')), where
    found = urllib.parse.parse_qsl(
        where[len(back) + 1:], strict_parsing=True)
    assert len(found) == len(dict(found)), where
    found = dict(found)
    assert found.pop('client-request-id', None) == REQUEST_ID, where
    return found


def shown(answer):
    """The page, with its buttons by name."""
    found = page(answer, framed=True)
    assert found.status == 200 and found.title().startswith('Terms of use')
    assert found.policy()['form-action'] == [
        "'self'", 'ms-appx-web:', 'ms-aadj-redir:'], found.policy()
    assert found.action() is None       # to where it came from
    assert not found.all('script') and set(found.fields) == {'ticket'}
    found.buttons = {a['name']: a['value'] for a, _ in found.all('button')}
    return found


@contextlib.contextmanager
def tenant(env, version='e-1', text='First & <b>foremost</b>.\n\nSecond.'):
    """Terms that nobody has accepted, and a key that signs tokens."""
    key = test_entra.Rsa()
    with test_entra.tenant(env, key), pages.terms(env, version, text):
        yield key


def token(key, **change):
    return test_entra.token(key, test_entra.claims(**change))


def refused(env, answer, expected, reason, mark):
    assert outcome(answer) == expected, answer
    line, = env.log.wait(mark, 1)
    assert reason in line['reason'], line
    assert line['status'] == '302', line
    assert line['client-request-id'] == REQUEST_ID, line


def test_accept(env):
    """T36 the user of the token accepts: it is recorded with version, time
    and address, Windows is told so, and asks nobody again."""
    with tenant(env) as key:
        mark = env.log.mark()
        found = shown(ask(env, token(key)))
        line, = env.log.wait(mark, 1)
        assert line['user'] == USER and line['status'] == '200', line
        assert line['client-request-id'] == REQUEST_ID, line
        assert USER in found.all('strong')[0][1]
        assert [t for _, t in found.all('p')][-2:] == [
            'First & <b>foremost</b>.', 'Second.']
        assert found.buttons == {'accept': 'e-1', 'decline': '1'}
        ticket = found.fields['ticket']
        for fields in ({}, {'accept': 'e-0'}, {'accept': ''}):
            again = shown(say(env, ticket, **fields))
            assert again.fields['ticket'] == ticket
        before = env.value('select now();')
        mark = env.log.mark()
        assert outcome(say(env, ticket, accept='e-1')) == ACCEPTED
        line, = env.log.wait(mark, 1)
        assert line['user'] == USER and line['level'] == 'info', line
        rows = env.admin(
            'select upn, source, accepted_at between %s and now()'
            " from admin.terms_acceptance where version = 'e-1';"
            % stack.quote(before))
        assert rows == [[USER, '127.0.0.1', 't']], rows
        assert outcome(ask(env, token(key))) == ACCEPTED
        assert shown(ask(env, token(key, upn='al@corp.test')))
        with pages.terms(env, 'e 2'.replace(' ', '&'), 'Third.'):
            found = shown(ask(env, token(key)))
            assert outcome(say(env, found.fields['ticket'],
                               accept='e&2'))['OpaqueBlob'] == 'e&2'


def test_decline(env):
    """T36 the user declines: Windows is told, nothing is recorded but an
    event, and the ticket is over. Where the organization joins the device
    there is no such button."""
    with tenant(env) as key:
        ticket = shown(ask(env, token(key))).fields['ticket']
        assert outcome(say(env, ticket, decline='1')) == DECLINED
        assert env.sql('select count(*) from mdm.terms_acceptance'
                       " where version = 'e-1';") == [['0']]
        row = env.admin("select detail->>'upn', detail->>'version' from"
                        " admin.event where kind = 'terms.declined'"
                        ' order by seq desc limit 1;')
        assert row == [[USER, 'e-1']], row
        mark = env.log.mark()
        refused(env, say(env, ticket, accept='e-1'), DENIED,
                'no such ticket', mark)
        found = shown(ask(env, token(key), address(mode='azureadjoin')))
        assert set(found.buttons) == {'accept'}, found.buttons


def test_without_terms(env):
    """S2.16 where nothing is to be accepted Windows is sent back at once; but
    not without a token that is good."""
    key = test_entra.Rsa()
    with test_entra.tenant(env, key):
        assert outcome(ask(env, token(key))) == {
            'IsAccepted': 'true', 'OpaqueBlob': 'none'}
        assert outcome(ask(env, None)) == UNAUTHORIZED


def test_enrollment_says_what_was_accepted(env):
    """S2.26 what Windows gives back as EnrollmentData is in the event of the
    enrollment, if that user did accept it."""
    with tenant(env) as key:
        ticket = shown(ask(env, token(key))).fields['ticket']
        blob = outcome(say(env, ticket, accept='e-1'))['OpaqueBlob']
        for upn, data, expected in ((USER, blob, 'e-1'),
                                    ('al@corp.test', blob, None),
                                    (USER, 'e-9', None), (USER, None, None)):
            jwt = test_entra.markup(token(key, upn=upn))

            def change(text, jwt=jwt, data=data):
                text = test_tokens.with_token(text, jwt)
                if data is None:
                    return text
                item = '<ac:ContextItem Name="EnrollmentData"><ac:Value>' \
                    '%s</ac:Value></ac:ContextItem>' % data
                first = text.index('<ac:ContextItem')
                return text[:first] + item + text[first:]

            made = device.Device(env, change=change)
            assert made.row('upn') == upn
            found = env.value(
                "select coalesce(detail->>'terms', '-') from admin.event"
                " where kind = 'enrollment.admitted' and device = %s;"
                % stack.quote(made.uuid))
            assert found == (expected or '-'), (upn, data, found)


def test_enrollment_where_terms_are_enforced(env):
    """S2.16 with terms_enforced nobody enrolls with a token of the tenant
    who has not accepted the terms that hold, whatever EnrollmentData says;
    nothing is stored, and after the page it goes on."""
    with tenant(env) as key:
        before = env.setting('terms_enforced', 'true')
        try:
            jwt = test_entra.markup(token(key))
            count = env.value('select count(*) from admin.device;')
            mark = env.log.mark()
            found = test_tokens.wanted(
                env, test_tokens.ask(env, test_tokens.request(jwt)),
                's:Authorization',
                'the user has not accepted the terms of use e-1', mark)
            assert found.kind == 'InvalidEnrollmentData', found.kind
            assert env.value('select count(*) from admin.device;') == count
            ticket = shown(ask(env, token(key))).fields['ticket']
            assert outcome(say(env, ticket, accept='e-1')) == ACCEPTED
            made = device.Device(env, change=lambda t: test_tokens.with_token(
                t, jwt))
            assert made.row('upn') == USER
        finally:
            env.setting('terms_enforced', before)


def test_bearer(env):
    """T1 T2 no token, one that is none, is not signed, has expired, is of
    another tenant or has no way in: Windows is told unauthorized_client, the
    log the reason."""
    other = test_entra.Rsa()
    with tenant(env) as key:
        good = token(key)
        for jwt, scheme, reason in (
                (None, '', 'no Bearer token'),
                (good, 'Basic', 'no Bearer token'),
                ('x', 'Bearer', 'not three parts'),
                (token(other), 'Bearer', 'the signature is wrong'),
                (good[:-10] + 'A' * 10, 'Bearer', 'the signature is wrong'),
                (token(key, exp=1), 'Bearer', 'it has expired'),
                (token(key, aud='https://other.test'), 'Bearer', 'aud'),
                (token(key, tid=str(uuid.uuid4())), 'Bearer', 'tid'),
                (token(key, upn=None), 'Bearer', 'no upn')):
            mark = env.log.mark()
            refused(env, ask(env, jwt, scheme=scheme), UNAUTHORIZED, reason,
                    mark)
        assert shown(ask(env, good, scheme='bearer'))
        env.admin("select admin.way_set('jwt', '*', false);")
        mark = env.log.mark()
        refused(env, ask(env, good), UNAUTHORIZED, 'no way in by jwt', mark)


def test_redirects_lead_to_windows(env):
    """T25 T26 no redirect_uri but of Windows' own schemes: any other, none,
    or two is a page with neither form nor redirect, for GET and POST."""
    with tenant(env) as key:
        for back in ('https://evil.test/', '//evil.test', 'http://x', '/x',
                     'javascript:alert(1)', 'data:text/html,x', 'ms-appx-web',
                     'ms-app://x', 'ms-appx://x', ' ms-appx-web://x', '',
                     'ms-appx-web:', 'xms-appx-web://x', 'ms-aadj-redirs://x',
                     'ms-appx-web://x#y', 'ms-appx-web://x"y',
                     'ms-appx-web://x\r\nSet-Cookie: a=b', 'ms-appx-web://x\\',
                     'ms-appx-web://' + 'x' * 1100, None):
            ticket = shown(ask(env, token(key))).fields['ticket']
            for say_it in (lambda p: ask(env, token(key), p),
                           lambda p, t=ticket: say(env, t, p, accept='e-1')):
                answer = say_it(address(back))
                if not answer.body:     # lighttpd takes no control bytes
                    assert answer.status == 400 and '\r' in back, answer
                    continue
                found = page(answer, framed=True)
                assert found.status == 400, answer
                assert answer.header('Location') is None, answer
                assert not found.all('form') and b'evil' not in answer.body
        assert env.sql('select count(*) from mdm.terms_acceptance'
                       " where version = 'e-1';") == [['0']]
        twice = address() + '&redirect_uri=' + BACK
        assert page(ask(env, token(key), twice), framed=True).status == 400
        for back in ('ms-appx-web://a/b?c=d', 'ms-aadj-redir://auth/x',
                     'MS-APPX-WEB://a'):
            ticket = shown(ask(env, token(key), address(back)))
            found = say(env, ticket.fields['ticket'], address(back),
                        decline='1')
            assert outcome(found, back) == DECLINED


def test_versions_and_ids(env):
    """S2.16 another api-version is told to Windows; an id that is none is
    not given back."""
    with tenant(env) as key:
        for version in ('2.0', '1', '', 'x'):
            mark = env.log.mark()
            refused(env, ask(env, token(key), address(
                **{'api-version': version})), {
                    'error': 'invalid_request',
                    'error_description': 'unsupported version'},
                'unknown api-version', mark)
        assert shown(ask(env, token(key), address(**{'api-version': None})))
        for name in ('x y', 'a&b=c', '"', 'x' * 65, '{a}', None):
            found = ask(env, None, address(**{'client-request-id': name}))
            assert found.status == 302, found
            assert found.header('Location') == BACK + '?' \
                + urllib.parse.urlencode(UNAUTHORIZED,
                                         quote_via=urllib.parse.quote)


def test_tickets(env):
    """T26 T36 a ticket is for one answer and ten minutes, cannot be guessed,
    and is for its own page alone: that of the terms gives no token at the
    sign-in page, and that of the sign-in page accepts nothing here."""
    with tenant(env) as key, pages.domain(env):
        ticket = shown(ask(env, token(key))).fields['ticket']
        for guess in ('', 'x', ticket[:-1], ticket + 'x', ticket.lower()):
            mark = env.log.mark()
            refused(env, say(env, guess, accept='e-1'), DENIED,
                    'no such ticket', mark)
        for fields in ({'accept': 'e-1'}, {}):
            mark = env.log.mark()
            test_signin.refused(
                env, pages.ask(env, pages.query(),
                               dict(fields, ticket=ticket)),
                404, 'no such ticket', mark)
        markup = test_tokens.binary_token(test_tokens.encoded(ticket))
        mark = env.log.mark()
        test_tokens.wanted(env, test_tokens.ask(
            env, test_tokens.request(markup)), 's:Authentication',
            'unknown token', mark)
        theirs = pages.sign_in(env).fields['ticket']
        for fields in ({'accept': 'e-1'}, {'decline': '1'}):
            mark = env.log.mark()
            refused(env, say(env, theirs, **fields), DENIED,
                    'no such ticket', mark)
        pages.token_of(page(pages.ask(env, pages.query(), {
            'ticket': theirs, 'accept': 'e-1'})))
        assert outcome(say(env, ticket, accept='e-1')) == ACCEPTED
        mark = env.log.mark()
        refused(env, say(env, ticket, accept='e-1'), DENIED,
                'no such ticket', mark)
        ticket = shown(ask(env, token(key, upn='bo@corp.test'))).fields[
            'ticket']
        env.sql('update mdm.page_ticket set expires_at = now();')
        mark = env.log.mark()
        refused(env, say(env, ticket, accept='e-1'), DENIED,
                'no such ticket', mark)


def test_forms_that_are_none(env):
    """T21 T23 a broken form, another type, and no ticket are a page that says
    so; other methods are refused."""
    with tenant(env):
        for body, status, kind in (
                (b'', 400, pages.FORM), (b'accept=e-1', 400, pages.FORM),
                (b'ticket=%', 400, pages.FORM),
                (b'ticket=%00', 400, pages.FORM),
                (b'ticket=' + b'x' * 65, 400, pages.FORM),
                (b'ticket=x&ticket=y', 400, pages.FORM),
                (b'ticket=x', 415, 'text/plain')):
            answer = pages.ask(env, address(), body, kind=kind)
            found = page(answer, framed=True)
            assert found.status == status and not found.all('form'), answer
        conn = client.Connection(env)
        for method in ('PUT', 'DELETE', 'PATCH'):
            answer = client.answered(conn.request(method, address(), b''))
            assert answer.status == 405, answer
            assert answer.header('Allow') == 'GET, POST', answer
        answer = conn.request('GET', address().lower().replace(
            BACK.lower(), BACK))
        assert answer.status == 302, answer


def test_secrets_stay_secret(env):
    """T29 T31 neither the tenant's token nor the ticket is in a log or a
    table."""
    with tenant(env) as key:
        jwt = token(key)
        ticket = shown(ask(env, jwt)).fields['ticket']
        secrets = [jwt, jwt.rpartition('.')[2], ticket]
        log = env.log.text()
        assert not [s for s in secrets if s in log]
        assert not env.stored(secrets), env.stored(secrets)


def test_while_the_database_is_away(env):
    """D2-9 without a database Windows is told server_error."""
    with tenant(env) as key:
        jwt = token(key)
        with Away(env):
            for answer in (ask(env, jwt), say(env, 'x', accept='e-1')):
                assert outcome(answer) == {
                    'error': 'server_error',
                    'error_description': 'internal service error'}
                assert answer.header('Retry-After') is None, answer
        until(lambda: ask(env, jwt).status == 200, 'the page is back')
