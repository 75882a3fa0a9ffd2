# SPDX-License-Identifier: ISC
"""The log: one line for each request, with reason and position, and no
secret in it."""

import os
import re
import uuid

import client
import device
import endpoints
import messages
import stack
from messages import sub


def lines_of(env, *requests):
    """The log lines of these requests, each on a connection of its own."""
    mark = env.log.mark()
    for host, files, args, options in requests:
        conn = client.Connection(env, host, cert=files)
        client.answered(conn.request(*args, **options))
        conn.close()
    found = env.log.wait(mark, len(requests))
    assert len(found) == len(requests), '%d lines for %d requests: %r' % (
        len(found), len(requests), found)
    return found


def soap(path, body, host=stack.ENROLL):
    return host, None, ('POST', path, body.encode()), {'kind': client.SOAP}


def test_one_line_per_request(env):
    """S0.13 T28 good, bad, refused and unknown requests leave exactly one
    line each, with id, worker, method, path, status, sizes and time."""
    made = device.Device(env)
    text = messages.discover()
    found = lines_of(
        env,
        (stack.ENROLL, None, ('GET', messages.DISCOVERY), {}),
        soap(messages.DISCOVERY, text),
        soap(messages.POLICY, messages.policy(password='no')),
        soap(messages.ENROLLMENT, '<x/>'),
        (stack.ENROLL, None, ('GET', '/nothing'), {}),
        (stack.ENROLL, None, ('DELETE', messages.POLICY), {}),
        (stack.MANAGE, None, ('POST', messages.QUERY, b'<x/>'), {}),
        (stack.MANAGE, made.files, (
            'POST', messages.QUERY, messages.package1(made.id, '1').encode()),
         {'kind': client.SYNCML}))
    assert [(f['worker'], f['method'], f['status']) for f in found] == [
        ('discovery', 'GET', '200'), ('discovery', 'POST', '200'),
        ('enrollment', 'POST', '500'), ('enrollment', 'POST', '500'),
        ('discovery', 'GET', '404'), ('enrollment', 'DELETE', '405'),
        ('management', 'POST', '403'), ('management', 'POST', '200')], found
    assert len({f['id'] for f in found}) == len(found)
    for line in found:
        uuid.UUID(line['id'])
        assert int(line['us']) >= 0 and int(line['out']) >= 0
        assert line['level'] in ('info', 'warning', 'error')
        if line['status'] not in ('200', '404', '405'):
            assert line['reason'], line
    assert found[1]['in'] == str(len(text.encode()))
    assert found[7]['device'] == made.uuid, found[7]


def test_position_of_bad_input(env):
    """T22 what is wrong in a message is named with line and column."""
    for endpoint in endpoints.all_endpoints(env):
        rows = endpoint.text.split('\n')
        rows[3] = '<<' + rows[3]
        mark = env.log.mark()
        endpoint.refuses('\n'.join(rows), 'broken line 4')
        line, = env.log.wait(mark, 1)
        assert re.match(r'4:\d+$', line['at']), line
        assert line['reason'], line


def test_reason_names_what_was_wrong(env):
    """T22 duplicates, namespaces and document types are named as such."""
    endpoint = endpoints.soap_endpoints(env)[0]
    for text, word in (
            (endpoint.text.replace('<OSEdition>', '<EmailAddress>x'
                                   '</EmailAddress><OSEdition>'),
             'EmailAddress'),
            ('<!DOCTYPE x>' + endpoint.text, 'DOCTYPE'),
            (sub(endpoint.text, '<RequestVersion>4.0</RequestVersion>', ''),
             'RequestVersion')):
        mark = env.log.mark()
        endpoint.refuses(text, word)
        line, = env.log.wait(mark, 1)
        assert word.lower() in line['reason'].lower(), line


def test_fault_names_the_log_line(env):
    """S2.29 the TraceId a user can report is the id of the log line; the
    private reason is not sent."""
    for endpoint in endpoints.soap_endpoints(env):
        mark = env.log.mark()
        answer = endpoint.refuses(endpoint.text[:200], 'cut')
        line, = env.log.wait(mark, 1)
        assert messages.Fault(answer).trace == line['id']
        assert line['fault'].endswith('MessageFormat'), line


def test_users_and_devices_are_named(env):
    """S4.14 who it was: the user of an enrolment, the device and session of
    a management message."""
    mark = env.log.mark()
    made = device.Device(env)
    session = made.session()
    session.first()
    found = env.log.wait(mark, 2)
    assert found[0]['user'] == messages.UPN, found[0]
    assert (found[1]['device'], found[1]['session'], found[1]['msg']) == (
        made.uuid, str(session.session), '1'), found[1]


def test_request_ids_of_the_client(env):
    """S0.68 Client-Request-Id and MS-CV of a management message are
    recorded, so that a client's own log can be matched."""
    made = device.Device(env)
    mark = env.log.mark()
    client.answered(made.connection().request(
        'POST', messages.QUERY, messages.package1(made.id, '1').encode(),
        [('Client-Request-Id', 'c0ffee-17'), ('MS-CV', 'a/tCeBgffEqA.0.0')],
        client.SYNCML))
    line, = env.log.wait(mark, 1)
    assert 'c0ffee-17' in line.values(), line
    assert 'a/tCeBgffEqA.0.0' in line.values(), line


def test_no_secret_in_the_log(env):
    """T29 S0.13 after good and bad requests with them, neither passwords
    nor the secrets and documents given to devices are in any log."""
    made = device.Device(env)
    made.session().finish()
    endpoint = endpoints.soap_endpoints(env)[1]
    endpoint.accepts(endpoint.text)
    endpoint.refuses(endpoint.text[:-30], 'cut')
    endpoint.refuses(sub(endpoint.text, '</wsse:Password>',
                         '</wsse:Passwort>'), 'broken behind the password')
    wrong = 'wrong-Zt5pLq-canary'
    endpoint.send(messages.policy(password=wrong))
    endpoint.send(messages.policy(password=wrong + '&bad;'))
    secrets = [messages.PASSWORD, wrong]
    for node in made.document.find('APPLICATION', 'APPAUTH'):
        parms = made.document.parms(node)
        secrets += [parms['AAUTHSECRET'][0], parms['AAUTHDATA'][0]]
    text = env.log.text()
    assert text.count(' status=') > 5, 'the log was not found'
    for name in os.listdir(os.path.join(env.var, 'log')):
        with open(os.path.join(env.var, 'log', name), encoding='utf-8',
                  errors='replace') as file:
            text += file.read()
    for secret in secrets:
        assert secret not in text, 'a secret is in the log'
    assert 'wap-provisioningdoc' not in text
