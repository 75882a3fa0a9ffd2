# SPDX-License-Identifier: ISC
"""The pages as people have them: in light and dark, on a phone and a desktop,
with the keyboard alone, and with a screen reader."""

import contextlib
import hashlib
import os
import re
import time
import urllib.parse

import stack
import test_terms as entra

APPRU = 'ms-app://windows.immersivecontrolpanel'
DOMAIN = 'pages.test'
USER, PASSWORD = 'page.user@' + DOMAIN, 'right pässword'
TERMS = '\n\n'.join('Paragraph %d. %s' % (n, 'Words that fill a line. ' * 8)
                    for n in range(1, 12))

# The contrast of each piece of text to what is behind it, and of the border
# of each field, as WCAG 2 computes it.
CONTRAST = r'''
const parse = c => {
  const m = c.match(/[\d.]+/g).map(Number);
  return m.length > 3 ? m : [...m, 1];
};
const light = c => {
  const [r, g, b] = c.slice(0, 3).map(v => {
    v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (a, b) => {
  const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
};
const behind = e => {
  for (; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor);
    if (c[3] === 1) return c;
  }
  return [255, 255, 255, 1];
};
const low = [];
for (const e of document.body.querySelectorAll('*')) {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  const s = getComputedStyle(e);
  if (own && e.tagName !== 'SCRIPT' && ratio(parse(s.color), behind(e)) < 4.5)
    low.push(e.tagName + ' ' + s.color);
  if (e.matches('input[type=text],input[type=password]') &&
      ratio(parse(s.borderTopColor), behind(e)) < 3)
    low.push(e.tagName + ' border ' + s.borderTopColor);
}
return low;
'''


def prepare(env):
    env.user(USER, PASSWORD)
    env.call('way_set', 'federated', DOMAIN)


@contextlib.contextmanager
def setting(env, **values):
    before = {n: env.setting(n, v) for n, v in values.items()}
    try:
        yield
    finally:
        for name, value in before.items():
            env.setting(name, value)


@contextlib.contextmanager
def terms(env, version):
    """Terms of use that nobody has accepted."""
    env.sql('delete from mdm.terms_acceptance where version = %s;'
            % stack.quote(version))
    env.call('terms_set', version, TERMS)
    try:
        yield
    finally:
        env.call('terms_set', None)


def sign_in_url(env, hint=None, appru=APPRU):
    query = {'appru': appru}
    if hint:
        query['login_hint'] = hint
    return '%s/EnrollmentServer/SignIn?%s' % (
        env.base, urllib.parse.urlencode(query))


def quiet(browser):
    """No complaint in the console, but that ms-app: is not https:, which it
    makes of each form that goes there."""
    found = [t for t in browser.complaints()
             if "an insecure endpoint '%s'" % APPRU not in t]
    assert not found, found


def eventually(get):
    """The first value of get() that is something."""
    for _ in range(400):
        found = get()
        if found:
            return found
        time.sleep(0.025)
    raise AssertionError('it never came')


def kept(browser):
    """The form that the last page submitted by itself."""
    form = browser.until('return window.kept')
    assert form['method'] == 'post', form
    assert form['action'] == APPRU, form
    (name, token), = form['fields']
    assert name == 'wresult', form
    assert re.fullmatch(r'fenestra-[A-Za-z0-9_-]{43}', token), token
    return token


def known(env, token):
    """The user that the database keeps the hash of a token for."""
    digest = hashlib.sha256(token.encode()).digest()
    rows = env.sql('select upn from mdm.token where sha256 = %s and'
                   " credential = 'federated' and used = 0;"
                   % stack.quote(digest))
    return rows[0][0] if rows else None


def looks(browser, name):
    """What must hold of every page, in both schemes and three widths."""
    for scheme in ('light', 'dark'):
        browser.scheme(scheme)
        ground = browser.run('return getComputedStyle(document.body)'
                             '.backgroundColor')
        bright = sum(map(int, re.findall(r'\d+', ground)[:3])) > 384
        assert bright == (scheme == 'light'), (name, scheme, ground)
        low = browser.run(CONTRAST)
        assert not low, (name, scheme, low)
        for width in (320, 768, 1280):
            browser.width(width)
            wide = browser.run('return document.documentElement.scrollWidth')
            assert wide <= width, (name, scheme, width, wide)
            if os.environ.get('PICTURES'):
                browser.picture('%s/%s-%s-%d.png' % (
                    os.environ['PICTURES'], name, scheme, width))
    browser.width(320)
    small = browser.run(
        'return [...document.querySelectorAll("button,.button,'
        'input[type=text],input[type=password]")].filter(e =>'
        ' e.getBoundingClientRect().height < 44).map(e => e.outerHTML)')
    assert not small, (name, small)
    browser.devtools('Emulation.clearDeviceMetricsOverride')
    reads(browser, name)
    quiet(browser)


def reads(browser, name):
    """A screen reader finds language, title, one heading of level 1, a main
    part, and a name for all that can have the focus."""
    assert browser.run('return document.documentElement.lang'), name
    assert browser.title(), name
    tree = browser.tree()
    levels = [p.get('level') for r, _, p in tree if r == 'heading']
    assert levels.count(1) == 1 and levels[0] == 1, (name, levels)
    assert [r for r, _, _ in tree].count('main') == 1, name
    for role, text, about in tree:
        if about.get('focusable') and role != 'RootWebArea':
            assert text and text.strip(), (name, role, about)
    ids = browser.run('return [...document.querySelectorAll("[id]")]'
                      '.map(e => e.id)')
    assert len(ids) == len(set(ids)), (name, ids)


def test_sign_in_to_token(env, browser):
    """From the link that Windows opens to the form that it takes: user name
    filled in, password, token; the database has its hash for that user."""
    browser.keep_forms()
    browser.open(sign_in_url(env, USER))
    assert browser.run('return username.value') == USER
    assert browser.focus() == 'password'
    browser.fill('#password', PASSWORD)
    browser.click('button')
    assert known(env, kept(browser)) == USER
    quiet(browser)


def test_keyboard_alone(env, browser):
    """Type, Tab, type, Enter; where the focus is can be seen."""
    browser.keep_forms()
    browser.open(sign_in_url(env))
    assert browser.focus() == 'username'
    browser.press(USER, 'Tab')
    assert browser.focus() == 'password'
    outline = browser.run('return getComputedStyle(document.activeElement)'
                          '.outlineStyle')
    assert outline == 'solid', outline
    browser.press('wrong', 'Enter')
    browser.until('return document.getElementById("problem")')
    assert browser.focus() == 'password'
    browser.press(PASSWORD, 'Tab')
    assert browser.focus() == 'button'
    browser.press('Space')
    assert known(env, kept(browser)) == USER
    quiet(browser)


def test_post_leaves_for_windows(env, browser):
    """The browser itself sends the form to ms-app: under the page's own
    Content-Security-Policy; its one complaint is that it does not know the
    scheme, which only Windows does."""
    browser.open(sign_in_url(env, USER))
    browser.left_for('ms-app:')
    browser.fill('#password', PASSWORD)
    browser.click('button')
    found = eventually(lambda: browser.left_for('ms-app:'))
    assert found == [('formSubmissionPost', APPRU)], found
    quiet(browser)


def test_without_script(env, browser):
    """Where no script runs, a button posts the token."""
    browser.open(sign_in_url(env, USER))
    browser.fill('#password', PASSWORD)
    browser.script(False)
    browser.click('button')
    eventually(lambda: browser.title().startswith('Signed in'))
    assert browser.left_for('ms-app:') == []
    browser.press('Enter')          # the button has the focus
    found = eventually(lambda: browser.left_for('ms-app:'))
    assert found == [('formSubmissionPost', APPRU)], found


def test_wrong_password(env, browser):
    """The same page says so, in its title first; the reader is told at once,
    and from the message the field is one step away. An unknown user sees the
    very same."""
    seen = []
    for name in (USER, 'nobody.at.all@' + DOMAIN):
        browser.open(sign_in_url(env))
        browser.fill('#username', name)
        browser.fill('#password', 'wrong')
        browser.click('button')
        browser.until('return document.getElementById("problem")')
        assert browser.title().startswith('There is a problem: ')
        assert 'alert' in [r for r, _, _ in browser.tree()]
        about = [(r, p.get('invalid')) for r, _, p in browser.tree()
                 if r == 'textbox']
        assert about == [('textbox', 'true')] * 2, about
        assert browser.run('return password.value') == ''
        seen.append(browser.run('return document.body.outerHTML')
                    .replace(name, ''))
    assert seen[0] == seen[1]
    looks(browser, 'wrong')
    browser.click('#problem a')
    assert browser.focus() in ('password', 'body')
    assert browser.run('return location.hash') == '#password'


def test_sign_in_looks(env, browser):
    """Light and dark, phone to desktop, labels and headings; with words as
    long as they may be."""
    browser.open(sign_in_url(env, USER))
    names = [n for r, n, _ in browser.tree() if r == 'textbox']
    assert names == ['User name', 'Password'], names
    looks(browser, 'sign-in')
    with setting(env, server_name='W' * 64, page_language='de',
                 page_sign_in_title='Anmelden' * 20,
                 page_help='<b>Hilfe</b> & ' + 'x' * 200):
        browser.open(sign_in_url(env, 'u' * 250))
        looks(browser, 'long')
        assert browser.run('return document.documentElement.lang') == 'de'
        assert browser.run('return document.querySelector("footer").innerText'
                           ).startswith('<b>Hilfe</b> & x')


def test_terms(env, browser):
    """Terms of use come after the password and have to be accepted, once;
    what scrolls can be scrolled with the keyboard."""
    with terms(env, 'browser-1'):
        browser.keep_forms()
        browser.open(sign_in_url(env, USER))
        browser.press(PASSWORD, 'Enter')
        browser.until('return document.getElementById("accept")')
        names = [(r, n) for r, n, _ in browser.tree()
                 if r in ('checkbox', 'region')]
        assert names == [
            ('region', 'Terms of use'),
            ('checkbox', 'I have read these terms and accept them.')], names
        looks(browser, 'terms')
        browser.run('document.activeElement.blur()')
        browser.press('Tab')
        assert browser.run('return document.activeElement.className') \
            == 'terms'
        browser.press('Tab')
        assert browser.focus() == 'accept'
        # The browser itself asks for the tick; without that the server does.
        browser.run('document.forms[0].noValidate = true')
        browser.click('button')
        browser.until('return document.getElementById("problem")')
        looks(browser, 'terms-missing')
        browser.run('accept.focus()')
        browser.press('Space', 'Tab', 'Enter')
        assert known(env, kept(browser)) == USER
        row = env.admin('select upn, version from admin.terms_acceptance'
                        " where version = 'browser-1';")
        assert row == [[USER, 'browser-1']], row
        browser.open(sign_in_url(env, USER))
        browser.press(PASSWORD, 'Enter')
        assert known(env, kept(browser)) == USER


def test_entra_terms(env, browser):
    """The terms of use of a device that joins Entra: two buttons, and from
    the form the way back to Windows, which the page's own policy lets go."""
    with entra.tenant(env, 'browser-2', TERMS) as key:
        jwt = entra.token(key)
        browser.devtools('Network.enable')
        url = env.base + entra.address()
        browser.devtools('Network.setExtraHTTPHeaders', headers={
            'Authorization': 'Bearer ' + jwt})
        browser.open(url)
        browser.devtools('Network.setExtraHTTPHeaders', headers={})
        names = [(r, n) for r, n, _ in browser.tree()
                 if r in ('button', 'region')]
        assert names == [('region', 'Terms of use'), ('button', 'Accept'),
                         ('button', 'Decline')], names
        looks(browser, 'entra-terms')
        browser.click('button[name=accept]')
        found = eventually(lambda: browser.sent_to('ms-appx-web:'))
        assert 'IsAccepted=true&OpaqueBlob=browser-2' in found[0], found
        quiet(browser)


def test_done_looks(env, browser):
    """The last page, for as long as one sees it."""
    browser.keep_forms()
    browser.open(sign_in_url(env, USER))
    browser.press(PASSWORD, 'Enter')
    kept(browser)
    looks(browser, 'done')


def test_bad_link(env, browser):
    """A link with another scheme has no form, and nothing of it runs."""
    for appru in ('https://evil.test/', 'javascript:alert(1)',
                  'ms-app://x"><script>alert(1)</script>',
                  'data:text/html,<script>alert(1)</script>'):
        browser.open(sign_in_url(env, USER, appru))
        assert browser.run('return document.forms.length') == 0, appru
        assert browser.run('return document.scripts.length') == 0, appru
        assert browser.title().startswith('There is a problem'), appru
        assert 'evil' not in browser.run('return document.body.innerHTML')
        browser.complaints()        # that the status is 400
    looks(browser, 'bad-link')


def test_enroll(env, browser):
    """/enroll: a link that opens Windows' enrollment, and its code."""
    browser.open(env.base + '/enroll?' + urllib.parse.urlencode(
        {'username': 'ann"><b>@fenestra.test'}))
    link = browser.run('return document.querySelector("a.button").href')
    assert link == env.call('enrollment_link', 'ann"><b>@fenestra.test'), link
    images = [n for r, n, _ in browser.tree() if r in ('image', 'img')]
    assert images == ['Open enrollment'], images
    looks(browser, 'enroll')


def test_not_in_a_frame(env, browser):
    """No other page can put this one into a frame."""
    browser.open('data:text/html,<iframe src="%s"></iframe>'
                 % sign_in_url(env, USER).replace('&', '&amp;'))
    def inside():
        tree = browser.devtools('Page.getFrameTree')['frameTree']
        return [f['frame']['url'] for f in tree.get('childFrames', [])
                if f['frame']['url'] != 'about:blank']

    found = eventually(inside)
    assert found == ['chrome-error://chromewebdata/'], found
