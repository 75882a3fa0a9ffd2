# SPDX-License-Identifier: ISC
"""What may enrol, and what is told to those that may not; approval."""

import contextlib
import threading

import device
import keys
import messages
import stack
from messages import fault
from test_tokens import ask, binary_token, create, encoded, with_token


@contextlib.contextmanager
def group(env, name, **rules):
    """A token's worth of a group with these rules, as long as it lasts."""
    env.admin('select admin.enrollment_group_set(%s);' % ', '.join(
        ['in_name => ' + stack.quote(name)] +
        ['in_%s => %s' % (k, 'true' if v is True else stack.quote(v))
         for k, v in rules.items()]))
    token = create(env, uses=1000, group=name)
    yield lambda text: with_token(text, binary_token(encoded(token)))


def request(change, **items):
    ident = device.new_id()
    text = messages.enrol(keys.windows_request(keys.POOL.key(), ident), ident)
    for name, value in items.items():
        text = messages.item(text, name, value)
    return change(text)


def refused(env, text, kind, reason, message=None):
    mark = env.log.mark()
    found = fault(ask(env, text), 's:Authorization')
    assert found.kind == kind, found.kind
    if message:
        assert found.reason == found.message == message, found.reason
    lines = [line for line in env.log.wait(mark, 1)
             if line['id'] == found.trace]
    assert len(lines) == 1 and reason in lines[0]['reason'], lines
    assert lines[0]['level'] == 'warning', lines
    return found


def test_kinds_of_devices(env):
    """S2.33 T30 DeviceType, edition and version are asked of the context, and
    what does not fit is refused with DeviceNotSupported."""
    with group(env, 'pcs', device_types=['CIMClient_Windows']) as change:
        refused(env, request(change, DeviceType='WindowsPhone'),
                'DeviceNotSupported', 'DeviceType WindowsPhone')
        assert ask(env, request(change)).status == 200
    with group(env, 'editions', os_editions=[4, 48, 125]) as change:
        refused(env, request(change, OSEdition='101'),
                'DeviceNotSupported', 'OSEdition 101')
        assert ask(env, request(change, OSEdition=' 4')).status == 200
    with group(env, 'recent', minimum_os_version='10.0.19045') as change:
        refused(env, request(change, OSVersion='10.0.9200.1'),
                'DeviceNotSupported', 'OSVersion 10.0.9200.1')
        assert ask(env, request(change, OSVersion='10.0.26100.1')
                   ).status == 200


def test_registered_devices(env):
    """T30 only devices that were registered beforehand, by serial number,
    model or hardware id."""
    with group(env, 'known', registered=True) as change:
        hardware = 'ab' * 32
        refused(env, request(change), 'DeviceNotSupported', 'not registered')
        env.admin("select admin.device_register('known', 'hardware_id',"
                  " '{%s}');" % hardware.upper())
        assert ask(env, request(change, HWDevID=hardware)).status == 200
        refused(env, request(change, HWDevID='cd' * 32),
                'DeviceNotSupported', 'not registered')


def test_number_of_devices(env):
    """T30 a user with enough devices is told DeviceCapReached, a group
    without licences UserLicense; who is in may enrol again."""
    with group(env, 'capped', devices_per_user=2) as change:
        texts = [request(change) for _ in range(3)]
        assert [ask(env, t).status for t in texts[:2]] == [200, 200]
        refused(env, texts[2], 'DeviceCapReached', 'enough devices')
        assert [ask(env, t).status for t in texts[:2]] == [200, 200]
    with group(env, 'licensed', devices=1) as change:
        assert ask(env, request(change)).status == 200
        refused(env, request(change), 'UserLicense', 'licences')


def test_caps_in_parallel(env):
    """T30 of twelve devices at once, as many get in as there are places."""
    for rules in ({'devices': 3}, {'devices_per_user': 3}):
        with group(env, 'race-' + device.new_id(), **rules) as change:
            texts = [request(change) for _ in range(12)]
            statuses = []
            threads = [threading.Thread(
                target=lambda t=t: statuses.append(ask(env, t).status))
                for t in texts]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(statuses) == [200] * 3 + [500] * 9, statuses


def test_maintenance(env):
    """T30 InMaintenance and NotSupported, by group and for all; an exact
    repetition of what was granted is answered all the same."""
    with group(env, 'works', state='maintenance') as change:
        refused(env, request(change), 'InMaintenance', 'in maintenance')
    with group(env, 'works', state='closed') as change:
        refused(env, request(change), 'NotSupported', 'closed')
    granted = request(lambda text: text)
    assert ask(env, granted).status == 200
    env.setting('maintenance', 'true')
    try:
        refused(env, request(lambda text: text), 'InMaintenance',
                'in maintenance')
        assert ask(env, granted).status == 200
    finally:
        env.setting('maintenance', None)


def test_message_for_the_user(env):
    """T30 with a message the ErrorType is CustomServerError, for which Windows
    shows s:Text: that of the group or of the setting."""
    words = 'Bitte an den Service-Desk wenden: \u00dc & <5>'
    with group(env, 'told', state='closed', message=words) as change:
        refused(env, request(change), 'CustomServerError', 'closed', words)
    env.setting('refusal_message', 'Not today.')
    try:
        with group(env, 'told', state='closed') as change:
            refused(env, request(change), 'CustomServerError', 'closed',
                    'Not today.')
    finally:
        env.setting('refusal_message', None)


def test_approval(env):
    """T30 a device that awaits approval enrols, comes back and says what it
    is; it is given no command until it is approved."""
    env.setting('approval', 'required')
    try:
        made = device.Device(env)
    finally:
        env.setting('approval', None)
    assert made.row('state') == 'pending'
    command = made.enqueue('Replace', './Vendor/MSFT/WiFi/Profile/x/WlanXml',
                           'a-secret-of-the-fleet')
    for _ in range(3):
        session = made.session()
        session.finish()
        assert session.reply.commands == []
        assert b'a-secret-of-the-fleet' not in session.answer.body
    assert made.row('state') == 'pending'
    assert made.row('manufacturer'), 'DevInfo was not kept'
    assert made.command(command) == 'queued'
    env.call('approve', made.uuid)
    assert made.row('state') == 'enrolled'
    session = made.session()
    session.first()
    assert [c.data for c in session.reply.commands] == \
        ['a-secret-of-the-fleet']
    session.finish()
    assert made.command(command) == 'done'
    # The same key again is the same enrolment; a new one has to be approved.
    assert ask(env, made.text).status == 200
    assert made.row('state') == 'enrolled'
    env.setting('approval', 'required')
    try:
        again = device.Device(env, device_id=made.id)
    finally:
        env.setting('approval', None)
    assert again.uuid == made.uuid and again.row('state') == 'pending'
