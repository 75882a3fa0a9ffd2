# SPDX-License-Identifier: ISC
"""HMAC over the raw octets, the server's own credential, and messages that
are signed with the device's certificate."""

import dm_auth
import dm_talk
import fastcgi
import messages
from dm_auth import MAC, MD5, Device, signed
from dm_talk import OK, Reply, Setting, form, results, item
from messages import status
from test_dm_auth import BOTH

A, B = './Vendor/MSFT/I/A', './Vendor/MSFT/I/B'


def test_hmac(env):
    """S3.24 a session under x-syncml-hmac: Status 200 for every header, a
    new nonce with every answer, commands both ways."""
    for wbxml in (False, True):
        made = Device(env)
        made.queue(('Exec', A))
        with Setting(env, device_auth=BOTH):
            talk = made.talk(wbxml=wbxml)
            nonces = [made.account.nonce]
            reply = talk.signed(dm_talk.package1(made.id))
            while True:
                assert reply.header == '200', reply.statuses
                assert reply.chal and reply.chal[0] == MAC, reply.chal
                nonces.append(made.account.nonce)
                if not reply.commands:
                    break
                reply = talk.signed(talk.due())
            assert len(set(nonces)) == len(nonces) == 3
            again = made.talk(wbxml=wbxml)
            assert again.signed(dm_talk.package1(made.id)).header == '200'
        assert made.outcomes() == [['done', '200']]


def test_spellings_of_the_hmac_header(env):
    """S3.24 blanks, order, quotes and case of the header's names are the
    sender's choice; MD5 is what algorithm is when it is left out."""
    made = Device(env)
    with Setting(env, device_auth=BOTH):
        for shape in ('algorithm=MD5,username="%s",mac=%s',
                      'algorithm=MD5 , username="%s" ,  mac=%s',
                      'Algorithm=MD5, UserName="%s", MAC=%s',
                      'algorithm="MD5", username="%s", mac="%s"',
                      'username="%s", mac=%s',
                      'username="%s", algorithm=MD5, mac=%s'):
            reply = made.talk().signed(dm_talk.package1(made.id), form=shape)
            assert reply.header == '200', (shape, reply.statuses)


def test_hmac_tampered(env):
    """S3.24 T16 T17 an octet changed, added or taken away, another name,
    password, nonce or algorithm, a broken header: not accepted, nothing
    happens, and a fresh nonce is given."""
    made = Device(env)
    made.queue(('Exec', A))
    account = made.account
    body = dm_talk.package1(made.id)
    other = Device(env).account
    good = 'algorithm=MD5, username="%s", mac=%s'
    cases = [
        {'change': lambda d: d + b' '}, {'change': lambda d: b' ' + d},
        {'change': lambda d: d + b'\n'},
        {'change': lambda d: d.replace(b'en-US', b'en-UK')},
        {'change': lambda d: d.replace(b'<Final/>', b'<Final></Final>')},
        {'change': lambda d: b'<?xml version="1.0"?>' + d},
        {'change': lambda d: d.replace(b'"', b"'", 2)},
        {'secret': 'wrong'}, {'nonce': b'Nonce'}, {'nonce': b''},
        {'form': good.replace('MD5', 'SHA1')},
        {'form': good.replace('MD5', '')},
        {'form': good.replace('username="%s"', 'username="x%s"')},
        {'form': 'algorithm=MD5, %.0smac=%s'},
        {'form': 'algorithm=MD5, username="%s"%.0s'},
        {'form': good + 'x'}, {'form': good + '=='}, {'form': good[:-2]
                                                      + 'A%s'},
        {'form': 'algorithm=MD5, username="%s, mac=%s'},
        {'form': '%.0s%.0s'}, {'form': '%.0s%.0s,,,='},
        {'form': '%.0s%.0s' + 'x' * 3000},
        {'form': good + ', mac=AAAAAAAAAAAAAAAAAAAAAA=='}]
    with Setting(env, device_auth=BOTH, auth_failures=90):
        for case in cases:
            talk = made.talk()
            talk.msg = 1
            data = talk.text(body, name=account.name).encode()
            options = {k: v for k, v in case.items() if k != 'change'}
            header = account.hmac(data, **options)
            data = case.get('change', lambda d: d)(data)
            answer = talk.post(data, [header])
            if answer.status != 200:
                assert answer.status in (400, 403) and not answer.body, (
                    case, answer)
                continue
            reply = Reply(answer)
            assert reply.header in ('401', '407'), (case, header,
                                                    reply.statuses)
            assert reply.commands == [] and reply.chal, case
            made.account.nonce = reply.chal[2]
        talk = made.talk()
        mine = account.hmac(b'x')
        text = talk.text(body, msg=1, name=other.name)
        reply = Reply(talk.post(text, [other.hmac(text.encode(),
                                                  nonce=account.nonce)]))
        assert reply.header in ('401', '407'), reply.statuses
        account.nonce = reply.chal[2]
        # Both a right and a wrong header: one cannot hide the other.
        text = made.talk().text(body, msg=1, name=account.name)
        right = account.hmac(text.encode())
        for pair in ([right, mine], [mine, right]):
            answer = made.talk().post(text, pair)
            assert answer.status == 400 or Reply(answer).header in (
                '401', '407'), answer
            if answer.status == 200:
                break
        assert made.outcomes('state, attempts') == [['queued', '0']]


def test_hmac_used_again(env):
    """S3.24 T16 T17 the header of one message on another, and a whole
    message in a later session, are refused; the identical message is a
    repeat and gets the identical answer."""
    made = Device(env)
    made.queue(('Exec', A))
    with Setting(env, device_auth=BOTH):
        talk = made.talk()
        talk.signed(dm_talk.package1(made.id))
        old = talk.sent
        header = None
        # The repeat needs the header that went with it.
        account = dm_auth.Account(made.document)
        header = account.hmac(old)
        first = talk.answer.body
        answer = talk.post(old, [header])
        assert answer.status == 200 and answer.body == first, answer
        talk.signed(talk.due())
        answer = talk.post(old, [header])
        assert answer.status == 400 or Reply(answer).header in (
            '401', '407'), answer


def test_body_without_its_hmac(env):
    """S3.24 T17 a session that began under HMAC: a later message without
    the header or with a Cred of the same nonce twice is not taken."""
    made = Device(env)
    made.queue(('Get', A))
    with Setting(env, device_auth=BOTH):
        talk = made.talk()
        get, = talk.signed(dm_talk.package1(made.id)).commands
        reply = talk.say(OK + status(2, 1, get.id, 'Get', 200) + results(
            3, 1, get.id, item(A, 'forged')))
        assert reply.header in ('401', '407'), reply.statuses
        assert made.outcomes() == [['sent', None]]


def test_hmac_is_kept_where_certificates_do(env):
    """S3.24 S3.25 with device_auth certificate a right HMAC is 200, and a
    wrong one is not passed over in silence."""
    made = Device(env)
    made.queue(('Exec', A))
    talk = made.talk()
    reply = talk.signed(dm_talk.package1(made.id))
    assert reply.header in ('200', '212') and reply.uris() == [A]
    talk.finish()


def server_cred(reply):
    """(type, digest, LocName) of the server's Cred, or None."""
    found = reply.head.all('Cred')
    if not found:
        return None
    cred, = found
    assert reply.head.names().index('Cred') > reply.head.names().index(
        'Source')
    meta = cred.one('Meta')
    assert meta.get('Format') == 'b64'
    return meta.get('Type'), cred.one('Data').text, reply.head.get(
        'Source/LocName')


def demand(talk, code, nonce, rest='', kind=MD5):
    """The device's Status of our header with a challenge."""
    chal = ('<Chal><Meta>%s<Type xmlns="syncml:metinf">%s</Type><NextNonce '
            'xmlns="syncml:metinf">%s</NextNonce></Meta></Chal>' % (
                form('b64'), kind, dm_auth.b64(nonce))) if nonce else ''
    return status(1, talk.reply.msg, 0, 'SyncHdr', code, chal) + rest


def test_server_shows_its_credential(env):
    """S3.23 S3.26 S3.33 the device challenges with 407: the next header has
    the server's MD5 Cred on that nonce, under the name and secret of the
    CLIENT account; commands it refused with 407 are sent again."""
    made = Device(env)
    account = made.account
    ids = made.queue(('Exec', A), ('Exec', B))
    talk = made.talk()
    one, two = talk.begin().commands
    assert server_cred(talk.reply) is None
    nonce = bytes.fromhex('0001023aff0007084142434445464748')
    reply = talk.say(demand(talk, '407', nonce, status(
        2, 1, one.id, 'Exec', 407) + status(3, 1, two.id, 'Exec', 407)))
    kind, data, name = server_cred(reply)
    assert kind == MD5 and name == (account.server_name or 'Fenestra'), name
    assert data == dm_auth.digest(name, account.server_secret, nonce)
    if not reply.commands:
        reply = talk.say(OK)
    assert reply.uris() == [A, B], reply.statuses
    # 212: it is not needed any more in this session.
    reply = talk.say(status(1, reply.msg, 0, 'SyncHdr', 212) + talk.due(
        ).partition('</Status>')[2])
    assert server_cred(reply) is None
    assert [made.command(i) for i in ids] == ['done'] * 2


def test_server_repeats_its_credential(env):
    """S3.26 answered 200: the Cred comes in each message; with a NextNonce
    the next digest is made of it."""
    made = Device(env)
    account = made.account
    talk = made.talk()
    talk.begin()
    first, second = b'a' * 16, b'b' * 16
    made.queue(('Exec', A))
    reply = talk.say(demand(talk, '407', first))
    name = server_cred(reply)[2]
    made.queue(('Exec', A))
    reply = talk.say(demand(talk, '200', None))
    assert server_cred(reply)[1] == dm_auth.digest(
        name, account.server_secret, first)
    made.queue(('Exec', A))
    reply = talk.say(demand(talk, '200', second))
    assert server_cred(reply)[1] == dm_auth.digest(
        name, account.server_secret, second)


def test_nonce_for_the_next_session(env):
    """S3.26 a NextNonce given with 212 is for the next session: when the
    device challenges nothing then, a Cred, if any, is made of it."""
    made = Device(env)
    account = made.account
    talk = made.talk()
    talk.begin()
    first, second = b'c' * 16, b'd' * 16
    made.queue(('Exec', A))
    reply = talk.say(demand(talk, '407', first))
    name = server_cred(reply)[2]
    made.queue(('Exec', A))
    assert server_cred(talk.say(demand(talk, '212', second))) is None
    young = made.talk()
    reply = young.begin()
    shown = server_cred(reply)
    assert shown is None or shown[1] == dm_auth.digest(
        name, account.server_secret, second), shown


def test_server_is_refused(env):
    """S3.23 S3.68 the device does not know the server's digest: one more
    try on each new nonce, but no endless exchange."""
    made = Device(env)
    made.queue(('Exec', A))
    talk = made.talk()
    talk.begin()
    for number in range(60):
        if not talk.reply.commands and not server_cred(talk.reply):
            break
        refusal = ''.join(status(n, talk.reply.msg, c.id, c.verb, 401)
                          for n, c in enumerate(talk.reply.commands, 2))
        talk.say(demand(talk, '401', bytes([number]) * 16, refusal))
    else:
        raise AssertionError('an endless exchange')
    assert number <= 50 and talk.reply.final, number
    assert made.outcomes()[0][0] in ('queued', 'failed', 'sent')


def test_repeat_with_the_servers_credential(env):
    """S3.23 D2-28 the message after a challenge again: the same octets, the
    same Cred."""
    made = Device(env)
    made.queue(('Exec', A))
    talk = made.talk()
    talk.begin()
    talk.say(demand(talk, '407', b'e' * 16))
    assert server_cred(talk.reply)
    first = talk.answer.body
    assert talk.post(talk.sent).body == first


def test_signature(env):
    """S3.25 T3 T4 device_auth signature: without a TLS certificate the
    device's CMS signature of the body is its identity; none, another
    body's, another device's or an embedded one is not."""
    made, other = Device(env), Device(env)
    made.queue(('Exec', A))
    with Setting(env, device_auth='signature'), \
            fastcgi.Pool(env, 'management') as pool:
        def send(number, header='HTTP_MS_SIGNATURE', change=b'', **options):
            body = dm_talk.document(made.id, 'g%d' % number, 1,
                                    dm_talk.package1(made.id)).encode()
            text = signed(options.pop('by', made), body, **options)
            return pool.call(messages.QUERY, body + change,
                             **{header: text})
        body = dm_talk.document(made.id, 'g', 1, dm_talk.package1(made.id))
        for params in ({}, {'HTTP_MS_SIGNATURE': ''},
                       {'HTTP_MS_SIGNATURE': 'AAAA'},
                       fastcgi.with_certificate(made.cert)):
            answer = pool.call(messages.QUERY, body, **params)
            assert answer.status in (401, 403), (params, answer)
        assert send(1, change=b' ').status == 403
        assert send(2, by=other).status == 403
        assert send(3, extra=['-nodetach']).status == 403
        assert send(4, extra=['-noattr']).status == 403
        assert made.outcomes('state, attempts') == [['queued', '0']]
        for number, header in enumerate(('HTTP_MS_SIGNATURE',
                                         'HTTP_MDM_SIGNATURE'), 10):
            reply = Reply(send(number, header))
            assert reply.header in ('200', '212') and reply.uris() == [A]
        env.call('block', made.uuid)
        assert send(20).status == 403


def test_signature_is_nothing_elsewhere(env):
    """S3.25 T5 with device_auth certificate a good signature does not take
    the place of the certificate."""
    made = Device(env)
    talk = made.talk(cert=False)
    text = talk.text(dm_talk.package1(made.id), 1)
    answer = talk.post(text, [('MS-Signature', signed(
        made, text.encode()))])
    assert answer.status == 403 and answer.body == b'', answer
