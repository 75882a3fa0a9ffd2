# SPDX-License-Identifier: ISC
"""The session machine: packages of several messages, abort, supersession,
numbers, attempts, quarantine, limits, concurrent sessions."""

import threading

import client
import dm_talk
import messages
import stack
from dm_talk import OK, Device, Reply, Setting, group, item, out, results
from messages import alert, status

A, B, C = ('./Vendor/MSFT/S/%s' % n for n in 'ABC')
REBOOT = './Device/Vendor/MSFT/Reboot/RebootNow'
ABORT = '<Alert><CmdID>8</CmdID><Data>1223</Data></Alert>'


def test_package_of_several_messages(env):
    """S3.38 S3.54 without Final the answer has the statuses due, Alert
    1222, no Final and no command; with it the commands come."""
    made = Device(env)
    made.queue(('Exec', A))
    talk = made.talk()
    reply = talk.begin(final=False)
    assert [s[1] for s in reply.statuses] == ['0', '2', '3', '4']
    assert (reply.codes(), reply.commands, reply.final) == (
        ['1222'], [], False)
    for number in range(2, 5):
        reply = talk.say(OK + alert(5, 1226, 'com.example.part', str(number)),
                         final=False)
        assert reply.statuses == [(str(number), '0', 'SyncHdr', '200'),
                                  (str(number), '5', 'Alert', '200')]
        assert (reply.codes(), reply.commands, reply.final) == (
            ['1222'], [], False)
        assert reply.msg == number
    reply = talk.say(OK)
    assert (reply.codes(), reply.uris(), reply.final) == ([], [A], True)
    assert len(made.alerts()) == 3
    made.queue(('Exec', B))
    reply = talk.go(final=False)
    assert (reply.codes(), reply.commands, reply.final) == (
        ['1222'], [], False)
    assert made.outcomes()[0] == ['done', '200']
    assert talk.say(OK).uris() == [B]


def test_five_steps(env):
    """S3.51 S3.53 S3.54 S3.36 S3.41 S3.42 set-up and management phase: the
    device begins, the server answers with what it has, the device reports,
    the server goes on or ends; every Status names message and command."""
    made = Device(env)
    get, = made.queue(('Get', A))
    talk = made.talk()
    one = talk.begin()
    assert one.uris() == [A] and one.final
    made.queue(('Exec', B))
    two = talk.go('200', results(9, 1, one.commands[0].id, item(A, 'v'))
                  + alert(10, 1224, 'com.example.step', '1'))
    assert two.statuses == [('2', '0', 'SyncHdr', '200'),
                            ('2', '10', 'Alert', '200')]
    assert two.uris() == [B] and made.found(get)[A][0] == 'v'
    three = talk.go()
    assert three.statuses == [('3', '0', 'SyncHdr', '200')]
    assert (three.commands, three.codes(), three.final) == ([], [], True)
    assert made.outcomes() == [['done', '200']] * 2


def test_login_of_a_package_of_several_messages(env):
    """S3.38 S3.56 what the first message of the package said of the user
    holds when its last asks for commands."""
    made = Device(env)
    made.queue(('Get', './User/Vendor/MSFT/X'), ('Get', A))
    talk = made.talk(login='user')
    talk.begin(final=False)
    assert talk.say(OK).uris() == ['./User/Vendor/MSFT/X', A]
    made.queue(('Get', './User/Vendor/MSFT/X'))
    assert made.talk(login=None).begin().uris() == [A]


def test_abort(env):
    """S3.54 D2-32 Alert 1223: Status for header and Alert, Final, nothing
    else; what was sent and not answered is offered in the next session,
    what may run once only is unknown; the session is over."""
    made = Device(env)
    made.queue(('Replace', A, '1'), ('Exec', REBOOT), ('Get', B))
    talk = made.talk()
    one = talk.begin().commands[0]
    made.queue(('Get', C))
    reply = talk.say(OK + status(2, 1, one.id, 'Replace', 200) + ABORT)
    assert reply.statuses == [('2', '0', 'SyncHdr', '200'),
                              ('2', '8', 'Alert', '200')]
    assert (reply.final, reply.commands, reply.codes()) == (True, [], [])
    states = [r[0] for r in made.outcomes()]
    assert states[0] == 'done' and states[1] == 'unknown', states
    answer = talk.post(talk.text(OK, 3))
    assert answer.status == 400 or not Reply(answer).commands, answer
    assert made.talk().begin().uris() == [B, C]


def test_abort_in_the_first_message(env):
    """S3.54 an abort in package 1 delivers nothing and harms nothing."""
    made = Device(env)
    made.queue(('Exec', A))
    reply = made.talk().begin(ABORT)
    assert reply.commands == [] and reply.final
    assert reply.status(8) == '200'
    assert made.outcomes('state, attempts') == [['queued', '0']]
    assert made.talk().begin().uris() == [A]


def test_repeated_abort(env):
    """D2-28 the abort again: the same octets."""
    made = Device(env)
    made.queue(('Exec', A))
    talk = made.talk()
    talk.begin()
    talk.say(OK + ABORT)
    first = talk.answer.body
    for _ in range(2):
        assert talk.post(talk.sent).body == first


def test_repeats_of_every_kind(env):
    """D2-28 T17 every message of a session twice - groups, Results, alerts,
    without Final - gets the same octets and one effect."""
    made = Device(env)
    ident = made.syncml(group('Sequence', out('Exec', (A, 'x')),
                              out('Get', (B,))))
    talk = made.talk()

    def twice(count):
        first = talk.answer.body
        made.queue(('Exec', '%s/%d' % (C, count)))
        for _ in range(2):
            again = talk.post(talk.sent)
            assert again.status == 200 and again.body == first, again
    talk.begin(alert(9, 1226, 'com.example.x', '1'), final=False)
    twice(1)
    talk.say(OK)
    twice(2)
    get = talk.reply.commands[0].children[1]
    talk.go('200', results(50, 2, get.id, item(B, 'b')) + alert(
        51, 1224, 'com.example.y', '2'))
    twice(3)
    assert len(made.alerts()) == 2 and len(made.found(ident)) == 1
    talk.finish()
    assert {tuple(r) for r in made.outcomes('state, attempts')} == {
        ('done', '1')}


def test_session_ids(env):
    """S3.44 D2-37 0, hex, upper and lower case apart, used again after
    other sessions and after a new enrolment: opaque."""
    made = Device(env)
    for ident in ('0', '0', '00', 'FFFF', 'ffff', '1', '0', 'a1', '65535'):
        talk = made.talk(session=ident)
        assert talk.begin(alert(9, 1224, 'x.y', stack.os.urandom(
            4).hex())).msg == 1
        assert talk.say(OK).session == ident
    made.queue(('Exec', A))
    made.talk(session='1').begin()
    again = Device(env, device_id=made.id)
    assert again.uuid == made.uuid
    talk = again.talk(session='1')
    assert talk.begin().uris() == [A] and talk.reply.msg == 1
    talk.finish()
    assert made.outcomes()[0] == ['done', '200']


def test_case_of_session_ids(env):
    """S3.44 the next message under the same id in other letters is not of
    this session."""
    made = Device(env)
    talk = made.talk(session='aB1')
    talk.begin()
    talk.session = 'AB1'
    talk.refused(OK, 2)
    talk.session = 'aB1'
    assert talk.say(OK).final


def test_server_numbers(env):
    """S3.55 the server's MsgIDs are 1, 2, 3 … in every session, also when
    packages have several messages."""
    made = Device(env)
    for _ in range(2):
        talk = made.talk()
        found = [talk.begin(final=False).msg]
        found += [talk.say(OK, final=n % 2 == 1).msg for n in range(2, 7)]
        assert found == [1, 2, 3, 4, 5, 6], found


def test_superseded_session(env):
    """D2-29 D2-31 D2-32 a new session while one is open: unanswered groups
    and lists are offered again whole, Exec of what may run once is unknown,
    the old session's next message is refused."""
    made = Device(env)
    made.syncml(group('Atomic', out('Replace', (A, '1')),
                      out('Exec', (B, '2'))))
    made.syncml(out('Get', (A,), (B,)))
    made.queue(('Exec', REBOOT), ('Delete', C))
    old = made.talk()
    atomic = old.begin().commands[0]
    young = made.talk()
    assert [c.verb for c in young.begin().commands] == ['Atomic', 'Get',
                                                        'Delete']
    assert made.outcomes('state, attempts') == [
        ['sent', '2'], ['sent', '2'], ['unknown', '1'], ['sent', '2']]
    old.refused(OK + status(2, 1, atomic.id, 'Atomic', 500), 2)
    assert made.outcomes()[0] == ['sent', None]
    young.finish()
    assert made.outcomes('state, attempts') == [
        ['done', '2'], ['done', '2'], ['unknown', '1'], ['done', '2']]


def test_run_once_in_groups(env):
    """D2-32 D1-I4 an unanswered group with a reboot or a lock in it is not
    sent again."""
    for verb in ('Atomic', 'Sequence'):
        made = Device(env)
        made.syncml(group(verb, out('Replace', (A, '1')),
                          out('Exec', (REBOOT,))))
        made.syncml(out('Exec', ('./Vendor/MSFT/RemoteLock/Lock',)))
        made.talk().begin()
        assert made.talk().begin().commands == []
        assert [r[0] for r in made.outcomes()] == ['unknown'] * 2, verb


def test_part_answered_before_the_end(env):
    """D2-32 D2-33 of several commands one was answered when the session
    broke: it is not offered again, the others are."""
    made = Device(env)
    made.queue(('Exec', A), ('Exec', B), ('Exec', C))
    talk = made.talk()
    two = talk.begin().commands[1]
    talk.say(OK + status(2, 1, two.id, 'Exec', 200))
    assert made.talk().begin().uris() == [A, C]


def test_skipped_numbers(env):
    """D2-30 a message that skips a number is refused and attaches nothing,
    though its references are right."""
    made = Device(env)
    ident = made.enqueue('Get', A)
    talk = made.talk()
    get, = talk.begin().commands
    body = OK + status(2, 1, get.id, 'Get', 200) + results(
        3, 1, get.id, item(A, 'a'))
    for number in (3, 0, 50, 4000000000):
        talk.refused(body, number)
    assert made.command(ident) == 'sent' and made.found(ident) == {}
    talk.say(body)
    assert made.command(ident) == 'done'


def test_messages_of_a_session_are_limited(env):
    """S3.54 D2-42 after session_messages messages the session gets no more
    commands and ends cleanly; the rest waits for the next."""
    made = Device(env)
    with Setting(env, session_messages=5, message_budget=2000):
        made.queue(*(('Replace', '%s/%d' % (A, n), 'x' * 1900)
                     for n in range(8)))
        talk = made.talk()
        counts = [len(talk.begin().commands)]
        while talk.reply.commands:
            counts.append(len(talk.go().commands))
        assert talk.reply.final and talk.reply.header == '200'
        assert counts == [1] * (len(counts) - 1) + [0], counts
        assert talk.msg in (5, 6), counts
        left = [r[0] for r in made.outcomes()].count('queued')
        assert left == 8 - (len(counts) - 1), made.outcomes()
    assert len(made.talk().finish()) == left


def test_fifty_messages(env):
    """S3.54 the limit is 50 as delivered: a device that never says Final
    or always brings new alerts is not served for ever."""
    made = Device(env)
    assert env.value("select value from admin.setting where name ="
                     " 'session_messages';") == '50'
    with Setting(env, message_budget=1000):
        made.queue(*(('Exec', '%s/%d' % (A, n), 'x' * 900)
                     for n in range(55)))
        talk = made.talk()
        talk.begin()
        while talk.reply.commands:
            assert len(talk.reply.commands) == 1
            talk.go()
    assert talk.reply.final and 49 <= talk.msg <= 51, talk.msg


def test_endless_packages_end(env):
    """S3.38 a package that never ends: the session is ended cleanly at the
    limit."""
    made = Device(env)
    made.queue(('Exec', A))
    with Setting(env, session_messages=4):
        talk = made.talk()
        talk.begin(final=False)
        for _ in range(8):
            if talk.reply.final:
                break
            answer = talk.post(talk.text(OK, talk.msg + 1, final=False))
            if answer.status == 400:
                break
            talk.msg += 1
            talk.reply = Reply(answer)
        else:
            raise AssertionError('the session does not end')
        assert talk.msg in (4, 5), talk.msg
    assert made.talk().begin().uris() == [A]


def test_poison_command(env):
    """D2-43 a command sent three times without any Status is offered
    alone, then fails as quarantined with an event; the queue goes on."""
    made = Device(env)
    poison, good = made.queue(('Replace', A, 'poison'), ('Exec', B))
    for _ in range(3):
        assert made.talk().begin().uris()[0] == A
    talk = made.talk()
    assert talk.begin().uris() == [A], talk.reply.uris()
    before = made.events()
    talk = made.talk()
    assert talk.begin().uris() == [B], talk.reply.uris()
    state, error = made.command(poison, 'state, error')
    assert state == 'failed' and 'quarantined' in error, (state, error)
    assert made.events() > before
    talk.finish()
    assert made.command(good, 'state, status') == ['done', '200']
    made.queue(('Exec', C))
    assert made.talk().begin().uris() == [C]
    assert made.command(poison) == 'failed'


def test_poison_command_that_was_none(env):
    """D2-43 one that is answered when it is offered alone is done, and the
    others follow in order."""
    made = Device(env)
    made.queue(('Replace', A, '1'), ('Exec', B), ('Exec', C))
    for _ in range(3):
        made.talk().begin()
    found = [c.uri for c in made.talk().finish()]
    assert found == [A, B, C], found
    assert [r[0] for r in made.outcomes()] == ['done'] * 3


def test_poison_group(env):
    """D2-43 a group is quarantined as a whole."""
    made = Device(env)
    made.syncml(group('Atomic', out('Replace', (A, '1')),
                      out('Delete', (B,))))
    made.queue(('Exec', C))
    with Setting(env, delivery_attempts=1):
        made.talk().begin()
        assert [c.verb for c in made.talk().begin().commands] == ['Atomic']
        assert made.talk().begin().uris()[:1] == [C]
    assert made.outcomes()[0][0] == 'failed'


def test_answered_commands_are_no_poison(env):
    """D2-43 a Status of any kind counts as one: what the device answers is
    never quarantined, only counted."""
    made = Device(env)
    made.queue(('Exec', A))
    for _ in range(5):
        talk = made.talk()
        assert talk.begin().uris() == [A]
        talk.go('417')
    assert made.outcomes('state, error')[0][0] == 'queued', \
        made.outcomes('state, error')


def test_later_has_an_end(env):
    """S3.64 D1-I3 a device that always says later: the command ends as
    failed after retry_attempts."""
    made = Device(env)
    made.queue(('Exec', A), ('Exec', B))
    with Setting(env, retry_attempts=3):
        for _ in range(6):
            talk = made.talk()
            talk.begin()
            for _ in range(6):
                if A not in talk.reply.uris():
                    break
                talk.go(lambda c: '417' if c.uri == A else '200')
            if made.outcomes()[0][0] == 'failed':
                break
    assert made.outcomes() == [['failed', '417'], ['done', '200']]
    assert made.talk().begin().commands == []


def parallel(count, work):
    """Runs work(n) in threads; what each gave or raised."""
    found = [None] * count

    def one(number):
        try:
            found[number] = work(number)
        except Exception as error:      # pylint: disable=broad-except
            found[number] = error
    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for entry in found:
        if isinstance(entry, Exception):
            raise entry
    return found


def test_sessions_at_the_same_time(env):
    """D2-31 D1-I3 D1-I4 eight sessions of one device begin at once: each is
    answered, the newest owns the queue, what may run once was delivered
    once."""
    made = Device(env)
    made.queue(('Exec', REBOOT), ('Exec', A), ('Exec', B))
    talks = [made.talk(session='par%d' % n) for n in range(8)]
    with Setting(env, delivery_attempts=20):
        replies = parallel(8, lambda n: talks[n].begin())
    seen = [r.uris() for r in replies]
    assert sum(REBOOT in uris for uris in seen) == 1, seen
    rows = made.outcomes('state, attempts')
    assert rows[0] == ['unknown', '1'] or rows[0] == ['sent', '1'], rows
    assert int(rows[1][1]) == sum(A in uris for uris in seen), (rows, seen)
    answers = [t.post(t.text(t.due(), 2)) for t in talks]
    found = sorted(a.status for a in answers)
    assert found == [200] + [400] * 7, found
    rows = made.outcomes()
    assert [r[0] for r in rows][1:] == ['done'] * 2, rows


def test_copies_and_followers_at_the_same_time(env):
    """D2-28 D2-31 the same second message from six connections while the
    third may already be on its way: one effect, no error but 400."""
    made = Device(env)
    made.queue(('Exec', A))
    talk = made.talk()
    talk.begin()
    made.queue(('Exec', B))
    second = talk.text(talk.due(), 2).encode()
    answers = parallel(6, lambda n: client.answered(
        made.connection().request('POST', messages.QUERY, second,
                                  kind=client.SYNCML)))
    assert {a.status for a in answers} == {200}, answers
    assert len({a.body for a in answers}) == 1
    assert made.outcomes('state, attempts') == [['done', '1'], ['sent', '1']]


def test_two_devices_at_the_same_time(env):
    """T18 D2-31 two devices with equal SessionIDs and MsgIDs side by side
    never see each other's commands or answers."""
    pair = [Device(env), Device(env)]
    for number, made in enumerate(pair):
        made.queue(*(('Get', '%s/%d/%d' % (A, number, n))
                     for n in range(5)))

    def work(number):
        talk = pair[number].talk(session='same')
        seen = []
        talk.begin()
        while talk.reply.commands:
            body = talk.due() + ''.join(
                results(60 + n, talk.reply.msg, c.id, item(c.uri, c.uri))
                for n, c in enumerate(talk.reply.commands))
            seen += talk.reply.uris()
            talk.say(body)
        return seen
    for number, seen in enumerate(parallel(2, work)):
        assert seen == ['%s/%d/%d' % (A, number, n) for n in range(5)]
        assert pair[number].outcomes() == [['done', '200']] * 5
    rows = env.admin(
        "select device, count(*) from admin.result where uri = data and uri"
        " like '%s/%%' and device in ('%s', '%s') group by 1;" % (
            A, pair[0].uuid, pair[1].uuid))
    assert [r[1] for r in rows] == ['5', '5'], rows


def test_server_initiated(env):
    """S3.2 S3.3 a session that the server asked for begins with Alert
    1200 and is served alike."""
    made = Device(env)
    made.queue(('Exec', A))
    reply = made.talk().begin(code=1200)
    assert reply.status(2) == '200' and reply.uris() == [A]


def test_header_of_the_answer(env):
    """S3.43 S3.45 S3.47 S3.49 S3.50 Source and Target are exchanged, RespURI
    and LocNames of the device are read and not sent back as names of
    commands."""
    made = Device(env)
    talk = made.talk()
    talk.msg = 1
    text = talk.text(dm_talk.package1(made.id), name='anything',
                     target='https://x.test/a?b=c&amp;d')
    text = text.replace('</Source>', '</Source><RespURI>https://x.test/r'
                        '</RespURI>', 1)
    reply = Reply(talk.post(text))
    assert reply.source == 'https://x.test/a?b=c&d'
    assert reply.target == made.id
    assert reply.head.names()[:6] == ['VerDTD', 'VerProto', 'SessionID',
                                      'MsgID', 'Target', 'Source']
