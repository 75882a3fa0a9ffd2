# SPDX-License-Identifier: ISC
"""A message is sent, the worker killed at one place, the message sent again;
in the end everything is as with a twin that nobody disturbed."""

import os
import signal

import kinds
import state
from machine import Machine, Reply
from server import Armed

# Where a message passes once, and as often as it has to do with the database.
ONCE = ('request-begun', 'request-read', 'answer-made', 'answer-begun',
        'answer-sent', 'request-done')
COMMITTED = ('answer-made', 'answer-begun', 'answer-sent', 'request-done')
UNTOUCHED = ('request-begun', 'request-read')
RUNS = ('db-before', 'db-sent', 'db-done')
CALLS = ('db-call', 'db-result')
CONNECTS = ('db-connect', 'db-checked')
PLACES = ONCE + RUNS + CALLS + CONNECTS
PROGRAMS = ('discovery', 'enrollment', 'management')


class Sweep:
    def __init__(self, env, calm, invariants):
        self.env, self.calm, self.invariants = env, calm, invariants
        self.picture = state.Picture(env)
        self.armed = {
            'discovery': Armed(env, 'discovery'),
            'enrollment': Armed(env, 'enrollment'),
            'management': Armed(env, 'management')}
        self.kills = 0
        self.kind = self.twin = None

    def close(self):
        for pool in self.armed.values():
            pool.close()

    def look(self, it):
        return self.picture.of(it) if self.kind.rows else \
            sorted(self.env.tables().items())

    def start(self, kind):
        """The twin: what is to come of it."""
        self.kind, self.twin = kind, None
        it = kind.make(self.env, self.calm)
        body = kind.prepare(it)
        before = self.look(it)
        answer = kind.send(it, self.calm[kind.program], body)
        after = self.look(it)
        kind.follow(it, answer)
        end = self.look(it)
        kind.ends(it)
        self.invariants.holds()
        assert answer.status == kind.status, answer
        assert (before != after) == (kind.rows and kind.changes), \
            state.difference(before, after) or 'the message does nothing'
        self.twin = state.answer(answer, it), before, after, end

    def same(self, what, found, wanted):
        assert found == wanted, '%s differs from the twin\'s (+):\n%s' % (
            what, state.difference(found, wanted))

    def prepared(self):
        it = self.kind.make(self.env, self.calm)
        body = self.kind.prepare(it)
        before = self.look(it)
        if self.kind.rows:
            self.same('the state before', before, self.twin[1])
        return it, body, before

    def kill(self, it, body, place, passes):
        pool = self.armed[self.kind.program]
        if not self.kind.certificate:
            pool.restart()      # settings are asked for once a second
        died, answer = pool.kill_at(
            place, passes, lambda p: self.kind.send(it, p, body))
        if not died:
            pool.restart()      # it has counted what it passed
        self.kills += died
        return died, answer

    def half(self, it, before, place, passes, last):
        """Committed whole or not at all, and before a byte is answered.  The
        last word on an enrolment is the signer's, not the worker's."""
        now = self.look(it)
        if not self.kind.rows:
            assert now == before, 'something was written'
        elif place in COMMITTED or place == 'db-done' and last and \
                self.kind.program == 'management':
            self.same('what is committed', now, self.twin[2])
        elif place in UNTOUCHED or place == 'db-before' and not passes:
            self.same('what is committed', now, self.twin[1])
        elif self.kind.program == 'management' and now != self.twin[1] and \
                not self.kind.steps:
            self.same('what is committed', now, self.twin[2])

    def one(self, place, passes=0, last=False, at_once=False):
        """Whether the place was reached; an AssertionError says more."""
        it, body, before = self.prepared()
        kind, pool = self.kind, self.armed[self.kind.program]
        died, first = self.kill(it, body, place, passes)
        if at_once:
            pool = self.calm[kind.program]
        else:
            if died:
                pool.quiet()
            self.half(it, before, place if died else 'request-done', passes,
                      last)
            self.invariants.holds(it.uuid)
        answer = kind.send(it, pool, body)
        if first is not None:
            self.same('the first answer', state.answer(first, it),
                      self.twin[0])
        self.same('the answer', state.answer(answer, it), self.twin[0])
        self.same('the state', self.look(it), self.twin[2]
                  if kind.rows else before)
        if first is not None and kind.program == 'management':
            assert first.body == answer.body, 'the repeat has other bytes'
        kind.follow(it, answer)
        self.same('the state in the end', self.look(it), self.twin[3]
                  if kind.rows else before)
        kind.ends(it)
        self.invariants.holds(it.uuid)
        return died

    def passes(self, place):
        """How often the message passes a place: the first run that is not
        killed tells, and must be as the twin."""
        count = 0
        while self.one(place, count):
            count += 1
            assert count < 40
        assert count, place + ' is not reached'
        return count

    def places(self, runs, calls):
        """(name, [(place, passes, last, at once)]) of one kind."""
        for place in ONCE:
            yield place, [(place, 0, False, False)]
        for place in RUNS[1:]:
            yield '%s, each of %d' % (place, runs), [
                (place, n, n == runs - 1, False) for n in range(runs)]
        yield 'db-result, each of %d' % calls, [
            ('db-result', n, False, False) for n in range(calls)]
        yield 'db-sent and repeated at once', [
            ('db-sent', n, False, True) for n in range(runs > 1, runs)]

    def reconnected(self, place):
        """The database ended the connection; killed while it is made anew,
        in the middle of the message."""
        pool = self.armed[self.kind.program]
        pool.ready()
        self.env.sql('select pg_terminate_backend(%d, 10000);'
                     % pool.backend(pool.names[-1]))
        assert self.one(place), place + ' is not reached'

    def anew(self, place, passes):
        """After the kill the device begins a new session instead."""
        it, body, _ = self.prepared()
        died, _ = self.kill(it, body, place, passes)
        if died:
            self.armed[self.kind.program].quiet()
            it.session()
            it.session()
            self.invariants.holds(it.uuid)
        return it if died else None

    def late(self, anew):
        """The worker dies while the database has not begun with its
        message; that runs when the device is two messages further."""
        pool = self.armed['management']
        it = Machine(self.env, self.calm)
        it.enrol()
        it.session(pool=pool)           # so that the worker is connected
        it.enqueue(*kinds.QUEUE)
        backend = pool.backend(pool.names[-1])
        body = it.package1()
        os.kill(backend, signal.SIGSTOP)
        try:
            died, _ = pool.kill_at('db-sent', 0,
                                   lambda p: it.call(p, body))
            assert died, 'db-sent is not reached'
            reply = it.ask(it.package1() if anew else body)
            body = it.perform(reply)
            it.enqueue(('Get', './DevDetail/HwV'), ('Exec', kinds.LOCK))
            reply = it.ask(it.message(body))
        finally:
            os.kill(backend, signal.SIGCONT)
        self.kills += 1
        pool.quiet()
        self.invariants.holds(it.uuid)
        answer = it.call(self.calm['management'],
                         it.message(it.perform(reply)))
        if answer.status == 200:
            it.finish(Reply(answer))
        it.session()
        it.session()
        self.invariants.holds(it.uuid)
        return it, answer.status
