# SPDX-License-Identifier: ISC
"""Kinds of message that carry a part of a large object."""

import dm_talk
import messages
from kinds import ALERT, NAME, READ, Kind
from machine import ONCE, Reply, value_of


class Chunk(Kind):
    """Results with the first part of an object"""

    uri = './DevDetail/Ext/Large'

    def open(self, it):
        it.enrol()
        it.enqueue(('Get', self.uri), ('Get', READ))
        reply = it.ask(it.package1())
        it.done += [self.uri, READ]
        self.ref = reply.msg, reply.commands[0].id, reply.commands[1].id
        return messages.status(1, reply.msg, 0, 'SyncHdr', 200) + ''.join(
            messages.status(n, reply.msg, c.id, 'Get', 200)
            for n, c in enumerate(reply.commands, 2))

    def part(self, number, data, more, size=''):
        meta = '<Size xmlns="syncml:metinf">%s</Size>' % size if size else ''
        return dm_talk.results(number, self.ref[0], self.ref[1], dm_talk.item(
            self.uri, data, meta, more))

    def prepare(self, it):
        return it.message(self.open(it) + self.part(9, 'first ', True, '11'))

    def last(self, it):
        return it.message(ALERT % (2, 1222) + self.part(3, 'last!', False)
                          + messages.results(4, self.ref[0], self.ref[2],
                                             [(READ, value_of(READ))]))

    def follow(self, it, answer):
        assert Reply(answer).result_statuses == ['213'], answer
        it.finish(it.ask(self.last(it)))

    def ends(self, it):
        found = it.results()
        assert found == [[self.uri, 'first last!'], [READ, value_of(READ)]], \
            found


class LastChunk(Chunk):
    """Results with the last part of an object"""

    def prepare(self, it):
        it.ask(super().prepare(it))
        return self.last(it)

    def follow(self, it, answer):
        it.finish(Reply(answer))


class BrokenObject(Chunk):
    """Results that break an object off"""

    def prepare(self, it):
        it.ask(super().prepare(it))
        return it.message(messages.results(2, self.ref[0], self.ref[2],
                                           [(READ, value_of(READ))]))

    def follow(self, it, answer):
        reply = Reply(answer)
        assert '1225' in reply.codes(), answer
        it.finish(reply)

    def ends(self, it):
        found = it.results()
        assert found == [[READ, value_of(READ)]], found


class LargeOut(Kind):
    """Status 213 for a part of a command's data"""

    data = 'part & parcel ' * 1400

    def prepare(self, it):
        it.enrol()
        it.values['./DevDetail/LrgObj'] = 'true'
        it.enqueue(('Get', './DevDetail/LrgObj'))
        it.session()
        it.enqueue(('Replace', NAME, self.data), ('Exec', ONCE))
        it.got = []
        return self.take(it, it.ask(it.package1(
            meta='<MaxMsgSize xmlns="syncml:metinf">8192</MaxMsgSize>')))

    def take(self, it, reply):
        """One part more: what the device says to it."""
        command, = reply.commands
        assert command.items[0].more and not reply.final, reply.body
        it.got.append(command.data)
        return it.message(
            messages.status(1, reply.msg, 0, 'SyncHdr', 200)
            + messages.status(2, reply.msg, command.id, command.verb, 213)
            + ALERT % (3, 1222))

    def follow(self, it, answer):
        reply = Reply(answer)
        while reply.commands[0].items[0].more:
            reply = it.ask(self.take(it, reply))
        it.got.append(reply.commands[0].data)
        it.finish(reply)

    def ends(self, it):
        super().ends(it)
        assert ''.join(it.got) == self.data and len(it.got) > 2, len(it.got)
        found = it.commands()
        assert found[NAME] == found[ONCE] == ('done', '200', '1'), found


class ChunkWbxml(Chunk):
    """WBXML: Results with the first part of an object"""
    wbxml = True


ALL = [k() for k in (Chunk, ChunkWbxml, LastChunk, BrokenObject, LargeOut)]
