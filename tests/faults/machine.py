# SPDX-License-Identifier: ISC
"""A device that speaks to workers directly: it enrols, keeps sessions, does
each command of an answer once and remembers what it did."""

import threading

import client
import device
import dm_auth
import dm_talk
import dm_wbxml
import fastcgi
import keys
import messages

ONCE = './Vendor/MSFT/Reboot/RebootNow'
LATER = './Device/Vendor/MSFT/Later/'
MISSING = './Device/Vendor/MSFT/Missing/'
POOL = threading.Lock()


class Reply(dm_talk.Reply):
    """A 200 of the management worker, in whichever encoding it came."""

    def __init__(self, answer):
        super().__init__(
            answer, answer.header('Content-Type') == dm_talk.WBXML)
        self.result_statuses = [s.data for s in self.answers
                                if s.verb == 'Results']
        self.nonce = self.chal[2] if self.chal else None


class Machine:
    """`calm` are the workers that nobody kills. `auth` is what it proves
    itself with, beside a certificate or alone: 'cred', 'mac', 'signature' or
    nothing."""

    def __init__(self, env, calm, certificate=True, auth=None, wbxml=False):
        self.env, self.calm = env, calm
        self.certificate, self.auth, self.wbxml = certificate, auth, wbxml
        self.id = device.new_id()
        self.uuid, self.cert, self.account = None, None, None
        self.number, self.msg = 6, 0
        self.done = []              # the URIs of what it did, in order
        self.codes = {}             # {uri: statuses to give at first}
        self.values = {}            # {uri: value}, where it is no other
        self.macs = {}              # {body: its HMAC or signature}
        self.files = None           # of the certificate and its key
        self.cred = ''              # the last that it showed
        self.request()

    # Enrolment

    def request(self):
        """A new key and the RST for it."""
        with POOL:
            self.key = keys.POOL.key()
        csr = keys.windows_request(self.key, self.id)
        self.rst = messages.enrol(csr, self.id).encode()
        return self.rst

    def enrol(self, pool=None):
        return self.take_certificate((pool or self.calm['enrollment']).call(
            messages.ENROLLMENT, self.rst, client.SOAP))

    def take_certificate(self, answer):
        document = device.provisioning(answer)
        self.cert = document.stored('CertificateStore', 'My', 'User')
        self.account = dm_auth.Account(document)
        self.find()
        return document

    def find(self):
        found = self.env.sql("select device from mdm.device where device_id ="
                             " '%s';" % self.id)
        self.uuid = found[0][0] if found else None

    # Messages

    def call(self, pool, body):
        more = fastcgi.with_certificate(self.cert) if self.certificate else {}
        if self.auth == 'mac':
            more['HTTP_X_SYNCML_HMAC'] = self.mac(body)
        elif self.auth == 'signature':
            more['HTTP_MS_SIGNATURE'] = self.signature(body)
        return pool.call(messages.QUERY, body, dm_talk.WBXML if self.wbxml
                         else client.SYNCML, **more)

    def mac(self, body):
        """The header of a message; a repeat has the same."""
        if body not in self.macs:
            self.macs[body] = self.account.hmac(body)[1]
        return self.macs[body]

    def signature(self, body):
        """The header of a message; a repeat has the same."""
        if body not in self.macs:
            self.files = self.files or device.files(self.env, self.cert,
                                                    self.key)
            self.macs[body] = dm_auth.signed(self, body)
        return self.macs[body]

    def ask(self, body, pool=None):
        return Reply(self.call(pool or self.calm['management'], body))

    def message(self, body, final=True, **header):
        """The next message of the session; with a credential alone each has
        the session's."""
        self.msg += 1
        if not self.certificate and self.auth == 'cred' and \
                'name' not in header:
            header.update(name=self.account.name, cred=self.cred)
        text = dm_talk.document(self.id, self.number, self.msg, body, final,
                                **header)
        return dm_wbxml.encode(text) if self.wbxml else text.encode()

    def package1(self, extra='', **header):
        """The first message of a new session."""
        self.number, self.msg = self.number + 1, 0
        return self.again(extra, **header)

    def again(self, extra='', secret=None, shown=True, **header):
        """What package 1 holds, also once more after a challenge: with the
        name and, if it is to be shown, the credential."""
        if self.auth == 'cred':
            header['name'] = self.account.name
            if shown:
                self.cred = header['cred'] = self.account.cred(secret=secret)
        return self.message(dm_talk.package1(self.id, 'user', extra),
                            **header)

    # Sessions

    def code(self, uri):
        if self.codes.get(uri):
            return self.codes[uri].pop(0)
        if uri.startswith(LATER):
            return 202
        return 404 if uri.startswith(MISSING) else 200

    def perform(self, reply, header=200):
        """Does what the answer asks: the body of the next message."""
        if reply.nonce is not None:
            self.account.nonce = reply.nonce
        out = [messages.status(1, reply.msg, 0, 'SyncHdr', header)]
        for command in reply.commands:
            self._one(out, reply.msg, command)
        return ''.join(out)

    def _one(self, out, msg, command):
        if command.children:
            out.append(messages.status(len(out) + 1, msg, command.id,
                                       command.verb, 200))
            for inner in command.children:
                self._one(out, msg, inner)
            return
        item, = command.items
        self.done.append(item.uri)
        code = self.code(item.uri)
        out.append(messages.status(len(out) + 1, msg, command.id,
                                   command.verb, code))
        if command.verb == 'Get' and code == 200:
            out.append(messages.results(
                len(out) + 1, msg, command.id, [(item.uri, self.values.get(
                    item.uri, value_of(item.uri)))]))

    def finish(self, reply, pool=None):
        """Answers until there is nothing more; the last reply."""
        for _ in range(60):
            body = self.perform(reply)
            if not reply.commands:
                return reply
            reply = self.ask(self.message(body), pool)
        raise AssertionError('the session does not end')

    def session(self, extra='', pool=None):
        return self.finish(self.ask(self.package1(extra), pool), pool)

    # The administrator

    def enqueue(self, *commands):
        """(verb, uri[, data]) each, in this order and one transaction."""
        values = ', '.join("(%d, '%s', '%s', %s)" % (
            n, c[0], c[1], "'%s'" % c[2] if len(c) > 2 else 'null')
            for n, c in enumerate(commands))
        # One after the other: the order of calls is the order of the queue.
        return [r[0] for r in self.env.admin(
            "select admin.enqueue('%s', v.verb, v.uri, v.data) from (select *"
            ' from (values %s) v (n, verb, uri, data) order by n offset 0) v;'
            % (self.uuid, values))]

    def commands(self):
        """{uri: (state, status, attempts)}"""
        return {r[0]: tuple(r[1:]) for r in self.env.admin(
            "select uri, state, status, attempts from admin.command where"
            " device = '%s' order by seq;" % self.uuid)}

    def results(self):
        """[[uri, data]] in the order of the names."""
        return self.env.admin("select uri, data from admin.result where"
                              " device = '%s' order by 1;" % self.uuid)


def value_of(uri):
    return 'value of ' + uri.rpartition('/')[2]
