# SPDX-License-Identifier: ISC
"""Enrolment tokens: the forms they come in, their uses, their end."""

import base64
import json
import re
import threading

import canary
import client
import device
import keys
import messages
import stack
from messages import PROVISION, WSSE, fault

USER_TOKEN = PROVISION + 'DeviceEnrollmentUserToken'
JWT = 'urn:ietf:params:oauth:token-type:jwt'


def ask(env, text, path=messages.ENROLLMENT):
    conn = client.Connection(env)
    answer = client.answered(conn.request(
        'POST', path, text.encode(), kind=client.SOAP))
    conn.close()
    return answer


def encoded(text):
    """As Windows puts it into the message."""
    return base64.b64encode(text.encode()).decode()


def binary_token(content, kind=USER_TOKEN, attributes=''):
    return ('<wsse:BinarySecurityToken ValueType="%s" EncodingType='
            '"%s#base64binary"%s>%s</wsse:BinarySecurityToken>' % (
                kind, WSSE, attributes, content))


def with_token(text, markup):
    """A captured message with this in the place of its UsernameToken."""
    new, count = re.subn(
        r'<wsse:UsernameToken.*?</wsse:UsernameToken>', lambda _: markup,
        text, flags=re.S)
    assert count == 1
    return new


def policy(markup):
    return with_token(messages.policy(), markup)


def request(markup, ident=None, change=None):
    """An RST with a key and DeviceID of its own."""
    ident = ident or device.new_id()
    csr = keys.windows_request(keys.POOL.key(), ident)
    text = with_token(messages.enrol(csr, ident), markup)
    return change(text) if change else text


def create(env, **options):
    rows = env.admin('select admin.token_create(%s);' % ', '.join(
        'in_%s => %s' % (k, stack.quote(v)) for k, v in options.items()))
    return canary.plant('enrollment token', rows[0][0])


def wanted(env, answer, subcode, reason, mark):
    """The fault, with its reason in the log."""
    found = fault(answer, subcode)
    lines = [line for line in env.log.wait(mark, 1)
             if line['id'] == found.trace]
    assert len(lines) == 1 and reason in lines[0]['reason'], (reason, lines)
    return found


def certificates(env, answers):
    """The SHA-256 of the certificates in those answers that have one."""
    return [device.provisioning(a).stored(
        'CertificateStore', 'My', 'User').sha256()
        for a in answers if a.status == 200]


def test_every_form(env):
    """S1.1 S1.2 S1.6 S2.26 a token is taken in both base64 alphabets, raw,
    broken into lines, and in the JSON that an agent wraps it in."""
    name = 'forms-' + device.new_id()
    token = create(env, uses=20, name=name, owner='forms@corp.test')
    wrapped = [json.dumps({'type': '?>~', 'payload': {key: token}})
               for key in ('orbit_node_key', 'auth_token')]
    assert base64.urlsafe_b64encode(wrapped[0].encode()).decode() != \
        encoded(wrapped[0])
    forms = [encoded(token), token, ' ' + token + '\n',
             encoded(encoded(token)), encoded(wrapped[0]),
             encoded(wrapped[1]), encoded(encoded(wrapped[0])),
             base64.urlsafe_b64encode(wrapped[0].encode()).decode(),
             base64.urlsafe_b64encode(token.encode()).decode().rstrip('='),
             encoded(token)[:20] + '\r\n  ' + encoded(token)[20:]]
    for form in forms:
        answer = ask(env, policy(binary_token(form)), messages.POLICY)
        assert answer.status == 200, (form, answer)
    for form in forms:
        answer = ask(env, request(binary_token(form)))
        assert answer.status == 200, (form, answer)
    rows = env.admin('select used, upn from admin.token where name = %s;'
                     % stack.quote(name))
    assert rows == [[str(len(forms)), 'forms@corp.test']], rows
    assert token not in env.log.text()
    assert encoded(token) not in env.log.text()


def test_device_of_a_token(env):
    """S1.2 S1.7 the device is of the token's owner, or of the token; it
    comes back with its certificate."""
    for options, upn in (({'owner': 'jo@corp.test'}, 'jo@corp.test'),
                         ({'name': 'bulk-1'}, 'token:bulk-1')):
        token = create(env, **options)
        made = device.Device(env, change=lambda t, k=token: with_token(
            t, binary_token(encoded(k))))
        assert made.row('upn') == upn
        made.session().finish()
        assert made.row('state') == 'enrolled'
        rows = env.admin(
            'select e.credential, t.used from admin.enrollment e join'
            ' admin.token t on t.id = e.token where e.device = %s;'
            % stack.quote(made.uuid))
        assert rows == [['token', '1']], rows


def test_single_use_in_parallel(env):
    """T6 D1-I7 of 64 enrolments at once with a single-use token one gets a
    certificate, and the others are told that it was used up."""
    token = create(env)
    texts = [request(binary_token(encoded(token))) for _ in range(64)]
    answers = []

    def post(text):
        answers.append(ask(env, text))

    mark = env.log.mark()
    threads = [threading.Thread(target=post, args=(t,)) for t in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 64
    assert len(certificates(env, answers)) == 1
    for answer in answers:
        if answer.status != 200:
            fault(answer, 's:Authorization')
    reasons = [r.get('reason') for r in env.log.wait(mark, 64)
               if r.get('fault') == 's:Authorization']
    assert reasons == ['the token was used up'] * 63, set(reasons)
    # The one that got it may ask again, for ever, and gets the same.
    first = [t for t, a in zip(texts, [ask(env, t) for t in texts])
             if a.status == 200]
    assert len(first) == 1
    env.sql('update mdm.token set expires_at = now();')
    again = [ask(env, first[0]) for _ in range(3)]
    assert set(certificates(env, again)) == set(certificates(env, answers))


def test_same_request_in_parallel(env):
    """T6 T15 D2-40 copies of one RST use a token once, and all of them get
    the one certificate."""
    token = create(env)
    text = request(binary_token(encoded(token)))
    answers = []
    threads = [threading.Thread(
        target=lambda: answers.append(ask(env, text))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = certificates(env, answers)
    assert len(found) == 20 and len(set(found)) == 1


def test_refused(env):
    """T6 unknown, spent, expired and revoked tokens, and those of other
    names, are refused each for its own reason, and nothing is stored."""
    spent, expired, revoked, named = (
        create(env, name=n) for n in ('spent', 'expired', 'revoked', 'named'))
    assert ask(env, request(binary_token(encoded(spent)))).status == 200
    env.sql("update mdm.token set expires_at = now() where name = 'expired';"
            "update mdm.token set device_names = '{LAB-*}' where name ="
            " 'named';")
    env.admin("select admin.token_revoke(id) from admin.token where name ="
              " 'revoked';")
    before = env.value('select count(*) from admin.device;')
    other = 'fenestra-' + 'A' * 43
    cases = [(spent, 's:Authorization', 'the token was used up'),
             (expired, 's:Authorization', 'the token has expired'),
             (revoked, 's:Authorization', 'the token was revoked'),
             (other, 's:Authentication', 'unknown token'),
             (spent[:-1], 's:Authentication', 'unknown token'),
             (spent.upper(), 's:Authentication', 'no enrollment token')]
    for token, subcode, reason in cases:
        for path, text in (
                (messages.POLICY, policy(binary_token(encoded(token)))),
                (messages.ENROLLMENT, request(binary_token(encoded(token))))):
            mark = env.log.mark()
            wanted(env, ask(env, text, path), subcode, reason, mark)
    mark = env.log.mark()
    wanted(env, ask(env, request(binary_token(encoded(named)))),
           's:Authorization', 'for devices of other names', mark)
    assert env.value('select count(*) from admin.device;') == before
    answer = ask(env, request(binary_token(encoded(named)), change=lambda t:
                              messages.item(t, 'DeviceName', 'lab-7')))
    assert answer.status == 200, answer


def test_scope(env):
    """T6 a token for other networks, editions or versions opens nothing, and
    is not used up by it; for those it is for it opens what it should."""
    here, away = '{127.0.0.0/8,::1/128}', '{192.0.2.0/24,2001:db8::/32}'
    token = create(env, networks=away)
    for path, text in (
            (messages.POLICY, policy(binary_token(encoded(token)))),
            (messages.ENROLLMENT, request(binary_token(encoded(token))))):
        mark = env.log.mark()
        wanted(env, ask(env, text, path), 's:Authorization',
               'the token is for other networks', mark)
    before = env.value('select count(*) from admin.device;')
    captured = {n: re.search(r'Name="%s">\s*<ac:Value>([^<]*)' % n,
                             messages.enrol(b'', 'x')).group(1).strip()
                for n in ('OSEdition', 'OSVersion')}
    name = 'scope-' + device.new_id()
    good = create(env, name=name, networks=here,
                  os_editions='{7,%s}' % captured['OSEdition'],
                  minimum_os_version=captured['OSVersion'])
    for item, value, reason in (
            ('OSEdition', '8', 'other editions than OSEdition 8'),
            ('OSEdition', '', 'OSEdition not given'),
            ('OSVersion', '10.0.9', 'later versions than OSVersion 10.0.9'),
            ('OSVersion', 'x', 'OSVersion x')):
        mark = env.log.mark()
        found = wanted(env, ask(env, request(
            binary_token(encoded(good)), change=lambda t, i=item, v=value:
            messages.item(t, i, v))), 's:Authorization', reason, mark)
        assert found.kind == 'DeviceNotSupported', found.kind
    assert env.value('select count(*) from admin.device;') == before
    answer = ask(env, request(binary_token(encoded(good))))
    assert answer.status == 200, answer
    row = env.admin('select used, networks, os_editions from admin.token'
                    ' where name = %s;' % stack.quote(name))
    assert row == [['1', '{127.0.0.0/8,::1/128}',
                    '{7,%s}' % captured['OSEdition']]], row


def test_not_a_token(env):
    """T21 what is no token in no encoding is refused, whatever it is."""
    for content in ('!', 'Q===', encoded('hello'), encoded('{'),
                    encoded('{}'), encoded('{"payload":{}}'),
                    encoded('{"payload":{"auth_token":7}}'),
                    encoded('{"payload":{"auth_token":""}}'),
                    encoded('{"payload":{"auth_token":"x"},"payload":{}}'),
                    encoded('\0'), encoded(encoded(encoded(encoded('x')))),
                    encoded('[' * 5000)):
        mark = env.log.mark()
        wanted(env, ask(env, policy(binary_token(content)), messages.POLICY),
               's:Authentication', 'no enrollment token', mark)


def test_security_header(env):
    """S2.25 a token is one credential among one: two, an empty one, or one of
    a kind that is not served are no security header."""
    token = encoded(create(env))
    password = re.search(r'<wsse:UsernameToken.*?</wsse:UsernameToken>',
                         messages.policy(), re.S).group(0)
    x509 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-' \
           'token-profile-1.0#X509v3'
    cases = [(binary_token(token) + password, 'more than one credential'),
             (binary_token(''), 'empty'),
             (binary_token(token, x509), 'not served'),
             (binary_token(token, ''), 'not served')]
    for markup, reason in cases:
        mark = env.log.mark()
        wanted(env, ask(env, policy(markup), messages.POLICY),
               'a:InvalidSecurity', reason, mark)
    for markup in (binary_token(token) * 2,
                   binary_token(token).replace('#base64binary', '#hex')):
        fault(ask(env, policy(markup), messages.POLICY), 's:MessageFormat')
    qualified = binary_token(token).replace(
        ' ValueType', ' wsse:ValueType').replace(
        ' EncodingType', ' wsse:EncodingType')
    assert ask(env, policy(qualified), messages.POLICY).status == 200


def test_guesses_are_throttled(env):
    """T6 T7 unknown tokens count as failures of the address they come
    from."""
    env.sql('delete from mdm.throttle;')
    before = env.setting('throttle_source', '3')
    try:
        markup = binary_token(encoded('fenestra-' + 'B' * 43))
        for _ in range(3):
            ask(env, policy(markup), messages.POLICY)
        mark = env.log.mark()
        wanted(env, ask(env, policy(binary_token(encoded(create(env)))),
                        messages.POLICY),
               's:Authentication', 'throttled by source', mark)
    finally:
        env.setting('throttle_source', before)
        env.sql('delete from mdm.throttle;')


def test_token_as_password(env):
    """S1.2 S1.9 T6 where a client has no place for a token, as a provisioning
    package, the token is the password; the user name counts for nothing."""
    token = create(env, owner='bulk@corp.test')
    made = device.Device(env, upn='anybody@else.test', password=token)
    assert made.row('upn') == 'bulk@corp.test'
    mark = env.log.mark()
    wanted(env, ask(env, messages.policy('bulk@corp.test', token),
                    messages.POLICY), 's:Authorization', 'used up', mark)
    mark = env.log.mark()
    wanted(env, ask(env, messages.policy(messages.UPN, token + 'x'),
                    messages.POLICY), 's:Authentication',
           'unknown user or wrong password', mark)
