# SPDX-License-Identifier: ISC
"""Discovery: the message (paths and methods are in test_http)."""

import re
import uuid

import client
import device
import messages
import stack
from messages import (A, DIAG, DISC, S, S11, discover, element, envelope,
                      fault, sub)

REQUEST_ID = 'urn:uuid:748132ec-a575-4329-b01b-6171a9cf8478'


def ask(env, text, host=stack.ENROLL, headers=(), cert=None):
    """One Discover request; its answer."""
    conn = client.Connection(env, host, cert=cert)
    body = text if isinstance(text, bytes) else text.encode()
    answer = client.answered(conn.request(
        'POST', messages.DISCOVERY, body, headers, client.SOAP))
    conn.close()
    return answer


def result(env, text, **options):
    """The DiscoverResult as {name: text}, its names unique."""
    answer = ask(env, text, **options)
    assert answer.status == 200, answer
    _, body = envelope(answer)
    node = body.one('DiscoverResponse', DISC).one('DiscoverResult', DISC)
    assert len(set(node.names())) == len(node.names()), node.names()
    return {c.local: c.text for c in node.children}


def test_get_is_an_empty_200(env):
    """S0.2 S0.14 S0.15 S2.2 S2.3 S2.5 S4.5 a GET with any or no
    User-Agent, with and without a body type, has an empty 200."""
    for headers in ([('User-Agent', 'ENROLLClient'),
                     ('Cache-Control', 'no-cache'), ('Pragma', 'no-cache')],
                    [('User-Agent', 'Windows Phone 8 Enrollment Client')],
                    []):
        conn = client.Connection(env)
        answer = client.answered(conn.request('GET', messages.DISCOVERY,
                                              headers=headers))
        assert answer.status == 200 and answer.body == b'', answer
        assert answer.header('Content-Length') == '0'
        assert answer.header('Content-Type') == 'text/html'


def test_head_is_an_empty_200(env):
    """S0.14 S0.15 HEAD answers as GET does."""
    answer = client.answered(client.Connection(env).request(
        'HEAD', messages.DISCOVERY), head=True)
    assert answer.status == 200
    assert answer.header('Content-Length') in ('0', None)


def test_captured_request(env):
    """S0.18 S0.19 S0.20 S0.21 S0.22 S0.23 S0.24 S0.25 S0.26 S0.27 S0.28
    S0.30 S0.31 S0.32 S0.33 S0.34 S0.35 S0.36 S0.37 S2.1 S2.6 S2.7 S2.13
    S2.14 S2.15 S2.17 S4.6 S1.3 the captured Discover, without a client
    certificate, gets the whole DiscoverResponse."""
    answer = ask(env, messages.captured('discovery-request.xml'))
    assert answer.status == 200, answer
    header, body = envelope(answer)
    action = header.one('Action', A)
    assert action.text == DISC + '/IDiscoveryService/DiscoverResponse'
    assert action.attr('mustUnderstand', S) == '1'
    activity = header.one('ActivityId', DIAG)
    correlation = activity.attr('CorrelationId')
    assert uuid.UUID(correlation) == uuid.UUID(activity.text.strip())
    assert header.one('RelatesTo', A).text == REQUEST_ID
    outer = body.one('DiscoverResponse', DISC)
    found = {c.local: c.text for c in outer.one('DiscoverResult',
                                                DISC).children}
    assert found == {
        'AuthPolicy': 'OnPremise', 'EnrollmentVersion': '4.0',
        'EnrollmentPolicyServiceUrl': env.base + messages.POLICY,
        'EnrollmentServiceUrl': env.base + messages.ENROLLMENT}, found


def test_activity_id_is_fresh(env):
    """S0.31 two requests never share an ActivityId."""
    found = set()
    for _ in range(5):
        header, _ = envelope(ask(env, discover()))
        found.add(header.one('ActivityId', DIAG).attr('CorrelationId'))
    assert len(found) == 5


def test_user_agent_does_not_matter(env):
    """S0.17 the answer is the same for every User-Agent."""
    texts = {re.sub('[0-9a-f]{8}-[0-9a-f-]{27}', 'id',
                    ask(env, discover(), headers=[('User-Agent', agent)])
                    .body.decode())
             for agent in ('ENROLLClient', 'curl/8.0', 'x' * 300, '')}
    assert len(texts) == 1


def test_any_host_name(env):
    """S2.12 the server can be addressed by any of its names; the URLs
    given out are the configured ones."""
    for host in (stack.ENROLL, stack.MANAGE, 'localhost'):
        found = result(env, discover(), host=host)
        assert found['EnrollmentServiceUrl'] == env.base + messages.ENROLLMENT


def test_policy_and_enrollment_share_a_host(env):
    """S2.32 the policy and the enrolment URL have one host name."""
    found = result(env, discover())
    hosts = {re.match('https://([^/:]+)', found[k]).group(1)
             for k in ('EnrollmentPolicyServiceUrl', 'EnrollmentServiceUrl')}
    assert hosts == {stack.ENROLL}, hosts


def test_versions_are_numbers(env):
    """S0.25 S0.34 the version is the smaller of setting and request,
    compared as numbers: 9.0 and 10.0 are not below 4.0."""
    for asked, wanted in (('1.0', '1.0'), ('3.0', '3.0'), ('4.0', '4.0'),
                          ('5.0', '4.0'), ('6.0', '4.0'), ('7.0', '4.0'),
                          ('9.0', '4.0'), ('10.0', '4.0'), ('40.0', '4.0'),
                          (' 4.0 ', '4.0')):
        found = result(env, discover(asked))['EnrollmentVersion']
        assert found == wanted, '%s gave %s' % (asked, found)


def test_version_follows_the_setting(env):
    """S0.34 the server's maximum is a setting, compared as a number."""
    before = env.setting('enrollment_version', '10.0')
    try:
        for asked, wanted in (('4.0', '4.0'), ('9.0', '9.0'),
                              ('10.0', '10.0'), ('11.0', '10.0')):
            found = result(env, discover(asked))['EnrollmentVersion']
            assert found == wanted, '%s gave %s' % (asked, found)
    finally:
        env.setting('enrollment_version', before or '4.0')
    assert result(env, discover('9.0'))['EnrollmentVersion'] == '4.0'


def test_bad_versions_are_refused(env):
    """S0.25 what is not a decimal number is bad format."""
    for asked in ('four', '', '4.0.0', '-1.0', '4,0', '0x4', '4e0', '.',
                  '9' * 400):
        fault(ask(env, discover(asked)), 's:MessageFormat')


def test_missing_version_is_refused(env):
    """S0.25 RequestVersion is required."""
    text = sub(discover(), '<RequestVersion>4.0</RequestVersion>', '')
    fault(ask(env, text), 's:MessageFormat')


def test_auth_policy_is_one_of_those_offered(env):
    """S0.29 OnPremise is chosen wherever it stands in the list."""
    for offered in (['OnPremise'], ['OnPremise', 'Federated'],
                    ['Federated', 'OnPremise'],
                    ['Certificate', 'Federated', 'OnPremise']):
        found = result(env, discover(policies=offered))
        assert found['AuthPolicy'] == 'OnPremise', offered


def test_auth_policy_as_bare_text(env):
    """S0.29 the list as bare text, as one sample prints it, is read."""
    assert result(env, discover(policies='OnPremise'))[
        'AuthPolicy'] == 'OnPremise'


def test_no_offered_policy_fits(env):
    """S0.29 without OnPremise nothing is chosen for the client: a fault."""
    for offered in (['Federated'], ['Certificate'],
                    ['Certificate', 'Federated'], ['Nonsense']):
        answer = ask(env, discover(policies=offered))
        assert messages.Fault(answer).subcode.startswith('s:'), offered
    answer = ask(env, discover(policies='Certificate'))
    assert messages.Fault(answer).subcode.startswith('s:')


def test_certificate_is_the_last_way(env):
    """S2.37 S0.29 who shows a certificate and offers a password as well
    enrols anew by password; who shows none has nothing to renew."""
    made = device.Device(env)
    for policies in (['OnPremise', 'Certificate'],
                     ['Certificate', 'OnPremise'], ['OnPremise']):
        found = result(env, discover(policies=policies), cert=made.files)
        assert found['AuthPolicy'] == 'OnPremise', policies
    answer = ask(env, discover(policies='Certificate'), headers=[
        ('SSL_CLIENT_VERIFY', 'SUCCESS'), ('Ssl-Client-Verify', 'SUCCESS')])
    assert fault(answer, 's:EnrollmentServer').kind == 'NotSupported'


def test_children_in_any_order(env):
    """S0.19 the request is an all-group: order does not matter."""
    text = discover()
    start, end = text.index('<EmailAddress>'), text.index('</request>')
    parts = [m.group(0) for m in
             re.finditer(r'<(\w+)>.*?</\1>', text[start:end], re.S)]
    assert len(parts) == 6, parts
    turned = text[:start] + ''.join(reversed(parts)) + text[end:]
    assert result(env, turned)['AuthPolicy'] == 'OnPremise'


def test_older_client(env):
    """S2.9 a Windows Phone asking 3.0 in the namespace with a slash."""
    text = sub(discover('3.0'), 'xmlns="%s"' % DISC, 'xmlns="%s/"' % DISC)
    text = element(text, 'DeviceType', 'WindowsPhone')
    text = element(text, 'OSEdition', '3')
    assert result(env, text)['EnrollmentVersion'] == '3.0'


def test_message_id_with_a_space(env):
    """S2.10 a MessageID with a space inside is echoed as it came."""
    text = element(discover(), 'a:MessageID',
                   'urn:uuid: 748132ec-a575-4329-b01b-6171a9cf8478')
    header, _ = envelope(ask(env, text))
    assert header.one('RelatesTo', A).text == \
        'urn:uuid: 748132ec-a575-4329-b01b-6171a9cf8478'


def test_message_id_needs_escaping(env):
    """S0.21 S0.32 the echo is the same text after parsing."""
    text = element(discover(), 'a:MessageID', 'a&amp;b&lt;c&quot;]]&gt;\u00e9')
    header, _ = envelope(ask(env, text))
    assert header.one('RelatesTo', A).text == 'a&b<c"]]>\u00e9'


def test_domain_user_and_empty_address(env):
    """S0.24 S2.11 S4.1 DOMAIN\\user and no address at all are accepted."""
    for email in ('contoso\\user', '', 'user@%s' % stack.DOMAIN,
                  'o\'neil+x@sub.%s' % stack.DOMAIN, 'j\u00fcrgen@x.test'):
        assert result(env, discover(email=email))['AuthPolicy'] == 'OnPremise'


def test_to_is_not_compared(env):
    """S0.23 the host in To is the client's own idea."""
    for value in ('https://ENTERPRISEENROLLMENT.Example.NET:443/x',
                  'http://10.0.0.1/', 'urn:x'):
        text = element(discover(), 'a:To', value)
        assert result(env, text)['AuthPolicy'] == 'OnPremise'


def test_prefixes_are_the_clients_choice(env):
    """S0.19 other prefixes, default namespaces: the same message."""
    text = discover().replace('<s:', '<soap:').replace('</s:', '</soap:')
    text = text.replace('xmlns:s=', 'xmlns:soap=')
    text = text.replace(' s:must', ' soap:must')
    text = text.replace('<a:', '<wsa-1:').replace('</a:', '</wsa-1:')
    text = text.replace('xmlns:a=', 'xmlns:wsa-1=')
    text = text.replace('<Discover xmlns=', '<d:Discover xmlns:d=')
    text = text.replace('</Discover>', '</d:Discover>')
    for name in ('request', 'EmailAddress', 'RequestVersion', 'DeviceType',
                 'ApplicationVersion', 'OSEdition', 'AuthPolicies',
                 'AuthPolicy'):
        text = re.sub(r'<(/?)%s(?=[ >])' % name, r'<\1d:%s' % name, text)
    assert '<EmailAddress' not in text
    assert result(env, text)['EnrollmentVersion'] == '4.0'
    default = sub(discover(), 'xmlns:s="%s"' % S, 'xmlns="%s"' % S)
    default = default.replace('<s:', '<').replace('</s:', '</')
    default = default.replace(' s:mustUnderstand', ' mustUnderstand')
    assert result(env, default)['EnrollmentVersion'] == '4.0'


def test_unknown_elements_are_skipped(env):
    """S0.19 elements of a later Windows are no error."""
    text = sub(discover(), '</request>',
               '<OSVersion>10.0.26200.1</OSVersion><New><AuthPolicy>x'
               '</AuthPolicy></New><y:z xmlns:y="urn:y" y:a="1"/></request>')
    text = sub(text, '</s:Header>', '<q:Trace xmlns:q="urn:q"><q:x>1</q:x>'
               '</q:Trace></s:Header>')
    assert result(env, text)['AuthPolicy'] == 'OnPremise'


def test_soap_11_envelope(env):
    """S2.34 a SOAP 1.1 envelope is read; the answer is SOAP 1.2."""
    text = sub(discover(), S, S11)
    header, _ = envelope(ask(env, text))
    assert header.one('RelatesTo', A).text == REQUEST_ID


def test_xml_declaration_and_space(env):
    """S0.19 a declaration, comments and blank lines change nothing."""
    text = '<?xml version="1.0" encoding="utf-8"?>\r\n<!-- x -->\r\n' \
        + discover().replace('\n', '\r\n') + '\r\n<!-- y -->\r\n'
    assert result(env, text)['EnrollmentVersion'] == '4.0'


def test_plain_http_only_redirects(env):
    """S2.4 S2.8 port 80 answers GET with a redirect to the https URL and
    never with discovery itself; neither does it take a POST."""
    conn = client.Connection(env, plain=True)
    for path in (messages.DISCOVERY, messages.DISCOVERY.lower()):
        answer = conn.request('GET', path)
        assert answer.status == 302, answer
        target = answer.header('Location')
        assert target.lower() == (env.base + path).lower(), target
    answer = conn.request('POST', messages.DISCOVERY, discover().encode(),
                          kind=client.SOAP)
    assert answer.status in (302, 307, 308, 403, 404, 405), answer
    assert b'DiscoverResult' not in answer.body


def test_plain_http_has_nothing_else(env):
    """S2.8 E14 on port 80 no other path has an answer, whatever the method:
    no body, and no word of where else to go."""
    conn = client.Connection(env, plain=True)
    for path in (messages.POLICY, messages.ENROLLMENT, messages.QUERY, '/',
                 '/EnrollmentServer/', '/EnrollmentServer/Discovery.svc/x',
                 '/ENROLLMENTSERVER/PolicyEnrollmentWebservice.svc'):
        for method in ('GET', 'POST'):
            answer = conn.request(method, path,
                                  b'x' if method == 'POST' else b'')
            assert answer.status in (403, 404, 405), (path, answer)
            assert answer.body == b'' and not answer.values('Location'), path
    conn.close()
