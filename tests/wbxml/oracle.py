#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Generated SyncML through our WBXML and libwbxml's tools, both ways.

    tests/wbxml/oracle.py [-n MESSAGES] [-s SEED] [-b BUILD] [--time]

Each message goes XML -> WBXML (ours) -> XML (wbxml2xml), and XML -> WBXML
(xml2wbxml, with and without a string table, versions 1.1 to 1.3) -> XML
(ours); the elements and texts must be those it began with.  The message and
what xml2wbxml made of it must also be the same to syncml_read().  libwbxml
0.11.8 is not safe with hostile input: here it sees only what is valid.
"""
import argparse
import base64
import os
import random
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
SYNCML = "SYNCML:SYNCML1.2"
METINF = "syncml:metinf"
META = """Anchor EMI Format FreeID FreeMem Last Mark MaxMsgSize Mem MetInf Next
    NextNonce SharedMem Size Type Version MaxObjSize FieldLevel""".split()
NAMES = """Add Alert Archive Atomic Chal Cmd CmdID CmdRef Copy Cred Delete
    Exec Final Get Item Lang LocName LocURI Map MapItem MsgID MsgRef
    NoResp NoResults Put Replace RespURI Results Search Sequence SessionID
    SftDel Source SourceRef Status Sync SyncBody SyncHdr Target TargetRef
    VerDTD VerProto NumberOfChanges MoreData Field Filter Record
    FilterType SourceParent TargetParent Move Correlator Data""".split()
WORDS = ["./DevInfo/DevId", "./Vendor/MSFT/Policy/Config/Browser/Home",
         "VMware, Inc.", "a & b", "1 < 2 > 0", "]]>", "\"quoted\" 'text'",
         "\u00e4\u00f6\u00fc\u00df", "\u65e5\u672c\u8a9e",
         "\U0001f600\U0010ffff", "\ud7ff\ue000\ufffd",
         "\u007f\u0080\u07ff\u0800", "%7B12%7D",
         "line\nline", "tab\ttab", "x", "0", "&amp;"]
VERBS = ["Add", "Replace", "Delete", "Get", "Exec", "Copy"]


class Generator:
    """Valid messages, each a nested (name, content) without attributes."""

    def __init__(self, seed):
        self.r = random.Random(seed)

    def text(self, length=4):
        return " ".join(self.r.choice(WORDS)
                        for _ in range(self.r.randint(1, length)))

    def maybe(self, chance, make):
        return [make()] if self.r.random() < chance else []

    def uri(self, name):
        return (name, [("LocURI", "./" + "/".join(
            self.text(1).strip() for _ in range(self.r.randint(1, 5))))])

    def data(self, kind):
        if kind == "bin":
            raw = "".join(chr(self.r.randint(33, 90))
                          for _ in range(self.r.randint(1, 300)))
            return ("Data", base64.b64encode(raw.encode()).decode())
        # wbxml2xml makes a CDATA section of most Data, whatever is in it;
        # xml2wbxml adds carriage returns there.
        text = (self.text(self.r.choice([1, 4, 60]))
                .replace("]]>", "]]").replace("\n", " "))
        if kind == "xml":
            text = f"<enabled/><data>{escape(text)}</data>"
        return ("Data", text)

    def meta(self, kind):
        fields = [("Format", kind)] if kind else []
        fields += self.maybe(.5, lambda: ("Type", "text/plain"))
        fields += self.maybe(.2, lambda: ("Size", "12"))
        fields += self.maybe(.2, lambda: ("Mark", "warning"))
        fields += self.maybe(.1, lambda: ("MaxMsgSize", "16384"))
        fields += self.maybe(.05, lambda: ("Anchor", [
            ("Last", self.text(1)), ("Next", self.text(1))]))
        return ("Meta", fields)

    def item(self):
        kind = self.r.choice([None, None, "chr", "int", "xml", "bin", "node",
                              "b64"])
        parts = self.maybe(.5, lambda: self.uri("Source"))
        parts += self.maybe(.6, lambda: self.uri("Target"))
        if kind or self.r.random() < .3:
            parts.append(self.meta(kind))
        parts += self.maybe(.8, lambda: self.data(kind))
        parts += self.maybe(.1, lambda: ("MoreData", None))
        return ("Item", parts)

    def items(self, least=0):
        return [self.item() for _ in range(self.r.randint(least, 2))]

    def number(self):
        return str(self.r.randint(1, 10 ** self.r.randint(1, 9)))

    def reply(self, name):
        parts = [("CmdID", self.number()), ("MsgRef", self.number()),
                 ("CmdRef", self.number()), ("Cmd", self.r.choice(VERBS))]
        if name == "Status":
            parts += self.maybe(.2, self.challenge)
            parts.append(("Data", self.r.choice(["200", "404", "500"])))
        return (name, parts + self.items())

    def challenge(self):
        nonce = base64.b64encode(self.r.randbytes(self.r.randint(1, 24)))
        return ("Chal", [("Meta", [
            ("Format", "b64"), ("Type", "syncml:auth-md5"),
            ("NextNonce", nonce.decode())])])

    def command(self, depth=0):
        kind = self.r.random()
        if kind < .2:
            return self.reply("Status")
        if kind < .35:
            return self.reply("Results")
        if kind < .5:
            return ("Alert", [("CmdID", self.number()), ("Data", "1226")]
                    + self.items())
        if kind < .6 and depth < 3:
            return (self.r.choice(["Atomic", "Sequence"]),
                    [("CmdID", self.number())] +
                    [self.command(depth + 1)
                     for _ in range(self.r.randint(1, 3))])
        return (self.r.choice(VERBS), [("CmdID", self.number())] +
                self.maybe(.1, lambda: ("NoResp", None)) + self.items(1))

    def message(self):
        header = [("VerDTD", "1.2"), ("VerProto", "DM/1.2"),
                  ("SessionID", self.number()), ("MsgID", self.number()),
                  ("Target", [("LocURI", "https://manage.test/" +
                               self.text(1))]),
                  ("Source", [("LocURI", self.text(2))] +
                   self.maybe(.2, lambda: ("LocName", self.text(1))))]
        header += self.maybe(.3, lambda: ("Meta", [
            ("MaxMsgSize", "4096"), ("MaxObjSize", "1048576")]))
        body = [self.command() for _ in range(self.r.randint(0, 4))]
        body += self.maybe(.8, lambda: ("Final", None))
        return ("SyncML", [("SyncHdr", header), ("SyncBody", body)])


def every_name():
    """One message with all of the vocabulary; it says nothing."""
    return ("SyncML", [("Meta", [(n, "AAAA") for n in META])] +
            [(n, "x") for n in NAMES])


def to_xml(node, inside=""):
    name, content = node
    space = ""
    if name == "SyncML":
        space = f' xmlns="{SYNCML}"'
    elif name in META and inside == "Meta":
        space = f' xmlns="{METINF}"'
    if content is None:
        return f"<{name}{space}/>"
    if isinstance(content, str):
        return f"<{name}{space}>{escape(content)}</{name}>"
    return (f"<{name}{space}>" + "".join(to_xml(c, name) for c in content) +
            f"</{name}>")


def tree(text, bytes_as_base64=False):
    """(name, text, children), with the names in their namespace.

    wbxml2xml shows what is bytes as the bytes themselves: see `bin` above.
    """
    def walk(e, binary):
        form = e.find(f"{{{SYNCML}}}Meta/{{{METINF}}}Format")
        binary = binary if form is None else form.text == "bin"
        said = e.text or ""
        if bytes_as_base64 and binary and e.tag == f"{{{SYNCML}}}Data":
            said = base64.b64encode(said.encode()).decode()
        return (e.tag, said, [walk(c, binary) for c in e])
    return walk(ET.fromstring(text), False)


def pack(messages):
    return b"".join(struct.pack(">I", len(m)) + m for m in messages)


def unpack(data):
    at, out = 0, []
    while at < len(data):
        size, = struct.unpack_from(">I", data, at)
        out.append(data[at + 4:at + 4 + size])
        at += 4 + size
    return out


def ours(program, what, messages):
    return subprocess.run([program, what], input=pack(messages), check=True,
                          stdout=subprocess.PIPE).stdout


# One process of libwbxml a message; the loop is the shell's, which is fast.
LOOP = """cd "$1" && i=$2
while [ "$i" -lt "$3" ]; do
    case $4 in
    wbxml2xml) wbxml2xml -k -m 0 -o "$i.out" "$i.in" ;;
    *) case $((i % 4)) in
        0) set -- "$1" "$2" "$3" "$4" -n -v 1.2 ;;
        1) set -- "$1" "$2" "$3" "$4" -v 1.1 ;;
        2) set -- "$1" "$2" "$3" "$4" -v 1.3 ;;
        3) set -- "$1" "$2" "$3" "$4" -a -v 1.2 ;;
        esac
        xml2wbxml -k $5 $6 $7 -o "$i.out" "$i.in" ;;
    esac >"$i.log" 2>&1 || {
        echo "$4: message $i" >&2
        cat "$i.log" >&2
        exit 1
    }
    i=$((i + 1))
done"""


def theirs(tool, messages):
    with tempfile.TemporaryDirectory() as room:
        for i, m in enumerate(messages):
            with open(f"{room}/{i}.in", "wb") as f:
                f.write(m)
        half = len(messages) // 2
        jobs = [subprocess.Popen(["sh", "-c", LOOP, "sh", room, str(a),
                                  str(b), tool])
                for a, b in ((0, half), (half, len(messages)))]
        if any([j.wait() for j in jobs]):
            sys.exit(1)
        out = []
        for i in range(len(messages)):
            with open(f"{room}/{i}.out", "rb") as f:
                out.append(f.read())
        return out


def difference(want, have, where=""):
    """The first element that is not the same, in words; None if all are."""
    where += "/" + want[0].partition("}")[2]
    if want[0] != have[0]:
        return f"{where}: {have[0]}"
    if want[1] != have[1]:
        return f"{where}: {want[1]!r} became {have[1]!r}"
    if len(want[2]) != len(have[2]):
        return f"{where}: {len(want[2])} elements became {len(have[2])}"
    for pair in zip(want[2], have[2]):
        wrong = difference(*pair, where)
        if wrong:
            return wrong
    return None


def compare(xml, got, shown_as_bytes=False):
    """What is wrong with the first that is not the same, or None."""
    for i, (want, have) in enumerate(zip(xml, got, strict=True)):
        try:
            wrong = difference(tree(want), tree(have, shown_as_bytes))
        except ET.ParseError as e:
            wrong = f"{e} in {have.decode(errors='replace')}"
        if wrong:
            return f"message {i}: {wrong}"
    return None


def same(program, xml, wbxml):
    """Whether syncml_read() makes the same of each: why not, or None."""
    pairs = [m for pair in zip(xml, wbxml) for m in pair]
    run = subprocess.run([program, "same"], input=pack(pairs),
                         stderr=subprocess.PIPE, check=False)
    return run.stderr.decode(errors="replace") if run.returncode else None


def build(where):
    subprocess.run(["make", "-s", "-C", TOP, "-f", "Makefile", "-f",
                    "tests/wbxml/wbxml.mk", f"B={where}", "wbxml-convert"],
                   check=True, stdout=sys.stderr)
    return os.path.join(TOP, where, "test", "wbxml_convert")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("-n", type=int, default=10000)
    p.add_argument("-s", type=int, default=1)
    p.add_argument("-b", default="build")
    p.add_argument("--time", action="store_true")
    args = p.parse_args()
    program = build(args.b)
    g = Generator(args.s)
    xml = [to_xml(g.message()).encode() for _ in range(args.n)]
    if args.time:
        print(ours(program, "time", xml).decode(), end="")
        return
    # xml2wbxml knows nothing of Format: its bytes would be the base64.
    text = [m.replace(b">bin<", b">b64<") for m in xml]
    wbxml = unpack(ours(program, "wbxml", xml))
    foreign = theirs("xml2wbxml", text)
    names = [to_xml(every_name()).encode()]
    tests = {
        "every name, ours to libwbxml":
            lambda: compare(names, theirs("wbxml2xml", unpack(
                ours(program, "wbxml", names)))),
        "every name, libwbxml to ours":
            lambda: compare(names, unpack(
                ours(program, "xml", theirs("xml2wbxml", names)))),
        "ours to ours":
            lambda: compare(xml, unpack(ours(program, "xml", wbxml))),
        "ours to libwbxml":
            lambda: compare(xml, theirs("wbxml2xml", wbxml), True),
        "libwbxml to ours":
            lambda: compare(text, unpack(ours(program, "xml", foreign))),
        "XML and ours, read by syncml_read()":
            lambda: same(program, xml, wbxml),
        "XML and libwbxml's, read by syncml_read()":
            lambda: same(program, text, foreign),
    }
    print(f"# {args.n} messages from seed {args.s}\n1..{len(tests)}")
    failed = False
    for n, (name, test) in enumerate(tests.items(), 1):
        wrong = test()
        failed = failed or wrong
        print(f"{'not ok' if wrong else 'ok'} {n} - {name}", flush=True)
        for line in (wrong or "").splitlines():
            print("# " + line)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
