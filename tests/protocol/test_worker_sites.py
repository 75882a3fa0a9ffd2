# SPDX-License-Identifier: ISC
"""What an administrator may add to the configurations of the front servers,
in the very lines that the site files show: a path before all others, and a
password that is asked for before the sign-in page."""

import base64
import contextlib
import os
import re
import subprocess
import urllib.parse

import canary
import client
import device
import messages
import pages
import stack
import test_signin
import test_tokens
from pages import USER, page, query, token_of
from sites import APACHE, KINDS, LIGHTTPD, Site, load_modules

PREFIX = '/fenestra'
SECRET = canary.plant('password of a module', 'c4nary-basic-xyz')


def shown(folder, begins):
    """The commented lines of a site file that follow this one, usable."""
    with open(os.path.join(folder, 'site.conf'), encoding='utf-8') as file:
        text = file.read()
    found = re.search(r'^#%s.*\n(?:#\S.*\n|#\t.*\n)*' % re.escape(begins),
                      text, re.M)
    assert found, begins
    return ''.join(line[1:] + '\n' for line in found.group(0).splitlines())


def below(kind):
    """The lines that serve all below a path."""
    if kind == 'lighttpd':
        return {'after': shown(LIGHTTPD, 'server.modules += ( "mod_rewrite"')}
    return {'before': load_modules('rewrite') + shown(
        APACHE, 'Define FENESTRA_BASE')}


@contextlib.contextmanager
def settings(env, **values):
    before = {n: env.setting(n, v) for n, v in values.items()}
    try:
        yield
    finally:
        for name, value in before.items():
            env.setting(name, value)


def test_base_path(env):
    """S4.4 S2.12 all of it below a path of the front server's, in any letter
    case: discovery, asked with and without the path, names addresses with it;
    the page, policy, enrollment and management are there, and nothing else
    is; workers never see it."""
    for kind in KINDS:
        with Site(env, kind=kind, **below(kind)) as site, \
                pages.domain(env), settings(
                    env, enrollment_url=site.env.base + PREFIX,
                    management_url='https://%s:%d%s%s' % (
                        stack.MANAGE, site.env.https, PREFIX,
                        messages.MANAGEMENT)):
            everything_below(site.env)


def everything_below(env):
    mark = env.log.mark()
    for env.prefix in ('', PREFIX.upper(), PREFIX):
        found = test_signin.discovered(env, USER)
        assert found['AuthPolicy'] == 'Federated', found
        for name, path in (
                ('EnrollmentPolicyServiceUrl', messages.POLICY),
                ('EnrollmentServiceUrl', messages.ENROLLMENT),
                ('AuthenticationServiceUrl', pages.SIGN_IN)):
            assert found[name] == env.base + PREFIX + path, found
    token = token_of(pages.sign_in(env))
    answer = test_tokens.ask(env, test_signin.with_token(token)(
        messages.policy()), messages.POLICY)
    assert answer.status == 200, answer
    made = device.Device(env, change=test_signin.with_token(token))
    address = [n.attr('value') for n in made.document.root.walk()
               if n.attr('name') == 'ADDR']
    assert address == ['https://%s:%d%s%s' % (
        stack.MANAGE, env.https, PREFIX, messages.MANAGEMENT)], address
    made.session().finish()
    assert made.row('state') == 'enrolled'
    (link, _), = page(pages.ask(env, '/enroll')).all('a')
    assert link['href'].endswith('servername=' + urllib.parse.quote(
        env.base + PREFIX, safe='')), link
    for path in ('/', '', '/EnrollmentServer', '/x', PREFIX + '/enroll'):
        answer = client.answered(pages.ask(env, path))
        assert answer.status == 404 and not answer.body, (path, answer)
    plain = client.Connection(env, plain=True)
    for env.prefix in (PREFIX, ''):
        answer = plain.request('GET', messages.DISCOVERY)
        if answer.status == 302:
            assert answer.header('Location') in (
                env.base + messages.DISCOVERY,
                env.base + PREFIX + messages.DISCOVERY), answer
        assert answer.status == 302 or env.prefix, answer
    plain.close()
    seen = {r['path'] for r in env.log.requests(mark)}
    assert messages.POLICY in seen and pages.SIGN_IN in seen, seen
    assert {p for p in seen if p.startswith(PREFIX)} == {
        PREFIX, PREFIX + '/enroll'}, seen


def asking(env, kind):
    """The lines that have a password asked for, with a file of our own."""
    digest = subprocess.run(
        ['openssl', 'passwd', '-apr1', SECRET], check=True,
        capture_output=True, text=True).stdout.strip()
    path = env.folder.file('htpasswd', '%s:%s\neve@else.test:%s\n' % (
        USER, digest, digest))
    os.chmod(path, 0o644)
    if kind == 'lighttpd':
        where, text = 'before', shown(
            LIGHTTPD, 'server.modules += ( "mod_auth"')
    else:
        where, text = 'after', load_modules(
            'auth_basic', 'authn_core', 'authn_file', 'authz_user') + shown(
                APACHE, '<LocationMatch "(?i)^/EnrollmentServer/SignIn')
    assert '/etc/fenestra/htpasswd' in text, text
    return {where: text.replace('/etc/fenestra/htpasswd', path)}


def basic(user, password=SECRET):
    pair = ('%s:%s' % (user, password)).encode()
    return 'Authorization', 'Basic ' + base64.b64encode(pair).decode()


def test_remote_user_of_a_module(env):
    """S2.16 T5 T26 T29 the front server's own password before the page: who
    knows it has a token, as that user; without it, with another one, or with
    a name in whatever header there is no page; and no other path asks."""
    for kind in KINDS:
        with Site(env, kind=kind, **asking(env, kind)) as site, \
                pages.domain(env), settings(env, remote_user='on'):
            signed_in(site.env)
            assert SECRET not in site.env.log.text()


def signed_in(env):
    for headers in ((), (basic(USER, 'wrong'),), (basic('nobody@x.test'),),
                    (('Remote-User', USER),), (('REMOTE_USER', USER),),
                    (('X-Remote-User', USER), basic(USER, 'no')),
                    (('Authorization', 'Bearer x'),)):
        answer = pages.ask(env, query(), headers=headers)
        assert answer.status == 401 and b'<form' not in answer.body, answer
    answer = pages.ask(env, query().replace('SignIn', 'signIN'))
    assert answer.status == 401, answer
    good = [basic(USER)]
    for extra in ((), (('Remote-User', 'eve@else.test'),),
                  (('REMOTE_USER', 'eve@else.test'),
                   ('Remote_User', 'eve@else.test'))):
        found = page(pages.ask(env, query(), headers=good + list(extra)))
        assert USER in ''.join(t for _, t in found.all('strong')), found.answer
        assert 'eve' not in found.answer.body.decode()
    answer = pages.ask(env, query(), {'ticket': found.fields['ticket']})
    assert answer.status == 401, answer
    token = token_of(page(pages.ask(
        env, query(), {'ticket': found.fields['ticket']}, headers=good)))
    made = device.Device(env, change=test_signin.with_token(token))
    assert made.row('upn') == USER
    made.session().finish()
    # A user of the front server is not yet one who may enroll here.
    found = page(pages.ask(env, query(), headers=[basic('eve@else.test')]))
    assert found.status == 403 and not found.all('form'), found.answer
    assert page(pages.ask(env, '/enroll')).status == 200
