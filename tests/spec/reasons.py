# SPDX-License-Identifier: ISC
"""The reasons that a program may give in its log, as they stand in the
sources: {file: [text]}. What a conversion of printf puts there is an ellipsis.
check.py looks whether fenestra-log(7) has each of them."""

import glob
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
# Who is given a reason: functions that refuse, and those that log one.
CALLS = re.compile(
    r'\b(?:[a-z0-9]+_)?(?:no|fail|fault_set|refuse|log_reason|bad|wrong|deny)'
    r'\s*\((.*?)\)\s*;', re.S)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*)')
RAISE = re.compile(r"raise exception\s+'((?:[^']|'')*)'")


def plain(text):
    """Without what only a compiler reads."""
    text = text.replace('\\"', '"').replace('\\n', ' ').replace("''", "'")
    text = re.sub(r'%(?:\.\*|[-0-9.])*(?:l|ll|z|h)?[a-zA-Z]|%(?!%)', '...', text)
    return ' '.join(text.replace('%%', '%').split())


def of_c(source):
    found = []
    for call in CALLS.finditer(source):
        pieces, last = [], None
        for piece in STRING.finditer(call.group(1)):
            # Literals side by side are one; others are arguments.
            if last is not None and piece.start() == last:
                pieces[-1] += piece.group(1)
            else:
                pieces.append(piece.group(1))
            last = piece.end()
        found += [plain(p) for p in pieces]
    return found


def of_sql(source):
    return [plain(text) for text in RAISE.findall(source)]


def of_fault(source):
    """A function that says what is wrong, or nothing."""
    body = source.partition('as $$')[2].partition('\n$$')[0]
    return [plain(text) for text in re.findall(
        r"'((?:[^']|\'\')*)'", re.sub('--.*', '', body))]


def manual():
    """The lines of the page, as a reader sees them."""
    with open(os.path.join(ROOT, 'fcgi', 'fenestra-log.7'),
              encoding='utf-8') as file:
        return {line.replace('\\&', '').replace('\\(dq', '"').replace(
            '\\e', '\\') for line in file.read().splitlines()}


def missing():
    """What the page lacks, as FILE: TEXT."""
    there = manual()
    return ['%s: %s' % (path, text) for path, texts in reasons().items()
            for text in texts if text not in there]


def is_reason(text):
    """Words, and neither a name alone nor sentences for a user."""
    return ' ' in text and re.search('[a-z]{3}', text) and \
        not text.startswith('fenestra-') and '. ' not in text


def reasons():
    found = {}
    for pattern, read in (('common/*.c', of_c), ('fcgi/*.c', of_c),
                          ('sql/functions/enrollment.*.sql', of_sql),
                          ('sql/functions/management.*.sql', of_sql),
                          ('sql/functions/signer.*.sql', of_sql),
                          ('sql/functions/mdm.message_take.sql', of_sql),
                          ('sql/functions/mdm.enrollment_add.sql', of_sql),
                          ('sql/functions/mdm.enrollment_fault.sql', of_fault),
                          ('sql/functions/mdm.identity_fault.sql', of_fault),
                          ('sql/functions/mdm.renewal_fault.sql', of_fault),
                          ('sql/functions/mdm.token_fault.sql', of_fault)):
        for path in sorted(glob.glob(os.path.join(ROOT, pattern))):
            with open(path, encoding='utf-8') as file:
                texts = [t for t in dict.fromkeys(read(file.read()))
                         if is_reason(t)]
            if texts:
                found[os.path.relpath(path, ROOT)] = texts
    return found
