# SPDX-License-Identifier: ISC
"""Enrolment: the RST, its credential and the RSTRC around the document."""

import base64
import datetime
import threading

import client
import der
import device
import keys
import messages
import stack
import x509
import xmltree
from messages import (A, ENR, OASIS, PROVISION, WSSE, WST, WSU, element,
                      envelope, fault, item, sub)

CAPTURED_CSR = open(messages.path('windows-10-csr.der'), 'rb').read()


def ask(env, text):
    conn = client.Connection(env)
    answer = client.answered(conn.request(
        'POST', messages.ENROLLMENT, text.encode(), kind=client.SOAP))
    conn.close()
    return answer


def fresh(upn=None, password=None, device_id=None):
    """A good RST with a key and DeviceID of its own."""
    ident = device_id or device.new_id()
    csr = keys.windows_request(keys.POOL.key(), ident)
    return messages.enrol(csr, ident, upn, password)


def certificates(env, ident):
    """How many certificates devices with this DeviceID have."""
    return int(env.value(
        'select count(*) from admin.certificate c join admin.device d on'
        ' d.id = c.device where d.device_id = %s;' % stack.quote(ident)))


def refused(env, text, subcode, ident):
    """The fault, and nothing about the device was stored."""
    found = fault(ask(env, text), subcode)
    count = env.value('select count(*) from admin.device where device_id = %s;'
                      % stack.quote(ident))
    assert count == '0', '%s devices stored' % count
    return found


def test_captured_request(env):
    """S0.1 S0.4 S0.48 S0.49 S0.50 S0.51 S0.52 S0.53 S0.54 S0.56 S0.58 S0.59
    S0.64 S2.23 S2.24 S2.27 S2.28 S2.30 S4.12 S4.13 S1.6 the captured RST,
    with its captured CSR, is answered with a certificate for its key."""
    answer = ask(env, messages.captured('enroll-request.xml'))
    assert answer.status == 200, answer
    header, body = envelope(answer)
    action = header.one('Action', A)
    assert action.text == ENR + '/RSTRC/wstep'
    assert header.one('RelatesTo', A).text == \
        'urn:uuid:0d5a1441-5891-453b-becf-a2e5f6ea3749'
    response = body.one('RequestSecurityTokenResponseCollection', WST).one(
        'RequestSecurityTokenResponse', WST)
    assert response.names() == ['TokenType', 'DispositionMessage',
                                'RequestedSecurityToken', 'RequestID']
    assert response.one('TokenType', WST).text == \
        PROVISION + 'DeviceEnrollmentToken'
    response.one('DispositionMessage', ENR)
    assert response.one('RequestID', ENR).text.strip() == '0'
    token = response.one('RequestedSecurityToken', WST).one(
        'BinarySecurityToken', WSSE)
    assert token.attr('ValueType') == \
        PROVISION + 'DeviceEnrollmentProvisionDoc'
    assert token.attr('EncodingType') == WSSE + '#base64binary'
    document = device.provisioning(answer)
    cert = document.stored('CertificateStore', 'My', 'User')
    request = der.read(CAPTURED_CSR).items()[0].items()
    assert cert.spki == request[2].raw, 'not the key of the CSR'
    root = document.stored('CertificateStore', 'Root', 'System')
    chain = x509.load(env.certs + '/device-ca.pem')
    x509.verify(cert, root, env.folder, chain)


def test_timestamp_is_current(env):
    """S0.57 Created is now and Expires five minutes later; no client has
    to believe a frozen time."""
    header, _ = envelope(ask(env, fresh()))
    stamp = header.one('Security', WSSE).one('Timestamp', WSU)
    assert header.one('Security', WSSE).attr('mustUnderstand', messages.S) \
        == '1'
    times = [datetime.datetime.strptime(
        stamp.one(n, WSU).text[:19] + '+0000', '%Y-%m-%dT%H:%M:%S%z')
        for n in ('Created', 'Expires')]
    assert all(stamp.one(n, WSU).text.endswith('Z')
               for n in ('Created', 'Expires'))
    now = datetime.datetime.now(datetime.timezone.utc)
    assert abs((now - times[0]).total_seconds()) < 120, times
    assert (times[1] - times[0]).total_seconds() == 300, times


def test_context_is_kept_in_order(env):
    """S0.55 S2.33 S4.14 every ContextItem is stored in its order, the six
    MACs with their repeats and unknown names too."""
    ident = device.new_id()
    text = messages.enrol(keys.windows_request(keys.POOL.key(), ident), ident)
    text = sub(text, '</ac:AdditionalContext>',
               '<ac:ContextItem Name="IMEI"><ac:Value>1</ac:Value>'
               '</ac:ContextItem><ac:ContextItem Name="NeverSeenBefore">'
               '<ac:Value>a &amp; b</ac:Value></ac:ContextItem>'
               '<ac:ContextItem Name="IMEI"><ac:Value>1</ac:Value>'
               '</ac:ContextItem></ac:AdditionalContext>')
    answer = ask(env, text)
    assert answer.status == 200, answer
    wanted = [[n.attr('Name'), n.one('Value').text]
              for n in xmltree.parse(text.encode()).walk()
              if n.local == 'ContextItem']
    assert [n for n, _ in wanted].count('MAC') == 6
    rows = env.admin(
        "select c.item->>'name', c.item->>'value' from admin.enrollment e,"
        " jsonb_array_elements(e.context) with ordinality c (item, n)"
        " where e.device_id = %s order by c.n;" % stack.quote(ident))
    assert rows == wanted, rows


def test_device_row(env):
    """S0.55 S4.14 the device's row carries what the context says of it."""
    made = device.Device(env, change=lambda t: item(
        item(t, 'DeviceName', 'LAB-07'), 'OSVersion', ' 10.0.26200.9278 '))
    name, upn, version, state = made.row('name', 'upn', 'os_version', 'state')
    assert (name, upn, version.strip()) == (
        'LAB-07', messages.UPN, '10.0.26200.9278')
    assert state == 'enrolling', state
    assert made.row('device_id') == made.id


def test_base64_with_white_space(env):
    """S0.53 line breaks and blanks inside the BinarySecurityToken."""
    ident = device.new_id()
    body = base64.b64encode(
        keys.windows_request(keys.POOL.key(), ident)).decode()
    broken = '\r\n  ' + '\n\t'.join(
        body[i:i + 61] for i in range(0, len(body), 61)) + ' \r\n'
    text = messages.enrol(broken, ident)
    assert ask(env, text).status == 200


def test_context_is_optional_but_for_the_id(env):
    """S2.31 S2.33 a context of DeviceID and EnrollmentType alone, in any
    order, enrols; blanks around a value are no part of it."""
    ident = device.new_id()
    text = fresh(device_id=ident)
    start = text.index('<ac:ContextItem')
    text = text[:start] + (
        '<ac:ContextItem Name="EnrollmentType"><ac:Value>Full</ac:Value>'
        '</ac:ContextItem><ac:ContextItem Name="OSEdition"><ac:Value> 4'
        '</ac:Value></ac:ContextItem><ac:ContextItem Name="DeviceID">'
        '<ac:Value>%s</ac:Value></ac:ContextItem>' % ident
    ) + text[text.index('</ac:AdditionalContext>'):]
    assert ask(env, text).status == 200
    assert certificates(env, ident) == 1


def test_same_request_twice(env):
    """S1.6 T15 D2-40 the same request gets the same certificate and the
    same secrets, and one row."""
    ident = device.new_id()
    text = fresh(device_id=ident)
    first, second = ask(env, text), ask(env, text)
    documents = [device.provisioning(a) for a in (first, second)]
    serials = {d.stored('CertificateStore', 'My', 'User').der
               for d in documents}
    assert len(serials) == 1
    secrets = [[d.parms(n) for n in d.find('APPLICATION', 'APPAUTH')]
               for d in documents]
    assert secrets[0] == secrets[1]
    assert certificates(env, ident) == 1


def test_hundred_copies_at_once(env):
    """T15 D2-40 a hundred parallel copies of one RST lead to one serial."""
    ident = device.new_id()
    text = fresh(device_id=ident)
    answers = [None] * 100

    def one(number):
        answers[number] = ask(env, text)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(answers), 'a copy was not answered'
    found = {device.provisioning(a).stored('CertificateStore', 'My',
                                           'User').der for a in answers}
    assert len(found) == 1, '%d certificates' % len(found)
    assert certificates(env, ident) == 1


def test_serials_are_random(env):
    """S0.64 serials are positive, at least 64 bits of chance, at most 20
    octets, and all different."""
    found = [device.Device(env).cert.serial for _ in range(6)]
    assert len(set(found)) == 6
    for serial in found:
        assert 0 < serial < 2 ** 159, serial
    assert max(s.bit_length() for s in found) >= 61, found


def test_wrong_credentials(env):
    """S0.50 S2.26 S2.25 wrong password and unknown user: s:Authentication,
    the same answer, nothing stored."""
    seen = set()
    for upn, password in ((messages.UPN, 'wrong'), (messages.UPN, ''),
                          ('nobody@' + stack.DOMAIN, messages.PASSWORD)):
        ident = device.new_id()
        found = refused(env, fresh(upn, password, ident), 's:Authentication',
                        ident)
        seen.add((found.reason, found.message, found.kind))
    assert len(seen) == 1, seen


def test_credential_is_checked_again(env):
    """S0.50 a user removed between policy and enrolment does not enrol."""
    upn = 'twostep@' + stack.DOMAIN
    env.user(upn, 'one')
    conn = client.Connection(env)
    answer = conn.request('POST', messages.POLICY, messages.policy(
        upn, 'one').encode(), kind=client.SOAP)
    assert answer.status == 200, answer
    env.admin('select admin.user_remove(%s);' % stack.quote(upn))
    ident = device.new_id()
    refused(env, fresh(upn, 'one', ident), 's:Authentication', ident)


def test_credential_and_request_are_both_needed(env):
    """S2.25 an RST without credential or without request is a fault."""
    ident = device.new_id()
    text = fresh(device_id=ident)
    start = text.index('<wsse:Security')
    end = text.index('</wsse:Security>') + len('</wsse:Security>')
    refused(env, text[:start] + text[end:], 'a:InvalidSecurity', ident)
    start = text.index('<wsse:BinarySecurityToken')
    end = text.index('</wsse:BinarySecurityToken>') + len(
        '</wsse:BinarySecurityToken>')
    refused(env, text[:start] + text[end:], 's:MessageFormat', ident)


def test_request_type(env):
    """S0.52 a RequestType that is none of the known ones is refused."""
    ident = device.new_id()
    text = element(fresh(device_id=ident), 'wst:RequestType', WST + '/Cancel')
    found = messages.Fault(ask(env, text))
    assert found.subcode.startswith('s:')
    assert certificates(env, ident) == 0


def test_value_type(env):
    """S0.53 a token of another ValueType or EncodingType is not a PKCS#10
    request; the other letter case of base64Binary is."""
    for old, new in (('enrollment#PKCS10', 'enrollment#PKCS11'),
                     ('#base64binary', '#hexBinary')):
        ident = device.new_id()
        found = messages.Fault(ask(env, sub(fresh(device_id=ident), old, new)))
        assert found.subcode in ('s:MessageFormat', 's:CertificateRequest')
        assert certificates(env, ident) == 0
    text = sub(fresh(), '#base64binary', '#Base64Binary')
    assert ask(env, text).status == 200


def test_same_key_in_another_request(env):
    """T11 one key never serves two devices or two users."""
    made = device.Device(env)
    ident = device.new_id()
    csr = keys.windows_request(made.key, ident)
    refused(env, messages.enrol(csr, ident), 's:CertificateRequest', ident)
    upn = 'second@' + stack.DOMAIN
    env.user(upn, 'second')
    found = fault(ask(env, messages.credentials(made.text, upn, 'second')),
                  's:CertificateRequest')
    assert found.reason
    assert certificates(env, made.id) == 1


def test_revoked_request_again(env):
    """T15 the request of a revoked certificate is not served again."""
    made = device.Device(env)
    env.call('certificate_revoke', made.cert.sha256())
    fault(ask(env, made.text), 's:CertificateRequest')


def test_new_key_of_the_same_device(env):
    """D2-38 the same user and DeviceID with a new key: the same device, a
    new enrolment, both certificates."""
    first = device.Device(env)
    second = device.Device(env, device_id=first.id)
    assert first.uuid == second.uuid
    assert first.cert.der != second.cert.der
    assert certificates(env, first.id) == 2


def test_same_device_id_of_another_user(env):
    """T38 D2-38 somebody else's DeviceID: a new row, the first device is
    untouched and keeps working."""
    first = device.Device(env)
    first.session().first()
    before = first.row('upn', 'state', 'device_id', 'enrolled_at')
    upn = 'other@' + stack.DOMAIN
    env.user(upn, 'other')
    second = device.Device(env, upn, first.id, password='other')
    assert second.uuid != first.uuid
    assert first.row('upn', 'state', 'device_id', 'enrolled_at') == before
    assert first.session().first().statuses
    assert second.session().first().statuses


def hardware(ident):
    """What changes an RST so that it has this HWDevID."""
    return lambda text: item(text, 'HWDevID', ident)


def test_hardware_id_is_no_key(env):
    """T38 S0.55 D2-38 two machines may share HWDevID, of one user or of two:
    an event says so, and all of them keep working."""
    ident = device.new_id() * 2
    upn = 'third@' + stack.DOMAIN
    env.user(upn, 'third')
    made = [device.Device(env, change=hardware(ident)) for _ in range(2)]
    made.append(device.Device(env, upn, password='third',
                              change=hardware(ident)))
    assert len({d.uuid for d in made}) == 3
    for one in made + made:
        assert one.session().first().statuses
    assert [d.events('hardware_id.shared') for d in made] == [0, 1, 1]
    assert env.value("select detail->>'first' from admin.event where device ="
                     " %s and kind = 'hardware_id.shared';" % stack.quote(
                         made[2].uuid)) == made[0].uuid


def enrol_showing(env, old, upn, password):
    """Enrols another device over TLS with the certificate of an old one."""
    made = object.__new__(device.Device)
    key, ident = keys.POOL.key(), device.new_id()
    text = messages.enrol(keys.windows_request(key, ident), ident, upn,
                          password)
    conn = client.Connection(env, cert=old.files)
    answer = conn.request('POST', messages.ENROLLMENT, text.encode(),
                          kind=client.SOAP)
    conn.close()
    cert = device.provisioning(answer).stored('CertificateStore', 'My',
                                              'User')
    made.__dict__.update(env=env, upn=upn, id=ident, key=key, cert=cert,
                         files=device.files(env, cert, key))
    made.uuid = env.value(
        'select device from admin.certificate where sha256 = %s;'
        % stack.quote(cert.sha256()))
    return made


def test_old_certificate_as_proof(env):
    """T38 a machine set up anew, by another user, that still has its old
    certificate takes its old place, and not before its new one is seen; one
    that has another's revoked certificate does not."""
    upn = 'heir@' + stack.DOMAIN
    env.user(upn, 'heir')
    old = device.Device(env)
    old.session().finish()
    new = enrol_showing(env, old, upn, 'heir')
    old.session().finish()
    new.session().finish()
    assert (old.row('state'), new.row('state')) == ('retired', 'enrolled')
    session = device.Session(old)
    assert session.post(messages.package1(old.id, 'x')).status == 403
    other = device.Device(env)
    other.session().finish()
    env.call('certificate_revoke', other.cert.sha256())
    enrol_showing(env, other, upn, 'heir').session().finish()
    assert other.row('state') == 'enrolled'


def test_policy_is_not_needed(env):
    """S2.28 a user enrols who never asked for the policy."""
    upn = 'straight@' + stack.DOMAIN
    env.user(upn, 'ahead')
    made = device.Device(env, upn, password='ahead')
    assert made.row('upn') == upn


def test_soap_11_envelope(env):
    """S2.34 an RST in a SOAP 1.1 envelope is answered in SOAP 1.2."""
    text = sub(fresh(), messages.S, messages.S11)
    answer = ask(env, text)
    assert answer.status == 200, answer
    envelope(answer)


def test_large_context(env):
    """S0.55 attestation claims of tens of kilobytes are taken."""
    claim = ('<ac:ContextItem Name="AIKAttestationClaim"><ac:Value>%s'
             '</ac:Value></ac:ContextItem>' % ('QUJD' * 15000))
    text = sub(fresh(), '</ac:AdditionalContext>',
               claim * 5 + '</ac:AdditionalContext>')
    assert ask(env, text).status == 200


def test_security_namespaces(env):
    """S0.40 S2.26 the header's attributes carry any prefix or none."""
    text = sub(fresh(), 'wsse:Type="', 'Type="')
    text = sub(text, ' u:Id="', ' Id="')
    assert OASIS in text
    assert ask(env, text).status == 200
