# SPDX-License-Identifier: ISC
"""Kinds of message: how a device comes to send it, and how it goes on when it
has its answer."""

import client
import dm_talk
import messages
from machine import LATER, MISSING, ONCE, Machine, Reply

NAME = './Device/Vendor/MSFT/Policy/Config/Name'
LOCK = './Vendor/MSFT/RemoteLock/Lock'
READ = './DevDetail/SwV'
ALERT = '<Alert><CmdID>%d</CmdID><Data>%d</Data></Alert>'
QUEUE = (('Replace', NAME, 'x'), ('Exec', ONCE), ('Get', READ),
         ('Get', MISSING + 'A'), ('Exec', LATER + 'Go', 'x'),
         ('Add', './Vendor/MSFT/Thing/One', 'a<b&c'))


class Kind:
    """One kind: `program` gets the message, `rows` says whether it is about
    the state of one device, `changes` whether that may become another."""

    program, rows, changes, status = 'management', True, True, 200
    steps = False   # whether what it comes to is committed bit by bit
    device_auth, auth, certificate, wbxml = None, None, True, False

    def name(self):
        words = [type(self).__doc__]
        if self.device_auth:
            words.insert(0, 'device_auth = %s,' % self.device_auth)
        return ' '.join(words)

    def make(self, env, calm):
        return Machine(env, calm, self.certificate, self.auth, self.wbxml)

    def prepare(self, it):
        """Up to the message; its bytes."""
        raise NotImplementedError

    def send(self, it, pool, body):
        return it.call(pool, body)

    def follow(self, it, answer):
        """On from the answer to the end of what the device has to do."""
        it.finish(Reply(answer))

    def ends(self, it):
        """What must be true in the end, besides being as the twin."""
        assert it.done.count(ONCE) <= 1, 'run once, but %r' % it.done


class Twice:
    """Of another kind, but answered before: a repeat."""
    changes = False

    def prepare(self, it):
        body = super().prepare(it)
        self.send(it, it.calm[self.program], body)
        return body


class Discovery(Kind):
    """discovery"""
    program, rows, path = 'discovery', False, messages.DISCOVERY

    def prepare(self, it):
        return messages.discover().encode()

    def send(self, it, pool, body):
        return pool.call(self.path, body, client.SOAP)

    def follow(self, it, answer):
        messages.envelope(answer)


class Policy(Discovery):
    """GetPolicies"""
    program, path = 'enrollment', messages.POLICY

    def prepare(self, it):
        return messages.policy(messages.UPN, messages.PASSWORD).encode()


class Enrol(Kind):
    """RST"""
    program = 'enrollment'

    def prepare(self, it):
        return it.rst

    def send(self, it, pool, body):
        return pool.call(messages.ENROLLMENT, body, client.SOAP)

    def follow(self, it, answer):
        it.take_certificate(answer)
        found = it.env.sql("select encode(sha256, 'hex'), state from"
                           " mdm.certificate where device = '%s' order by"
                           ' enrollment desc;' % it.uuid)
        assert found[0] == [it.cert.sha256(), 'issued'], found
        again = it.enrol()
        assert again.root.walk() and it.cert.sha256() == found[0][0], \
            'another certificate for the same request'
        it.session()


class EnrolAgain(Enrol):
    """RST of a known device with a new key"""

    def prepare(self, it):
        it.enrol()
        it.enqueue(*QUEUE[:1])
        it.session()
        return it.request()


class EnrolTwice(Twice, Enrol):
    """RST that was answered before"""


class EnrolRefused(Policy):
    """RST with a wrong password"""
    path, status = messages.ENROLLMENT, 500

    def prepare(self, it):
        return messages.credentials(it.rst.decode(), messages.UPN,
                                    'not the password').encode()

    def follow(self, it, answer):
        messages.fault(answer, 's:Authentication')


class First(Kind):
    """first message after enrolment"""

    def prepare(self, it):
        it.enrol()
        return it.package1()


class Empty(Kind):
    """package 1, nothing queued"""

    def prepare(self, it):
        it.enrol()
        it.session()
        return it.package1()


class Given(Kind):
    """package 1 that is given commands"""

    def prepare(self, it):
        it.enrol()
        it.session()
        it.enqueue(*QUEUE)
        return it.package1()

    def ends(self, it):
        super().ends(it)
        assert it.done == [c[1] for c in QUEUE], it.done


class Expanded(Kind):
    """package 1 that is given variables, one of which has no value"""
    steps = True    # given, then what cannot be given has failed

    def prepare(self, it):
        it.enrol()
        it.session()
        it.env.sql("update mdm.device set serial_number = null where device ="
                   " '%s';" % it.uuid)
        it.enqueue(('Replace', NAME, '$(device.serial_number)'),
                   ('Replace', NAME + 'd', '$(user.upn)'), ('Exec', ONCE),
                   ('Add', NAME + '2', 'x $(device.serial_number)'))
        return it.package1()

    def ends(self, it):
        super().ends(it)
        assert it.done == [NAME + 'd', ONCE], it.done
        found = it.commands()
        assert {u for u in found if found[u][0] == 'failed'} == {
            NAME, NAME + '2'}, found


class ExpandedTwice(Twice, Expanded):
    """package 1 with variables that was answered before"""


class Superseding(Kind):
    """package 1 after a session that was left open"""

    def prepare(self, it):
        it.enrol()
        it.enqueue(*QUEUE)
        it.ask(it.package1())       # heard, but nothing of it is done
        return it.package1()

    def ends(self, it):
        assert ONCE not in it.done, it.done
        assert it.commands()[ONCE] == ('unknown', None, '1'), it.commands()


class Statuses(Kind):
    """Statuses 200, 202, 404 and Results"""

    def prepare(self, it):
        it.enrol()
        it.enqueue(*QUEUE)
        reply = it.ask(it.package1())
        body = it.perform(reply)
        it.enqueue(('Get', './DevDetail/HwV'))
        return it.message(body)

    def ends(self, it):
        super().ends(it)
        found = it.commands()
        assert {u: f[0] for u, f in found.items()} == {
            NAME: 'done', ONCE: 'done', READ: 'done', MISSING + 'A': 'failed',
            LATER + 'Go': 'accepted', './Vendor/MSFT/Thing/One': 'done',
            './DevDetail/HwV': 'done'}, found
        assert {f[2] for f in found.values()} == {'1'}, found


class SentAgain(Kind):
    """Statuses 404, 417 and 418 that have commands sent again"""

    def prepare(self, it):
        it.enrol()
        it.enqueue(('Replace', NAME, 'x'), ('Get', READ),
                   ('Exec', './Vendor/MSFT/Go'),
                   ('Add', './Vendor/MSFT/Thing/One', 'y'))
        it.codes = {NAME: [404], READ: [417], './Vendor/MSFT/Go': [417],
                    './Vendor/MSFT/Thing/One': [418]}
        return it.message(it.perform(it.ask(it.package1())))

    def follow(self, it, answer):
        it.finish(Reply(answer))
        it.session()

    def ends(self, it):
        found = it.commands()
        assert set(found.values()) == {('done', '200', '2')}, found


class Poison(Kind):
    """package 1 after a command was sent in vain four times"""

    def prepare(self, it):
        it.enrol()
        it.enqueue(('Replace', NAME, 'x'), ('Get', READ))
        for _ in range(4):
            it.ask(it.package1())
        return it.package1()

    def ends(self, it):
        found = it.commands()
        assert found[NAME] == ('failed', None, '4'), found
        assert found[READ] == ('done', '200', '4'), found


class Alerts(Kind):
    """alerts, one of them the outcome of an accepted command"""

    def prepare(self, it):
        it.enrol()
        it.enqueue(*QUEUE)
        it.session()
        it.enqueue(('Get', './DevDetail/HwV'))
        return it.package1(
            messages.alert(20, 1226, 'Reversed-Domain-Name:com.microsoft.mdm.'
                           'win32csp_install', '0', LATER + 'Go', 'critical',
                           'int')
            + messages.alert(21, 1224, 'com.microsoft.mdm.synctype', 'user')
            + messages.alert(22, 1226, 'made.up:type', '7'))

    def ends(self, it):
        super().ends(it)
        assert it.commands()[LATER + 'Go'] == ('done', '200', '1')


class Unenrolment(Kind):
    """alert of unenrolment"""

    def prepare(self, it):
        it.enrol()
        it.enqueue(*QUEUE)
        return it.package1(messages.alert(
            20, 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1',
            mark='critical', form='int'))

    def follow(self, it, answer):
        Reply(answer)
        assert it.call(it.calm['management'], it.package1()).status == 403


class NotFinal(Kind):
    """package of several messages, the first without Final"""

    def prepare(self, it):
        it.enrol()
        it.session()
        it.enqueue(*QUEUE)
        return it.package1(messages.alert(
            20, 1224, 'com.microsoft.mdm.synctype', 'user'), final=False)

    def follow(self, it, answer):
        reply = Reply(answer)
        assert reply.codes() == ['1222'] and not reply.commands and \
            not reply.final, answer
        it.finish(it.ask(it.message(messages.status(
            1, reply.msg, 0, 'SyncHdr', 200))))


class Abort(Kind):
    """Alert 1223"""

    def prepare(self, it):
        it.enrol()
        it.enqueue(*QUEUE)
        reply = it.ask(it.package1())
        return it.message(messages.status(1, reply.msg, 0, 'SyncHdr', 200)
                          + ALERT % (2, 1223))

    def follow(self, it, answer):
        assert not Reply(answer).commands
        it.session()

    def ends(self, it):
        super().ends(it)
        assert it.commands()[ONCE] == ('unknown', None, '1'), it.commands()


class Atomic(Kind):
    """Statuses of an Atomic and its parts"""
    group = 'Atomic'

    def prepare(self, it):
        it.enrol()
        it.env.call('enqueue_syncml', it.uuid, dm_talk.group(
            self.group, dm_talk.out('Replace', ('./Vendor/MSFT/A/1', '1')),
            dm_talk.out('Add', ('./Vendor/MSFT/A/2', '2'))))
        it.enqueue(*QUEUE[:2])
        return it.message(it.perform(it.ask(it.package1())))

    def ends(self, it):
        super().ends(it)
        assert {f[0] for f in it.commands().values()} == {'done'}


class Sequence(Atomic):
    """Statuses of a Sequence and its parts"""
    group = 'Sequence'


class Skipped(Kind):
    """message with a MsgID too many: 400"""
    changes, status = False, 400

    def prepare(self, it):
        it.enrol()
        it.enqueue(*QUEUE)
        it.reply = it.ask(it.package1())
        it.msg += 1
        return it.message(messages.status(
            1, 2, 0, 'SyncHdr', 200) + messages.status(2, 1, 1, 'Get', 500))

    def follow(self, it, answer):
        it.msg -= 2
        it.finish(it.reply)


class Gone(Kind):
    """package 1 of a device that has unenrolled: 403"""
    changes, status = False, 403

    def prepare(self, it):
        it.enrol()
        it.ask(it.package1(messages.alert(
            20, 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1')))
        return it.package1()

    def follow(self, it, answer):
        assert it.call(it.calm['management'], it.package1()).status == 403


class GivenTwice(Twice, Given):
    """package 1 that was answered before"""


class StatusesTwice(Twice, Statuses):
    """Statuses and Results that were answered before"""


class GivenWbxml(Given):
    """WBXML: package 1 that is given commands"""
    wbxml = True


class StatusesWbxml(Statuses):
    """WBXML: Statuses 200, 202, 404 and Results"""
    wbxml = True


ALL = [k() for k in (
    Discovery, Policy, Enrol, EnrolAgain, EnrolTwice, EnrolRefused, First,
    Empty, Given, GivenTwice, GivenWbxml, Expanded, ExpandedTwice, Superseding,
    Poison, Statuses, StatusesTwice, StatusesWbxml, SentAgain, Alerts, Unenrolment, Gone,
    NotFinal, Skipped, Abort, Atomic, Sequence)]
