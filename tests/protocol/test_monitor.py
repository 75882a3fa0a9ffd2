# SPDX-License-Identifier: ISC
"""What those who run the server ask it, and nobody else gets to see."""

import json
import os
import re
import subprocess
import urllib.parse

import client
import device
import fronts
import messages
import stack

WATCH = os.path.join(stack.ROOT, 'deploy', 'watch')
WORKERS = ('discovery', 'enrollment', 'management')
# What scanners ask a server for.
WORDS = '''admin administrator api app backup bin config console dashboard db
    debug dev doc env health healthz info install internal live livez log
    login logs manage management manager metrics monitor monitoring node
    phpinfo ping portal private probe prometheus ready readyz root secret
    server-info server-status setup shell stat stats status system test tmp
    trace upload user version webadmin'''.split()
FORMS = ('/%s', '/%s/', '/%s.php', '/EnrollmentServer/%s',
         '/ManagementServer/%s', '/management/%s')


def monitor(env, path, method='GET', body=None):
    """Asks the listener that is for them."""
    port = urllib.parse.urlsplit(env.env['MONITOR_URL']).port
    conn = client.Connection(env, '127.0.0.1', plain=True, port=port)
    answer = conn.request(method, path, body)
    conn.close()
    return answer


def values(text):
    """{'name{labels}': number} of metrics in Prometheus' text."""
    found = {}
    for line in text.splitlines():
        if not line.startswith('#'):
            name, _, value = line.rpartition(' ')
            assert name not in found, '%s twice' % name
            found[name] = float(value)
    return found


def metrics(env):
    answer = client.answered(monitor(env, '/metrics'))
    assert answer.status == 200, answer
    assert answer.header('Content-Type').startswith(
        'text/plain; version=0.0.4'), answer
    return values(answer.body.decode())


def has_listener(env):
    return fronts.expected(env, 'monitor listener') == {'yes'}


def test_usual_paths_are_not_there(env):
    """T40 three hundred paths that scanners try, health and metrics among
    them, with headers that say one may: 404 without a body."""
    paths = [form % word for word in WORDS for form in FORMS]
    assert len(paths) > 300, len(paths)
    for host in (stack.ENROLL, stack.MANAGE):
        conn = client.Connection(env, host)
        for number, path in enumerate(paths):
            if number % 2 and host == stack.MANAGE:
                continue
            answer = client.answered(conn.request('GET', path, headers=[
                ('FENESTRA_MONITOR', 'on'), ('Fenestra-Monitor', 'on')]))
            assert answer.status == 404 and not answer.body, path
        conn.close()


def test_listener(env):
    """T40 each kind of worker says on the listener for those who run the
    server that it lives and is ready; nothing else is there."""
    if not has_listener(env):
        return test_usual_paths_are_not_there(env)
    for worker in ('', *('/' + w for w in WORKERS[:2])):
        for path, text in (('/healthz', b'alive\n'), ('/readyz', b'ready\n')):
            answer = client.answered(monitor(env, worker + path))
            assert (answer.status, answer.body) == (200, text), answer
    for path in ('/', '/discovery/metrics', '/healthz/x', '/metrics.php',
                 messages.MANAGEMENT, '/discovery' + messages.DISCOVERY):
        answer = client.answered(monitor(env, path))
        assert answer.status == 404 and not answer.body, path
    answer = client.answered(monitor(env, '/readyz', 'POST', b'x'))
    assert answer.status == 405, answer
    assert answer.header('Allow') == 'GET, HEAD', answer
    return None


def test_metrics(env):
    """T40 requests are counted by endpoint and outcome, with time and bytes;
    what the database knows stands beside; promtool finds no fault."""
    if not has_listener(env):
        return test_usual_paths_are_not_there(env)
    made = device.Device(env)
    before = metrics(env)
    conn = client.Connection(env)
    for text in (messages.discover(), '<cut'):
        conn.request('POST', messages.DISCOVERY, text.encode(),
                     kind=client.SOAP)
    conn.close()
    made.session().first()
    client.Connection(env, stack.MANAGE).request(
        'POST', messages.QUERY, b'<x/>', kind=client.SYNCML)
    made.enqueue('Get', './DevDetail/SwV')
    after = metrics(env)
    grown = {k: after[k] - before.get(k, 0) for k in after}
    requests = 'fenestra_requests_total{endpoint="%s",outcome="%s"}'
    for endpoint, outcome, number in (
            ('discovery', 'answered', 1), ('discovery', 'refused', 1),
            ('management', 'answered', 1), ('management', 'refused', 1),
            ('monitor', 'answered', 1), ('management', 'failed', 0)):
        assert grown[requests % (endpoint, outcome)] == number, (
            endpoint, outcome, grown[requests % (endpoint, outcome)])
    times = 'fenestra_request_duration_seconds_%s'
    for endpoint in ('discovery', 'management'):
        assert grown[times % 'count{endpoint="%s"}' % endpoint] == 2
        assert grown[times % 'bucket{endpoint="%s",le="+Inf"}'
                     % endpoint] == 2
        assert grown[times % 'sum{endpoint="%s"}' % endpoint] > 0
    sizes = 'fenestra_request_bytes_total{endpoint="discovery",direction="%s"}'
    assert grown[sizes % 'in'] == len(messages.discover()) + 4, grown
    assert grown[sizes % 'out'] > 0
    assert grown['fenestra_commands{state="queued"}'] == 1
    assert after['fenestra_devices{state="enrolled"}'] >= 1
    assert after['fenestra_devices_seen{within="1h"}'] >= 1
    assert after['fenestra_database_up'] == 1
    for worker in WORKERS:
        assert after['fenestra_workers{worker="%s"}' % worker] >= 1, worker
    assert any(k.startswith('fenestra_authority_expiry') for k in after)
    checked = subprocess.run(
        ['promtool', 'check', 'metrics'], capture_output=True, check=False,
        input=monitor(env, '/metrics').body)
    assert checked.returncode == 0 and not checked.stdout, checked
    return None


def test_alert_rules_and_dashboard(env):
    """T40 the alert rules fire when they should and not else, and neither they
    nor the dashboard name a metric that there is not."""
    for words in (('check', 'rules', os.path.join(WATCH,
                                                  'fenestra.rules.yml')),
                  ('test', 'rules', os.path.join(
                      stack.ROOT, 'tests', 'data',
                      'fenestra.rules.test.yml'))):
        ran = subprocess.run(['promtool', *words], capture_output=True,
                             text=True, check=False)
        assert ran.returncode == 0, ran
    with open(os.path.join(WATCH, 'grafana.json'), encoding='utf-8') as file:
        board = json.load(file)
    panels = board['panels']
    assert len({p['id'] for p in panels}) == len(panels) > 10
    taken = set()
    for panel in panels:
        place = panel['gridPos']
        cells = {(x, y) for x in range(place['x'], place['x'] + place['w'])
                 for y in range(place['y'], place['y'] + place['h'])}
        assert not cells & taken and place['x'] + place['w'] <= 24, panel
        taken |= cells
    with open(os.path.join(WATCH, 'fenestra.rules.yml'),
              encoding='utf-8') as file:
        text = file.read()
    text += ' '.join(t['expr'] for p in panels for t in p['targets'])
    named = set(re.findall(r'\bfenestra_\w+', text))
    assert len(named) > 8, named
    if has_listener(env):
        there = {k.partition('{')[0] for k in metrics(env)}
        assert named <= there, named - there
