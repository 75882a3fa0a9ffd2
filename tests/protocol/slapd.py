# SPDX-License-Identifier: ISC
"""A real slapd of the tests: people in it, and three ways to reach it."""

import base64
import os
import signal
import socket
import subprocess
import tempfile
import time

import canary

BASE = 'dc=corp,dc=test'
SEARCHER = 'cn=search,' + BASE
SEARCHER_PASSWORD = canary.plant(
    'password that searches a directory', 'searcher-Zq81-Fenestra')
PASSWORD = canary.plant(
    'password of a directory', 'directory-Lm93-Fenestra')
USER_FILTER = '(&(objectClass=person)(uid={login}))'
GROUP_FILTER = '(&(objectClass=groupOfNames)(member={dn}))'

CONFIG = '''
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {0}/pid
# The laxest of servers: a bind without a password succeeds, as nobody.
allow bind_anon_cred bind_anon_dn
TLSCertificateFile {0}/tls.pem
TLSCertificateKeyFile {0}/tls.key
database mdb
suffix "{1}"
rootdn "cn=root,{1}"
directory {0}/data
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="ou=open,{1}" by * read
access to * by dn.exact="{2}" read by self read by * auth
'''

PERSON = '''dn: {dn}
objectClass: inetOrgPerson
uid:: {uid}
cn: somebody
sn: somebody
userPassword: {password}

'''


def person(uid, place='ou=people', rdn=None):
    dn = '%s,%s,%s' % (rdn or 'uid=' + uid, place, BASE)
    return PERSON.format(dn=dn, password=PASSWORD,
                         uid=base64.b64encode(uid.encode()).decode())


def people(elsewhere):
    entries = ['dn: %s\nobjectClass: dcObject\nobjectClass: organization\n'
               'dc: corp\no: corp\n\n' % BASE]
    for name in ('people', 'others', 'groups', 'open'):
        entries.append('dn: ou=%s,%s\nobjectClass: organizationalUnit\n'
                       'ou: %s\n\n' % (name, BASE, name))
    entries.append('dn: %s\nobjectClass: person\ncn: search\nsn: search\n'
                   'userPassword: %s\n\n' % (SEARCHER, SEARCHER_PASSWORD))
    entries += [person('jo'), person('eve'), person('twin'),
                person('twin', 'ou=others'), person('zoë'),
                person('o*(d)d\\1', rdn='cn=odd'),
                person('comma,name', rdn='uid=comma\\2Cname')]
    members = ''.join('member: %s,ou=people,%s\n' % (n, BASE)
                      for n in ('uid=jo', 'uid=zoë', 'cn=odd'))
    for place in ('groups', 'open'):
        entries.append('dn: cn=mdm,ou=%s,%s\nobjectClass: groupOfNames\n'
                       'cn: mdm\n%s\n' % (place, BASE, members))
    entries.append('dn: ou=away,%s\nobjectClass: referral\nobjectClass: '
                   'extensibleObject\nou: away\nref: ldap://127.0.0.1:%d/%s'
                   '\n\n' % (BASE, elsewhere, BASE))
    return ''.join(entries)


def free_port():
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]


class Slapd:
    """with Slapd(env) as directory: … ; files that the workers can read."""

    def __init__(self, env):
        # The workers' user has to get at what is in here.
        self.owner = os.stat(os.path.join(env.var, 'log', 'worker.log'))
        self.elsewhere = socket.create_server(('127.0.0.1', 0))
        self.elsewhere.setblocking(False)
        self.process = self.folder = None
        self.plain, self.tls = free_port(), free_port()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def file(self, name, text, mode=0o600):
        with open(self.path(name), 'w', encoding='utf-8') as file:
            file.write(text)
        os.chmod(self.path(name), mode)
        if os.geteuid() == 0:
            os.chown(self.path(name), self.owner.st_uid, self.owner.st_gid)
        return self.path(name)

    def uri(self, kind):
        return {'ldap': 'ldap://127.0.0.1:%d' % self.plain,
                'ldaps': 'ldaps://127.0.0.1:%d' % self.tls,
                'ldapi': 'ldapi://' + self.path('socket').replace('/', '%2F')
                }[kind]

    def certificate(self, name, address):
        subprocess.run(
            ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
             'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj',
             '/CN=directory', '-addext', 'subjectAltName=IP:' + address,
             '-keyout', self.path(name + '.key'),
             '-out', self.path(name + '.pem')],
            check=True, capture_output=True)
        os.chmod(self.path(name + '.pem'), 0o644)

    def __enter__(self):
        # pylint: disable=consider-using-with
        self.folder = tempfile.TemporaryDirectory(prefix='fenestra-ldap-')
        os.chmod(self.folder.name, 0o711)
        os.mkdir(self.path('data'))
        self.certificate('tls', '127.0.0.1')
        self.certificate('other', '127.0.0.1')
        self.file('password', SEARCHER_PASSWORD + '\n')
        self.file('open-password', SEARCHER_PASSWORD + '\n', 0o644)
        config = self.file('slapd.conf', CONFIG.format(
            self.folder.name, BASE, SEARCHER))
        subprocess.run(['slapadd', '-f', config, '-q'], check=True, text=True,
                       input=people(self.elsewhere.getsockname()[1]),
                       capture_output=True)
        log = open(self.path('log'), 'wb')
        self.process = subprocess.Popen(
            ['slapd', '-d', 'stats', '-f', config, '-h', ' '.join(
                self.uri(k) for k in ('ldap', 'ldaps', 'ldapi'))],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        for _ in range(500):
            if b'slapd starting' in self.log():
                return self
            assert self.process.poll() is None, self.log()
            time.sleep(0.02)
        raise AssertionError('slapd does not start: %r' % self.log())

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.elsewhere.close()
        self.folder.cleanup()

    def log(self):
        with open(self.path('log'), 'rb') as file:
            return file.read()

    def was_referred(self):
        """Whether anybody followed the referral."""
        try:
            self.elsewhere.accept()[0].close()
            return True
        except BlockingIOError:
            return False
