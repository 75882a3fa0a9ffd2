# SPDX-License-Identifier: ISC
"""Who is asking: certificates, sources, spoofed headers."""

import base64
import datetime
import hashlib
import os
import subprocess
import urllib.parse

import client
import device
import fronts
import keys
import messages
import stack
import x509
from messages import package1

NOW = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
DAY = datetime.timedelta(days=1)


def try_with(env, files, text=None, headers=(), host=stack.MANAGE):
    """The answer, or None when the front server ended the connection."""
    conn = client.Connection(env, host, cert=files)
    body = text if text is not None else package1(device.new_id(), 'x')
    try:
        answer = conn.request('POST', messages.QUERY, body.encode(), headers,
                              client.SYNCML)
    except client.Closed:
        return None
    finally:
        conn.close()
    return client.answered(answer)


def refused(env, files, text=None, headers=()):
    """403 with an empty body."""
    answer = try_with(env, files, text, headers)
    assert answer is not None, 'connection closed'
    assert answer.status == 403, answer
    assert answer.body == b'', answer
    assert answer.header('Content-Length') == '0'
    return answer


def kept_out(env, kind, files, text):
    """Refused by the worker, or by the front server in its own way."""
    conn = client.Connection(env, stack.MANAGE, cert=files)
    answer, word = fronts.outcome(lambda: conn.request(
        'POST', messages.QUERY, text.encode(), kind=client.SYNCML))
    conn.close()
    fronts.check(env, 'certificate: ' + kind, word)
    assert answer is None or answer.body == b'', answer


def issuer(env):
    return x509.load(os.path.join(env.certs, 'issuing.pem'))[0]


def issue(env, key, subject, begin=NOW - DAY, end=NOW + DAY, signer=None,
          issuer_name=None):
    """A certificate signed by the stack's issuing key, or by another."""
    return x509.Certificate(keys.certificate(
        issuer_name or issuer(env).subject,
        signer or os.path.join(env.certs, 'issuing.key'), subject,
        key.spki(), begin, end))


def foreign_key(env):
    path = os.path.join(env.folder.path, 'foreign.key')
    if not os.path.exists(path):
        subprocess.run(['openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt',
                        'ec_paramgen_curve:P-256', '-out', path], check=True,
                       capture_output=True)
    return path


def recorded(env, key, cert, ident):
    """Makes the database know a certificate the server never issued."""
    args = (messages.UPN, ident, 'Full',
            hashlib.sha256(cert.der).digest(),
            key.spki(), cert.serial.to_bytes(16, 'big'), 'name', 'one', 'two',
            b'n' * 16, b'm' * 16)
    rows = env.sql(
        "select device, encode(serial, 'hex') from enrollment.reserve(%s,"
        " '{}'::text[], '{}'::text[]);" % ', '.join(map(stack.quote, args)))
    env.sql("select signer.issue(%s, '\\x%s'::bytea, %s, %s, %s, '');" % (
        stack.quote(rows[0][0]), rows[0][1], stack.quote(cert.der),
        stack.quote(bytes.fromhex(cert.sha256())),
        stack.quote(bytes.fromhex(cert.sha1()))))
    known = env.sql('select management.certificate(%s);' % stack.quote(
        bytes.fromhex(cert.sha256())))
    assert known == [[rows[0][0]]], known


def test_no_certificate(env):
    """T3 S1.8 without a client certificate: 403 for any body, because
    nothing of it is parsed."""
    for text in (package1(device.new_id(), '1'), '', '<', '<!DOCTYPE x>',
                 'x' * 5000):
        refused(env, None, text)


def test_no_certificate_by_every_host(env):
    """T3 the path is as closed under the enrolment host."""
    answer = try_with(env, None, host=stack.ENROLL)
    assert answer.status == 403, answer


def test_certificate_under_the_other_host(env):
    """T3 a device's certificate is no key to a host that does not ask for
    it: 403, or the device is served as itself."""
    made = device.Device(env)
    answer = try_with(env, made.files, package1(made.id, 'h'),
                      host=stack.ENROLL)
    assert answer.status in (200, 403), answer
    made.session().first()


def test_bad_message_without_a_session(env):
    """T3 with a good certificate the same bad bodies are parsed: 400."""
    made = device.Device(env)
    for text in ('', '<', '<!DOCTYPE x>'):
        answer = try_with(env, made.files, text)
        assert answer.status == 400 and answer.body == b'', answer


def test_unknown_certificate_of_our_ca(env):
    """T3 a certificate that our CA signed but SQL does not know."""
    key, ident = keys.POOL.key(), device.new_id()
    cert = issue(env, key, keys.common_name(ident))
    mark = env.log.mark()
    refused(env, device.files(env, cert, key), package1(ident, '1'))
    line, = env.log.wait(mark, 1)
    assert line['status'] == '403' and line['reason'], line


def test_unknown_certificate_with_a_known_subject(env):
    """T3 T4 the same subject as a real device's, another key."""
    made = device.Device(env)
    key = keys.POOL.key()
    cert = issue(env, key, made.cert.subject)
    refused(env, device.files(env, cert, key), package1(made.id, '1'))


def test_foreign_ca(env):
    """T3 a certificate of another CA with our CA's name, a real device's
    subject and even a fingerprint that SQL knows."""
    made = device.Device(env)
    key = keys.POOL.key()
    for kind, name in (('foreign CA of the same name', issuer(env).subject),
                       ('foreign CA', keys.common_name('Other CA'))):
        cert = issue(env, key, made.cert.subject, signer=foreign_key(env),
                     issuer_name=name)
        kept_out(env, kind, device.files(env, cert, key),
                 package1(made.id, '1'))
    ident = device.new_id()
    recorded(env, key, cert, ident)
    kept_out(env, kind, device.files(env, cert, key), package1(ident, '1'))


def test_self_signed(env):
    """T3 a self-signed certificate with a real device's subject."""
    made = device.Device(env)
    key = keys.POOL.key()
    path = env.folder.file('self.key', key.pem())
    cert = issue(env, key, made.cert.subject, signer=path,
                 issuer_name=made.cert.subject)
    kept_out(env, 'self-signed', device.files(env, cert, key),
             package1(made.id, '1'))


def test_expired_and_not_yet_valid(env):
    """T3 D2-39 certificates outside their dates that SQL does know."""
    for kind, begin, end in (
            ('expired', NOW - 30 * DAY, NOW - DAY),
            ('not yet valid', NOW + DAY, NOW + 30 * DAY)):
        key, ident = keys.POOL.key(), device.new_id()
        cert = issue(env, key, keys.common_name(ident), begin, end)
        recorded(env, key, cert, ident)
        kept_out(env, kind, device.files(env, cert, key),
                 package1(ident, '1'))


def test_recorded_certificate_is_good(env):
    """T3 the way the two tests above make SQL know a certificate does
    work when the certificate is good: they fail for their own reason."""
    key, ident = keys.POOL.key(), device.new_id()
    cert = issue(env, key, keys.common_name(ident))
    recorded(env, key, cert, ident)
    answer = try_with(env, device.files(env, cert, key), package1(ident, '1'))
    assert answer.status == 200, answer


def test_ca_certificates_are_no_devices(env):
    """T3 the issuing certificate itself is not a device."""
    files = (os.path.join(env.certs, 'issuing.pem'),
             os.path.join(env.certs, 'issuing.key'))
    kept_out(env, 'the CA itself', files, package1(device.new_id(), '1'))


def test_revoked(env):
    """T3 T39 a revoked certificate is out at once, in the middle of a
    session and on a connection that is open already."""
    made = device.Device(env)
    session = made.session()
    session.first()
    env.call('certificate_revoke', made.cert.sha256())
    before = env.tables()
    answer = session.post(messages.message(
        made.id, session.session, 2, session.answers()))
    assert answer.status == 403 and answer.body == b'', answer
    refused(env, made.files, package1(made.id, 'again'))
    after = env.tables()
    assert [t for t in after if after[t] != before[t] and t != 'event'] == []


def test_blocked(env):
    """T3 T39 a blocked device is refused whatever its certificate."""
    made = device.Device(env)
    made.session().first()
    env.call('block', made.uuid)
    assert made.row('state') == 'blocked'
    refused(env, made.files, package1(made.id, 'b'))


def test_superseded(env):
    """T3 D2-38 after re-enrolment the old certificate works until the new
    one has been seen, and no longer."""
    old = device.Device(env)
    old.session().first()
    young = device.Device(env, device_id=old.id)
    assert old.session().first().statuses
    young.session().first()
    refused(env, old.files, package1(old.id, 'late'))
    assert young.session().first().statuses


def test_source_of_another_device(env):
    """T4 S0.69 the certificate is the identity: another device's Source is
    refused, and that device's rows do not change by a bit."""
    thief, victim = device.Device(env), device.Device(env)
    victim.enqueue('Replace', './Vendor/MSFT/Secret', 'x')
    before = env.tables(thief.uuid)
    for source in (victim.id, victim.id.lower(), victim.uuid, thief.id + 'x',
                   thief.id[:-1], 'x' * 64):
        text = package1(thief.id, 's')
        start = text.index(thief.id)
        text = text[:start] + source + text[start + len(thief.id):]
        refused(env, thief.files, text)
    assert env.tables(thief.uuid) == before
    assert thief.session().first().commands == []
    assert victim.session().first().uris() == ['./Vendor/MSFT/Secret']


def test_ids_in_the_body_select_nothing(env):
    """T4 another's id in DevId is refused; in LocName, in an alert or in a
    result it selects nothing."""
    thief, victim = device.Device(env), device.Device(env)
    victim.session().first()
    victim.enqueue('Replace', './Vendor/MSFT/Secret', 'x')
    before = env.tables(thief.uuid)
    good = package1(thief.id, 'own', extra=messages.alert(
        9, 1224, 'x.y', victim.id, victim.id))
    refused(env, thief.files, messages.sub(
        good, '<Data>%s</Data>' % thief.id, '<Data>%s</Data>' % victim.id))
    answer = try_with(env, thief.files, messages.sub(
        good, '%s</LocURI>' % thief.id,
        '%s</LocURI><LocName>%s</LocName>' % (thief.id, victim.id)))
    assert messages.SyncML(answer).commands == []
    assert env.tables(thief.uuid) == before


SPOOFS = ('X-SSL-Client-Cert', 'X_SSL_Client_Cert', 'X.SSL.Client.Cert',
          'X-Client-Cert', 'Client-Cert', 'SSL_CLIENT_CERT',
          'Ssl-Client-Cert', 'HTTP_SSL_CLIENT_CERT', 'ssl-client-cert',
          'X-Forwarded-Tls-Client-Cert', 'X-ARR-ClientCert',
          'X-Amzn-Mtls-Clientcert', 'X-Forwarded-Client-Cert',
          'REDIRECT_SSL_CLIENT_CERT')
VERIFY = ('SSL_CLIENT_VERIFY', 'Ssl-Client-Verify', 'X-SSL-Client-Verify',
          'HTTP_SSL_CLIENT_VERIFY', 'X_SSL_CLIENT_VERIFY')


def spellings(cert):
    """The certificate as proxies write it into one header line."""
    pem = cert.pem()
    plain = base64.b64encode(cert.der).decode()
    return (pem.replace('\n', ' '), pem.replace('\n', '\t'),
            urllib.parse.quote(pem), plain, ':%s:' % plain,
            'Hash=%s;Cert="%s"' % (cert.sha256(), urllib.parse.quote(pem)))


def test_spoofed_headers(env):
    """T5 no header of the client's is ever an identity, in any spelling,
    once or twice, with or without a verdict beside it."""
    made = device.Device(env)
    text = package1(made.id, 'spoof')
    before = env.tables()
    verdicts = [(n, 'SUCCESS') for n in VERIFY]
    for name in SPOOFS:
        for value in spellings(made.cert):
            refused(env, None, text, [(name, value)] + verdicts)
        value = spellings(made.cert)[0]
        refused(env, None, text, [(name, value), (name, value)])
    refused(env, None, text, verdicts)
    everything = [(n, spellings(made.cert)[0]) for n in SPOOFS[:5]]
    refused(env, None, text, everything + verdicts)
    assert env.tables() == before


def test_spoofed_beside_a_real_one(env):
    """T4 T5 a device that names another's certificate in headers is still
    itself."""
    thief, victim = device.Device(env), device.Device(env)
    value = spellings(victim.cert)[0]
    for at in range(0, len(SPOOFS), 5):
        headers = [(n, value) for n in SPOOFS[at:at + 5]]
        headers += [(n, 'SUCCESS') for n in VERIFY]
        refused(env, thief.files, package1(victim.id, 't'), headers)
        answer = try_with(env, thief.files, package1(thief.id, at), headers)
        assert messages.SyncML(answer).target == thief.id


def test_no_certificate_is_asked_for_elsewhere(env):
    """S2.1 S1.8 discovery, policy and enrolment do not want a client
    certificate and do not mind one."""
    made = device.Device(env)
    for files in (None, made.files):
        conn = client.Connection(env, cert=files)
        for path, text in ((messages.DISCOVERY, messages.discover()),
                           (messages.POLICY, messages.policy()),
                           (messages.ENROLLMENT, made.text)):
            answer = conn.request('POST', path, text.encode(),
                                  kind=client.SOAP)
            assert answer.status == 200, answer


def test_tls_versions(env):
    """S3.25 S1.8 TLS 1.2 and 1.3 both carry the client certificate."""
    made = device.Device(env)
    tls = client.ssl.TLSVersion
    for version in (tls.TLSv1_2, tls.TLSv1_3):
        session = made.session(conn=made.connection(tls=version))
        assert session.first().target == made.id
        assert session.conn.sock.version() == version.name.replace('_', '.')


def test_resumed_session_is_checked_again(env):
    """T3 a TLS session resumed after revocation is refused too."""
    made = device.Device(env)
    tls = client.ssl.TLSVersion.TLSv1_2
    conn = made.connection(tls=tls)
    conn.open()
    conn.request('POST', messages.QUERY, package1(made.id, 'r').encode(),
                 kind=client.SYNCML)
    kept = conn.sock.session
    conn.close()
    env.call('certificate_revoke', made.cert.sha256())
    sock = client.socket.create_connection(('127.0.0.1', env.https), 30)
    conn.sock = conn.context().wrap_socket(
        sock, server_hostname=stack.MANAGE, session=kept)
    answer = conn.request('POST', messages.QUERY,
                          package1(made.id, 's').encode(), kind=client.SYNCML)
    assert answer.status == 403, answer
    conn.close()
