"""Writes revision files in random forms, loads each with the real Alembic, and says what it read, one file a line.

    drive.py FOLDER FIRST_SEED COUNT

Each line has the path, what is expected of a reader that runs no Python, and what Alembic read:

    read    only literals: it has to be read
    opaque  something has to be run: it may be refused, but not read as anything else
    wrong   a mistake, sometimes one that Alembic only finds later: it has to be refused
"""

import json
import os
import random
import sys
import unicodedata
import warnings

from alembic.script import ScriptDirectory

sys.dont_write_bytecode = True
warnings.simplefilter("ignore")

NAMES = ("revision", "down_revision", "branch_labels", "depends_on")
ANNOTATIONS = (
    "str",
    "'str'",
    "str | None",
    "Union[str, None]",
    "Union[str, Sequence[str], None]",
    "'Union[str, Sequence[str], None]'",
    "t.Optional[str]",
    "object",
)


class File:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.kind = "read"
        self.before = []
        self.names = 0

    def chance(self, share):
        return self.random.random() < share

    def pick(self, *of):
        return self.random.choice(of)

    # Texts.

    def word(self):
        return self.pick(
            "%012x" % self.random.getrandbits(48),
            "%04d" % self.random.randrange(10000),
            "a b %d" % self.random.randrange(100),
            "a.b/%d" % self.random.randrange(100),
            "ключ%d" % self.random.randrange(100),
            "it's %d" % self.random.randrange(100),
            'say "%d"' % self.random.randrange(100),
            "back\\slash%d" % self.random.randrange(100),
            "line\nline%d" % self.random.randrange(100),
            "\u00e9t\u00e9%d" % self.random.randrange(100),
            "\U0001f600%d" % self.random.randrange(100),
            "#%d {x} %%s" % self.random.randrange(100),
        )

    def character(self, c, quote):
        """One character of a literal that is not raw."""
        if self.chance(0.08):
            forms = ["\\U%08x" % ord(c)]
            if ord(c) < 0x10000:
                forms.append("\\u%04x" % ord(c))
            if ord(c) < 0x100:
                forms += ["\\x%02x" % ord(c), "\\%03o" % ord(c)]
            name = unicodedata.name(c, "")
            if name:
                forms += ["\\N{%s}" % name, "\\N{%s}" % name.lower()]
            return self.pick(*forms)
        if c == "\n":
            return "\n" if len(quote) == 3 and self.chance(0.5) else "\\n"
        if c == "\\" or (c in quote):
            return "\\" + c
        if c in "\"'" and self.chance(0.2):
            return "\\" + c
        if self.chance(0.02):
            return c + "\\\n"
        return c

    def literal(self, text):
        quote = self.pick("'", '"', "'''", '"""')
        plain = not any(c in text for c in "\\\n'\"")
        if plain and self.chance(0.2):
            return self.pick("r", "R") + quote + text + quote
        body = "".join(self.character(c, quote) for c in text)
        return self.pick("", "", "", "u", "U") + quote + body + quote

    def text(self, text, named=True):
        """An expression for this text."""
        form = self.random.randrange(12)
        cut = self.random.randrange(len(text) + 1)
        if form == 0:
            return "(%s)" % self.text(text, named)
        if form == 1:
            return "(%s %s)" % (self.literal(text[:cut]), self.literal(text[cut:]))
        if form == 2:
            return "(%s\n    %s  # more\n)" % (self.literal(text[:cut]), self.literal(text[cut:]))
        if form == 3:
            return "%s + %s" % (self.literal(text[:cut]), self.literal(text[cut:]))
        if form == 4 and named:
            return self.bound(self.text(text, named))
        return self.literal(text)

    def bound(self, expression):
        """A name that this expression was bound to before."""
        self.names += 1
        name = "name_%d" % self.names
        self.before.append("%s = %s" % (name, expression))
        return name

    # Several of them.

    def elements(self, texts):
        if self.chance(0.3):
            lines = ["    %s,%s" % (self.text(t), self.pick("", "  # a comment, 'x'")) for t in texts]
            return "\n" + "\n".join(lines) + "\n" + self.pick("", "    # the end\n")
        return ", ".join(self.text(t) for t in texts) + self.pick("", ",", " ,")

    def several(self, texts):
        form = self.random.randrange(8)
        if not texts:
            return self.pick("()", "[]", "None", "(  )", "[\n]")
        if form == 0:
            return "[%s]" % self.elements(texts)
        if form == 1:
            return "{%s}" % self.elements(texts)
        if form == 2 and len(texts) == 1:
            return self.text(texts[0])
        if form == 3 and len(texts) > 1:
            return "(%s,) + (%s,)" % (self.text(texts[0]), ", ".join(map(self.text, texts[1:])))
        if form == 4:
            return self.bound("(%s,)" % ", ".join(map(self.text, texts)))
        if form == 5:
            return ", ".join(self.text(t) for t in texts) + ","
        if form == 6 and len(texts) > 1:
            return "[%s] + [%s]" % (self.text(texts[0]), ", ".join(map(self.text, texts[1:])))
        return "(%s,)" % ", ".join(self.text(t) for t in texts)

    # Binding names.

    def bind(self, name, expression):
        form = self.random.randrange(12)
        if form in (0, 1):
            return "%s: %s = %s" % (name, self.pick(*ANNOTATIONS), expression)
        if form == 2:
            return "other = %s = %s" % (name, expression)
        if form == 3:
            return "%s, other = (%s), %s" % (name, expression, self.pick("1", "len('x')", "None"))
        if form == 4:
            return "x = 1; %s = %s; y = 2" % (name, expression)
        if form == 5:
            return "%s = %s\n%s = %s" % (name, self.pick("1", "'zz'", "len('x')", "f'{1}'"), name, expression)
        if form == 6:
            return "%s \\\n    = %s" % (name, expression)
        if form == 7:
            return "%s: str\n%s = %s" % (name, name, expression)
        if form == 8:
            return "(%s, [other, more]) = (%s), ('x', 2)" % (name, expression)
        return "%s = %s" % (name, expression)

    def opaque(self, name, expression):
        """The same by running something."""
        self.kind = "opaque"
        value = "(%s)" % expression
        forms = [
            "%s = (lambda x: x)(%s)" % (name, value),
            "%s = [%s][0]" % (name, value),
            "%s = %s if True else None" % (name, value),
            "%s = {'x': %s}['x']" % (name, value),
            "if True:\n    %s = %s" % (name, value),
            "if False:\n    %s = 'zz'\nelse:\n    %s = %s" % (name, name, value),
            "try:\n    %s = %s\nfinally:\n    pass" % (name, value),
            "for %s in [%s]:\n    pass" % (name, value),
            "while True:\n    %s = %s\n    break" % (name, value),
            "globals()[%r] = %s" % (name, value),
            "exec(\"%s = 'ff00'\")" % name,
            "print((%s := %s), file=io.StringIO())" % (name, value),
            "[(%s := %s) for x in 'a']" % (name, value),
            "def set_it():\n    global %s\n    %s = %s\n\nset_it()" % (name, name, value),
            "def set_it():\n    global %s\n    %s = %s\n\n%s = 'zz'\n[set_it][0]()" % (name, name, value, name),
            "def set_it():\n    globals().update(%s=%s)\n\nset_it()" % (name, value),
            "from string import digits as %s" % name,
            "import string\n%s = string.digits" % name,
            "class Ids:\n    global %s\n    %s = %s" % (name, name, value),
            "%s = ['zz']\n%s.append('yy')" % (name, name),
            "%s = one = ['zz']\none += ['yy']" % name,
            "%s = ['zz']\nmore = [%s]\nmore[0].append('yy')" % (name, name),
            "%s, *rest = [%s, 2]" % (name, value),
            "%s = f'ff{1}'" % name,
            "%s = 'f' * 4" % name,
            "%s = '%%s%%s' %% ('ff', 1)" % name,
            "%s = (*('ff', 'ee'),)" % name,
            "%s = {'ff': 1}" % name,
            "%s = 'ff00'\ndel %s\n%s = str('ee')" % (name, name, name),
            "with io.StringIO() as file:\n    %s = %s" % (name, value),
            "match %s:\n    case %s:\n        pass" % (value, name),
            "%s = 'ff00'\nvars().update({%r: 'ee00'})" % (name, name),
            "def __getattr__(name):\n    if name == %r:\n        return %s\n    raise AttributeError(name)" % (name, value),
            "import sys\nsys._getframe().f_globals[%r] = %s" % (name, value),
            "type = %s\n%s = type" % (value, name),
            "%s = 'ff00'\n%s += %s" % (name, name, self.pick("'x'", "str(1)")),
        ]
        return self.random.choice(forms)

    def wrong(self, name):
        """A mistake in this name; a line, or nothing for a name that is left out."""
        self.kind = "wrong"
        common = ["1", "1.5", "True", "b'aa'", "...", "(1,)", "(('aa',),)", "['aa', 2]", "('aa', None)"]
        bad = {
            "revision": ["'a-b'", "'a@b'", "'a+b'", "'a:b'", "''", "None", "('aa',)", "['aa']"],
            "down_revision": ["''", "False", "('',)", "['aa', '']", "0"],
            "branch_labels": ["(None,)", "0"],
            "depends_on": ["''", "('aa', '')", "False"],
        }
        if name in ("revision", "down_revision") and self.chance(0.2):
            return ""
        return "%s = %s" % (name, self.random.choice(common + bad[name]))

    # The whole file.

    def docstring(self):
        message = self.pick("add a table", "two\nlines", "  spaces  ", "umlaut ü", "a 'quote'", "")
        end = self.pick("", "\n", "\n\nRevision ID: lies\nRevises: lies\n", "\n   \nno blank line", "\n\n\nmore")
        text = message + end
        form = self.random.randrange(8)
        if form == 0:
            return ""
        if form == 1:
            return "# a comment\n\n(%s)" % self.literal(text)
        if form == 2:
            return "%s %s" % (self.literal(text[:3]), self.literal(text[3:]))
        if form == 3:
            return "%s + %s" % (self.literal(text[:3]), self.literal(text[3:]))
        if form == 4:
            return 'f"""%s"""' % text.replace("{", "{{")
        return '"""%s"""' % text

    def noise(self):
        return self.pick(
            "import sqlalchemy as sa\nfrom alembic import op",
            "from sqlalchemy.dialects import postgresql",
            "from sqlalchemy import *",
            "from typing import *",
            "log = len('x')",
            "if True:\n    flag = 1\nelse:\n    flag = 2",
            "try:\n    import json\nexcept ImportError as error:\n    json = None",
            "class Meta:\n    revision = 'no'\n    down_revision = 'no'\n    depends_on = 'no'",
            "def helper(revision, down_revision=None):\n    branch_labels = 'no'\n    return branch_labels",
            "pairs = [revision_ for revision_ in 'abc']",
            "STATES = {'a': 1, 'b': [1, 2, -3]}",
            "@property\ndef decorated(x: int = 3) -> None:\n    depends_on = 'no'",
            "assert True, 'fine'",
            "x: int = 5",
            "pass",
            "'a string that is no docstring'",
            "async def job():\n    await job()",
            "lines = '''\nrevision = 'no'\n'''",
            "NAME = [1]\ndel NAME[0]",
            "for i in range(2):\n    j = i",
            "with io.StringIO() as f:\n    f.write('x')",
            "reconcile = lambda revision: revision",
            "\f",
        )

    def functions(self):
        body = self.pick("pass", "...", "revision = 'no'", "op.execute(\"SELECT ':x'\")")
        both = [
            "def {0}():\n    {1}\n",
            "def {0}() -> None:\n    '''Doc'''\n    {1}\n",
            "async def {0}():\n    {1}\n",
            "{0} = lambda: None\n",
            "def other_{0}(x=1):\n    {1}\n\n{0} = other_{0}\n",
            "from os import getcwd as {0}\n",
            "if True:\n    def {0}():\n        {1}\n",
        ]
        lines = [self.random.choice(both).format(name, body) for name in ("upgrade", "downgrade")]
        if self.chance(0.03):
            self.kind = "wrong"
            lines[self.random.randrange(2)] = self.pick("", "upgrade = None\ndowngrade = None\n")
        return lines

    def build(self):
        words = []
        while len(words) < 8:
            word = self.word()
            if word not in words:
                words.append(word)
        share = self.random.random
        values = {
            "revision": self.text(words[0]),
            "down_revision": self.several(words[1 : 1 + self.pick(0, 0, 1, 1, 1, 2, 3)]),
            "branch_labels": self.several(words[4 : 4 + self.pick(0, 0, 0, 1, 2)]),
            "depends_on": self.several(words[6 : 6 + self.pick(0, 0, 0, 1, 2)]),
        }
        style = share()
        special = self.random.choice(NAMES) if style < 0.5 else None
        statements = []
        for name in NAMES:
            if name in ("branch_labels", "depends_on") and name != special and self.chance(0.2):
                continue
            if name == special:
                made = self.opaque(name, values[name]) if style < 0.35 else self.wrong(name)
            else:
                made = self.bind(name, values[name])
            statements.append(made)
        if style < 0.05 and self.kind == "opaque":
            # A literal that comes later wins over whatever was run.
            statements.append(self.bind(special, values[special]))
        for _ in range(self.random.randrange(4)):
            statements.insert(self.random.randrange(len(statements) + 1), self.noise())
        lines = ["import io", "import typing as t", "from typing import Optional, Sequence, Union"]
        if self.chance(0.3):
            self.random.shuffle(statements)
        text = "\n".join([self.docstring()] + lines + self.before + statements + self.functions())
        if self.chance(0.5):
            text += "\n"
        return text

    def encoded(self, text):
        """The bytes of the file."""
        form = self.random.randrange(14)
        if form == 0:
            text = text.replace("\n", "\r\n")
        elif form == 1:
            text = text.replace("\n", "\r")
        elif form == 2:
            return b"\xef\xbb\xbf" + text.encode()
        elif form == 3:
            return ("# -*- coding: utf-8 -*-\n" + text).encode()
        elif form == 4:
            cookie = self.pick("latin-1", "iso-8859-1", "Latin_1", "iso8859-1", "l1")
            head = "#!/usr/bin/env python\n# vim: set fileencoding=%s :\n" % cookie
            try:
                return (head + text).encode("latin-1")
            except UnicodeEncodeError:
                # What a person would see is not what Python reads, which is all the same to Python.
                return (head + text).encode("utf-8")
        elif form == 5 and self.chance(0.5):
            self.kind = "wrong"
            return self.pick(
                b"# coding: nonsense\n" + text.encode(),
                b"\xef\xbb\xbf# coding: latin-1\n" + text.encode(),
                text.encode() + b"\n# \xff\xfe\n",
                text.encode() + b"\nx = '\0'\n",
                b"# coding: ascii\n# \xc3\xa9\n" + text.encode(),
            )
        elif form == 6 and self.chance(0.3):
            self.kind = "wrong"
            return (text + self.pick("\nx = = 1\n", "\nx = (\n", "\nx = 'a\n", "\n  x = 1\n", "\nraise ValueError\n")).encode()
        return text.encode()


def values(value):
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    return sorted(value) if isinstance(value, set) else list(value)


def alembic(folder):
    script = ScriptDirectory(folder, version_locations=[folder])
    try:
        [found] = list(script._load_revisions())
        module = found.module
        return {
            "revision": found.revision,
            "down_revision": values(module.down_revision),
            "branch_labels": values(getattr(module, "branch_labels", None)),
            "depends_on": values(getattr(module, "depends_on", None)),
            "doc": found.doc,
            "sets": [name for name in NAMES if isinstance(getattr(module, name, None), set)],
        }
    except BaseException as error:  # SyntaxError, CommandError, TypeError, whatever the file raises
        return {"error": "%s: %s" % (type(error).__name__, error)}


def main():
    folder, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for seed in range(first, first + count):
        file = File(seed)
        data = file.encoded(file.build())
        place = os.path.join(folder, str(seed))
        os.mkdir(place)
        path = os.path.join(place, file.pick("ab12_x.py", "x.py", "_.py"))
        with open(path, "wb") as out:
            out.write(data)
        print(json.dumps({"path": path, "expected": file.kind, "alembic": alembic(place)}, default=repr))


main()
