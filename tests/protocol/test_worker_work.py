# SPDX-License-Identifier: ISC
"""How much work an attempt to sign in costs, and whether it was done: the
hashes of passwords that a worker computes, and the signatures that it looks
at, counted in the libraries that do it."""

import os
import subprocess
import threading

import client
import device
import messages
import pages
import stack
import test_authentication
import test_entra
import test_tokens
from fastcgi import Pool
from messages import fault
from pages import DOMAIN
from test_outage import until

# Stands before libcrypt and libcrypto: a line for each hash, with its scheme
# and cost, and for each signature, with what came of it.
COUNTER = r'''
#define _GNU_SOURCE
#include <crypt.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void
note(const char *text)
{
	int fd = open(getenv("COUNT_CRYPT"), O_WRONLY | O_APPEND);
	char line[32];
	int n = snprintf(line, sizeof(line), "%s\n", text);

	if (fd == -1 || write(fd, line, n) != n)
		abort();
	close(fd);
}

/* So that the test may look into its memory. */
int
prctl(int option, ...)
{
	(void)option;
	return 0;
}

int
EVP_DigestVerify(void *ctx, const unsigned char *sig, size_t siglen,
    const unsigned char *in, size_t len)
{
	int (*real)(void *, const unsigned char *, size_t,
	    const unsigned char *, size_t) =
	    (int (*)(void *, const unsigned char *, size_t,
		const unsigned char *, size_t))dlsym(
		RTLD_NEXT, "EVP_DigestVerify");
	int rc = real(ctx, sig, siglen, in, len);

	note(rc == 1 ? "verified" : "forged");
	return rc;
}

char *
crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	char *(*real)(const char *, const char *, void *, int) =
	    (char *(*)(const char *, const char *, void *, int))dlsym(
		RTLD_NEXT, "crypt_rn");
	char text[8];

	snprintf(text, sizeof(text), "%s", setting);
	note(text);
	return real(phrase, setting, data, size);
}
'''


class Counted(Pool):
    """Enrollment workers that say when they hash a password or verify a
    signature."""

    def __init__(self, env, count=1):
        library, source = env.folder.fresh('.so'), env.folder.fresh('.c')
        with open(source, 'w', encoding='ascii') as file:
            file.write(COUNTER)
        subprocess.run(['gcc', '-shared', '-fPIC', '-o', library, source],
                       check=True, capture_output=True)
        self.counted = env.folder.file('crypt', '')
        super().__init__(env, 'enrollment', count, LD_PRELOAD=library,
                         COUNT_CRYPT=self.counted)

    def hashes(self):
        """The settings of the hashes since the last time."""
        return [n for n in self.noted() if n.startswith('$')]

    def noted(self):
        """What was noted since the last time."""
        with open(self.counted, 'r+', encoding='ascii') as file:
            found = file.read().split()
            file.truncate(0)
        return found

    def attempt(self, upn, password):
        return self.call(messages.POLICY, messages.policy(upn, password),
                         client.SOAP)


def test_the_same_hashes_for_everybody(env):
    """T7 T8 a right, a wrong, an empty and an overlong password of a user,
    any password of one who is not there, in the messages and at the page:
    one hash each, of the same scheme and cost, and one answer."""
    with Counted(env) as pool, pages.domain(env):
        assert pool.attempt(messages.UPN, messages.PASSWORD).status == 200
        right = pool.hashes()
        assert len(right) == 1 and right[0].startswith('$y$j'), right
        answers = []
        for upn in (messages.UPN, 'nobody@' + stack.DOMAIN, 'nobody@x.test',
                    'X\\nobody', 'nobody', "' or 1=1 --"):
            for password in ('wrong', '', 'x' * 600, messages.PASSWORD + ' '):
                answers.append(fault(pool.attempt(upn, password),
                                     's:Authentication'))
                assert pool.hashes() == right, (upn, password)
        assert test_authentication.same(*answers)
        for user in (pages.USER, 'nobody@' + DOMAIN):
            found = pages.page(pool.call(
                pages.query(), pages.urllib.parse.urlencode(
                    {'username': user, 'password': 'wrong'}), pages.FORM))
            assert found.problem(), found.answer
            assert pool.hashes() == right, user
        # Where no password is checked, none is hashed.
        token = test_tokens.create(env)
        for text in (messages.discover(), messages.policy(
                'x@y.test', token), test_tokens.policy(
                    test_tokens.binary_token(test_tokens.encoded(token)))):
            pool.call(messages.POLICY, text, client.SOAP)
        assert pool.hashes() == []


def test_guesses_cost_ten_hashes(env):
    """T7 a thousand guesses of one user's password by four at once, and a
    hundred of a user who is not there, cost ten hashes at most; while they
    have to wait, the right password costs none."""
    upn = 'counted@' + stack.DOMAIN
    env.user(upn, 'the-right-one')
    with Counted(env, 4) as pool:
        for name, each in ((upn, 250), ('missing@' + stack.DOMAIN, 25)):
            with test_authentication.throttled(env, user=5):
                threads = [threading.Thread(target=lambda n=name, e=each: [
                    fault(pool.attempt(n, 'guess-%d' % i), 's:Authentication')
                    for i in range(e)]) for _ in range(4)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                assert pool.log().count(' user=' + name) == 4 * each
                assert 5 <= len(pool.hashes()) <= 10
                fault(pool.attempt(name, 'the-right-one'),
                      's:Authentication')
                assert pool.hashes() == []
                env.sql('update mdm.throttle set until = until - 900,'
                        ' since = since - 900;')
                answer = pool.attempt(name, 'the-right-one')
                assert answer.status == (200 if name == upn else 500)
                assert len(pool.hashes()) == 1
    assert os.path.getsize(pool.counted) == 0


def test_the_signature_is_looked_at(env):
    """T1 for each token of Entra that is taken its signature was verified, and
    found good; one that is not verified, for its alg or kid, is refused, and
    so is one that was found wrong, before its words are read."""
    rsa, other = test_entra.Rsa(), test_entra.Rsa()
    with Counted(env) as pool, test_entra.tenant(env, rsa):
        def told(jwt):
            answer = pool.call(messages.POLICY, test_tokens.policy(
                test_entra.markup(jwt)), client.SOAP)
            return answer.status, pool.noted()

        pool.attempt(messages.UPN, 'x')         # it has begun
        pool.noted()
        good = test_entra.token(rsa, test_entra.claims())
        head, body, last = good.split('.')
        assert told(good) == (200, ['verified'])
        assert told(good) == (200, ['verified']), 'each time'
        assert told(test_entra.token(rsa, test_entra.claims(exp=1))) == (
            500, ['verified'])
        for jwt in (test_entra.token(other, test_entra.claims()),
                    head + '.' + test_entra.b64('{}') + '.' + last,
                    head + '.' + body + '.' + last[:-8] + 'AAAAAAAA'):
            assert told(jwt) == (500, ['forged']), jwt
        for change in ({'alg': 'none'}, {'alg': 'HS256'}, {'kid': 'x'},
                       {'kid': None}, {'alg': 'ES256'}):
            assert told(test_entra.token(
                rsa, test_entra.claims(), **change)) == (500, []), change
        assert told(head + '.' + body + '.') == (500, [])


def remembered(pid, secrets):
    """Which of these stand in the memory of a process."""
    found = set()
    with open('/proc/%d/maps' % pid, encoding='ascii') as file, \
            open('/proc/%d/mem' % pid, 'rb', 0) as memory:
        for line in file:
            where, rights = line.split()[:2]
            if not rights.startswith('rw'):
                continue
            begin, end = (int(x, 16) for x in where.split('-'))
            memory.seek(begin)
            data = memory.read(end - begin)
            found |= {s for s in secrets if s.encode() in data}
    return found


def test_memory_forgets(env):
    """T29 once it has answered, an enrollment worker has no password, token
    or secret in its memory, right or wrong, in a message or a form."""
    with Counted(env) as pool, pages.domain(env):
        pid, known = pool.workers[0].pid, []
        for upn in (messages.UPN, 'nobody@x.test'):
            known.append('canary-%s-0123456789' % upn)
            pool.attempt(upn, known[-1])
        pool.attempt(messages.UPN, messages.PASSWORD)
        known.append(messages.PASSWORD)
        known.append('canary-page-0123456789')
        pool.call(pages.query(), pages.urllib.parse.urlencode(
            {'username': pages.USER, 'password': known[-1]}), pages.FORM)
        known.append(test_tokens.create(env))
        known.append(test_tokens.encoded(known[-1]))
        ident = device.new_id()
        document = device.provisioning(pool.call(
            messages.ENROLLMENT, test_tokens.request(
                test_tokens.binary_token(known[-1]), ident), client.SOAP))
        known += [n.attr('value') for n in document.root.walk()
                  if n.attr('name') == 'AAUTHSECRET']
        assert len(known) == 8, known
        # It forgets when it has answered; the search itself finds the rest.
        until(lambda: not remembered(pid, known), 'it has forgotten')
        assert remembered(pid, [env.database()['PGHOST']])
