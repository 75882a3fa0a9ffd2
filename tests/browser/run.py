#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Tries the pages in a real browser against the stack that is up; TAP.

    run.py [word …]

Words select tests by part of their name. PICTURES=DIR keeps a picture of
each page in light and dark, narrow and wide."""

import os
import sys
import traceback

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'protocol')]

import driver                                           # noqa: E402
import stack                                            # noqa: E402
import test_pages                                       # noqa: E402


def main():
    words = sys.argv[1:]
    tests = [f for n, f in vars(test_pages).items()
             if n.startswith('test_') and
             (not words or any(w in n for w in words))]
    env = stack.Stack('lighttpd')
    test_pages.prepare(env)
    print('1..%d' % len(tests))
    failed = 0
    for number, test in enumerate(tests, 1):
        browser = None
        try:
            browser = driver.Browser(os.path.join(env.certs, 'server.pem'))
            test(env, browser)
            print('ok %d - %s' % (number, test.__name__))
        except Exception as error:      # pylint: disable=broad-except
            failed += 1
            print('not ok %d - %s' % (number, test.__name__))
            where = [f for f in traceback.extract_tb(error.__traceback__)
                     if os.path.dirname(f.filename) == HERE]
            print('# %s: %s' % (type(error).__name__, str(error)[:1500]
                                .replace('\n', ' ')))
            print('# at ' + ' < '.join('%s:%d' % (
                os.path.basename(f.filename), f.lineno)
                for f in reversed(where)))
        finally:
            if browser:
                browser.close()
        sys.stdout.flush()
    return 1 if failed or not tests else 0


if __name__ == '__main__':
    sys.exit(main())
