# SPDX-License-Identifier: ISC
"""Authentication at the DM level: challenges, MD5, Basic, and sessions that
rest on a certificate, a digest or both."""

import dm_auth
import dm_talk
import messages
import stack
from dm_auth import BASIC, MD5, Device
from dm_talk import OK, Setting
from messages import alert
from test_dm_sessions import parallel

A, B = './Vendor/MSFT/U/A', './Vendor/MSFT/U/B'
BOTH = 'certificate-and-digest'


def challenged(reply, code='407', kind=MD5):
    """A challenge: the code, a fresh nonce, and only Statuses."""
    assert reply.header == code, reply.statuses
    assert reply.chal and reply.chal[:2] == (kind, 'b64'), reply.chal
    assert len(reply.chal[2]) >= 16, reply.chal
    assert (reply.commands, reply.codes(), reply.final) == ([], [], True)
    return reply.chal[2]


def granted(reply):
    assert reply.header in ('200', '212'), reply.statuses
    return reply


def test_certificate_alone(env):
    """S3.25 S3.52 with device_auth certificate no Cred is asked for, a wrong
    one harms nothing, and no credential takes the certificate's place."""
    made = Device(env)
    made.queue(('Exec', A))
    talk = made.talk()
    reply = talk.begin(cred=made.account.cred(b'wrong'), name='x')
    assert reply.header in ('200', '212') and reply.uris() == [A]
    bare = made.talk(cert=False)
    bare.refused(dm_talk.package1(made.id), 1, 403,
                 cred=made.account.cred(), name=made.account.name)


def test_windows_after_a_challenge(env):
    """S3.22 S3.33 S3.37 S3.39 S3.63 T16 no Cred: 407 with a challenge and
    nothing else; then MsgID 2 with Cred and package 1 again: 212, the
    commands; what stands in both messages acts once."""
    for wbxml in (False, True):
        made = Device(env)
        made.queue(('Exec', A))
        with Setting(env, device_auth=BOTH):
            talk = made.talk(wbxml=wbxml)
            extra = alert(9, 1226, 'com.example.once', '1')
            nonce = challenged(talk.begin(extra))
            assert nonce != dm_auth.Account(made.document).nonce
            assert made.alerts() == []
            assert made.outcomes('state, attempts') == [['queued', '0']]
            reply = talk.again(extra)
            assert reply.header == '212', reply.statuses
            assert reply.uris() == [A] and len(made.alerts()) == 1
            # 212: no more Cred in this session.
            assert talk.go().header in ('200', '212')
            assert made.outcomes() == [['done', '200']]
            again = made.talk(wbxml=wbxml)
            assert again.begin(cred=made.account.cred(),
                               name=made.account.name).header == '212', \
                'the nonce given last is not the one expected next'


def test_cred_in_every_message(env):
    """S3.37 D2-28 Windows repeats its Cred in each message of the session:
    accepted although the nonce of the session has been used."""
    made = Device(env)
    made.queue(('Exec', A))
    with Setting(env, device_auth=BOTH):
        talk = made.talk()
        talk.begin()
        cred = made.account.cred()
        assert talk.again(cred=cred).uris() == [A]
        assert granted(talk.shown(talk.due(), cred=cred)).commands == []
        made.queue(('Exec', B))
        assert granted(talk.shown(OK, cred=cred)).uris() == [B]
        talk.finish()
    assert made.outcomes() == [['done', '200']] * 2


def test_first_nonce(env):
    """S3.4 S3.22 the nonce of the provisioning document (AAUTHDATA) opens the
    first session without a challenge, and only that one."""
    made = Device(env)
    cred = made.account.cred()
    with Setting(env, device_auth=BOTH):
        assert made.talk().begin(cred=cred,
                                 name=made.account.name).header == '212'
        reply = made.talk().begin(cred=cred, name=made.account.name)
        challenged(reply, '401')


def test_fresh_nonces(env):
    """T16 every challenge has a nonce of its own, of 16 octets or more."""
    made = Device(env)
    seen = set()
    with Setting(env, device_auth=BOTH):
        for _ in range(12):
            seen.add(challenged(made.talk().begin()))
        for _ in range(6):
            reply = made.talk().begin(cred=made.account.cred(),
                                      name=made.account.name)
            assert reply.header == '212', reply.statuses
            if reply.chal:
                assert reply.chal[2] not in seen
                seen.add(reply.chal[2])
            else:
                seen.add(challenged(made.talk().begin()))
    assert len(seen) == 18, len(seen)


def test_replayed_credential(env):
    """T16 T17 a captured Cred in another session: 401, a new challenge, no
    effect; the device's own session is not disturbed by its copy."""
    made = Device(env)
    made.queue(('Exec', A))
    with Setting(env, device_auth=BOTH):
        talk = made.talk()
        challenged(talk.begin())
        captured = made.account.cred()
        talk.again(cred=captured)
        second = talk.answer.body
        assert talk.post(talk.sent).body == second
        talk.finish()
        made.queue(('Exec', B))
        for first in (True, False):
            thief = made.talk()
            if first:
                reply = thief.begin(cred=captured, name=made.account.name)
                challenged(reply, '401')
            else:
                challenged(thief.begin())
                challenged(thief.again(cred=captured), '401')
        assert made.outcomes('state, attempts') == [['done', '1'],
                                                    ['queued', '0']]


def test_wrong_credentials(env):
    """S3.68 T16 another password, another name, an old nonce, an empty,
    short or broken digest: 401 with a fresh nonce each; the right one on
    that nonce is taken."""
    made = Device(env)
    account = made.account
    with Setting(env, device_auth=BOTH, auth_failures=20):
        talk = made.talk()
        seen = {challenged(talk.begin())}
        for cred in (
                lambda: account.cred(secret='wrong'),
                lambda: account.cred(nonce=b'Nonce'),
                lambda: account.cred(nonce=b''),
                lambda: account.cred(name='other'),
                lambda: dm_auth.markup(MD5, ''),
                lambda: dm_auth.markup(MD5, 'AAAA'),
                lambda: dm_auth.markup(MD5, 'not base64!'),
                lambda: dm_auth.markup(MD5, 'A' * 400),
                lambda: dm_auth.markup(MD5, dm_auth.b64(dm_auth.hashed(b''))),
                lambda: dm_auth.markup('syncml:auth-x', 'AAAA'),
                account.basic):
            nonce = challenged(talk.again(cred=cred()), '401')
            assert nonce not in seen
            seen.add(nonce)
        # A Cred without a type may count as none.
        reply = talk.again(cred='<Cred><Data>AAAA</Data></Cred>')
        assert challenged(reply, reply.header) not in seen
        assert reply.header in ('401', '407')
        talk.refused(OK, talk.msg + 1, cred=dm_auth.markup(MD5, 'A' * 40000))
        assert granted(talk.again()).header == '212'


def test_name_of_the_credential(env):
    """S3.39 T4 the LocName of another account does not help, none at all
    does not hurt: the digest is made of the account's own name."""
    made, other = Device(env), Device(env)
    with Setting(env, device_auth=BOTH):
        talk = made.talk()
        challenged(talk.begin())
        reply = talk.say(OK + dm_talk.package1(made.id),
                         name=other.account.name, cred=other.account.cred(
                             nonce=made.account.nonce))
        challenged(reply, '401')
        reply = talk.say(OK + dm_talk.package1(made.id),
                         cred=made.account.cred())
        assert reply.header == '212', reply.statuses


def test_failures_end_the_session(env):
    """S3.68 T16 after auth_failures failed attempts the last 401 comes
    without a challenge and the session is over; a new one may try."""
    made = Device(env)
    with Setting(env, device_auth=BOTH, auth_failures=3):
        talk = made.talk()
        challenged(talk.begin())
        count = 0
        while talk.reply.chal:
            reply = talk.again(cred=made.account.cred(secret='wrong'))
            count += 1
            assert count <= 4 and reply.header == '401', (count, reply.chal)
            assert reply.commands == [] and reply.final
        assert count in (2, 3), count
        answer = talk.post(talk.text(
            OK + dm_talk.package1(made.id), talk.msg + 1,
            cred=made.account.cred(), name=made.account.name))
        assert answer.status == 400 or dm_talk.Reply(
            answer).header == '401', answer
        talk = made.talk()
        challenged(talk.begin())
        assert talk.again().header == '212'


def test_challenge_repeated(env):
    """D2-28 T16 the answer with the challenge was lost: the same octets,
    the same nonce, and it still works; so does the answer with 212."""
    made = Device(env)
    with Setting(env, device_auth=BOTH):
        talk = made.talk()
        nonce = challenged(talk.begin())
        first = talk.answer.body
        for _ in range(3):
            assert talk.post(talk.sent).body == first
        assert made.account.nonce == nonce
        assert talk.again().header == '212'
        second = talk.answer.body
        assert talk.post(talk.sent).body == second
        assert made.talk().begin(cred=made.account.cred(),
                                 name=made.account.name).header == '212'


def test_one_nonce_for_two(env):
    """T16 D2-31 the same Cred in four sessions at once: one is let in."""
    made = Device(env)
    with Setting(env, device_auth=BOTH):
        challenged(made.talk().begin())
        cred, name = made.account.cred(), made.account.name
        talks = [dm_talk.Talk(made) for _ in range(4)]
        replies = parallel(4, lambda n: talks[n].begin(cred=cred, name=name))
        assert sorted(r.header for r in replies) == ['212'] + ['401'] * 3, [
            r.statuses for r in replies]


def test_unenrolment_is_challenged(env):
    """S3.6 the unenrolment alert acts in the authenticated message only,
    and once."""
    made = Device(env)
    end = alert(9, 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1',
                mark='critical', form='int')
    with Setting(env, device_auth=BOTH):
        talk = made.talk()
        challenged(talk.begin(end))
        assert made.row('state') in ('enrolling', 'enrolled')
        challenged(talk.again(end, cred=made.account.cred(secret='no')),
                   '401')
        assert made.row('state') in ('enrolling', 'enrolled')
        reply = talk.again(end)
        assert reply.header == '212' and reply.status(9) == '200'
        assert made.row('state') == 'unenrolled'
        assert made.events('device.unenrolled') == 1


def test_basic(env):
    """S2.42 S3.22 an account provisioned for BASIC: challenged with its own
    type, accepted by its password, refused by another; MD5 is not taken
    instead without a nonce that was given for it."""
    with Setting(env, client_auth='BASIC'):
        made = Device(env)
    assert made.account.kind == 'BASIC'
    made.queue(('Exec', A))
    with Setting(env, device_auth=BOTH):
        talk = made.talk()
        reply = talk.begin()
        assert reply.header == '407' and reply.chal[0] == BASIC, reply.chal
        reply = talk.again(cred=made.account.basic(secret='wrong'))
        assert reply.header == '401' and reply.commands == []
        reply = talk.again(cred=made.account.basic())
        assert reply.header in ('200', '212') and reply.uris() == [A]
        talk.finish()
        assert made.talk().begin(cred=made.account.basic(),
                                 name=made.account.name).header in (
                                     '200', '212')


def test_basic_is_no_way_around(env):
    """S3.22 T16 an account provisioned for MD5 does not take Basic, though
    the password be right."""
    made = Device(env)
    with Setting(env, device_auth=BOTH):
        reply = made.talk().begin(cred=made.account.basic(),
                                  name=made.account.name)
        challenged(reply, '401')


def test_digest_without_certificate(env):
    """S3.22 S3.52 T4 device_auth digest: without a certificate the device
    id and the digest are the identity; without them, with a wrong one or
    for a device nobody knows nothing is given."""
    made = Device(env)
    made.queue(('Exec', A))
    account = made.account
    with Setting(env, device_auth='digest'):
        talk = made.talk(cert=False)
        challenged(talk.begin(name=account.name))
        assert made.outcomes('state, attempts') == [['queued', '0']]
        challenged(talk.again(cred=account.cred(secret='no')), '401')
        reply = talk.again()
        assert reply.header == '212' and reply.uris() == [A]
        assert talk.carry(talk.due()).header in ('200', '212')
        assert made.outcomes() == [['done', '200']]
        stranger = made.talk(cert=False)
        answer = stranger.post(dm_talk.document(
            'F' * 32, 'x', 1, dm_talk.package1('F' * 32), name='nobody',
            cred=account.cred()))
        assert answer.status == 403 or dm_talk.Reply(
            answer).header in ('401', '407'), answer
        # A certificate that is there is still checked.
        other = Device(env)
        liar = other.talk()
        answer = liar.post(dm_talk.document(
            made.id, 'y', 1, dm_talk.package1(made.id), name=account.name,
            cred=account.cred()))
        assert answer.status == 403, answer


def test_session_without_certificate_is_not_taken_over(env):
    """T18 T4 device_auth digest: the next message of an open session by
    somebody else who knows DeviceID, SessionID and MsgID, but not the
    secret."""
    made = Device(env)
    ident = made.enqueue('Get', A)
    with Setting(env, device_auth='digest'):
        talk = made.talk(cert=False)
        talk.begin(name=made.account.name)
        get, = talk.again().commands
        thief = dm_talk.Talk(made, session=talk.session, cert=False)
        answer = thief.post(thief.text(
            messages.status(1, 2, 0, 'SyncHdr', 200) + messages.status(
                2, 2, get.id, 'Get', 200) + dm_talk.results(
                    3, 2, get.id, dm_talk.item(A, 'forged')), talk.msg + 1))
        assert answer.status in (400, 403) or dm_talk.Reply(
            answer).header in ('401', '407'), answer
        assert made.found(ident) == {}
        assert made.command(ident) != 'done'


def test_certificate_or_digest(env):
    """S3.52 device_auth certificate-or-digest: with a certificate nothing
    else is asked, without one the digest is."""
    made = Device(env)
    made.queue(('Exec', A))
    with Setting(env, device_auth='certificate-or-digest'):
        reply = made.talk().begin()
        assert reply.header in ('200', '212') and reply.uris() == [A]
        talk = made.talk(cert=False)
        challenged(talk.begin(name=made.account.name))
        assert talk.again().uris() == [A]
        granted(talk.carry(talk.due()))
        assert made.outcomes() == [['done', '200']]
        foreign = Device(env)
        answer = made.talk(cert=False).post(dm_talk.document(
            foreign.id, 'z', 1, dm_talk.package1(foreign.id),
            name=made.account.name, cred=made.account.cred()))
        assert answer.status == 403 or dm_talk.Reply(
            answer).header in ('401', '407'), answer


def test_digest_of_the_blocked(env):
    """T3 a blocked device is refused with the right digest, too."""
    made = Device(env)
    with Setting(env, device_auth='digest'):
        challenged(made.talk(cert=False).begin(name=made.account.name))
        env.call('block', made.uuid)
        made.talk(cert=False).refused(
            dm_talk.package1(made.id), 1, 403, name=made.account.name,
            cred=made.account.cred())


def test_modes_are_checked(env):
    """S3.52 the setting takes its five values and no other."""
    for value in ('none', '', 'Digest', 'certificate,digest', 'hmac'):
        try:
            env.setting('device_auth', value)
        except stack.SqlError as error:
            assert error.state == 'MD400', error
        else:
            env.setting('device_auth', 'certificate')
            raise AssertionError('device_auth = %r' % value)


def test_secrets_stay_out_of_the_log(env):
    """T29 T16 neither Cred nor secrets nor nonces are logged."""
    mark = env.log.mark()
    made = Device(env)
    account = made.account
    with Setting(env, device_auth=BOTH):
        talk = made.talk()
        talk.begin()
        cred = account.cred()
        talk.again(cred=account.cred(secret='wrong'))
        talk.again()
        talk.begin(cred=account.basic(), name=account.name)
    env.log.wait(mark, 4)
    text = env.log.text(mark)
    for secret in (account.secret, account.server_secret, cred,
                   dm_auth.b64(account.nonce), dm_auth.digest(
                       account.name, account.secret, account.nonce),
                   dm_auth.b64(('%s:%s' % (account.name,
                                           account.secret)).encode())):
        assert secret not in text, secret
