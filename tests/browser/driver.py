# SPDX-License-Identifier: ISC
"""A headless Chromium, driven through ChromeDriver (W3C WebDriver)."""

import base64
import hashlib
import json
import os
import re
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

KEYS = {'Tab': '\ue004', 'Enter': '\ue007', 'Space': ' '}
ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'


class DriverError(Exception):
    pass


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def key_hash(certificate):
    """What Chromium knows a server's key by; of the first certificate."""
    public = subprocess.run(
        ['openssl', 'x509', '-in', certificate, '-pubkey', '-noout'],
        check=True, capture_output=True).stdout
    der = subprocess.run(['openssl', 'pkey', '-pubin', '-outform', 'DER'],
                         input=public, check=True, capture_output=True).stdout
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


class Browser:
    """One window. Hosts lead to this machine, and the one TLS key that is
    accepted is the server's own."""

    def __init__(self, certificate, width=1280, height=900):
        # pylint: disable=consider-using-with
        self.port = free_port()
        self.home = tempfile.TemporaryDirectory(prefix='fenestra-browser-')
        self.process = subprocess.Popen(
            ['chromedriver', '--port=%d' % self.port, '--log-level=OFF'],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=dict(os.environ, HOME=self.home.name))
        self.session = None
        arguments = [
            '--headless=new', '--disable-gpu', '--disable-dev-shm-usage',
            '--no-first-run', '--disable-background-networking',
            '--disable-site-isolation-trials',
            '--host-resolver-rules=MAP * 127.0.0.1',
            '--ignore-certificate-errors-spki-list=' + key_hash(certificate),
            '--window-size=%d,%d' % (width, height),
            '--user-data-dir=' + os.path.join(self.home.name, 'profile')]
        if os.geteuid() == 0:
            arguments.append('--no-sandbox')
        try:
            self._wait()
            answer = self._send('POST', '/session', {
                'capabilities': {'alwaysMatch': {
                    'goog:chromeOptions': {'args': arguments},
                    'goog:loggingPrefs': {'browser': 'ALL',
                                          'performance': 'ALL'}}}})
            self.session = answer['sessionId']
        except BaseException:
            self.close()
            raise

    def _wait(self):
        for _ in range(600):
            if self.process.poll() is not None:
                raise DriverError('chromedriver ended')
            try:
                if self._send('GET', '/status')['ready']:
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
        raise DriverError('chromedriver does not answer')

    def _send(self, method, path, body=None):
        request = urllib.request.Request(
            'http://127.0.0.1:%d%s' % (self.port, path), method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={'Content-Type': 'application/json'})
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)['value']
        except urllib.error.HTTPError as error:
            raise DriverError(error.read().decode()[:500]) from error

    def _do(self, path, **body):
        return self._send('POST', '/session/%s/%s' % (self.session, path),
                          body)

    def close(self):
        if self.session:
            try:
                self._send('DELETE', '/session/' + self.session)
            except (DriverError, OSError):
                pass
        self.process.terminate()
        self.process.wait()
        self.home.cleanup()

    def open(self, url):
        self._do('url', url=url)

    def run(self, script, *args):
        """The value that a script in the page returns."""
        return self._do('execute/sync', script=script, args=list(args))

    def devtools(self, command, **params):
        return self._do('goog/cdp/execute', cmd=command, params=params)

    def log(self, kind):
        return self._do('se/log', type=kind)

    def find(self, selector):
        return self._do('element', using='css selector',
                        value=selector)[ELEMENT]

    def click(self, selector):
        self._do('element/%s/click' % self.find(selector))

    def fill(self, selector, text):
        element = self.find(selector)
        self._do('element/%s/clear' % element)
        self._do('element/%s/value' % element, text=text)

    def press(self, *keys):
        """Keys to whatever has the focus: names in KEYS, or text."""
        actions = []
        for key in keys:
            for char in [KEYS[key]] if key in KEYS else key:
                actions += [{'type': 'keyDown', 'value': char},
                            {'type': 'keyUp', 'value': char}]
        self._do('actions', actions=[
            {'type': 'key', 'id': 'keyboard', 'actions': actions}])

    def focus(self):
        """The id, or else the tag, of what has the focus."""
        return self.run('const e = document.activeElement;'
                        'return e.id || e.tagName.toLowerCase()')

    def title(self):
        return self.run('return document.title')

    def until(self, script, *args):
        for _ in range(400):
            try:
                value = self.run(script, *args)
            except DriverError as error:    # between two pages
                if not re.search('context|loader|detached', str(error)):
                    raise
                value = None
            if value:
                return value
            time.sleep(0.025)
        raise AssertionError('never true: ' + script)

    def scheme(self, name):
        """light or dark, as a user's system has it."""
        self.devtools('Emulation.setEmulatedMedia', features=[
            {'name': 'prefers-color-scheme', 'value': name}])

    def width(self, pixels):
        self.devtools('Emulation.setDeviceMetricsOverride', width=pixels,
                      height=640, deviceScaleFactor=1, mobile=pixels < 600)

    def complaints(self):
        """What the console has to say since the last time."""
        return [e['message'] for e in self.log('browser')]

    def keep_forms(self):
        """From the next page on, a form that a script submits is noted in
        window.kept instead of leaving the page."""
        self.devtools('Page.addScriptToEvaluateOnNewDocument', source=(
            'HTMLFormElement.prototype.submit = function () {'
            ' window.kept = {action: this.action, method: this.method,'
            ' fields: [...new FormData(this)]}; };'))

    def script(self, allowed):
        self.devtools('Emulation.setScriptExecutionDisabled',
                      value=not allowed)

    def left_for(self, scheme):
        """(reason, address) of each time the page tried to leave for an
        address of a scheme, since the last time."""
        found = []
        for entry in self.log('performance'):
            message = json.loads(entry['message'])['message']
            about = message['params']
            if message['method'] == 'Page.frameRequestedNavigation' and \
                    about['url'].startswith(scheme):
                found.append((about['reason'], about['url']))
        return found

    def sent_to(self, scheme):
        """The addresses of a scheme that answers sent the page to."""
        found = []
        for entry in self.log('performance'):
            message = json.loads(entry['message'])['message']
            about = message['params']
            if message['method'] == 'Network.requestWillBeSent' and \
                    'redirectResponse' in about and \
                    about['documentURL'].startswith(scheme):
                found.append(about['documentURL'])
        return found

    def picture(self, path):
        data = self._send('GET', '/session/%s/screenshot' % self.session)
        with open(path, 'wb') as file:
            file.write(base64.b64decode(data))

    def tree(self):
        """What a screen reader is told: (role, name, properties)."""
        found = []
        for node in self.devtools('Accessibility.getFullAXTree')['nodes']:
            if not node.get('ignored'):
                found.append((
                    node['role']['value'], node.get('name', {}).get('value'),
                    {p['name']: p['value'].get('value')
                     for p in node.get('properties', [])}))
        return found
