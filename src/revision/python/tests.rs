//! Every form that Alembic accepts is read as Alembic reads it; every other one is refused at its place.

use super::*;

/// A file with these lines between its docstring and its functions.
fn file(lines: &str) -> String {
    format!(
        "\"\"\"Add a table\n\nRevision ID: lies\n\"\"\"\nimport sqlalchemy as sa\n{lines}\n\ndef upgrade() -> None:\n    pass\n\n\ndef downgrade() -> None:\n    pass\n"
    )
}

fn read(text: &str) -> Result<Revision, Vec<Diagnostic>> {
    parse("versions/some_name.py", text.as_bytes()).map(|script| script.revision)
}

fn complaint(text: &str) -> Diagnostic {
    let mut found = read(text).expect_err(text);
    assert_eq!(found.len(), 1, "{text}\n{found:#?}");
    found.remove(0)
}

/// Lines that bind `down_revision`, and what it is.
const DOWN: &[(&str, &[&str])] = &[
    ("down_revision = None", &[]),
    ("down_revision = ()", &[]),
    ("down_revision = []", &[]),
    ("down_revision = (None,)", &[]),
    ("down_revision = 'aa'", &["aa"]),
    ("down_revision = \"aa\"", &["aa"]),
    ("down_revision = '''aa'''", &["aa"]),
    ("down_revision = \"\"\"aa\"\"\"", &["aa"]),
    ("down_revision = r'a\\a'", &["a\\a"]),
    ("down_revision = R'aa'", &["aa"]),
    ("down_revision = u'aa'", &["aa"]),
    ("down_revision = U'aa'", &["aa"]),
    (
        "down_revision = '\\x61\\u0061\\141\\N{LATIN SMALL LETTER A}'",
        &["aaaa"],
    ),
    ("down_revision = 'a\\\na'", &["aa"]),
    ("down_revision = 'a' \"a\"", &["aa"]),
    ("down_revision = ('a'\n    'a')", &["aa"]),
    ("down_revision = 'a' + 'a'", &["aa"]),
    ("down_revision = (('aa'))", &["aa"]),
    ("down_revision = \\\n    'aa'", &["aa"]),
    ("down_revision = 'aa', 'bb'", &["aa", "bb"]),
    (
        "down_revision = (\n    'aa',  # the first\n    # and\n    'bb',\n)",
        &["aa", "bb"],
    ),
    ("down_revision = ['aa', 'bb',]", &["aa", "bb"]),
    ("down_revision = {'aa'}", &["aa"]),
    ("down_revision = ('aa',) + ('bb',)", &["aa", "bb"]),
    ("down_revision = ['aa'] + ['bb']", &["aa", "bb"]),
    ("down_revision = ('aa', 'aa')", &["aa"]),
    ("down_revision: str = 'aa'", &["aa"]),
    ("down_revision: sa.Union[str, None] = 'aa'", &["aa"]),
    (
        "down_revision: 'Union[str, Sequence[str], None]' = ('aa', 'bb')",
        &["aa", "bb"],
    ),
    ("down_revision: str\ndown_revision = 'aa'", &["aa"]),
    ("down_revision = 'zz'\ndown_revision: str", &["zz"]),
    ("down_revision = 'zz'\ndown_revision = 'aa'", &["aa"]),
    ("down_revision = made()\ndown_revision = 'aa'", &["aa"]),
    ("other = down_revision = 'aa'", &["aa"]),
    ("down_revision, other = 'aa', 1", &["aa"]),
    ("(down_revision, [other, third]) = ('aa', [made(), 2])", &["aa"]),
    ("other = 1; down_revision = 'aa'; third = 3", &["aa"]),
    ("previous = 'aa'\ndown_revision = previous", &["aa"]),
    (
        "previous = 'aa'\nnext = previous\ndown_revision = (next, 'bb')",
        &["aa", "bb"],
    ),
    ("previous = 'a'\ndown_revision = previous + 'a'", &["aa"]),
    ("down_revision = 'a'\ndown_revision += 'a'", &["aa"]),
    ("down_revision = ('aa',)\ndown_revision += ('bb',)", &["aa", "bb"]),
    ("del sa\ndown_revision = 'aa'", &["aa"]),
    ("if sa.x:\n    other = 1\ndown_revision = 'aa'", &["aa"]),
    ("for i in range(3):\n    pass\ndown_revision = 'aa'", &["aa"]),
    (
        "try:\n    import x\nexcept ImportError as e:\n    x = None\ndown_revision = 'aa'",
        &["aa"],
    ),
    (
        "class Meta:\n    down_revision = 'zz'\ndown_revision = 'aa'",
        &["aa"],
    ),
    (
        "down_revision = 'aa'\nclass Meta:\n    down_revision = 'zz'",
        &["aa"],
    ),
    (
        "down_revision = 'aa'\nother = [down_revision for down_revision in 'xyz']",
        &["aa"],
    ),
    ("down_revision = 'aa'\nprint(down_revision)", &["aa"]),
    (
        "down_revision = ['aa']\ndef f():\n    print(down_revision)",
        &["aa"],
    ),
    (
        "down_revision = ['aa']\ndef f(down_revision):\n    x = down_revision.append(x)\nf([])",
        &["aa"],
    ),
    (
        "down_revision = ('aa', 'bb')\nprint(down_revision)",
        &["aa", "bb"],
    ),
    (
        "def f():\n    global down_revision\n    down_revision = 'zz'\ndown_revision = 'aa'",
        &["aa"],
    ),
    ("from sqlalchemy import *\ndown_revision = 'aa'", &["aa"]),
    (
        "from models import *\ndown_revision = 'aa'\nbranch_labels = depends_on = None\nrevision = 'ff'",
        &["aa"],
    ),
    (
        "exec('x = 1')\ndown_revision = 'aa'\nbranch_labels = depends_on = None\nrevision = 'ff'",
        &["aa"],
    ),
    ("\u{feff}down_revision = 'aa'", &["aa"]),
];

#[test]
fn every_form_of_a_literal_is_read() {
    for (lines, expected) in DOWN {
        // A mark stands at the beginning of the file or nowhere.
        let (mark, lines) = lines
            .strip_prefix('\u{feff}')
            .map_or(("", *lines), |rest| ("\u{feff}", rest));
        let text = format!("{mark}{}", file(&format!("revision = 'ff'\n{lines}")));
        let found = read(&text).unwrap_or_else(|problems| panic!("{lines}\n{problems:#?}"));
        assert_eq!(found.down_revisions, *expected, "{lines}");
        assert_eq!(found.id, "ff");
    }
}

/// Lines after which `down_revision` cannot be told, the text below the caret, and a part of what is said.
const UNREADABLE: &[(&str, &str, &str)] = &[
    ("down_revision = made()", "made()", "a call"),
    ("down_revision = f'aa'", "f'aa'", "an f-string"),
    ("down_revision = 'a%s' % 'a'", "'a%s' % 'a'", "a computation"),
    ("down_revision = 'a' * 2", "'a' * 2", "a computation"),
    (
        "down_revision = [x for x in ('aa',)]",
        "[x for x in ('aa',)]",
        "a comprehension",
    ),
    ("down_revision = sa.previous", "sa.previous", "an attribute"),
    ("down_revision = ('aa', 'bb')[0]", "('aa', 'bb')[0]", "an item"),
    (
        "down_revision = 'aa' if sa else None",
        "'aa' if sa else None",
        "a conditional",
    ),
    ("down_revision = previous", "previous", "no literal"),
    (
        "previous = made()\ndown_revision = previous",
        "previous",
        "`previous`, which is a call",
    ),
    (
        "from ids import previous\ndown_revision = previous",
        "previous",
        "imported",
    ),
    ("from ids import down_revision", "down_revision", "imported"),
    ("import ids as down_revision", "ids as down_revision", "imported"),
    (
        "down_revision = 'aa'\nif sa:\n    down_revision = 'bb'",
        "down_revision",
        "inside `if`",
    ),
    (
        "if sa:\n    down_revision = 'bb'\nelse:\n    down_revision = 'cc'",
        "down_revision",
        "inside `if`",
    ),
    (
        "try:\n    down_revision = 'aa'\nfinally:\n    pass",
        "down_revision",
        "inside `try`",
    ),
    (
        "for down_revision in ('aa', 'bb'):\n    pass",
        "down_revision",
        "a loop",
    ),
    (
        "while sa:\n    down_revision = 'aa'",
        "down_revision",
        "inside `while`",
    ),
    ("with sa as down_revision:\n    pass", "down_revision", "`with`"),
    (
        "match sa:\n    case [down_revision]:\n        pass",
        "down_revision",
        "`match`",
    ),
    (
        "match sa:\n    case {**down_revision}:\n        pass",
        "down_revision",
        "`match`",
    ),
    (
        "try:\n    pass\nexcept E as down_revision:\n    pass",
        "down_revision",
        "`except`",
    ),
    ("print(down_revision := 'aa')", "down_revision", "`:=`"),
    (
        "x = [(down_revision := y) for y in 'aa']",
        "down_revision",
        "`:=`",
    ),
    (
        "down_revision = 'aa'\ndel down_revision",
        "down_revision",
        "deleted",
    ),
    (
        "down_revision = 'aa'\nexec('down_revision = 1')\nrevision = 'ff'",
        "exec",
        "`exec`",
    ),
    (
        "down_revision = 'aa'\nglobals()['down_revision'] = 'bb'\nrevision = 'ff'",
        "globals",
        "`globals`",
    ),
    (
        "down_revision = 'aa'\nfrom ids import *\nrevision = 'ff'",
        "from ids import *",
        "import *",
    ),
    (
        "down_revision = 'aa'\nfrom alembic.command import *\nrevision = 'ff'",
        "from alembic.command import *",
        "import *",
    ),
    (
        "def f():\n    global down_revision\n    down_revision = 'bb'\ndown_revision = 'aa'\nf()",
        "down_revision",
        "`global`",
    ),
    (
        "@sa.now\ndef f():\n    global down_revision\n    down_revision = 'bb'\ndown_revision = 'aa'\nsa.go()",
        "down_revision",
        "`global`",
    ),
    (
        "down_revision = 'aa'\nclass C:\n    global down_revision\n    down_revision = 'bb'",
        "down_revision",
        "`global` in a class",
    ),
    (
        "down_revision = ['aa']\ndown_revision.append('bb')",
        "down_revision",
        "changed",
    ),
    ("a = ['aa']\ndown_revision = a\na.append('bb')", "a", "changed"),
    (
        "a = ['aa']\ndown_revision = a\na += ['bb']",
        "a += ['bb']",
        "changed",
    ),
    (
        "down_revision = ['aa']\ndef f():\n    down_revision.append('bb')\nf()",
        "['aa']",
        "changed",
    ),
    ("down_revision, *other = 'aa', 'bb'", "'aa', 'bb'", "unpacked"),
    ("down_revision, other = 'xy'", "'xy'", "unpacked"),
    (
        "down_revision = (*('aa',), 'bb')",
        "(*('aa',), 'bb')",
        "a starred",
    ),
    ("down_revision = '\\ud800'", "'\\ud800'", "surrogate"),
    ("type down_revision = str", "down_revision", "a type"),
];

#[test]
fn what_only_python_can_tell_is_refused_where_it_stands() {
    for (lines, caret, part) in UNREADABLE {
        let others = "\nbranch_labels = None\ndepends_on = None";
        let mut text = file(&format!("revision = 'ff'\n{lines}"));
        // Whatever can bind any name leaves the other three open as well, unless they are bound after it.
        if part.starts_with("`exec") || part.starts_with("`globals") || part.starts_with("import *") {
            text = file(&format!("revision = 'ff'\n{lines}{others}"));
        }
        let found = complaint(&text);
        assert_eq!(found.code, "RC0321", "{lines}");
        assert!(
            found.message.contains("`down_revision`"),
            "{lines}: {}",
            found.message
        );
        assert!(found.message.contains(part), "{lines}: {}", found.message);
        let at = found.span.expect("a place");
        assert_eq!(&at.source.text[at.range], *caret, "{lines}");
        assert!(
            found.help.is_some_and(|help| help.contains("down_revision = ")),
            "{lines}"
        );
    }
}

/// Values that Alembic takes for a mistake, of all four names: lines, and a part of what is said.
const WRONG: &[(&str, &str)] = &[
    (
        "revision = 'a-b'\ndown_revision = None",
        "`a-b` cannot be a revision",
    ),
    ("revision = 'a@b'\ndown_revision = None", "`a@b`"),
    ("revision = 'a+b'\ndown_revision = None", "`a+b`"),
    ("revision = 'a:b'\ndown_revision = None", "`a:b`"),
    (
        "revision = ''\ndown_revision = None",
        "`revision` is an empty string",
    ),
    ("revision = None\ndown_revision = None", "`revision` is None"),
    ("revision = 12\ndown_revision = None", "`revision` is an integer"),
    (
        "revision = b'aa'\ndown_revision = None",
        "`revision` is a bytes literal",
    ),
    (
        "revision = ('aa',)\ndown_revision = None",
        "`revision` is a tuple",
    ),
    (
        "def revision(): pass\ndown_revision = None",
        "`revision` is a function",
    ),
    ("revision = 'ff'", "no `down_revision`"),
    ("revision = 'ff'\ndown_revision: str", "no `down_revision`"),
    (
        "revision = 'ff'\ndown_revision = ''",
        "`down_revision` holds an empty string",
    ),
    (
        "revision = 'ff'\ndown_revision = False",
        "`down_revision` is a boolean",
    ),
    (
        "revision = 'ff'\ndown_revision = 0",
        "`down_revision` is an integer",
    ),
    (
        "revision = 'ff'\ndown_revision = ('aa', None)",
        "`down_revision` holds None",
    ),
    (
        "revision = 'ff'\ndown_revision = ('aa', 1)",
        "`down_revision` holds an integer",
    ),
    (
        "revision = 'ff'\ndown_revision = (('aa',),)",
        "`down_revision` holds a tuple",
    ),
    (
        "revision = 'ff'\ndown_revision = None\ndepends_on = ''",
        "`depends_on` holds an empty string",
    ),
    (
        "revision = 'ff'\ndown_revision = None\ndepends_on = 5",
        "`depends_on` is an integer",
    ),
    (
        "revision = 'ff'\ndown_revision = None\nbranch_labels = 5.5",
        "`branch_labels` is a number",
    ),
    (
        "revision = 'ff'\ndown_revision = None\nbranch_labels = (None,)",
        "`branch_labels` holds None",
    ),
    (
        "revision = 'ff'\ndown_revision = None\nraise RuntimeError('old')",
        "ends here",
    ),
];

#[test]
fn values_that_alembic_does_not_take_are_refused() {
    for (lines, part) in WRONG {
        let found = complaint(&file(lines));
        assert!(found.message.contains(part), "{lines}: {}", found.message);
        assert!(found.span.is_some() && found.help.is_some(), "{lines}");
    }
}

#[test]
fn labels_and_dependencies_are_read() {
    for (lines, labels, depends) in [
        ("", &[][..], &[][..]),
        ("branch_labels = None\ndepends_on = None", &[], &[]),
        ("branch_labels = 'one'\ndepends_on = 'dd'", &["one"], &["dd"]),
        (
            "branch_labels = ('one', 'two')\ndepends_on = ['dd', 'one']",
            &["one", "two"],
            &["dd", "one"],
        ),
        ("branch_labels = {'head'}\ndepends_on = ()", &["head"], &[]),
        ("branch_labels = ''\ndepends_on = (None,)", &[], &[]),
        ("branch_labels: str | None = 'a-b@c'", &["a-b@c"], &[]),
    ] {
        let found = read(&file(&format!("revision = 'ff'\ndown_revision = None\n{lines}"))).expect(lines);
        assert_eq!(found.branch_labels, labels, "{lines}");
        assert_eq!(found.depends_on, depends, "{lines}");
    }
}

#[test]
fn an_id_is_whatever_alembic_takes() {
    for id in [
        "ff",
        "0001",
        "a b",
        "a/b",
        "a.b",
        "ключ",
        "1975ea83b712",
        &"x".repeat(64),
    ] {
        let found = read(&file(&format!("revision = '{id}'\ndown_revision = None"))).expect(id);
        assert_eq!(found.id, id);
        assert_eq!(found.origin, super::super::Origin::Alembic);
    }
}

#[test]
fn without_a_revision_the_name_of_the_file_serves_if_it_is_hex() {
    let text = file("down_revision = None");
    let id = |name: &str| parse(name, text.as_bytes()).map(|script| script.revision.id);
    assert_eq!(id("versions/3f2a9c.py").expect("hex"), "3f2a9c");
    for name in [
        "versions/3F2A.py",
        "versions/3f2a_x.py",
        "versions/.py",
        "versions/helper.py",
    ] {
        let found = id(name).expect_err(name);
        assert!(found[0].message.contains("no `revision`"), "{}", found[0].message);
    }
}

#[test]
fn both_ways_must_be_there() {
    let names = "revision = 'ff'\ndown_revision = None\n";
    for (lines, missing) in [
        ("def upgrade(): pass\ndef downgrade(): pass", ""),
        ("async def upgrade(): pass\nasync def downgrade(): pass", ""),
        ("from other import upgrade, undo as downgrade", ""),
        ("upgrade = downgrade = lambda: None", ""),
        ("import x\nupgrade = x.up\ndowngrade = x.make(1)", ""),
        ("if True:\n    def upgrade(): pass\n    def downgrade(): pass", ""),
        ("class upgrade: pass\ndef downgrade(): pass", ""),
        ("def upgrade(): pass", "the file has no `downgrade`"),
        ("def downgrade(): pass", "the file has no `upgrade`"),
        ("def upgrade(): pass\ndowngrade = None", "`downgrade` is None"),
        (
            "class C:\n    def upgrade(): pass\ndef downgrade(): pass",
            "the file has no `upgrade`",
        ),
    ] {
        let text = format!("{names}{lines}\n");
        if missing.is_empty() {
            assert!(read(&text).is_ok(), "{lines}: {:#?}", read(&text));
        } else {
            let found = complaint(&text);
            assert!(found.message.contains(missing), "{lines}: {}", found.message);
        }
    }
}

#[test]
fn the_message_is_the_docstring_up_to_the_first_blank_line() {
    let code = "revision = 'ff'\ndown_revision = None\ndef upgrade(): pass\ndef downgrade(): pass\n";
    for (doc, message) in [
        ("", ""),
        ("\"\"\"One line\"\"\"\n", "One line"),
        ("\"\"\"\n\n  One line\n\nRevises: x\n\"\"\"\n", "One line"),
        ("'One ' 'line'\n", "One line"),
        ("r'''One\nand two\n\nRevises: x'''\n", "One\nand two"),
        ("# a comment\n\n('''One line''')\n", "One line"),
        ("'One ' + 'line'\n", ""),
        ("f'One line'\n", ""),
        ("b'One line'\n", ""),
        ("import os\n'One line'\n", ""),
        ("'One line'\n__doc__ = 'Another'\n", "Another"),
        ("'One line'\n__doc__ = None\n", ""),
    ] {
        assert_eq!(
            read(&format!("{doc}{code}")).expect(doc).message,
            message,
            "{doc}"
        );
    }
}

#[test]
fn the_time_is_read_where_it_is_one() {
    for (line, created) in [
        (
            "Create Date: 2026-11-21 02:39:26.865588+00:00",
            "2026-11-21T02:39:27Z",
        ),
        ("Create Date: 2026-11-21 02:39:26+09:00", "2026-11-20T17:39:26Z"),
        ("Create Date: 2026-11-21 02:39:26.000001", "2026-11-21T02:39:26Z"),
        ("Create Date: yesterday", ""),
        ("Created: 2026-11-21 02:39:26", ""),
    ] {
        let code = "revision = 'ff'\ndown_revision = None\ndef upgrade(): pass\ndef downgrade(): pass\n";
        let found = read(&format!("\"\"\"x\n\n{line}\n\n\"\"\"\n{code}")).expect(line);
        assert_eq!(found.created, created, "{line}");
    }
}

#[test]
fn a_twin_says_whose_it_is() {
    let text = file("revision = 'ff'\ndown_revision = None\nreconcile_revision = 'ff'");
    assert_eq!(
        parse("x.py", text.as_bytes()).expect("a file").twin_of.as_deref(),
        Some("ff")
    );
    let text = file("revision = 'ff'\ndown_revision = None");
    assert_eq!(parse("x.py", text.as_bytes()).expect("a file").twin_of, None);
}

#[test]
fn the_source_is_decoded_as_python_does() {
    let code = "down_revision = None\ndef upgrade(): pass\ndef downgrade(): pass\n";
    let bytes = |head: &[u8]| [head, b"\n", code.as_bytes()].concat();
    let id = |head: &[u8]| parse("x.py", &bytes(head)).map(|script| script.revision.id);
    for (head, expected) in [
        (&b"revision = 'caf\xc3\xa9'"[..], "café"),
        (b"# -*- coding: latin-1 -*-\nrevision = 'caf\xe9'", "café"),
        (
            b"# vim: set fileencoding=iso-8859-1 :\nrevision = 'caf\xe9'",
            "café",
        ),
        (
            b"#!/usr/bin/python\n# coding: utf_8\nrevision = 'caf\xc3\xa9'",
            "café",
        ),
        (b"\n\n# coding: latin-1\nrevision = 'caf\xc3\xa9'", "café"),
        (b"x = 1\n# coding: latin-1\nrevision = 'caf\xc3\xa9'", "café"),
        (b"# coding: cp1252\nrevision = 'plain'", "plain"),
        (b"# coding: us-ascii\nrevision = 'plain'", "plain"),
        (b"\xef\xbb\xbfrevision = 'mark'", "mark"),
        (b"\xef\xbb\xbf# coding: utf-8\nrevision = 'mark'", "mark"),
        (b"x = 1\r\nrevision = 'crlf'\r\n", "crlf"),
        (b"x = 1\rrevision = 'cr'\r", "cr"),
        (b"revision = '''a\r\nb'''", "a\nb"),
    ] {
        assert_eq!(
            id(head).expect("readable"),
            expected,
            "{}",
            String::from_utf8_lossy(head)
        );
    }
    for (head, line) in [
        (&b"x = 1\nrevision = 'caf\xe9'"[..], Some(2)),
        (b"# coding: ascii\nrevision = 'caf\xc3\xa9'", Some(2)),
        (b"# coding: shift_jis\nrevision = 'x'", None),
        (b"# coding: utf-16\nrevision = 'x'", None),
        (b"# coding: nonsense\nrevision = 'x'", None),
        (b"\xef\xbb\xbf# coding: latin-1\nrevision = 'x'", None),
        (b"\nrevision = 'a\0b'", Some(2)),
    ] {
        let found = id(head).expect_err("not readable");
        assert_eq!(found[0].code, "RC0320");
        let at = found[0].span.as_ref().map(|span| span.line_column().0);
        assert_eq!(at, line, "{}", String::from_utf8_lossy(head));
    }
}

#[test]
fn what_is_no_python_is_told_with_its_place() {
    for (text, line) in [
        ("revision = 'ff'\ndown_revision = \n", 2),
        ("revision = 'ff\n", 1),
        ("def upgrade():\npass\n", 2),
        ("revision = 'ff'\n  down_revision = None\n", 2),
        ("{% if x %}\n", 1),
    ] {
        let found = read(text).expect_err(text);
        assert_eq!((found.len(), found[0].code), (1, "RC0320"), "{text}");
        assert_eq!(
            found[0].span.as_ref().map(|at| at.line_column().0),
            Some(line),
            "{text}"
        );
    }
}

#[test]
fn depth_takes_no_stack() {
    let deep = 200_000;
    for (before, link, after) in [
        ("x = ", "(", ""),
        ("x = ", "[1, ", ""),
        ("x = 'a'", " + 'a'", ""),
        ("x = f", "()", ""),
        ("x = a", ".a", ""),
        ("x = ", "not ", "a"),
        ("x = ", "- ", "1"),
        ("x = ", "lambda: ", "1"),
        ("x = a", " if a else a", ""),
        ("x = a", " ** a", ""),
        ("x = ", "await ", "a"),
        ("x = f'", "{f'", ""),
    ] {
        let text = file(&format!(
            "revision = 'ff'\ndown_revision = None\n{before}{}{after}",
            link.repeat(deep)
        ));
        assert_eq!(read(&text).expect_err(link)[0].code, "RC0320", "{link}");
        // What is not quite as deep is followed, on a stack of its own.
        let text = file(&format!(
            "revision = 'ff'\ndown_revision = None\n{before}{}{after}",
            link.repeat(1_900)
        ));
        let _either_way = read(&text);
    }
    let blocks: String = (0..2_000)
        .map(|depth| format!("{}if x:\n", " ".repeat(depth)))
        .collect();
    assert!(read(&file(&format!("{blocks}{}pass", " ".repeat(2_000)))).is_err());
}

#[test]
fn a_long_file_is_not_a_deep_one() {
    let rows: String = (0..20_000)
        .map(|row| format!("    {{'id': {row}, 'v': -{row} + 1}},\n"))
        .collect();
    let sql = "    'line of SQL '\n".repeat(20_000);
    let text = file(&format!(
        "revision = 'ff'\ndown_revision = None\nROWS = [\n{rows}]\nSQL = (\n{sql})"
    ));
    assert!(read(&text).is_ok());
}

#[test]
fn directories_are_loaded_in_alembics_order() {
    let root = tempfile::tempdir().expect("a folder");
    let put = |path: &str, id: &str| {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, file(&format!("revision = '{id}'\ndown_revision = None"))).expect("a file");
    };
    for (path, id) in [
        ("one/b.py", "b"),
        ("one/a.py", "a"),
        ("one/B.py", "upper"),
        ("one/.hidden.py", "hidden"),
        ("one/_helper.py", "helper"),
        ("one/.#lock.py", "lock"),
        ("one/__init__.py", "init"),
        ("one/__init__foo.py", "init foo"),
        ("one/A.PY", "capital"),
        ("one/x.pyc", "compiled"),
        ("one/y.py.bak", "old"),
        ("one/deep/c.py", "c"),
        ("one/deep/z/d.py", "d"),
        ("one/__pycache__/e.py", "cached"),
        ("two/0.py", "0"),
    ] {
        put(path, id);
    }
    let versions = |recursive| Versions {
        locations: ["one", "missing", "two", "one"]
            .map(|name| root.path().join(name))
            .to_vec(),
        recursive,
        sourceless: false,
    };
    let ids = |loaded: &Loaded| -> Vec<String> {
        loaded
            .scripts
            .iter()
            .map(|script| script.revision.id.clone())
            .collect()
    };
    let flat = load(&versions(false)).expect("readable");
    assert_eq!(ids(&flat), ["hidden", "upper", "helper", "a", "b", "0"]);
    // The directory that is named twice is told, file by file.
    assert_eq!(flat.warnings.len(), 5);
    let deep = load(&versions(true)).expect("readable");
    assert_eq!(ids(&deep), ["hidden", "upper", "helper", "a", "b", "c", "d", "0"]);
    let sourceless = Versions {
        sourceless: true,
        ..versions(false)
    };
    assert_eq!(load(&sourceless).expect_err("refused")[0].code, "RC0324");
    put("two/broken.py", "a-b");
    put("two/worse.py", "c-d");
    let problems = load(&versions(false)).expect_err("two problems");
    assert_eq!(problems.len(), 2);
}

#[cfg(unix)]
#[test]
fn links_count_as_what_they_point_to() {
    use std::os::unix::fs::symlink;
    let root = tempfile::tempdir().expect("a folder");
    let versions = root.path().join("versions");
    let elsewhere = root.path().join("elsewhere");
    std::fs::create_dir_all(&versions).expect("a folder");
    std::fs::create_dir_all(&elsewhere).expect("a folder");
    let text = |id: &str| file(&format!("revision = '{id}'\ndown_revision = None"));
    std::fs::write(elsewhere.join("real.py"), text("real")).expect("a file");
    std::fs::write(elsewhere.join("real.txt"), text("text")).expect("a file");
    std::fs::write(versions.join("b.py"), text("b")).expect("a file");
    symlink(elsewhere.join("real.py"), versions.join("a link")).expect("a link");
    symlink(elsewhere.join("real.txt"), versions.join("t.py")).expect("a link");
    symlink(versions.join("b.py"), versions.join("c.py")).expect("a link");
    symlink(&elsewhere, versions.join("directory")).expect("a link");
    let all = Versions {
        locations: vec![versions.clone()],
        recursive: true,
        sourceless: false,
    };
    let loaded = load(&all).expect("readable");
    let ids: Vec<&str> = loaded
        .scripts
        .iter()
        .map(|script| script.revision.id.as_str())
        .collect();
    assert_eq!(ids, ["real", "b"]);
    assert_eq!(loaded.warnings.len(), 1);
    symlink(root.path().join("nothing.py"), versions.join("z")).expect("a link");
    assert_eq!(load(&all).expect_err("a link to nothing")[0].code, "RC0307");
}
