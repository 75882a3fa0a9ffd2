# SPDX-License-Identifier: ISC
"""Tokens of Entra ID: signature, key, claims, tenants."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import subprocess
import time
import uuid

import canary
import client
import der
import device
import keys
import messages
import stack
from test_tokens import (JWT, ask, binary_token, encoded, policy, request,
                         wanted, with_token)

TENANT = str(uuid.uuid4())
AUDIENCE = 'api://fenestra.test'
REFUSED = 's:Authentication'
# Of P-256: with s, ORDER - s is a signature as well.
ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551


def b64(data):
    if isinstance(data, str):
        data = data.encode()
    return base64.urlsafe_b64encode(data).decode().rstrip('=')


def number(value):
    return b64(value.to_bytes((value.bit_length() + 7) // 8, 'big'))


class Rsa:
    """A key of the tenant, and a signer of RS256."""

    alg, kid = 'RS256', 'rsa-1'

    def __init__(self):
        self.key = keys.POOL.key()

    def jwk(self):
        return {'kty': 'RSA', 'use': 'sig', 'kid': self.kid,
                'n': number(self.key.n), 'e': number(self.key.e)}

    def sign(self, data):
        return self.key.sign(data)


class Ec:
    """The same for ES256."""

    alg, kid = 'ES256', 'ec-1'

    def __init__(self, env, curve='P-256'):
        self.path = env.folder.fresh('.pem')
        self.crv = curve
        subprocess.run(['openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt',
                        'ec_paramgen_curve:' + curve, '-out', self.path],
                       check=True, capture_output=True)

    def jwk(self):
        out = subprocess.run(['openssl', 'pkey', '-in', self.path, '-pubout',
                              '-outform', 'DER'], check=True,
                             capture_output=True).stdout
        return {'kty': 'EC', 'crv': self.crv, 'kid': self.kid,
                'x': b64(out[-64:-32]), 'y': b64(out[-32:])}

    def sign(self, data):
        out = subprocess.run(['openssl', 'dgst', '-sha256', '-sign',
                              self.path], input=data, check=True,
                             capture_output=True).stdout
        return b''.join(
            i.int().to_bytes(32, 'big')
            for i in der.read(out).items())


def claims(**change):
    now = int(time.time())
    found = {'tid': TENANT, 'aud': AUDIENCE, 'scp': 'openid mdm_delegation',
             'iss': 'https://sts.windows.net/%s/' % TENANT, 'nbf': now - 10,
             'exp': now + 3600, 'iat': now - 10, 'ver': '1.0',
             'upn': 'jo@corp.test', 'uti': b64(os.urandom(16))}
    found.update(change)
    return {k: v for k, v in found.items() if v is not None}


def token(key, payload, **header):
    head = {'typ': 'JWT', 'alg': key.alg, 'kid': key.kid}
    head.update(header)
    head = {k: v for k, v in head.items() if v is not None}
    text = payload if isinstance(payload, str) else json.dumps(payload)
    signed = b64(json.dumps(head)) + '.' + b64(text)
    signature = b64(key.sign(signed.encode()))
    return signed + '.' + canary.plant('signature of a JWT', signature)


def markup(jwt):
    return binary_token(encoded(jwt), JWT)


def refused(env, jwt, reason):
    """Refused in both messages, for this reason; nothing is stored."""
    before = env.value('select count(*) from admin.device;')
    for path, text in ((messages.POLICY, policy(markup(jwt))),
                       (messages.ENROLLMENT, request(markup(jwt)))):
        mark = env.log.mark()
        wanted(env, ask(env, text, path), REFUSED, 'JWT: ' + reason, mark)
    assert env.value('select count(*) from admin.device;') == before


@contextlib.contextmanager
def tenant(env, *signers, domains=None):
    """A tenant whose tokens are believed, as long as the block lasts."""
    count = env.value('select admin.jwks_set(%s);' % stack.quote(
        json.dumps({'keys': [s.jwk() for s in signers]})))
    assert count == str(len(signers)), count
    env.admin('select admin.tenant_set(%s, %s, %s);' % (
        stack.quote(TENANT), stack.quote([AUDIENCE, 'other']),
        stack.quote(domains)))
    env.admin("select admin.way_set('jwt', '*');")
    try:
        yield
    finally:
        env.admin("select admin.way_set('jwt', '*', false);")
        env.admin("select admin.jwks_set('{\"keys\":[]}');")
        env.sql('delete from mdm.tenant;')


def test_enrolment(env):
    """S2.26 T1 T2 a token of the tenant, RS256 or ES256, of either version,
    in base64 or with its dots, enrols a device of its user."""
    rsa, ec = Rsa(), Ec(env)
    with tenant(env, rsa, ec):
        for jwt in (token(rsa, claims()), token(ec, claims()),
                    token(rsa, claims(aud=['x', 'other'])),
                    token(rsa, claims(
                        upn=None, preferred_username='jo@corp.test',
                        iss='https://login.microsoftonline.com/%s/v2.0'
                        % TENANT)),
                    token(rsa, claims(iat=None, tid=TENANT.upper()))):
            answer = ask(env, policy(markup(jwt)), messages.POLICY)
            assert answer.status == 200, answer
            made = device.Device(env, change=lambda t, j=jwt: with_token(
                t, markup(j)))
            assert made.row('upn') == 'jo@corp.test'
            assert env.value('select credential from admin.enrollment where'
                             ' device = %s;' % stack.quote(made.uuid)) == 'jwt'
            assert jwt not in env.log.text()
        raw = binary_token(token(rsa, claims()), JWT)
        assert ask(env, policy(raw), messages.POLICY).status == 200


def test_signatures(env):
    """T1 no token without the signature of a key that the administrator
    loaded: none, HS256 with the public key, another key, a flipped bit, an
    alg of another kind, an unknown kid."""
    rsa, ec, other = Rsa(), Ec(env), Rsa()
    with tenant(env, rsa, ec):
        good = token(rsa, claims())
        head, body, _ = good.split('.')
        for alg in ('none', 'None', 'HS256', 'RS384', 'PS256', 'ES384', ''):
            refused(env, token(rsa, claims(), alg=alg),
                    'alg is neither RS256 nor ES256')
        none = b64('{"alg":"none","kid":"rsa-1"}') + '.' + body + '.'
        refused(env, none, 'alg is neither RS256 nor ES256')
        refused(env, head + '.' + body + '.', 'no signature')
        signed = b64('{"alg":"HS256","kid":"rsa-1"}') + '.' + body
        mac = hmac.new(rsa.key.spki(), signed.encode(), hashlib.sha256)
        refused(env, signed + '.' + b64(mac.digest()),
                'alg is neither RS256 nor ES256')
        refused(env, token(rsa, claims(), alg=None), 'no alg')
        refused(env, token(rsa, claims(), alg=7), 'no alg')
        refused(env, token(rsa, claims(), kid=None), 'no kid')
        refused(env, token(rsa, claims(), kid='rsa-2'), 'no key has this kid')
        refused(env, token(rsa, claims(), crit=['exp']), 'crit')
        refused(env, token(rsa, claims(), alg='ES256'),
                "alg is not of the key's kind")
        refused(env, token(rsa, claims(), kid='ec-1'),
                "alg is not of the key's kind")
        refused(env, token(ec, claims(), kid='rsa-1'),
                "alg is not of the key's kind")
        refused(env, token(other, claims()), 'the signature is wrong')
        signed, _, last = good.rpartition('.')
        flipped = bytearray(base64.urlsafe_b64decode(last + '=='))
        flipped[100] ^= 1
        refused(env, signed + '.' + b64(bytes(flipped)),
                'the signature is wrong')
        refused(env, signed + '.' + b64(bytes(flipped[:-1])),
                'the signature is wrong')
        swapped = b64(json.dumps(claims(upn='boss@corp.test')))
        refused(env, '.'.join((head, swapped, last)),
                'the signature is wrong')
        jwt = token(ec, claims())
        signed, _, last = jwt.rpartition('.')
        raw = base64.urlsafe_b64decode(last + '==')
        refused(env, signed + '.' + b64(raw[32:] + raw[:32]),
                'the signature is wrong')
        refused(env, signed + '.' + b64(bytes(64)), 'the signature is wrong')
        refused(env, signed + '.' + b64(raw + b'\0'),
                'the signature has another length')
        assert ask(env, policy(markup(good)), messages.POLICY).status == 200


def test_claims(env):
    """T2 one wrong claim is enough, each with its own reason."""
    rsa, now = Rsa(), int(time.time())
    v2 = 'https://login.microsoftonline.com/%s/v2.0'
    cases = [
        ({'tid': None}, 'tid'), ({'tid': str(uuid.uuid4())}, 'tid'),
        ({'tid': 7}, 'tid'), ({'tid': "' or true --"}, 'tid'),
        ({'iss': None}, 'iss'), ({'iss': 'https://sts.windows.net/'}, 'iss'),
        ({'iss': v2 % uuid.uuid4()}, 'iss'), ({'iss': [v2 % TENANT]}, 'iss'),
        ({'aud': None}, 'aud'), ({'aud': AUDIENCE + '/'}, 'aud'),
        ({'aud': []}, 'aud'), ({'aud': [[AUDIENCE]]}, 'aud'),
        ({'aud': {'a': AUDIENCE}}, 'aud'),
        ({'exp': None}, 'no exp'), ({'exp': str(now + 3600)}, 'no exp'),
        ({'exp': now - 301}, 'it has expired'),
        ({'nbf': None}, 'no nbf'), ({'nbf': now + 900}, 'it is not yet'),
        ({'iat': now + 900}, 'iat'), ({'iat': 'x'}, 'iat'),
        ({'scp': None}, 'scp'), ({'scp': 'mdm_delegations openid'}, 'scp'),
        ({'scp': ['mdm_delegation']}, 'scp'),
        ({'upn': None}, 'no upn'), ({'upn': 'jo'}, 'no upn'),
        ({'upn': 'a@b@corp.test'}, 'no upn'), ({'upn': 'j o@corp.test'},
                                               'no upn'),
        ({'upn': ['jo@corp.test']}, 'no upn'),
        ({'upn': 'jo@elsewhere.test'}, 'upn is of another domain'),
    ]
    with tenant(env, rsa, domains=['Corp.test']):
        for change, reason in cases:
            refused(env, token(rsa, claims(**change)), reason)
        good = claims(exp=now - 200, nbf=now + 200)     # clocks may differ
        assert ask(env, policy(markup(token(rsa, good))),
                   messages.POLICY).status == 200
        text = json.dumps(claims())
        for payload in ('[%s]' % text, '"x"', text[:-1],
                        text[:-1] + ',"upn":"boss@corp.test"}',
                        text.replace('jo@', 'jo\\u0000@'), ''):
            refused(env, token(rsa, payload), 'the payload is not an object')
        env.admin("select admin.way_set('jwt', 'corp.test', false);")
        refused(env, token(rsa, claims()), 'no way in by jwt')
        env.admin("select admin.way_remove('jwt', 'corp.test');")
        env.sql('delete from mdm.tenant;')
        refused(env, token(rsa, claims()), 'tid is not a tenant of ours')


def test_one_device(env):
    """T2 T6 with no nonce of ours in it, a token is for the first device that
    it enrolls: another one is refused, also with the other signature that
    ES256 has for the same words; that device may try again."""
    rsa, ec = Rsa(), Ec(env)
    with tenant(env, rsa, ec):
        for key in (rsa, ec):
            jwt = token(key, claims())
            made = device.Device(env, change=lambda t, j=jwt: with_token(
                t, markup(j)))
            others = [jwt]
            if key is ec:
                signed, _, last = jwt.rpartition('.')
                raw = base64.urlsafe_b64decode(last + '==')
                other = ORDER - int.from_bytes(raw[32:], 'big')
                others.append(signed + '.' + b64(
                    raw[:32] + other.to_bytes(32, 'big')))
            count = env.value('select count(*) from admin.device;')
            for again in others:
                mark = env.log.mark()
                wanted(env, ask(env, request(markup(again))),
                       's:Authorization', 'JWT: it has enrolled another',
                       mark)
                assert ask(env, request(markup(again), made.id)).status == 200
            assert env.value('select count(*) from admin.device;') == count


def test_forms(env):
    """T21 what is no JWT is refused, whatever it is."""
    rsa = Rsa()
    with tenant(env, rsa):
        good = token(rsa, claims())
        head, body, signature = good.split('.')
        for jwt, reason in (
                ('x', 'not three parts'), ('a.b', 'not three parts'),
                (good + '.', 'not three parts'), ('..', 'the header'),
                ('.' + body + '.' + signature, 'the header'),
                (head + '=.' + body + '.' + signature, 'the header'),
                ('+' + head + '.' + body + '.' + signature, 'the header'),
                (b64('[]') + '.' + body + '.' + signature, 'the header'),
                (b64('{"alg":"RS256","alg":"none"}') + '.' + body + '.' +
                 signature, 'the header'),
                (head + '..' + signature, 'the payload'),
                (head + '.' + body + '.=', 'no signature'),
                (head + '.' + 'A' * 25000 + '.' + signature, 'too long')):
            conn = client.Connection(env)
            mark = env.log.mark()
            answer = conn.request('POST', messages.POLICY, policy(
                binary_token(jwt, JWT) if '.' in jwt and len(jwt) < 25000
                else binary_token(encoded(jwt)[:32000], JWT)).encode(),
                kind=client.SOAP)
            conn.close()
            if len(jwt) < 24000:
                wanted(env, answer, REFUSED, 'JWT: ' + reason, mark)
            else:
                assert answer.status in (413, 500), answer


def test_keys_that_are_no_good(env):
    """T1 T11 a key that is too short, off its curve or of another curve
    verifies nothing, and loading keys replaces all of them."""
    rsa, ec = Rsa(), Ec(env)
    off = dict(ec.jwk(), x=ec.jwk()['y'])
    short = dict(rsa.jwk(), n=b64(bytes([0]) * 128 + b'\x80' + bytes(126) +
                                  b'\x01'))
    with tenant(env, rsa):
        for jwk, jwt, reason in (
                (off, token(ec, claims()), 'the key is no good'),
                (short, token(rsa, claims()), 'the key is no good')):
            env.admin('select admin.jwks_set(%s);' % stack.quote(
                json.dumps({'keys': [jwk]})))
            refused(env, jwt, reason)
        env.admin('select admin.jwks_set(%s);' % stack.quote(
            json.dumps({'keys': [ec.jwk(), {'kty': 'oct', 'kid': 'rsa-1',
                                            'k': 'AAAA'}]})))
        refused(env, token(rsa, claims()), 'no key has this kid')
        assert ask(env, policy(markup(token(ec, claims()))),
                   messages.POLICY).status == 200
        p384 = Ec(env, 'P-384').jwk()
        assert env.value('select admin.jwks_set(%s);' % stack.quote(
            json.dumps({'keys': [p384, dict(rsa.jwk(), use='enc')]}))) == '0'
