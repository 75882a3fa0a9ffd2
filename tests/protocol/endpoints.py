# SPDX-License-Identifier: ISC
"""The four endpoints behind one face: a good message of each, a connection
to send variants of it on, and what "refused" means there."""

import client
import device
import keys
import messages
import stack


class Endpoint:
    """`text` is a good message; accepts() and refuses() judge an answer."""

    soap = True

    def __init__(self, env, name, path, text, host=stack.ENROLL, cert=None):
        self.env, self.name, self.path, self.text = env, name, path, text
        # Apache closes the connection after each 400 and 500: resume it.
        self.conn = client.Connection(env, host, cert=cert, resume=True,
                                      tls=client.ssl.TLSVersion.TLSv1_2)

    def ask(self, body):
        """Whatever comes back, be it the front server's own error."""
        if isinstance(body, str):
            body = body.encode()
        kind = client.SOAP if self.soap else client.SYNCML
        return self.conn.request('POST', self.path, body, kind=kind)

    def send(self, body):
        """The answer of a worker."""
        return client.answered(self.ask(body))

    def outcome(self, answer):
        """'200', a fault's subcode, or an HTTP status with empty body."""
        if answer.status == 200:
            messages.envelope(answer)
            return '200'
        assert answer.status == 500, answer
        return messages.Fault(answer).subcode

    def accepts(self, body):
        answer = self.send(body)
        found = self.outcome(answer)
        assert found == self.good, '%s: %s %r' % (self.name, found, answer)
        return answer

    def refuses(self, body, what):
        """Bad format, said as this endpoint says it."""
        answer = self.send(body)
        found = self.outcome(answer)
        assert found == self.bad, '%s: %s gave %s: %r' % (
            self.name, what, found, answer.body[-500:])
        return answer

    good, bad = '200', 's:MessageFormat'


class Management(Endpoint):
    """The message is package 1 of an enrolled device. Accepted variants of
    it are new sessions, so they may follow each other freely."""

    soap = False
    good, bad = '200', '400'

    def __init__(self, env):
        self.device = device.Device(env)
        super().__init__(env, 'management', messages.QUERY,
                         messages.package1(self.device.id, 'h'),
                         stack.MANAGE, self.device.files)

    def outcome(self, answer):
        if answer.status == 200:
            messages.SyncML(answer)
            return '200'
        assert answer.body == b'', answer
        kind = answer.header('Content-Type')
        assert kind is None or kind.startswith('text/plain'), answer
        return str(answer.status)


class Enrollment(Endpoint):
    """A user nobody knows: what the worker reads well ends in
    s:Authentication, and no variant can issue anything."""

    good = 's:Authentication'

    def __init__(self, env):
        ident = device.new_id()
        csr = keys.windows_request(keys.POOL.key(), ident)
        super().__init__(env, 'enrollment', messages.ENROLLMENT,
                         messages.enrol(csr, ident, 'nobody@x.test'))


def soap_endpoints(env):
    return [Endpoint(env, 'discovery', messages.DISCOVERY,
                     messages.discover()),
            Endpoint(env, 'policy', messages.POLICY, messages.policy()),
            Enrollment(env)]


def all_endpoints(env):
    return soap_endpoints(env) + [Management(env)]


def into(text, filler):
    """The message with something put where unknown content is open: into
    the SOAP header, or into the Meta of the login alert."""
    if '<SyncML' in text:
        return messages.sub(text, '<Type xmlns="syncml:metinf">com.microsoft',
                            filler + '<Type xmlns="syncml:metinf">'
                            'com.microsoft')
    return messages.sub(text, '</s:Header>', filler + '</s:Header>')
