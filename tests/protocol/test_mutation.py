# SPDX-License-Identifier: ISC
"""Every one-step mutation of the captured messages against the frozen
verdicts, and every truncation of them."""

import concurrent.futures
import os

import client
import endpoints
import messages
import mutate
import stack
from dm_talk import Setting

TABLE = os.path.join(stack.ROOT, 'tests', 'hostile', 'verdicts.tsv')
REFUSED = ('s:MessageFormat', 'a:InvalidSecurity', 's:CertificateRequest',
           's:Authentication', 's:EnrollmentServer', '400', '403')


def frozen():
    """{(message, variant): verdict}"""
    found = {}
    with open(TABLE, encoding='utf-8') as file:
        for line in file:
            if line.startswith('message\t'):
                continue
            message, variant, verdict = line.rstrip('\n').split('\t')
            assert (message, variant) not in found, line
            found[message, variant] = verdict
    return found


class SecondMessage(endpoints.Management):
    """The captured second message; each variant follows a package 1 of its
    own, because a message that was taken cannot come again."""

    def __init__(self, env):
        super().__init__(env)
        self.name = 'management-2'
        self.first = messages.package1(self.device.id, 'h2')
        self.text = messages.captured('manage-2-request.xml').replace(
            messages.CAPTURED_ID, self.device.id)
        self.text = messages.element(self.text, 'SessionID', 'h2')
        self.count = 0

    def send(self, body):
        self.count += 1
        opening = messages.element(self.first, 'SessionID', 'h2').replace(
            '<Final/>', '<Final/><!-- %d -->' % self.count)
        answer = super().send(opening)
        assert answer.status == 200, answer
        return super().send(body)


def targets(env):
    return endpoints.all_endpoints(env) + [SecondMessage(env)]


def judged(endpoint):
    """(message, variant, verdict) of every variant of one message."""
    endpoint.accepts(endpoint.text)
    return [(endpoint.name, key, endpoint.outcome(endpoint.send(variant)))
            for key, _, _, variant in mutate.variants(endpoint.text)]


def verdicts(env):
    """Those of all messages, two at a time: there are two workers."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [row for rows in pool.map(judged, targets(env))
                for row in rows]


def test_one_step_mutations(env):
    """T22 T21 every one-step mutation has the verdict that was reviewed
    and frozen, none of them a crash, and the workers live."""
    table, before, wrong, seen = frozen(), env.workers(), [], set()
    assert before, 'no workers found'
    with Setting(env, session_rate=0):
        judgements = verdicts(env)
    for message, key, found in judgements:
        seen.add((message, key))
        wanted = table.get((message, key))
        if found != wanted:
            wrong.append('%s %s: %s, frozen %s' % (message, key, found,
                                                   wanted))
    assert not wrong, '%d verdicts differ:\n%s' % (
        len(wrong), '\n'.join(wrong[:40]))
    assert set(table) == seen, 'the table has rows without a variant'
    assert len(seen) >= 3000, 'only %d variants' % len(seen)
    assert before <= env.workers(), 'a worker died'


def test_frozen_verdicts_are_possible(env):
    """T22 no frozen verdict contradicts the specification: what changes
    nothing is read as before, what is not XML is bad format."""
    good = {e.name: (e.good, e.bad) for e in targets(env)}
    checked = 0
    for (message, variant), verdict in frozen().items():
        same, bad = good[message]
        bound = mutate.bounds(*variant.split(' '))
        checked += bound != 'any'
        if bound == 'same':
            assert verdict == same, '%s %s: %s' % (message, variant, verdict)
        elif bound == 'bad':
            assert verdict == bad, '%s %s: %s' % (message, variant, verdict)
        else:
            assert verdict == same or verdict in REFUSED, variant
    assert checked > 800, checked


def test_mutations_store_nothing(env):
    """T22 D2-36 refused variants of the RST leave the database as it
    was."""
    endpoint = endpoints.Enrollment(env)
    before = env.tables()
    for _, step, path, variant in mutate.variants(endpoint.text):
        if mutate.bounds(step, path) == 'bad':
            endpoint.refuses(variant, step)
    assert env.tables() == before


def test_truncation_at_every_byte(env):
    """D2-36 T22 each captured message cut at every byte is refused, stores
    nothing, says where in the log, and no worker dies."""
    pids = env.workers()
    assert pids, 'no workers found'
    for endpoint in targets(env):
        raw = endpoint.text.rstrip().encode()
        before = env.tables()
        mark, refused = env.log.mark(), 0
        for size in range(1, len(raw)):
            if endpoint.name == 'management-2':
                answer = endpoints.Management.send(endpoint, raw[:size])
            else:
                answer = endpoint.send(raw[:size])
            found = endpoint.outcome(answer)
            assert found == endpoint.bad, 'cut at %d: %s' % (size, found)
            refused += 1
        assert env.tables() == before, endpoint.name
        assert refused == len(raw) - 1
        lines = env.log.wait(mark, refused)
        assert len(lines) == refused, '%d lines for %d requests' % (
            len(lines), refused)
        for line in lines:
            assert line.get('reason') and line.get('at'), line
        endpoint.accepts(endpoint.text)
    assert pids <= env.workers(), 'a worker died'


def test_flipped_bytes(env):
    """D2-36 T23 every 19th byte turned into four others: an orderly
    answer each time and the same workers afterwards."""
    pids = env.workers()
    assert pids, 'no workers found'
    for endpoint in endpoints.soap_endpoints(env):
        raw = endpoint.text.encode()
        for at in range(0, len(raw), 19):
            for flip in (0x01, 0x20, 0x80, 0xff):
                bad = raw[:at] + bytes([raw[at] ^ flip]) + raw[at + 1:]
                answer = endpoint.send(bad)
                found = endpoint.outcome(answer)
                assert found == endpoint.good or found in REFUSED, answer
                if flip >= 0x80:
                    assert found == endpoint.bad, 'byte %d ^ %02x: %s' % (
                        at, flip, found)
    assert pids <= env.workers(), 'a worker died'


def write(env):
    """Freezes the verdicts of today: to be read row by row before they are
    committed."""
    with open(TABLE, 'w', encoding='utf-8') as file:
        file.write('message\tvariant\tverdict\n')
        for row in verdicts(env):
            file.write('\t'.join(row) + '\n')


if __name__ == '__main__':
    import sys
    ENV = stack.Stack(sys.argv[1] if len(sys.argv) > 1 else 'lighttpd')
    ENV.user(messages.UPN, messages.PASSWORD)
    assert client.Connection(ENV).request('GET', messages.DISCOVERY)
    write(ENV)
