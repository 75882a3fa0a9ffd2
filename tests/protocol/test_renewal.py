# SPDX-License-Identifier: ISC
"""Renewal of a device's certificate, through TLS with the old one."""

import base64
import contextlib
import threading
import time

import client
import device
import keys
import messages
import renewal
import stack
import x509
from messages import ENR, WSSE, fault, sub


@contextlib.contextmanager
def settings(env, **values):
    """Settings for as long as a test lasts."""
    try:
        for name, value in values.items():
            env.call('setting_set', name, value)
        yield
    finally:
        for name in values:
            env.call('setting_set', name, None)


def soon(env):
    """Every certificate is to be renewed."""
    return settings(env, renew_period='400')


def certificates(dev):
    """(generation, state) in order."""
    return [tuple(r) for r in dev.env.admin(
        'select generation, state from admin.certificate where device = %s'
        ' order by enrollment, generation;' % stack.quote(dev.uuid))]


def refused(dev, text, reason, files=None, subcode='s:CertificateRequest'):
    """The fault, the log's reason, and nothing was reserved."""
    env, before = dev.env, certificates(dev)
    mark = env.log.mark()
    found = fault(renewal.post(env, text, files), subcode)
    line, = env.log.wait(mark, 1)
    assert reason in line['reason'], line['reason']
    assert line['level'] == 'warning' and line['id'] == found.trace, line
    if subcode == 's:CertificateRequest':
        assert found.kind == 'NotEligibleToRenew', found.kind
    assert certificates(dev) == before, certificates(dev)
    return line


def reasons(dev):
    """Of the refusals in the audit trail."""
    return [r[0] for r in dev.env.admin(
        "select detail->>'reason' from admin.event where device = %s and"
        " kind = 'renewal.refused' order by seq;" % stack.quote(dev.uuid))]


def test_three_generations(env):
    """T14 S2.37 three renewals in a row: each time the old certificate is
    good until the new one was seen, then it is not."""
    first = made = device.Device(env)
    made.session().finish()
    root = made.document.stored('CertificateStore', 'Root', 'System')
    chain = x509.load(env.certs + '/device-ca.pem')
    with soon(env):
        for generation in range(1, 4):
            new = renewal.renew(made)
            assert new.cert.subject == made.cert.subject
            assert new.cert.spki != made.cert.spki
            x509.verify(new.cert, root, env.folder, chain)
            made.session().finish()
            assert certificates(made)[-2:] == [
                (str(generation - 1), 'issued'), (str(generation), 'issued')]
            new.session().finish()
            assert certificates(made)[-2][1] == 'superseded'
            old = device.Session(made)
            assert old.post(messages.package1(made.id, 'x')).status == 403
            refused(made, renewal.good(made, keys.POOL.key()),
                    'the certificate is superseded', made.files)
            made = new
    assert len(certificates(first)) == 4
    assert first.row('state') == 'enrolled'
    assert first.events('certificate.issued') == 4


def test_document(env):
    """S0.61 the document of a renewal has the certificate, with its key's
    mark inside the node, and the PROVIDER-ID; no CA and no secret."""
    with soon(env):
        for kind, store in (('Full', 'User'), ('Device', 'System')):
            made = device.Device(env, kind=kind)
            new = renewal.renew(made, store)
            doc = new.document
            assert [n.attr('type') for n in doc.root.all('characteristic')] \
                == ['CertificateStore', 'APPLICATION']
            assert [n.attr('type') for n in doc.find(
                'CertificateStore', None)] == ['My']
            doc.one('CertificateStore', 'My', store, new.cert.sha1(),
                    'PrivateKeyContainer')
            provider = made.document.parms(
                made.document.one('APPLICATION'))['PROVIDER-ID']
            assert doc.parms(doc.one('APPLICATION')) == {
                'PROVIDER-ID': provider}


def test_where_to_renew(env):
    """S2.37 the setting renewal_url becomes ServerURL; without it there is
    none, and the device renews where it enrolled."""
    path = ('CertificateStore', 'My', 'WSTEP', 'Renew')
    made = device.Device(env)
    assert 'ServerURL' not in made.document.parms(made.document.one(*path))
    url = 'https://%s:%d%s' % (stack.MANAGE, env.https, messages.ENROLLMENT)
    with settings(env, renewal_url=url, renew_period='400'):
        made = device.Device(env)
        assert made.document.parms(made.document.one(*path))['ServerURL'] == (
            url, 'string')
        key = keys.POOL.key()
        answer = renewal.post(env, renewal.good(made, key), made.files,
                              stack.MANAGE)
        renewal.accept(made, answer, key).session().finish()


def test_encodings(env):
    """S2.37 both ValueTypes, base64 once or twice and with line breaks,
    signatures with and without attributes, of SHA-256 or of SHA-1."""
    with soon(env):
        made = device.Device(env)
        for number in range(8):
            key = keys.POOL.key()
            digest = 'sha1' if number & 1 else 'sha256'
            token = renewal.signed(
                renewal.request(made, key, digest=digest), made.cert,
                made.key, digest, attributes=not number & 2)
            text = base64.encodebytes(token).decode().replace('\n', '\r\n')
            if number & 4:
                text = base64.b64encode(text.encode()).decode()
            kind = (ENR if number & 2 else WSSE) + '#PKCS7'
            answer = renewal.post(env, renewal.rst(made, text, kind),
                                  made.files)
            made = renewal.accept(made, answer, key)
            made.session().finish()


def test_same_request_again(env):
    """T15 D2-40 the same request brings the same certificate, and of twenty
    copies at once one certificate comes."""
    with soon(env):
        made = device.Device(env)
        key = keys.POOL.key()
        text = renewal.good(made, key)
        answers = []

        def ask():
            answers.append(renewal.post(env, text, made.files))

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = {renewal.accept(made, a, key).cert.sha256() for a in answers}
        assert len(answers) == 20 and len(found) == 1, found
        assert len(certificates(made)) == 2, certificates(made)
        assert made.events('renewal.reserved') == 1


def test_lost_answer(env):
    """D2-40 the answer to a renewal is lost, the device makes another key:
    what it uses in the end is what counts."""
    with soon(env):
        made = device.Device(env)
        renewal.post(env, renewal.good(made, keys.POOL.key()), made.files)
        made.session().finish()
        new = renewal.renew(made)
        new.session().finish()
        assert [s for _, s in certificates(made)] == [
            'superseded', 'superseded', 'issued']


def discovered(conn, policies):
    """What discovery tells a device that offers these ways."""
    answer = conn.request('POST', messages.DISCOVERY, messages.discover(
        policies=policies).encode(), kind=client.SOAP)
    _, body = messages.envelope(answer)
    return body.one('DiscoverResponse', messages.DISC).one(
        'DiscoverResult', messages.DISC)


def test_by_way_of_discovery(env):
    """S2.1 S2.13 S2.37 a device that renews asks discovery first, with its
    certificate and with nothing else to offer, and is told to go on with
    it, and where."""
    with soon(env):
        made = device.Device(env)
        conn = client.Connection(env, cert=made.files)
        assert conn.request('GET', messages.DISCOVERY).status == 200
        for policies in (['Certificate'], 'Certificate'):
            found = discovered(conn, policies)
            assert found.one('AuthPolicy', messages.DISC).text == \
                'Certificate'
            url = found.one('EnrollmentServiceUrl', messages.DISC).text
            assert url == env.base + messages.ENROLLMENT
            assert not found.all('AuthenticationServiceUrl', messages.DISC)
        key = keys.POOL.key()
        answer = conn.request('POST', messages.ENROLLMENT,
                              renewal.good(made, key).encode(),
                              kind=client.SOAP)
        conn.close()
        renewal.accept(made, answer, key)


def test_request_at_discovery(env):
    """S2.37 discovery says where to renew and renews nothing itself: a
    request to renew sent to it is refused, and the log says what it was."""
    with soon(env):
        made = device.Device(env)
        key = keys.POOL.key()
        text = renewal.good(made, key)
        mark = env.log.mark()
        conn = client.Connection(env, cert=made.files)
        answer = conn.request('POST', messages.DISCOVERY, text.encode(),
                              kind=client.SOAP)
        conn.close()
        fault(answer, 's:MessageFormat')
        line, = env.log.wait(mark, 1)
        assert line['reason'] == 'RequestSecurityToken not expected here'
        assert len(certificates(made)) == 1
        answer = renewal.post(env, text, made.files)
        renewal.accept(made, answer, key)


def test_one_device_for_another(env):
    """T14 T4 with A's certificate for B there is nothing to be had: not by
    signature, not by DeviceID, not by both."""
    with soon(env):
        a, b = device.Device(env), device.Device(env)
        key = keys.POOL.key()
        before = certificates(b)
        line = refused(a, renewal.good(b, key),
                       'not signed by the client certificate', a.files)
        assert line['device'] == a.uuid, line
        refused(a, renewal.good(a, key),
                'not signed by the client certificate', b.files)
        refused(a, renewal.rst(a, renewal.signed(
            renewal.request(a, key), a.cert, a.key), ident=b.id),
                'DeviceID is not that of', a.files)
        stolen = renewal.signed(renewal.request(a, key), b.cert, a.key)
        refused(a, renewal.rst(a, stolen), 'not of its signer', a.files)
        assert certificates(b) == before
        assert reasons(a) == [
            "the request is not signed by the client certificate",
            "DeviceID is not that of the certificate's device"], reasons(a)


def test_without_client_certificate(env):
    """T14 T5 the signature alone is not enough while the certificate is
    valid, and headers are no certificate."""
    with soon(env):
        made = device.Device(env)
        text = renewal.good(made, keys.POOL.key())
        refused(made, text, 'no client certificate')
        conn = client.Connection(env)
        answer = conn.request(
            'POST', messages.ENROLLMENT, text.encode(), kind=client.SOAP,
            headers=[('SSL_CLIENT_VERIFY', 'SUCCESS'),
                     ('Ssl-Client-Verify', 'SUCCESS'),
                     ('SSL-Client-Cert', base64.b64encode(
                         made.cert.der).decode())])
        conn.close()
        assert fault(answer, 's:CertificateRequest').kind == \
            'NotEligibleToRenew'
        assert len(certificates(made)) == 1


def test_window(env):
    """T14 a certificate that is still good for long is not renewed, unless
    an administrator has asked for it."""
    made = device.Device(env)
    refused(made, renewal.good(made, keys.POOL.key()), 'too early',
            made.files)
    assert reasons(made)[0].startswith('too early: not before 20')


def test_renew_now(env):
    """T14 admin.renew sends RenewNow and opens the window, once."""
    made = device.Device(env)
    command = env.call('renew', made.uuid)
    session = made.session()
    session.first()
    sent, = session.reply.commands
    assert (sent.verb, sent.uri, sent.format, sent.data) == (
        'Exec', './Device/Vendor/MSFT/CertificateStore/My/WSTEP/Renew/'
        'RenewNow', 'null', None), vars(sent)
    session.finish()
    assert made.command(command) == 'done'
    new = renewal.renew(made)
    new.session().finish()
    refused(new, renewal.good(new, keys.POOL.key()), 'too early', new.files)


def test_keys(env):
    """T11 T14 a renewal needs a key that nobody has had: neither the old
    one nor another device's; and one that the template takes."""
    with soon(env):
        made, other = device.Device(env), device.Device(env)
        for key in (made.key, other.key):
            refused(made, renewal.good(made, key),
                    'the public key is known already', made.files)
        small = keys.Key([keys.prime(512), keys.prime(512)])
        refused(made, renewal.good(made, small), '1024 bits', made.files)


def test_bad_tokens(env):
    """T12 T21 T14 what is not SignedData by the old key around a request
    by the new one is refused, each with its reason."""
    with soon(env):
        made = device.Device(env)
        key = keys.POOL.key()
        csr = renewal.request(made, key)
        good = renewal.signed(csr, made.cert, made.key)
        other = keys.POOL.key()
        forged = x509.Certificate(keys.certificate(
            made.cert.issuer, env.folder.file('f.key', other.pem()),
            made.cert.subject, other.spki(), made.cert.begin, made.cert.end,
            made.cert.serial))
        for token, reason in (
                ('!', 'not base64'),
                (good[:-1], 'not DER'),
                (good + b'\0', 'not DER'),
                (csr, 'not SignedData'),
                (renewal.signed(csr, made.cert, made.key, spoil=1),
                 'not of its signer'),
                (renewal.signed(csr, made.cert, key), 'not of its signer'),
                (renewal.signed(csr, made.cert, made.key, 'md5'),
                 'digest is not'),
                (renewal.signed(b'junk', made.cert, made.key), 'not DER'),
                (renewal.signed(good, made.cert, made.key), 'not PKCS#10'),
                (renewal.signed(renewal.request(made, key, other),
                                made.cert, made.key),
                 'signature is not of this key'),
                (renewal.signed(csr, forged, other),
                 'not signed by the client certificate')):
            refused(made, renewal.rst(made, token), reason, made.files)


def test_not_what_it_says(env):
    """S2.25 a RequestType and a ValueType that do not belong together are
    MessageFormat."""
    made = device.Device(env)
    good = renewal.good(made, keys.POOL.key())
    for text, reason in (
            (sub(good, WSSE + '#PKCS7', ENR + '#PKCS10'),
             'ValueType is not PKCS7'),
            (sub(good, '/Renew<', '/Issue<'), 'ValueType is not PKCS10'),
            (sub(good, '/Renew<', '/Recovery<'),
             'neither Issue nor Renew')):
        refused(made, text, reason, made.files, 's:MessageFormat')


def test_revoked(env):
    """T14 D2-39 a revoked certificate is not renewed, nor is one that was
    renewed given again once it is revoked."""
    with soon(env):
        made = device.Device(env)
        key = keys.POOL.key()
        text = renewal.good(made, key)
        new = renewal.accept(made, renewal.post(env, text, made.files), key)
        env.call('certificate_revoke', new.cert.sha256())
        refused(made, text, 'the certificate of this request was revoked',
                made.files)
        env.call('certificate_revoke', made.cert.sha256())
        refused(made, renewal.good(made, keys.POOL.key()),
                'the certificate is revoked', made.files)


def test_blocked_and_unenrolled(env):
    """T14 who is blocked or has left does not renew."""
    with soon(env):
        made = device.Device(env)
        made.session().finish()
        env.call('block', made.uuid)
        text = renewal.good(made, keys.POOL.key())
        refused(made, text, 'the device is blocked', made.files)
        env.call('approve', made.uuid)
        session = made.session()
        session.first(messages.alert(
            9, 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1',
            form='int'))
        assert made.row('state') == 'unenrolled'
        refused(made, text, 'the certificate is revoked', made.files)


@contextlib.contextmanager
def short_lived(env):
    """Certificates that are good for a second."""
    before = env.sql('select validity_seconds, renewal_seconds from'
                     ' mdm.template where active;')[0]
    change = ('update mdm.template set validity_seconds = %s,'
              ' renewal_seconds = %s where active;')
    try:
        env.sql(change % ('1', '0'))
        yield
    finally:
        env.sql(change % tuple(before))


def expired_device(env):
    with short_lived(env):
        made = device.Device(env)
    while time.time() <= made.cert.end.timestamp() + 1:
        time.sleep(0.1)
    return made


def test_expired(env):
    """D2-39 T14 a certificate that expired while its device was away: not
    renewed, and the audit trail says whose it was; renewed by signature
    alone where a grace is set, but only once it has expired."""
    made = expired_device(env)
    key = keys.POOL.key()
    text = renewal.good(made, key)
    line = refused(made, text, 'expired, known device')
    assert line['device'] == made.uuid
    assert reasons(made) == ['expired, known device']
    with settings(env, renewal_grace='30'):
        other = device.Device(env)
        refused(other, renewal.good(other, keys.POOL.key()),
                'no client certificate')
        new = renewal.accept(made, renewal.post(env, text), key)
        new.session().finish()
        assert [s for _, s in certificates(made)] == ['superseded', 'issued']
    again = device.Device(env, device_id=made.id)
    assert again.uuid == made.uuid, 'it may enrol anew'


def test_expired_in_tls(env):
    """D2-39 an expired certificate shown in TLS: lighttpd lets it through
    and it is known; Apache ends the connection."""
    made = expired_device(env)
    text = renewal.good(made, keys.POOL.key())
    if env.front == 'lighttpd':
        line = refused(made, text, 'expired, known device', made.files)
        assert 'FAILED' in line['note'], line
        return
    try:
        renewal.post(env, text, made.files)
        raise AssertionError('Apache let it through')
    except client.Closed:
        assert len(certificates(made)) == 1


def test_stranger(env):
    """T14 T3 certificates of our CA that the database does not know, and
    of other CAs, renew nothing."""
    made = device.Device(env)
    key = keys.POOL.key()
    issuer = x509.load(env.certs + '/issuing.pem')[0]
    cert = x509.Certificate(keys.certificate(
        issuer.subject, env.certs + '/issuing.key', made.cert.subject,
        key.spki(), made.cert.begin, made.cert.end))
    files = device.files(env, cert, key)
    strange = object.__new__(device.Device)
    strange.__dict__.update(made.__dict__, cert=cert, key=key, files=files)
    with soon(env):
        refused(made, renewal.good(strange, keys.POOL.key()),
                'a certificate that is not in the database', files)


def test_log_has_no_token(env):
    """T29 the log has neither the request nor the certificate."""
    with soon(env):
        made = device.Device(env)
        mark = env.log.mark()
        key = keys.POOL.key()
        text = renewal.good(made, key)
        renewal.post(env, text, made.files)
        line, = env.log.wait(mark, 1)
        assert line['device'] == made.uuid and line['status'] == '200', line
        for piece in (text[text.index('#PKCS7'):][200:260],
                      base64.b64encode(made.cert.der).decode()[40:100]):
            assert piece not in env.log.text(mark)
