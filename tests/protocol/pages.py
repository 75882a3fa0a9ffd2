# SPDX-License-Identifier: ISC
"""The pages for people as a browser without script reads them."""

import contextlib
import html.parser
import urllib.parse

import canary
import client
import stack

SIGN_IN = '/EnrollmentServer/SignIn'
FORM = 'application/x-www-form-urlencoded'
APPRU = 'ms-app://windows.immersivecontrolpanel'
DOMAIN = 'fed.test'
USER = 'pat@' + DOMAIN
PASSWORD = canary.plant('password of the page', 'p\u00e4ss & w%rd+ long')


class Page(html.parser.HTMLParser):
    """What stands in a page: its elements with their attributes, the text of
    each, and the fields of its form."""

    def __init__(self, answer):
        super().__init__()
        self.status, self.answer = answer.status, answer
        self.elements, self.open, self.fields = [], [], {}
        self.feed(answer.body.decode())
        self.close()
        assert not self.open, self.open

    def handle_startendtag(self, tag, attrs):
        self.elements.append([tag, dict(attrs), ''])
        if tag == 'input' and dict(attrs).get('name'):
            self.fields[dict(attrs)['name']] = dict(attrs).get('value', '')

    def handle_starttag(self, tag, attrs):
        names = [n for n, _ in attrs]
        assert len(names) == len(set(names)), attrs
        self.elements.append([tag, dict(attrs), ''])
        self.open.append(self.elements[-1])

    def handle_endtag(self, tag):
        assert self.open and self.open[-1][0] == tag, (tag, self.open)
        self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element[2] += data

    def all(self, tag):
        return [(a, t) for name, a, t in self.elements if name == tag]

    def title(self):
        (_, text), = self.all('title')
        return text

    def problem(self):
        """What the page says is wrong, or None."""
        found = [t for _, a, t in self.elements if a.get('role') == 'alert']
        assert len(found) <= 1
        return found[0] if found else None

    def action(self):
        forms = self.all('form')
        return forms[0][0].get('action') if forms else None

    def policy(self):
        """The Content-Security-Policy as a dictionary."""
        parts = self.answer.header('Content-Security-Policy').split(';')
        return {p.split()[0]: p.split()[1:] for p in parts}


def page(answer, framed=False):
    """An answer that is a page, with all that keeps it to itself; framed:
    but for the frame that Windows has around it."""
    assert not answer.chunked, answer
    assert answer.header('Content-Length') == str(len(answer.body)), answer
    assert answer.header('Content-Type') == 'text/html; charset=utf-8', answer
    assert answer.header('Cache-Control') == 'no-store', answer
    assert answer.header('X-Frame-Options') == (
        None if framed else 'DENY'), answer
    assert answer.header('X-Content-Type-Options') == 'nosniff', answer
    assert answer.header('Referrer-Policy') == 'no-referrer', answer
    assert answer.header('Set-Cookie') is None, answer
    assert answer.body.startswith(b'<!DOCTYPE html>\n<html lang="'), answer
    found = Page(answer)
    csp = found.policy()
    assert csp['default-src'] == csp['base-uri'] == ["'none'"], csp
    assert csp.get('frame-ancestors') == (None if framed else ["'none'"]), csp
    assert not any('unsafe' in s or '*' in s for v in csp.values()
                   for s in v), csp
    for name, attributes, _ in found.elements:
        assert name not in ('img', 'link', 'iframe', 'object'), name
        for attribute in attributes:
            assert not attribute.startswith('on') and attribute != 'style'
    assert len(found.all('h1')) == len(found.all('main')) == 1
    assert found.all('html')[0][0]['lang'] and found.title()
    labels = {a.get('for') for a, _ in found.all('label')}
    for attributes, _ in found.all('input'):
        assert attributes['type'] == 'hidden' or attributes['id'] in labels
    if 'ticket' in found.fields:
        canary.plant('ticket', found.fields['ticket'])
    return found


def query(appru=APPRU, **more):
    found = {} if appru is None else {'appru': appru}
    return SIGN_IN + '?' + urllib.parse.urlencode(dict(found, **more))


def ask(env, path, fields=None, headers=(), kind=FORM):
    """The answer to a GET, or to a POST of these fields."""
    conn = client.Connection(env)
    if fields is None:
        answer = conn.request('GET', path, headers=headers)
    else:
        body = fields if isinstance(fields, bytes) else \
            urllib.parse.urlencode(fields).encode()
        answer = conn.request('POST', path, body, kind=kind, headers=headers)
    conn.close()
    return answer


def sign_in(env, user=USER, password=PASSWORD, path=None):
    return page(ask(env, path or query(),
                    {'username': user, 'password': password}))


def token_of(found):
    """The token in the last page, which goes to where Windows takes it."""
    assert found.status == 200 and found.problem() is None, found.answer
    (form, _), = found.all('form')
    assert form == {'method': 'post', 'action': APPRU}, form
    assert set(found.fields) == {'wresult'}, found.fields
    assert found.policy()['form-action'] == ['ms-app:'], found.policy()
    return canary.plant('token of the page', found.fields['wresult'])


@contextlib.contextmanager
def domain(env):
    """A user of a domain whose way in is the sign-in page."""
    env.user(USER, PASSWORD)
    env.call('way_set', 'federated', DOMAIN)
    try:
        yield
    finally:
        env.call('way_remove', 'federated', DOMAIN)


@contextlib.contextmanager
def terms(env, version, text):
    """Terms of use that nobody has accepted."""
    env.sql('delete from mdm.terms_acceptance where version = %s;'
            ' delete from mdm.terms where version = %s;'
            % (stack.quote(version), stack.quote(version)))
    env.call('terms_set', version, text)
    try:
        yield
    finally:
        env.call('terms_set', None)
