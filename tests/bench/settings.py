# SPDX-License-Identifier: ISC
"""How long and how much, from the environment; and figures that were measured
more than once.  run.py says what each variable means."""

import os
import re
import statistics

PARTS = ('checkins', 'scale', 'profile', 'commands', 'enrollments', 'memory',
         'statements', 'volume', 'endurance')
ON_DEMAND = ('oracle',)         # not what the others are about: how fast


def number(name, preset):
    text = os.environ.get(name, '') or str(preset)
    if not re.fullmatch(r'[1-9]\d{0,6}', text):
        raise SystemExit('bench: %s: not a number: %s' % (name, text))
    return int(text)


def parts():
    """Those that are asked for; all, if none is."""
    asked = os.environ.get('BENCH_PARTS', '').split() or PARTS
    for name in asked:
        if name not in PARTS + ON_DEMAND:
            raise SystemExit('bench: BENCH_PARTS: there is no %s, but %s'
                             % (name, ' '.join(PARTS + ON_DEMAND)))
    return asked


SECONDS = number('BENCH_SECONDS', 3)
QUICK = SECONDS <= 2
ROUNDS = number('BENCH_ROUNDS', 3 if QUICK else 7)
WORKERS = number('BENCH_WORKERS', 4)
LANES = number('BENCH_CONNECTIONS', 8)
PORT = number('BENCH_PORT', 9643)
DEVICES = number('BENCH_DEVICES', 10000 if QUICK else 100000)
SAMPLES = number('BENCH_SAMPLES', 200 if QUICK else 2000)
MESSAGES = number('BENCH_MESSAGES', 2000 if QUICK else 10000)


class Series:
    """One figure, measured several times."""

    def __init__(self, values):
        self.values = list(values)
        self.median = statistics.median(self.values)

    def text(self, form='%.0f'):
        spread = '%s–%s' % (form, form)
        return '%s (%s)' % (form % self.median,
                            spread % (min(self.values), max(self.values)))

    def over(self, other):
        """The ratios, pair by pair."""
        return Series(a / b for a, b in zip(self.values, other.values))


def shares(turns):
    """CPU µs of each who took part, and the sum: medians over the turns."""
    medians = {k: statistics.median(t[k] for t in turns)
               for k in turns[0] if all(k in t for t in turns)}
    return ' + '.join('%s %.0f' % m for m in medians.items()) + \
        ' = %.0f' % sum(medians.values())
