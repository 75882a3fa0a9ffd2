# SPDX-License-Identifier: ISC
"""Kinds of message with credentials at the DM level."""

import dm_auth
import messages
from kinds import NAME, QUEUE, READ, Kind, Twice
from machine import ONCE, Reply

NONCE = b'0123456789abcdef'
CHAL = (
    '<Chal><Meta><Format xmlns="syncml:metinf">b64</Format><Type xmlns='
    '"syncml:metinf">syncml:auth-md5</Type><NextNonce xmlns="syncml:metinf">'
    '%s</NextNonce></Meta></Chal>' % dm_auth.b64(NONCE))


class Both(Kind):
    """A certificate is not enough; given commands, each is done once."""
    device_auth = 'certificate-and-digest'

    def prepare(self, it):
        it.enrol()
        it.enqueue(*QUEUE)
        return it.package1()

    def ends(self, it):
        super().ends(it)
        assert it.commands()[ONCE] == ('done', '200', '1'), it.commands()


class Cred(Both):
    """a good Cred: 212"""
    auth, first = 'cred', '212'

    def follow(self, it, answer):
        reply = Reply(answer)
        assert reply.header == self.first and reply.nonce, answer
        it.account.nonce = reply.nonce
        if self.first != '212':
            assert not reply.commands, answer
            reply = it.ask(it.again())
            assert reply.header == '212', reply.statuses
        it.finish(reply)
        # The nonce that came with 212 is the next session's.
        it.enqueue(('Get', './DevDetail/HwV'))
        reply = it.ask(it.package1())
        assert reply.header == '212', reply.statuses
        it.finish(reply)


class CredTwice(Twice, Cred):
    """a good Cred, that was answered before"""


class CredAlone(Cred):
    """a good Cred, no certificate"""
    device_auth, certificate = 'digest', False


class NoCred(Cred):
    """no Cred: 407"""
    first = '407'

    def prepare(self, it):
        it.enrol()
        it.enqueue(*QUEUE)
        return it.package1(shown=False)


class NoCredWbxml(NoCred):
    """WBXML: no Cred: 407"""
    wbxml = True


class WrongCred(Cred):
    """a wrong Cred: 401"""
    first = '401'

    def prepare(self, it):
        it.enrol()
        it.enqueue(*QUEUE)
        return it.package1(secret='not the secret')


class AfterChallenge(Cred):
    """package 1 again with Cred after 407"""

    def prepare(self, it):
        it.enrol()
        it.enqueue(*QUEUE)
        extra = messages.alert(20, 1226, 'made.up:type', '7')
        reply = it.ask(it.package1(extra, shown=False))
        assert reply.header == '407', reply.statuses
        it.account.nonce = reply.nonce
        return it.again(extra)


class Mac(Both):
    """an HMAC"""
    auth = 'mac'

    def follow(self, it, answer):
        reply = Reply(answer)
        assert reply.header == '200' and reply.nonce, answer
        it.finish(reply)


class LaterMac(Mac):
    """Statuses and Results with an HMAC"""

    def prepare(self, it):
        reply = it.ask(super().prepare(it))
        it.enqueue(('Get', './DevDetail/HwV'))
        return it.message(it.perform(reply))


class Signed(Both):
    """signed, no certificate"""
    device_auth, auth, certificate = 'signature', 'signature', False


class LaterSigned(Signed):
    """Statuses and Results, signed, no certificate"""

    def prepare(self, it):
        reply = it.ask(super().prepare(it))
        it.enqueue(('Get', './DevDetail/HwV'))
        return it.message(it.perform(reply))


class Demand(Kind):
    """Statuses 407: the server is to show its Cred"""

    def prepare(self, it):
        it.enrol()
        it.enqueue(('Replace', NAME, 'x'), ('Get', READ))
        reply = it.ask(it.package1())
        return it.message(messages.status(
            1, reply.msg, 0, 'SyncHdr', 407, CHAL) + ''.join(
                messages.status(n, reply.msg, c.id, c.verb, 407)
                for n, c in enumerate(reply.commands, 2)))

    def follow(self, it, answer):
        reply = Reply(answer)
        assert reply.head.one('Cred/Data').text == dm_auth.digest(
            it.account.server_name or 'Fenestra', it.account.server_secret,
            NONCE), answer
        if not reply.commands:      # they come when the Cred was taken
            reply = it.ask(it.message(messages.status(
                1, reply.msg, 0, 'SyncHdr', 212)))
        it.finish(reply)

    def ends(self, it):
        found = it.commands()
        assert set(found.values()) == {('done', '200', '2')}, found


ALL = [k() for k in (Cred, CredTwice, CredAlone, NoCred, NoCredWbxml,
                     WrongCred, AfterChallenge, Mac, LaterMac, Signed, LaterSigned,
                     Demand)]
