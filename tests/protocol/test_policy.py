# SPDX-License-Identifier: ISC
"""Certificate policy: GetPolicies and its answer."""

import re

import client
import messages
import stack
from messages import (A, S, XCEP, XSI, credentials, element, envelope, fault,
                      policy, sub)

REQUEST_ID = 'urn:uuid:72048B64-0F19-448F-8C2E-B4C661860AA0'
ORDER = ['policyOIDReference', 'cAs', 'attributes']
RESPONSE = ['policyID', 'policyFriendlyName', 'nextUpdateHours',
            'policiesNotChanged', 'policies']
ATTRIBUTES = ['commonName', 'policySchema', 'certificateValidity',
              'permission', 'privateKeyAttributes', 'revision',
              'supersededPolicies', 'privateKeyFlags', 'subjectNameFlags',
              'enrollmentFlags', 'generalFlags', 'hashAlgorithmOIDReference',
              'rARequirements', 'keyArchivalAttributes', 'extensions']
KEY = ['minimalKeyLength', 'keySpec', 'keyUsageProperty', 'permissions',
       'algorithmOIDReference', 'cryptoProviders']


def ask(env, text):
    conn = client.Connection(env)
    answer = client.answered(conn.request(
        'POST', messages.POLICY, text.encode(), kind=client.SOAP))
    conn.close()
    return answer


def response(env, text):
    answer = ask(env, text)
    assert answer.status == 200, answer
    header, body = envelope(answer)
    return header, body.one('GetPoliciesResponse', XCEP)


def nil(node):
    assert node.attr('nil', XSI) == 'true', '%s is not nil' % node.local
    assert not node.text.strip() and not node.children, node.local
    return True


def test_captured_request(env):
    """S0.5 S0.38 S0.39 S0.40 S0.41 S0.42 S2.18 S2.22 S4.10 the captured
    GetPolicies with its wsse:Type password attribute is answered."""
    text = messages.captured('policy-request.xml')
    assert 'wsse:Type="' in text
    header, node = response(env, text)
    assert header.one('Action', A).text == \
        XCEP + '/IPolicy/GetPoliciesResponse'
    assert header.one('RelatesTo', A).text == REQUEST_ID
    assert node.names() == ['response', 'cAs', 'oIDs'], node.names()


def test_element_order(env):
    """S0.43 S0.44 S0.47 S2.21 every element of the schema in its order,
    the empty ones nil; algorithmOIDReference is spelled rightly."""
    _, node = response(env, policy())
    for child in node.walk():
        assert child.ns == XCEP, '%s in %s' % (child.local, child.ns)
    inner = node.one('response')
    assert inner.names() == RESPONSE, inner.names()
    for name in RESPONSE[1:4]:
        nil(inner.one(name))
    entry = inner.one('policies/policy')
    assert entry.names() == ORDER, entry.names()
    nil(entry.one('cAs'))
    attributes = entry.one('attributes')
    assert attributes.names() == ATTRIBUTES, attributes.names()
    assert attributes.one('policySchema').text == '3'
    key = attributes.one('privateKeyAttributes')
    assert key.names() == KEY, key.names()
    assert key.one('minimalKeyLength').text == '2048'
    for name in ('keySpec', 'keyUsageProperty', 'permissions',
                 'algorithmOIDReference'):
        nil(key.one(name))
    for name in ATTRIBUTES[6:11] + ATTRIBUTES[12:]:
        nil(attributes.one(name))
    nil(node.one('cAs'))


def test_values_of_the_schema(env):
    """S1.4 S2.21 what the certificate must be: validity, permission and
    revision are numbers and booleans."""
    _, node = response(env, policy())
    attributes = node.one('response/policies/policy/attributes')
    validity = attributes.one('certificateValidity')
    assert validity.names() == ['validityPeriodSeconds',
                                'renewalPeriodSeconds']
    total, renewal = (int(c.text) for c in validity.children)
    assert 0 < renewal < total
    permission = attributes.one('permission')
    assert permission.names() == ['enroll', 'autoEnroll']
    assert permission.one('enroll').text == 'true'
    revision = attributes.one('revision')
    assert revision.names() == ['majorRevision', 'minorRevision']
    assert all(int(c.text) >= 0 for c in revision.children)


def test_references_resolve(env):
    """S0.45 S0.46 S2.20 both references lead to an oID of the answer; the
    hash is SHA-256 and the template is named as in the capture."""
    _, node = response(env, policy())
    oids = {}
    for entry in node.one('oIDs').all('oID'):
        assert entry.names() == ['value', 'group', 'oIDReferenceID',
                                 'defaultName'], entry.names()
        ref = entry.one('oIDReferenceID').text
        assert ref not in oids, 'oIDReferenceID %s twice' % ref
        oids[ref] = entry
    attributes = node.one('response/policies/policy/attributes')
    digest = oids[attributes.one('hashAlgorithmOIDReference').text]
    assert digest.one('value').text == '2.16.840.1.101.3.4.2.1'
    assert digest.one('group').text in ('1', '4')
    assert digest.one('defaultName').text == 'szOID_NIST_sha256'
    entry = oids[node.one('response/policies/policy/policyOIDReference').text]
    assert entry.one('oIDReferenceID').text == '5', [
        c.text for c in entry.children]
    assert entry.one('group').text in ('1', '9')
    assert entry.one('value').text == '1.3.6.1.4.1.311.20.2'
    assert entry.one('defaultName').text == 'Certificate Template Name'


def test_crypto_providers(env):
    """S2.20 cryptoProviders holds at least one provider or is nil."""
    _, node = response(env, policy())
    providers = node.one('response/policies/policy/attributes/'
                         'privateKeyAttributes/cryptoProviders')
    if providers.children:
        assert set(providers.names()) == {'provider'}
        assert all(p.text.strip() for p in providers.children)
    else:
        nil(providers)


def test_template_is_data(env):
    """S2.19 what SQL says of the template is what the client is told."""
    rows = env.sql('select policy_schema, minimal_key_length, hash_oid,'
                   ' validity_seconds, renewal_seconds, major_revision,'
                   ' minor_revision from enrollment.template();',
                   user='fenestra_enrollment')
    _, node = response(env, policy())
    attributes = node.one('response/policies/policy/attributes')
    ref = attributes.one('hashAlgorithmOIDReference').text
    digest = [o.one('value').text for o in node.one('oIDs').all('oID')
              if o.one('oIDReferenceID').text == ref]
    told = [attributes.one('policySchema').text,
            attributes.one('privateKeyAttributes/minimalKeyLength').text,
            digest[0],
            attributes.one('certificateValidity/validityPeriodSeconds').text,
            attributes.one('certificateValidity/renewalPeriodSeconds').text,
            attributes.one('revision/majorRevision').text,
            attributes.one('revision/minorRevision').text]
    assert [told] == rows, '%r, SQL says %r' % (told, rows)


def test_attribute_without_prefix(env):
    """S0.40 the password attribute as Type, and not at all."""
    for new in (' Type="', ' x:Type="'):
        text = sub(policy(), ' wsse:Type="', new)
        if 'x:' in new:
            text = sub(text, '<wsse:Password', '<wsse:Password xmlns:x="urn:x"')
        response(env, text)
    text = re.sub(r' wsse:Type="[^"]*"', '', policy())
    assert 'PasswordText' not in text
    response(env, text)


def test_user_name_in_other_case(env):
    """S2.18 a user name is found in any letter case."""
    response(env, policy(upn=messages.UPN.upper()))


def test_unknown_and_wrong_are_alike(env):
    """S0.40 a wrong password, an unknown user and an empty password
    have the same answer but for the ids."""
    seen = set()
    for upn, password in ((messages.UPN, 'wrong'),
                          ('nobody@' + stack.DOMAIN, messages.PASSWORD),
                          (messages.UPN, ''), (messages.UPN, 'x' * 300),
                          (messages.UPN, messages.PASSWORD + ' '),
                          (messages.UPN, messages.PASSWORD.upper())):
        answer = ask(env, policy(upn, password))
        trace = fault(answer, 's:Authentication').trace
        text = answer.body.decode().replace(trace, '')
        seen.add(re.sub('[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}', '', text))
    assert len(seen) == 1, seen


def test_passwords_are_taken_literally(env):
    """S0.40 blanks, quotes, markup and non-ASCII in passwords are exact."""
    for number, password in enumerate((' lead and trail ', 'a&b<c>"\'',
                                       'p\u00e4ssw\u00f6rd\u2026',
                                       '$y$j9T$x%s:\\')):
        upn = 'literal%d@%s' % (number, stack.DOMAIN)
        env.user(upn, password)
        escaped = password.replace('&', '&amp;').replace('<', '&lt;')
        response(env, policy(upn, escaped))
        answer = ask(env, policy(upn, escaped.strip() + '.'))
        fault(answer, 's:Authentication')


def test_removed_user(env):
    """S0.40 a removed user's password is no longer good."""
    upn = 'leaver@' + stack.DOMAIN
    env.user(upn, 'once good')
    response(env, policy(upn, 'once good'))
    env.admin('select admin.user_remove(%s);' % stack.quote(upn))
    fault(ask(env, policy(upn, 'once good')), 's:Authentication')


def test_security_header(env):
    """S2.18 no Security header, one without a token, and one of an unknown
    kind: a:InvalidSecurity."""
    text = policy()
    whole = text[text.index('<wsse:Security'):
                 text.index('</wsse:Security>') + len('</wsse:Security>')]
    token = text[text.index('<wsse:UsernameToken'):
                 text.index('</wsse:UsernameToken>')
                 + len('</wsse:UsernameToken>')]
    for bad in (sub(text, whole, ''), sub(text, token, ''),
                sub(text, token, '<wsse:KerberosToken>x</wsse:KerberosToken>')):
        fault(ask(env, bad), 'a:InvalidSecurity')


def test_extra_client_children(env):
    """S0.41 the newer children of client are ignored."""
    text = sub(policy(), '</client>', '<TPMManufacturer>INTC'
               '</TPMManufacturer><TPMFirmwareVersion>1.2'
               '</TPMFirmwareVersion></client>')
    response(env, text)
    text = sub(policy(), '<lastUpdate xsi:nil="true"/>',
               '<lastUpdate>2024-01-01T00:00:00Z</lastUpdate>')
    response(env, text)


def test_discovery_is_not_needed(env):
    """S2.18 the call stands alone: a fresh user, no earlier request."""
    upn = 'direct@' + stack.DOMAIN
    env.user(upn, 'direct')
    response(env, policy(upn, 'direct'))


def test_soap_11_envelope(env):
    """S2.34 SOAP 1.1 in, SOAP 1.2 out."""
    text = policy().replace(S, messages.S11)
    header, _ = response(env, text)
    assert header.one('RelatesTo', A).text == REQUEST_ID


def test_fault_relates_to_the_request(env):
    """S0.42 a fault carries the request's MessageID and the log's id."""
    mark = env.log.mark()
    text = element(credentials(policy(), password='wrong'), 'a:MessageID',
                   'urn:uuid:0c6b0f4b-1d2a-4cf2-9d55-6a3d3a4f8f11')
    found = fault(ask(env, text), 's:Authentication')
    assert found.relates == 'urn:uuid:0c6b0f4b-1d2a-4cf2-9d55-6a3d3a4f8f11'
    lines = env.log.wait(mark, 1)
    assert [line['id'] for line in lines] == [found.trace]
