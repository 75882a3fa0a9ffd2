# SPDX-License-Identifier: ISC
"""The audit trail, verified outside the database, as its export is written
down elsewhere; and what the roles of the workers can do to it."""

import hashlib
import json
import re

import stack
from dm_talk import Device

SUM = re.compile(r'^(\{.*), "sha256": "([0-9a-f]{64})"\}$')


def verify(lines):
    """Nothing but hashlib and the rule: the last member is the hash of the
    line without it, which has that of the line before. The chains as
    {device: [line as an object]}."""
    chains = {}
    for line in lines:
        found = SUM.match(line)
        assert found, line
        made = hashlib.sha256((found.group(1) + '}').encode()).hexdigest()
        assert made == found.group(2), 'changed: ' + line
        told = json.loads(line)
        chain = chains.setdefault(told['device'], [])
        if chain:
            assert (told['seq'], told['previous']) == (
                chain[-1]['seq'] + 1, chain[-1]['sha256']), line
        else:
            assert (told['seq'], told['previous']) == (1, ''), line
        chain.append(told)
    return chains


def export(env, device=None):
    return [row[0] for row in env.sql(
        'select line from admin.audit_export(%s)' % stack.quote(device))]


def test_export_verifies_elsewhere(env):
    """T32 D1-I9 each exported line carries its hash and that of the line
    before it: verified with Python's hashlib; a changed, a removed and a
    swapped line is seen, and the last hash is the counter's."""
    made = Device(env)
    made.queue(('Get', './DevDetail/SwV'), ('Replace', './Vendor/MSFT/U', 'x'))
    env.sql("set fenestra.operator = 'Jörg \\ \"O''Neil\"';"
            " select admin.block('%s');" % made.uuid)
    env.call('approve', made.uuid)
    made.talk().begin()
    lines = export(env, made.uuid)
    chain = verify(lines)[made.uuid]
    assert [e['operator'] for e in chain if e['kind'] == 'device.blocked'] \
        == ['Jörg \\ "O\'Neil"'], chain
    head = env.sql("select encode(event_sha256, 'hex') from mdm.counter"
                   " where device = '%s'" % made.uuid)[0][0]
    assert chain[-1]['sha256'] == head
    for wrong in (lines[:1] + [lines[1].replace('"kind": "', '"kind": "x')]
                  + lines[2:], lines[:1] + lines[2:],
                  [lines[1], lines[0]] + lines[2:], lines[1:]):
        try:
            verify(wrong)
        except AssertionError:
            continue
        raise AssertionError('not seen: %r' % wrong)
    everything = verify(export(env))
    assert made.uuid in everything and len(everything) > 1
    assert env.sql('select * from admin.audit_verify()') == []


def test_who_and_whence(env):
    """T32 an event names the role that logged in, the worker's program, and
    whom an administrator's session says it acts for."""
    made = Device(env)
    made.talk().begin()
    env.sql("set fenestra.operator = 'jo@helm'; set application_name ="
            " 'fenestra'; select admin.block('%s');" % made.uuid)
    rows = env.sql("select kind, actor, operator, application from admin.event"
                   " where device = '%s' order by seq" % made.uuid)
    by = {r[0]: r[1:] for r in rows}
    assert by['enrollment.reserved'][0] == 'fenestra_enrollment', rows
    assert by['certificate.issued'][0] == 'fenestra_signer', rows
    assert by['device.enrolled'][0] == 'fenestra_management', rows
    assert 'fenestra' in by['device.enrolled'][2], rows
    assert by['device.blocked'][1:] == ['jo@helm', 'fenestra'], rows
