# SPDX-License-Identifier: ISC
"""The provisioning document and the certificate in it, by an own reader."""

import base64
import datetime
import hashlib

import client
import der
import device
import dm_talk
import keys
import messages
import stack
import x509
from dm_talk import Setting

CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
POLL = {'NumberOfFirstRetries': ('5', 'integer'),
        'IntervalForFirstSetOfRetries': ('15', 'integer'),
        'NumberOfSecondRetries': ('10', 'integer'),
        'IntervalForSecondSetOfRetries': ('60', 'integer'),
        'NumberOfRemainingScheduledRetries': ('0', 'integer'),
        'IntervalForRemainingScheduledRetries': ('1440', 'integer'),
        'PollOnLogin': ('true', 'boolean')}
SETTINGS = {'poll_first_number': 'NumberOfFirstRetries',
            'poll_first_interval': 'IntervalForFirstSetOfRetries',
            'poll_second_number': 'NumberOfSecondRetries',
            'poll_second_interval': 'IntervalForSecondSetOfRetries',
            'poll_remaining_number': 'NumberOfRemainingScheduledRetries',
            'poll_remaining_interval': 'IntervalForRemainingScheduledRetries',
            'poll_on_login': 'PollOnLogin'}


def application(document):
    return document.parms(document.one('APPLICATION'))


def dmclient(document):
    """(provider id, parms, poll parms)."""
    nodes = document.find('DMClient', 'Provider', None)
    assert len(nodes) == 1, '%d providers' % len(nodes)
    poll = [n for n in nodes[0].all('characteristic')
            if n.attr('type') == 'Poll']
    assert len(poll) == 1
    return nodes[0].attr('type'), document.parms(nodes[0]), \
        document.parms(poll[0])


def test_sections_in_order(env):
    """S0.59 S2.48 S0.81 the document has its sections in the order that
    clients take and nothing else at the top."""
    made = device.Device(env)
    kinds = [n.attr('type') for n in made.document.root.children]
    wanted = ['CertificateStore', 'APPLICATION', 'DMClient']
    assert list(dict.fromkeys(kinds)) == wanted, kinds
    assert 'ServerList' not in application(made.document)
    assert 'INIT' not in application(made.document)
    assert 'EnterpriseAppManagement' not in kinds


def test_root_certificate(env):
    """S0.60 S2.35 the root of the chain, self-signed, under its own
    thumbprint and the same as the operator's file."""
    made = device.Device(env)
    root = made.document.stored('CertificateStore', 'Root', 'System')
    assert root.issuer == root.subject
    assert root.der == x509.load(env.certs + '/root.pem')[0].der


def test_intermediate_certificate(env):
    """S0.64 what stands between root and device is at most one CA."""
    made = device.Device(env)
    root = made.document.stored('CertificateStore', 'Root', 'System')
    between = made.document.find('CertificateStore', 'CA', 'System', None)
    assert len(between) <= 1
    chain = [made.document.stored('CertificateStore', 'CA', 'System')] \
        if between else []
    x509.verify(made.cert, root, env.folder, chain)


def test_user_and_system_store(env):
    """S0.61 S1.5 S2.36 EnrollmentType Full leads to My/User, Device to
    My/System, each with its PrivateKeyContainer and not in both; in that one
    there is no key, which is the device's own."""
    for kind, here, there in (('Full', 'User', 'System'),
                              ('Device', 'System', 'User')):
        document = device.Device(env, kind=kind).document
        nodes = document.find('CertificateStore', 'My', here)
        assert len(nodes) == 1, kind
        names = [n.attr('type') for n in nodes[0].walk()
                 if n.local == 'characteristic']
        assert names.count('PrivateKeyContainer') == 1, names
        keys_of, = [n for n in nodes[0].walk()
                    if n.attr('type') == 'PrivateKeyContainer']
        assert set(document.parms(keys_of)) <= {
            'KeySpec', 'ContainerName', 'ProviderType'}, keys_of
        assert not document.find('CertificateStore', 'My', there), kind
        renew = document.one('CertificateStore', 'My', 'WSTEP', 'Renew')
        assert renew.names()


def test_renewal(env):
    """S2.37 WSTEP/Renew with datatypes set: period below the validity,
    retry not above the period."""
    made = device.Device(env)
    parms = made.document.parms(
        made.document.one('CertificateStore', 'My', 'WSTEP', 'Renew'))
    assert parms['ROBOSupport'] == ('true', 'boolean')
    assert parms['RenewPeriod'] == ('42', 'integer')
    assert parms['RetryInterval'] == ('7', 'integer')
    days = (made.cert.end - made.cert.begin).days
    assert int(parms['RenewPeriod'][0]) < days


def test_application(env):
    """S0.62 S2.38 S2.39 the w7 account: names, address, back-off."""
    made = device.Device(env)
    parms = application(made.document)
    assert parms['APPID'] == ('w7', None)
    assert parms['PROVIDER-ID'][0] == 'Fenestra'
    assert parms['NAME'][0] == 'Fenestra'
    assert parms['ADDR'][0] == 'https://%s:%d%s' % (
        stack.MANAGE, env.https, messages.MANAGEMENT)
    assert parms['CONNRETRYFREQ'][0] == '6'
    assert parms['INITIALBACKOFFTIME'][0] == '30000'
    assert parms['MAXBACKOFFTIME'][0] == '120000'
    assert parms['BACKCOMPATRETRYDISABLED'] == (None, None)
    assert parms['DEFAULTENCODING'][0] == 'application/vnd.syncml.dm+xml'
    assert all(n == n.upper() for n in parms), sorted(parms)


def test_search_criteria_match_the_certificate(env):
    """S0.62 if the client is told how to find its certificate, the words
    are those of the certificate's subject and store."""
    for kind, store in (('Full', 'My%5CUser'), ('Device', 'My%5CSystem')):
        made = device.Device(env, kind=kind)
        value = application(made.document).get('SSLCLIENTCERTSEARCHCRITERIA')
        wanted = 'Subject=%s&Stores=%s' % (
            'CN%3D' + made.uuid, store)
        assert value is None or value[0] == wanted, value


def test_secrets_are_per_device(env):
    """S0.62 S2.41 S2.42 both APPAUTH with a random secret and a base64
    nonce; the same secret is never given out twice."""
    seen = []
    for _ in range(3):
        document = device.Device(env).document
        levels = {}
        for node in document.find('APPLICATION', 'APPAUTH'):
            parms = document.parms(node)
            levels[parms['AAUTHLEVEL'][0]] = parms
        assert sorted(levels) == ['APPSRV', 'CLIENT'], levels
        for parms in levels.values():
            assert parms['AAUTHTYPE'][0] == 'DIGEST'
            assert len(parms['AAUTHSECRET'][0]) >= 22
            nonce = base64.b64decode(parms['AAUTHDATA'][0], validate=True)
            assert len(nonce) >= 16
            seen += [parms['AAUTHSECRET'][0], parms['AAUTHDATA'][0]]
        assert levels['APPSRV']['AAUTHNAME'][0]
    assert len(set(seen)) == len(seen), 'a secret or nonce twice'


def test_dmclient(env):
    """S0.63 S2.43 S2.44 DMClient names the same provider and polls as
    Microsoft's defaults say, every value with its datatype."""
    made = device.Device(env)
    provider, parms, poll = dmclient(made.document)
    assert provider == application(made.document)['PROVIDER-ID'][0]
    assert poll == POLL, poll
    assert parms['EntDMID'] == (made.uuid, 'string'), parms


def test_device_name(env):
    """S2.47 EntDeviceName is provisioned, with its datatype."""
    _, parms, _ = dmclient(device.Device(env).document)
    value, kind = parms['EntDeviceName']
    assert value and kind == 'string', parms


def test_poll_is_configurable(env):
    """S2.45 all seven polling values come from the settings."""
    values = {'poll_first_number': '8', 'poll_first_interval': '16',
              'poll_second_number': '9', 'poll_second_interval': '61',
              'poll_remaining_number': '1',
              'poll_remaining_interval': '1560', 'poll_on_login': 'false'}
    before = {k: env.setting(k, v) for k, v in values.items()}
    try:
        _, _, poll = dmclient(device.Device(env).document)
    finally:
        for name, value in before.items():
            env.setting(name, value)
    found = {k: poll[SETTINGS[k]][0] for k in values}
    assert found == values, found


def test_encoding_and_signing(env):
    """S2.40 S3.25 S3.31 whether a device writes WBXML and whether it signs
    its messages are settings; presets are XML and no. Who was told to write
    WBXML is answered in it."""
    plain = device.Device(env).document
    assert application(plain)['DEFAULTENCODING'][0] == (
        'application/vnd.syncml.dm+xml')
    assert 'RequireMessageSigning' not in dmclient(plain)[1]
    with Setting(env, message_signing='true',
                 default_encoding='application/vnd.syncml.dm+wbxml'):
        made = dm_talk.Device(env)
    document = made.document
    assert application(document)['DEFAULTENCODING'][0] == dm_talk.WBXML
    made.talk(wbxml=True).finish()      # reads nothing but WBXML
    assert dmclient(document)[1]['RequireMessageSigning'] == (
        'true', 'boolean')


def test_names_are_settings(env):
    """S2.43 S2.45 provider id and name are settings, escaped when they
    need it, and the two provider ids stay equal."""
    before = env.setting('server_name', 'Acme & "Sons" <IT>')
    other = env.setting('provider_id', 'AcmeMDM')
    try:
        document = device.Device(env).document
    finally:
        env.setting('server_name', before or 'Fenestra')
        env.setting('provider_id', other or 'Fenestra')
    assert application(document)['NAME'][0] == 'Acme & "Sons" <IT>'
    assert application(document)['PROVIDER-ID'][0] == 'AcmeMDM'
    assert dmclient(document)[0] == 'AcmeMDM'


def nodes(env, **values):
    """DMClient's provider in a document made with these settings."""
    try:
        for name, value in values.items():
            env.call('setting_set', name, value)
        return device.Device(env).document.one(
            'DMClient', 'Provider', 'Fenestra')
    finally:
        for name in values:
            env.call('setting_set', name, None)


def test_optional_nodes(env):
    """S2.45 S2.47 what is not set is not there; what is set is, under its
    own name and with its datatype."""
    parms = device.Provisioning.parms
    bare = nodes(env)
    assert sorted(parms(bare)) == ['EntDMID', 'EntDeviceName']
    assert [n.attr('type') for n in bare.all('characteristic')] == ['Poll']
    full = nodes(
        env, device_name='PC of <us>', sync_application_version='5.0',
        help_phone='+1 2', help_website='https://h.example/?a=b&c',
        help_email='h@h.example', unenroll_days='90', push_pfn='A.B_c',
        esp_skip_device='false', esp_skip_user='true', esp_timeout='60',
        esp_collect_logs='true', esp_error_text='Call "us" & wait')
    found = parms(full)
    del found['EntDMID']
    assert found == {
        'EntDeviceName': ('PC of <us>', 'string'),
        'SyncApplicationVersion': ('5.0', 'string'),
        'HelpPhoneNumber': ('+1 2', 'string'),
        'HelpWebsite': ('https://h.example/?a=b&c', 'string'),
        'HelpEmailAddress': ('h@h.example', 'string'),
        'NumberOfDaysAfterLostContactToUnenroll': ('90', 'integer'),
    }, found
    below = {n.attr('type'): parms(n) for n in full.all('characteristic')}
    assert below.pop('Poll')
    assert below == {
        'Push': {'PFN': ('A.B_c', 'string')},
        'FirstSyncStatus': {
            'SkipDeviceStatusPage': ('false', 'boolean'),
            'SkipUserStatusPage': ('true', 'boolean'),
            'TimeOutUntilSyncFailure': ('60', 'integer'),
            'AllowCollectLogsButton': ('true', 'boolean'),
            'CustomErrorText': ('Call "us" & wait', 'string'),
        }}, below


def test_rules(env):
    """S2.31 DeviceType, OSVersion and EnrollmentType choose what a device is
    told: its store, how often it polls, how it encodes."""
    env.admin("""select admin.provisioning_set(1, 'phones',
        '{"poll_first_interval": 30, "certificate_store": "System"}',
        '{WindowsPhone}');
      select admin.provisioning_set(2, 'old ones', '{"default_encoding":
        "application/vnd.syncml.dm+wbxml"}', in_os_before => '10');
      select admin.provisioning_set(3, 'machines', '{"help_phone": "3"}',
        in_enrollment_type => 'Device');""")
    try:
        def like(kind, version):
            return lambda text: messages.item(messages.item(
                text, 'DeviceType', kind), 'OSVersion', version)

        pc = device.Device(env, change=like('CIMClient_Windows', '10.0.1'))
        machine = device.Device(env, kind='Device')
        old = device.Device(env, change=like('CIMClient_Windows', '6.3.1'))
        text = messages.enrol(
            keys.windows_request(keys.POOL.key(), 'PHONE'), 'PHONE',
            messages.UPN, messages.PASSWORD)
        conn = client.Connection(env)
        answer = conn.request(
            'POST', messages.ENROLLMENT,
            like('WindowsPhone', '10.0.1')(text).encode(), kind=client.SOAP)
        conn.close()
        phone = device.provisioning(answer)
    finally:
        env.admin('select admin.provisioning_remove(n) from'
                  ' generate_series(1, 3) n;')
    xml = 'application/vnd.syncml.dm+xml'
    for made, encoding, interval, phone_number in (
            (pc.document, xml, '15', None),
            (machine.document, xml, '15', ('3', 'string')),
            (old.document, xml.replace('+xml', '+wbxml'), '15', None),
            (phone, xml, '30', None)):
        _, parms, poll = dmclient(made)
        assert application(made)['DEFAULTENCODING'][0] == encoding
        assert poll['IntervalForFirstSetOfRetries'][0] == interval
        assert parms.get('HelpPhoneNumber') == phone_number
    phone.stored('CertificateStore', 'My', 'System')
    assert 'My%5CSystem' in application(phone)[
        'SSLCLIENTCERTSEARCHCRITERIA'][0]


def test_no_server_list(env):
    """S0.81 ServerList.svc is not served, so it is not announced."""
    made = device.Device(env)
    assert 'ServerList' not in application(made.document)
    conn = client.Connection(env)
    answer = conn.request('GET', '/EnrollmentServer/ServerList.svc')
    conn.close()
    assert answer.status == 404, answer


def test_paths_of_other_servers(env):
    """S4.7 S4.10 S4.12 policy and enrolment answer under the names that
    other servers give to Windows 8.1 and to Windows 10, in any case."""
    conn = client.Connection(env)
    for path in ('/ENROLLMENTSERVER/PolicyEnrollmentWebservice.svc',
                 '/enrollmentserver/policyenrollmentwebservice.svc'):
        answer = conn.request('POST', path, messages.policy().encode(),
                              kind=client.SOAP)
        _, body = messages.envelope(answer)
        assert body.names() == ['GetPoliciesResponse'], answer
    for path in ('/ENROLLMENTSERVER/DeviceEnrollmentWebservice.svc',
                 '/ENROLLMENTSERVER/Win10DeviceEnrollmentWebservice.svc',
                 '/enrollmentserver/win10deviceenrollmentwebservice.svc'):
        ident = device.new_id()
        text = messages.enrol(keys.windows_request(keys.POOL.key(), ident),
                              ident, messages.UPN, messages.PASSWORD)
        answer = conn.request('POST', path, text.encode(), kind=client.SOAP)
        device.provisioning(answer).stored('CertificateStore', 'My', 'User')
    answer = conn.request(
        'POST', '/EnrollmentServer/Win8DeviceEnrollmentWebservice.svc', b'x')
    assert answer.status == 404, answer
    conn.close()


def test_paths_by_version(env):
    """S4.7 where enrollment_paths says so, discovery leads Windows 8.1 and
    Windows 10 to two enrolment paths, and both are served."""
    with Setting(env, enrollment_paths='by-os'):
        conn = client.Connection(env)
        for version, path in (('6.3.9600.0', 'Device'), ('8.10.1', 'Device'),
                              ('10.0.10011.0', 'Win10Device')):
            text = messages.element(messages.discover(),
                                    'ApplicationVersion', version)
            answer = conn.request('POST', messages.DISCOVERY, text.encode(),
                                  kind=client.SOAP)
            _, body = messages.envelope(answer)
            result = body.one('DiscoverResponse', messages.DISC).one(
                'DiscoverResult', messages.DISC)
            urls = [result.one(n, messages.DISC).text for n in (
                'EnrollmentPolicyServiceUrl', 'EnrollmentServiceUrl')]
            assert urls == [env.base + '/EnrollmentServer/' + n for n in (
                'PolicyEnrollmentWebservice.svc',
                path + 'EnrollmentWebservice.svc')], urls
        conn.close()


def test_certificate(env):
    """S0.64 T10 the certificate is what the template says: subject of the
    server's choice, client authentication alone, SHA-256, no CA."""
    made = device.Device(env)
    cert = made.cert
    assert cert.names() == [('2.5.4.3', made.uuid)], cert.names()
    issuing = x509.load(env.certs + '/device-ca.pem')
    assert cert.issuer in [c.subject for c in issuing]
    assert cert.method in ('1.2.840.113549.1.1.11', '1.2.840.10045.4.3.2')
    ext = cert.extensions
    assert set(ext) <= {'2.5.29.14', '2.5.29.15', '2.5.29.19', '2.5.29.35',
                        '2.5.29.37'}, sorted(ext)
    assert CLIENT_AUTH in [o.oid() for o in
                           der.read(ext['2.5.29.37'][1])]
    assert len(der.read(ext['2.5.29.37'][1]).items()) == 1
    assert ext['2.5.29.15'][1] in (b'\x03\x02\x07\x80', b'\x03\x02\x05\xa0')
    if '2.5.29.19' in ext:
        assert ext['2.5.29.19'][1] == b'\x30\x00', 'basicConstraints'


def test_validity(env):
    """S2.37 NotBefore is back-dated by minutes only and NotAfter is what
    the policy announced."""
    made = device.Device(env)
    now = datetime.datetime.now(datetime.timezone.utc)
    age = (now - made.cert.begin).total_seconds()
    assert 0 <= age < 900, age
    rows = env.sql('select validity_seconds from enrollment.template();',
                   user='fenestra_enrollment')
    left = (made.cert.end - now).total_seconds()
    assert abs(left - int(rows[0][0])) < 600, left


def test_certificate_is_recorded(env):
    """S4.14 D1-I6 serial, both fingerprints and the dates are in SQL."""
    made = device.Device(env)
    rows = env.admin(
        'select sha256, sha1, serial, extract(epoch from not_before)::bigint,'
        ' extract(epoch from not_after)::bigint, revoked_at from'
        ' admin.certificate where device = %s;' % stack.quote(made.uuid))
    row, = rows
    assert row[:2] == [hashlib.sha256(made.cert.der).hexdigest(),
                       made.cert.sha1().lower()], row
    assert int(row[2], 16) == made.cert.serial
    assert int(row[3]) == made.cert.begin.timestamp()
    assert int(row[4]) == made.cert.end.timestamp()
    assert row[5] is None
