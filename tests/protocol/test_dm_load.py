# SPDX-License-Identifier: ISC
"""Many sessions: a device that begins them without end, and many devices
that wake at once."""

import time

from dm_talk import Device, Reply, document, package1
from messages import alert
from test_dm_sessions import parallel

A = './Vendor/MSFT/M/A'


def served(answer):
    """Whether it was; else it must say when to come again."""
    if answer.status == 503:
        assert int(answer.header('Retry-After')) > 0, answer
        assert answer.body == b'', answer
        return False
    Reply(answer)
    return True


def test_a_device_that_loops(env):
    """D2-42 sixty sessions in a row by one device: answered or told to come
    later, another device is served meanwhile, and nothing piles up."""
    made, other = Device(env), Device(env)
    other.queue(('Exec', A))
    talk = made.talk()

    def one(number):
        return served(talk.post(document(made.id, number, 1, package1(
            made.id))))
    for number in range(10):
        one(number)
    before = rows(env, made)
    for number in range(10, 60):
        one(number)
        if number == 30:
            assert [c.uri for c in other.talk().finish()] == [A]
    assert rows(env, made) == before, (before, rows(env, made))


def rows(env, made):
    """Rows of the device by table, the trail of events apart."""
    names = env.sql(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid ="
        " c.oid and a.attname = 'device' where c.relkind in ('r', 'p') and"
        " c.relnamespace = 'mdm'::regnamespace and not c.relispartition"
        " and c.relname <> 'event' order by 1;")
    return env.sql(' union all '.join(
        "select '%s', count(*) from mdm.%s where device = '%s'" % (
            name, name, made.uuid) for name, in names) + ';')


def test_devices_that_wake_at_once(env):
    """D2-41 sixteen devices at the same moment, each with a queue: whoever
    is turned away comes again, and every queue is drained, each command
    once."""
    fleet = [Device(env) for _ in range(16)]
    for made in fleet:
        made.queue(*(('Exec', '%s/%d' % (A, n)) for n in range(3)))

    def work(number):
        talk = fleet[number].talk()
        text = document(talk.made.id, 'wake', 1, package1(
            talk.made.id, extra=alert(9, 1226, 'x.y', '1')))
        for _ in range(50):
            answer = talk.post(text)
            if served(answer):
                break
            time.sleep(0.1)
        talk.session, talk.msg, talk.reply = 'wake', 1, Reply(answer)
        return [c.uri for c in talk.finish()]
    for seen in parallel(16, work):
        assert seen == ['%s/%d' % (A, n) for n in range(3)], seen
    for made in fleet:
        assert made.outcomes('state, attempts') == [['done', '1']] * 3
        assert len(made.alerts()) == 1
