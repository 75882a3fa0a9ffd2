# SPDX-License-Identifier: ISC
"""What must not stand anywhere: every secret that the tests make or are
given, planted here as they go along, and at the end of a run a look for all
of them in every log and in a dump of the database."""

import base64
import os
import subprocess
import urllib.parse
from xml.sax.saxutils import escape

MOST = 40       # secrets of one kind that are remembered
SHORT = 12      # what is shorter may be somewhere by chance

# {secret: (its kind, whether the database has it)}
PLANTED = {}
COUNT = {}


def plant(kind, secret, stored=False):
    """Remembers a secret, which is returned. stored: the database has to
    know it, so that only the logs are looked at."""
    if len(secret) >= SHORT and secret not in PLANTED and \
            COUNT.get(kind, 0) < MOST:
        PLANTED[secret] = (kind, stored)
        COUNT[kind] = COUNT.get(kind, 0) + 1
    return secret


def forms(secret):
    """A secret as it might stand somewhere, wherever in a larger text it was
    before that was encoded."""
    raw = secret if isinstance(secret, bytes) else secret.encode()
    yield raw.hex()
    if isinstance(secret, str):
        yield secret
        yield escape(secret)
        yield urllib.parse.quote_plus(secret)
        yield urllib.parse.quote(secret)
    for at in range(3):
        text = base64.b64encode(bytes(at) + raw).decode()
        # The first and last groups depend on what stands beside.
        text = text[4 if at else 0:-4]
        yield text
        yield text.replace('+', '-').replace('/', '_')


def found(secret, text):
    """The forms in which it stands in a text of small letters."""
    return [f for f in set(forms(secret)) if f.lower() in text]


def logs(env):
    """The files that anybody wrote something into, the stack or what tests
    started; but for those that begin with saying that secrets are printed,
    as they were asked for."""
    folder = os.path.join(env.var, 'log')
    names = [os.path.join(folder, n) for n in os.listdir(folder)]
    for top, _, files in os.walk(env.folder.path):
        names += [os.path.join(top, n) for n in files if n.endswith('.log')]
    for name in names:
        with open(name, 'rb') as file:
            if b'FENESTRA_TRACE_SECRETS' not in file.read(4096):
                yield name


def hits(env, secrets, names):
    """(file, kind of secret) of what is in these files after all."""
    kinds = {form: PLANTED[s][0] for s in secrets for form in forms(s)
             if len(form) >= SHORT}
    patterns = env.folder.file('canaries', '\n'.join(kinds) + '\n')
    run = subprocess.run(
        ['grep', '-a', '-o', '-H', '-F', '-f', patterns, *names],
        capture_output=True, text=True, check=False, errors='replace',
        env=dict(os.environ, LC_ALL='C'))
    os.unlink(patterns)
    assert run.returncode in (0, 1), run.stderr
    out = set()
    for line in run.stdout.splitlines():
        name, _, form = line.partition(':')
        out.add((os.path.basename(name), kinds.get(form, form)))
    return sorted(out)


def dump(env):
    """A file with all that is in the database."""
    path = env.folder.fresh('.dump')
    with open(path, 'wb') as file:
        subprocess.run(['pg_dump', '-U', 'postgres', 'fenestra'], check=True,
                       stdout=file, env=env.database())
    return path


def nowhere(env, least):
    """At least so many secrets were planted, of which none is in a log, and
    none in the database that has no place there."""
    assert len(PLANTED) >= least, len(PLANTED)
    names = list(logs(env))
    probe = env.folder.file('probe', 'x%sx\n' % base64.b64encode(
        b'12' + next(iter(PLANTED)).encode()).decode())
    everything = hits(env, PLANTED, names + [probe])
    assert [n for n, _ in everything] == ['probe'], everything
    path = dump(env)
    secrets = [s for s, (_, stored) in PLANTED.items() if not stored]
    assert not hits(env, secrets, [path]), hits(env, secrets, [path])
    os.unlink(path)
