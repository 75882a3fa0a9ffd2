# SPDX-License-Identifier: ISC
"""Credentials of the DM level as a device makes them: Basic, MD5 and HMAC
out of what its provisioning document gave it."""

import base64
import hashlib
import subprocess

import canary
import dm_talk
from device import Provisioning

MD5, BASIC, MAC = 'syncml:auth-md5', 'syncml:auth-basic', 'syncml:auth-MAC'


def b64(data):
    return base64.b64encode(data).decode()


def hashed(data):
    return hashlib.md5(data).digest()


def digest(name, secret, nonce):
    inner = b64(hashed(('%s:%s' % (name, secret)).encode()))
    return b64(hashed(inner.encode() + b':' + nonce))


def mac(name, secret, nonce, body):
    inner = b64(hashed(('%s:%s' % (name, secret)).encode()))
    return b64(hashed(inner.encode() + b':' + nonce + b':'
                      + b64(hashed(body)).encode()))


assert digest('Bruce2', 'OhBehave', b'Nonce') == 'Zz6EivR3yeaaENcRN6lpAQ=='
assert digest('Bruce2', 'OhBehave', bytes.fromhex('0001023AFF000708')) == \
    '2HeZdhCsc2sKOS/NSSC9xg=='
assert mac('Bruce2', 'OhBehave', b'Nonce', b'<SyncML/>') == \
    'urdCeS3JUmjFgi8SX3webw=='


def markup(kind, data):
    canary.plant('credential of a device', data)
    return ('<Cred><Meta><Format xmlns="syncml:metinf">b64</Format><Type '
            'xmlns="syncml:metinf">%s</Type></Meta><Data>%s</Data></Cred>'
            % (kind, data))


class Account:
    """The two APPAUTH of a provisioning document."""

    def __init__(self, document):
        levels = {}
        for node in document.find('APPLICATION', 'APPAUTH'):
            parms = {n: v[0] for n, v in Provisioning.parms(node).items()}
            levels[parms['AAUTHLEVEL']] = parms
        mine, server = levels['APPSRV'], levels['CLIENT']
        self.kind = mine['AAUTHTYPE']
        self.name, self.secret = mine['AAUTHNAME'], mine['AAUTHSECRET']
        self.nonce = base64.b64decode(mine['AAUTHDATA'])
        self.server_name = server.get('AAUTHNAME')
        self.server_secret = server['AAUTHSECRET']
        self.server_nonce = base64.b64decode(server['AAUTHDATA'])

    def cred(self, nonce=None, secret=None, name=None):
        return markup(MD5, digest(name or self.name, secret or self.secret,
                                  self.nonce if nonce is None else nonce))

    def basic(self, secret=None, name=None):
        return markup(BASIC, b64(('%s:%s' % (
            name or self.name, secret or self.secret)).encode()))

    def hmac(self, body, nonce=None, secret=None, form='algorithm=MD5, '
             'username="%s", mac=%s'):
        return ('x-syncml-hmac', form % (self.name, mac(
            self.name, secret or self.secret,
            self.nonce if nonce is None else nonce, body)))


class Device(dm_talk.Device):
    """A device with its account; keeps the nonce it was given last."""

    def __init__(self, env, **options):
        super().__init__(env, **options)
        self.account = Account(self.document)

    def talk(self, **options):
        return Talk(self, **options)


class Talk(dm_talk.Talk):
    """A session that can show credentials and takes over new nonces."""

    cred = None

    def say(self, body, headers=(), **header):
        reply = super().say(body, headers, **header)
        if reply.chal and reply.chal[2] is not None:
            assert reply.chal[1] == 'b64' and len(reply.chal[2]) >= 16, \
                reply.chal
            self.made.account.nonce = reply.chal[2]
        return reply

    def shown(self, body, cred=None, **header):
        """The next message with LocName and Cred (MD5 unless given)."""
        account = self.made.account
        self.cred = account.cred() if cred is None else cred
        return self.say(body, name=account.name, cred=self.cred, **header)

    def carry(self, body):
        """A later message as Windows sends it: after 212 with the Cred it
        had, after 200 with one of the new nonce."""
        return self.shown(body, self.cred if self.reply.header == '212'
                          else None)

    def again(self, extra='', cred=None, **header):
        """What Windows does after a challenge: MsgID + 1, Cred, its Status
        of the server's header (200), package 1 once more."""
        return self.shown(dm_talk.OK + dm_talk.package1(
            self.made.id, self.login, extra), cred, **header)

    def signed(self, body, account=None, form=None, change=None, **options):
        """The next message with x-syncml-hmac over its octets; `change`
        alters the octets after that."""
        self.msg += 1
        account = account or self.made.account
        text = self.text(body, name=options.pop('name', account.name))
        data = dm_talk.dm_wbxml.encode(text, **self.options) if self.wbxml \
            else text.encode()
        if form:
            options['form'] = form
        header = account.hmac(data, **options)
        self.post(change(data) if change else data, [header])
        self.reply = dm_talk.Reply(self.answer, self.wbxml)
        if self.reply.chal and self.reply.chal[2] is not None:
            self.made.account.nonce = self.reply.chal[2]
        return self.reply


def signed(made, body, cert=None, key=None, extra=()):
    """base64 CMS, detached, over the octets, by the device's key."""
    return b64(subprocess.run(
        ['openssl', 'cms', '-sign', '-binary', '-outform', 'DER', '-md',
         'sha256', '-signer', cert or made.files[0], '-inkey',
         key or made.files[1], *extra], input=body, check=True,
        capture_output=True).stdout)
