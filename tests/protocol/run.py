#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Runs the protocol tests against the stack that is up; prints TAP.

    run.py [--front FRONT] [--group front|worker] [word …]

FRONT is one of deploy/stack. Words select modules or test functions by part of their name."""

import argparse
import faulthandler
import glob
import importlib
import os
import sys
import time
import traceback

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, '..', 'hostile'))

import fronts                                           # noqa: E402
import messages                                         # noqa: E402
import stack                                            # noqa: E402

LIMIT = int(os.environ.get('LIMIT', '600'))    # seconds for one test
LAST = 'test_everything'        # of both groups: what all others have left


def tests(group, words):
    """(module name, function) in file order; worker tests apart."""
    found = []
    for path in sorted(glob.glob(os.path.join(HERE, 'test_*.py')),
                       key=lambda p: (LAST in p, p)):
        name = os.path.basename(path)[:-3]
        if name != LAST and \
                name.startswith('test_worker') != (group == 'worker'):
            continue
        module = importlib.import_module(name)
        functions = [f for n, f in vars(module).items()
                     if n.startswith('test_') and callable(f)
                     and f.__module__ == name]
        for function in functions:
            full = name + '.' + function.__name__
            if not words or any(w in full for w in words):
                found.append((name, function))
    return found


def reason(error):
    """The failure in a few comment lines, innermost test line first."""
    frames = [f for f in traceback.extract_tb(error.__traceback__)
              if os.path.dirname(os.path.realpath(f.filename)) == HERE]
    where = ' < '.join('%s:%d' % (os.path.basename(f.filename), f.lineno)
                       for f in reversed(frames))
    text = '%s: %s' % (type(error).__name__, error)
    return (text[:2000] + '\nat ' + where).splitlines()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--front', default='lighttpd',
                        choices=list(fronts.table()['resumed TLS 1.2']))
    parser.add_argument('--group', default='front',
                        choices=('front', 'worker'))
    parser.add_argument('--times', action='store_true')
    parser.add_argument('words', nargs='*')
    args = parser.parse_args()
    env = stack.Stack(args.front)
    env.user(messages.UPN, messages.PASSWORD)
    # Most tests have wrong passwords, and all of them the same address.
    for name in ('user', 'source', 'overall'):
        env.setting('throttle_' + name, '0')
    chosen = tests(args.group, args.words)
    print('1..%d' % len(chosen))
    failed = 0
    for number, (module, function) in enumerate(chosen, 1):
        name = '%s.%s' % (module, function.__name__)
        # A test that hangs ends the run; the plan then tells that it died.
        faulthandler.dump_traceback_later(LIMIT, exit=True)
        start = time.monotonic()
        try:
            function(env)
            print('ok %d - %s' % (number, name))
        except Exception as error:      # pylint: disable=broad-except
            failed += 1
            print('not ok %d - %s' % (number, name))
            for line in reason(error):
                print('# ' + line)
        if args.times:
            print('# %.2f s' % (time.monotonic() - start))
        sys.stdout.flush()
    return 1 if failed or not chosen else 0


if __name__ == '__main__':
    sys.exit(main())
