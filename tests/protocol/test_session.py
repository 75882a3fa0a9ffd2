# SPDX-License-Identifier: ISC
"""Sessions: repeats, order, supersession, statuses that do not fit."""

import threading

import client
import device
import messages
import stack
from messages import message, package1, results, status

REBOOT = './Device/Vendor/MSFT/Reboot/RebootNow'
NOTHING = status(1, 1, 0, 'SyncHdr', 200)


def refused(session, text, status_=400):
    """The message is refused with an empty body."""
    answer = session.post(text)
    assert answer.status == status_, 'wanted %d: %r' % (status_, answer)
    assert answer.body == b'', answer
    kind = answer.header('Content-Type')
    assert kind is None or kind.startswith('text/plain'), kind
    return answer


def test_repeated_first_message(env):
    """D2-28 T17 D1-I1 package 1 sent again gets the identical bytes and
    nothing happens twice, even with the queue changed meanwhile."""
    made = device.Device(env)
    ident = made.enqueue('Exec', './Vendor/MSFT/Run', 'x')
    session = made.session()
    session.first(messages.alert(9, 1226, 'com.example.once', '1'))
    first = session.answer.body
    made.enqueue('Replace', './Vendor/MSFT/Late', 'x')
    before = env.tables()
    for _ in range(3):
        assert session.post(session.sent).body == first
    assert made.command(ident, 'state, attempts') == ['sent', '1']
    after = env.tables()
    changed = {t for t in after if after[t] != before[t]}
    assert changed <= {'device', 'session'}, changed
    count = env.value('select count(*) from admin.alert where device = %s;'
                      % stack.quote(made.uuid))
    assert count == '1', '%s alerts' % count


def test_repeated_later_message(env):
    """D2-28 T17 D1-I2 a later message again: the identical answer, one
    result, no second delivery."""
    made = device.Device(env)
    ident = made.enqueue('Get', './Vendor/MSFT/A')
    session = made.session()
    command = session.first().commands[0]
    made.enqueue('Exec', './Vendor/MSFT/B', 'x')
    session.next(session.answers('200', results(
        9, 1, command.id, [('./Vendor/MSFT/A', 'v')])))
    second = session.answer.body
    events = made.events()
    for _ in range(3):
        assert session.post(session.sent).body == second
    assert made.events() == events
    assert len(made.results(ident)) == 1
    assert session.next(session.answers()).commands == []


def test_repeat_reaches_another_worker(env):
    """D2-28 the identical answer comes from whatever worker is asked:
    many copies at once over connections of their own."""
    made = device.Device(env)
    for number in range(3):
        made.enqueue('Exec', './Vendor/MSFT/R/%d' % number, 'x')
    text = package1(made.id, 'parallel').encode()
    bodies = [None] * 10

    def one(number):
        bodies[number] = made.connection().request(
            'POST', messages.QUERY, text, kind=client.SYNCML).body

    threads = [threading.Thread(target=one, args=(i,)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(bodies)) == 1 and bodies[0], bodies
    rows = env.admin('select distinct attempts from admin.command where'
                     ' device = %s;' % stack.quote(made.uuid))
    assert rows == [['1']], rows


def test_first_message_of_the_session_before(env):
    """T17 D2-31 D1-I4 a copy of the first message of a session that was given
    up, which was on its way for so long that the next session has begun,
    does not end that one: an Exec that it was given is not lost."""
    made = device.Device(env)
    made.session().finish()
    ident = made.enqueue('Exec', './Vendor/MSFT/Reboot/RebootNow')
    made.enqueue('Get', './DevDetail/SwV')
    given_up, live = made.session(), made.session()
    given_up.first()
    live.first()
    mark = env.log.mark()
    answer = given_up.post(given_up.sent)
    assert answer.status == 400 and not answer.body, answer
    line, = env.log.wait(mark, 1)
    assert 'expected message 2 of session %s' % live.session in \
        line['reason'], line
    live.finish()
    state = made.command(ident)
    assert state in ('done', 'unknown'), state
    assert made.command(ident, 'attempts') == '1'
    fresh = made.session()
    fresh.finish()
    assert made.command(ident) == state


def test_same_number_other_body(env):
    """D2-29 T17 a later MsgID used again with other bytes is refused and
    changes nothing; the session goes on."""
    made = device.Device(env)
    ident = made.enqueue('Replace', './Vendor/MSFT/A', 'x')
    session = made.session()
    command = session.first().commands[0]
    session.next(NOTHING)
    before = env.tables()
    refused(session, message(made.id, session.session, 2, NOTHING + status(
        2, 1, command.id, 'Replace', 200)))
    assert env.tables() == before
    assert made.command(ident) == 'sent'
    session.next(NOTHING + status(2, 1, command.id, 'Replace', 200))
    assert made.command(ident) == 'done'


def test_numbers_out_of_order(env):
    """D2-30 a MsgID that skips or goes back is refused, nothing is
    recorded, and the right next message is still taken."""
    made = device.Device(env)
    ident = made.enqueue('Replace', './Vendor/MSFT/A', 'x')
    session = made.session()
    command = session.first().commands[0]
    body = NOTHING + status(2, 1, command.id, 'Replace', 200)
    before = env.tables()
    for number in (3, 4, 100, 0):
        refused(session, message(made.id, session.session, number, body))
    assert env.tables() == before
    assert made.command(ident) == 'sent'
    session.next(body)
    assert made.command(ident) == 'done'
    refused(session, message(made.id, session.session, 4, NOTHING))


def test_out_of_order_is_explained(env):
    """D2-30 the log says which number was expected and which came."""
    made = device.Device(env)
    session = made.session()
    session.first()
    mark = env.log.mark()
    refused(session, message(made.id, session.session, 7, NOTHING))
    line, = env.log.wait(mark, 1)
    assert '2' in line['reason'] and '7' in line['reason'], line


def test_middle_of_an_unknown_session(env):
    """D2-30 a second message of a session that never began is refused."""
    made = device.Device(env)
    session = made.session()
    refused(session, message(made.id, 'never', 2, NOTHING))
    session.first()
    refused(session, message(made.id, 'other', 2, NOTHING))


def test_bad_numbers(env):
    """D2-37 MsgID and SessionID that are no numbers, huge, negative or
    empty are refused and the worker lives."""
    made = device.Device(env)
    session = made.session()
    text = package1(made.id, 'n')
    before = env.tables()
    for number in ('x', '-1', '', '0x1', '1.5', '9' * 4096, '4294967296',
                   '18446744073709551617', '1 2'):
        refused(session, messages.element(text, 'MsgID', number))
    for number in ('y' * 33, 'y' * 5000):
        refused(session, messages.element(text, 'SessionID', number))
    assert env.tables() == before
    assert session.first().statuses


def test_bad_references(env):
    """D2-33 D2-37 S3.17 statuses for unknown or odd references, twice or
    without one: answered, recorded as anomalies, the command stays sent."""
    made = device.Device(env)
    ident = made.enqueue('Replace', './Vendor/MSFT/A', 'x')
    session = made.session()
    command = session.first().commands[0]
    before = made.events()
    session.next(
        NOTHING + status(2, 1, 99, 'Replace', 200)
        + status(3, 9, command.id, 'Replace', 200)
        + status(4, 1, '', '', 400)
        + results(5, 1, 77, [('./x', 'y')]))
    assert made.command(ident) == 'sent'
    assert made.events() > before
    session.next(status(1, 2, 0, 'SyncHdr', 200)
                 + status(2, 1, command.id, 'Replace', 200)
                 + status(3, 1, command.id, 'Replace', 404))
    assert made.command(ident, 'state, status') == ['done', '200']


def test_late_status_changes_nothing(env):
    """D2-33 D1-I3 a status for a command that has ended is an anomaly."""
    made = device.Device(env)
    ident = made.enqueue('Replace', './Vendor/MSFT/A', 'x')
    session = made.session()
    command = session.first().commands[0]
    session.next(session.answers('200'))
    before = made.events()
    session.next(status(1, 2, 0, 'SyncHdr', 200)
                 + status(2, 1, command.id, 'Replace', 500))
    assert made.command(ident, 'state, status') == ['done', '200']
    assert made.events() == before + 1


def test_missing_status(env):
    """D2-33 a command the device does not mention stays sent and is not
    sent again within the session."""
    made = device.Device(env)
    ident = made.enqueue('Replace', './Vendor/MSFT/A', 'x')
    session = made.session()
    session.first()
    assert session.next(NOTHING).commands == []
    assert made.command(ident, 'state, attempts') == ['sent', '1']


def test_new_session_supersedes(env):
    """D2-29 D2-31 D2-32 a new package 1 ends the older session: what was
    sent and not answered is offered again, and the old session is over."""
    made = device.Device(env)
    ident = made.enqueue('Replace', './Vendor/MSFT/A', 'x')
    old = made.session()
    command = old.first().commands[0]
    young = made.session()
    assert young.first().uris() == ['./Vendor/MSFT/A']
    assert made.command(ident, 'state, attempts') == ['sent', '2']
    refused(old, message(made.id, old.session, 2, NOTHING + status(
        2, 1, command.id, 'Replace', 500)))
    assert made.command(ident) == 'sent'
    young.finish()
    assert made.command(ident, 'state, status, attempts') == [
        'done', '200', '2']


def test_same_session_id_again(env):
    """D2-29 a package 1 under the old SessionID with other bytes is a new
    session."""
    made = device.Device(env)
    made.enqueue('Replace', './Vendor/MSFT/A', 'x')
    session = made.session()
    session.first()
    again = made.session(session=session.session)
    assert again.first(messages.alert(9, 1224, 'x.y', '1')).uris() == [
        './Vendor/MSFT/A']
    again.finish()


def test_old_message_of_the_same_session(env):
    """E15 D2-29 once message 2 was taken, package 1 again is no repeat: it
    opens a new session."""
    made = device.Device(env)
    session = made.session()
    session.first()
    first = session.sent
    session.next(NOTHING)
    session.post(first)
    assert messages.SyncML(session.answer).msg == 1


def test_run_once_is_not_sent_twice(env):
    """D2-32 D1-I4 an Exec that must not run twice, unanswered when its
    session ends, becomes unknown and is not offered again."""
    made = device.Device(env)
    reboot = made.enqueue('Exec', REBOOT)
    other = made.enqueue('Replace', './Vendor/MSFT/A', 'x')
    assert REBOOT in made.session().first().uris()
    session = made.session()
    assert session.first().uris() == ['./Vendor/MSFT/A']
    session.finish()
    assert made.command(reboot, 'state, attempts') == ['unknown', '1']
    assert made.command(other, 'state, attempts') == ['done', '2']


def test_sessions_of_two_devices(env):
    """T18 the same SessionID and MsgIDs on two devices do not touch."""
    first, second = device.Device(env), device.Device(env)
    first.enqueue('Replace', './Vendor/MSFT/First', 'x')
    second.enqueue('Replace', './Vendor/MSFT/Second', 'x')
    one, two = first.session(session='s'), second.session(session='s')
    assert one.first().uris() == ['./Vendor/MSFT/First']
    assert two.first().uris() == ['./Vendor/MSFT/Second']
    one.finish()
    two.finish()
    assert one.msg == two.msg == 2


def test_abort(env):
    """S3.54 an Alert 1223 is answered and no command follows it."""
    made = device.Device(env)
    session = made.session()
    session.first()
    made.enqueue('Replace', './Vendor/MSFT/A', 'x')
    reply = session.next(NOTHING + '<Alert><CmdID>2</CmdID><Data>1223</Data>'
                         '</Alert>')
    assert ('2', '2', 'Alert', '200') in reply.statuses, reply.statuses
    assert reply.commands == []


def test_unknown_command_of_the_device(env):
    """S3.16 a command no device has to send is refused with its own
    status, the rest of the message counts."""
    made = device.Device(env)
    session = made.session()
    reply = session.first('<Copy><CmdID>9</CmdID><Item><Source><LocURI>./a'
                          '</LocURI></Source></Item></Copy>')
    found = [s for s in reply.statuses if s[1] == '9']
    assert len(found) == 1 and found[0][3] in ('400', '406'), reply.statuses
    assert made.row('state') == 'enrolled'


def test_command_without_an_id(env):
    """S3.17 a command without CmdID gets Status 400 with an empty
    reference."""
    made = device.Device(env)
    reply = made.session().first(
        '<Replace><Item><Source><LocURI>./DevInfo/X</LocURI></Source>'
        '<Data>x</Data></Item></Replace>')
    assert ('1', '', 'Replace', '400') in reply.statuses, reply.statuses


def test_last_message_only_closes(env):
    """S0.80 E1 the answer to a message that leaves nothing to do is a
    Status for its header and Final, not an empty body."""
    made = device.Device(env)
    session = made.session()
    session.first()
    reply = session.next(NOTHING)
    assert reply.statuses == [('2', '0', 'SyncHdr', '200')]
    assert reply.final and not reply.commands
