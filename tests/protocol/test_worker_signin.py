# SPDX-License-Identifier: ISC
"""The sign-in page behind a front server that has authenticated the user."""

import contextlib
import urllib.parse

import pages
import stack
import test_signin
from fastcgi import Pool
from pages import APPRU, DOMAIN, PASSWORD, USER, page, query, token_of


@contextlib.contextmanager
def trusting(env, **values):
    """A worker that believes REMOTE_USER."""
    values['remote_user'] = 'on'
    with pages.domain(env), Pool(env, 'enrollment') as pool:
        before = {n: env.setting(n, v) for n, v in values.items()}
        try:
            yield pool
        finally:
            for name, value in before.items():
                env.setting(name, value)


def get(pool, **more):
    return page(pool.call(query(), b'', None, method='GET', **more))


def post(pool, fields, **more):
    body = urllib.parse.urlencode(fields)
    return page(pool.call(query(), body, pages.FORM, **more))


def test_remote_user(env):
    """S2.16 T26 who the front server names chooses a button and has a token;
    the link alone gives none, nor does the ticket to anybody else."""
    with trusting(env) as pool:
        found = get(pool, REMOTE_USER=USER)
        assert set(found.fields) == {'ticket'}, found.fields
        assert USER in ''.join(t for _, t in found.all('strong'))
        ticket = found.fields
        for who, status in (('eve@' + DOMAIN, 404), ('', 403), (None, 403)):
            assert post(pool, ticket, REMOTE_USER=who).status == status, who
        token = token_of(post(pool, ticket, REMOTE_USER=USER))
        test_signin.device.Device(env, change=test_signin.with_token(token))
        assert post(pool, ticket, REMOTE_USER=USER).status == 404


def test_remote_user_names(env):
    """S2.11 user@domain, DOMAIN\\user and, with a setting, user alone."""
    with trusting(env, remote_user_domain=DOMAIN.upper()) as pool:
        env.call('way_set', 'password', DOMAIN, True, None, 'FED')
        try:
            for name in ('pat', 'FED\\pat', 'fed\\pat', 'pat@FED.TEST'):
                found = get(pool, REMOTE_USER=name)
                assert USER in ''.join(t for _, t in found.all('strong'))
            for name in ('jo@elsewhere.test', 'FED\\', '@fed.test',
                         'pat\n@fed.test'):
                found = get(pool, REMOTE_USER=name)
                assert found.status == 403 and not found.all('form'), name
        finally:
            env.call('way_remove', 'password', DOMAIN)


def test_remote_user_is_off(env):
    """T5 without the setting REMOTE_USER counts for nothing; with it a
    password does not, nor a name that stands there twice."""
    with pages.domain(env), Pool(env, 'enrollment') as pool:
        found = get(pool, REMOTE_USER=USER)
        assert found.fields == {'username': '', 'password': ''}, found.fields
    with trusting(env) as pool:
        found = post(pool, {'username': USER, 'password': PASSWORD},
                     REMOTE_USER=USER)
        assert found.status == 404 and not found.all('form')
        found = get(pool, HTTP_REMOTE_USER=USER)
        assert found.status == 403 and not found.all('form')


def test_remote_user_and_terms(env):
    """S2.16 terms of use come in place of the button."""
    with trusting(env) as pool, pages.terms(env, 'v-9', 'Terms.'):
        found = get(pool, REMOTE_USER=USER)
        assert found.fields['accept'] == 'v-9', found.fields
        found = post(pool, {'ticket': found.fields['ticket']},
                     REMOTE_USER=USER)
        assert 'Accept' in found.problem()
        token_of(post(pool, found.fields, REMOTE_USER=USER))
        rows = env.admin('select upn from admin.terms_acceptance where'
                         ' version = %s;' % stack.quote('v-9'))
        assert rows == [[USER]], rows


def test_traced(env):
    """T29 T31 with FENESTRA_TRACE the exchange is printed without password,
    ticket or token."""
    with pages.domain(env), pages.terms(env, 'v-8', 'Terms.'), \
            Pool(env, 'enrollment', FENESTRA_TRACE='1') as pool:
        found = post(pool, {'username': USER,
                            'password': PASSWORD})
        ticket = found.fields['ticket']
        token = token_of(post(pool, found.fields))
        log = pool.log()
        assert 'password=[' in log and 'name="wresult" value="[' in log
        assert APPRU in log
        for secret in (PASSWORD, urllib.parse.quote_plus(PASSWORD), ticket,
                       token):
            assert secret not in log, secret
