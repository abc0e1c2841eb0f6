use super::*;

fn read(text: &str) -> Result<Script, Vec<Diagnostic>> {
    parse("0a1b2c3d4e5f_x.py", text.as_bytes())
}

/// What stands before the functions, which every file has.
fn head(text: &str) -> Revision {
    let text = format!("{text}\ndef upgrade():\n    pass\n\ndef downgrade():\n    pass\n");
    match read(&text) {
        Ok(script) => script.revision,
        Err(found) => panic!("{text}\n{found:?}"),
    }
}

fn refused(text: &str) -> Vec<Diagnostic> {
    let text = format!("{text}\ndef upgrade():\n    pass\n\ndef downgrade():\n    pass\n");
    match read(&text) {
        Ok(script) => panic!("{text}\n{script:?}"),
        Err(found) => found,
    }
}

#[test]
fn the_forms_in_which_a_parent_is_written() {
    let none: &[&str] = &[];
    let forms: &[(&str, &[&str])] = &[
        ("down_revision = None", none),
        ("down_revision: Union[str, None] = None", none),
        ("down_revision = ()", none),
        ("down_revision = 'aaaa'", &["aaaa"]),
        ("down_revision: \"str\" = \"aaaa\"", &["aaaa"]),
        ("down_revision = r'''aaaa'''", &["aaaa"]),
        ("down_revision = 'aa' \"aa\"", &["aaaa"]),
        ("down_revision = 'aa' + 'aa'", &["aaaa"]),
        (
            "down_revision = (\n    'aaaa',  # one\n    'bbbb',\n)",
            &["aaaa", "bbbb"],
        ),
        ("down_revision = ['aaaa', 'bbbb']", &["aaaa", "bbbb"]),
        ("previous = 'aaaa'\ndown_revision = previous", &["aaaa"]),
        ("down_revision = 'xxxx'; down_revision = 'aaaa'", &["aaaa"]),
        ("down_revision = \\\n    'aaaa'", &["aaaa"]),
    ];
    for (form, parents) in forms {
        let revision = head(&format!(
            "revision = 'cccc'\n{form}\nbranch_labels = depends_on = None"
        ));
        assert_eq!(revision.down_revisions, *parents, "{form}");
        assert_eq!(
            (revision.id.as_str(), revision.origin),
            ("cccc", crate::revision::Origin::Alembic)
        );
    }
}

#[test]
fn the_message_is_the_docstring_up_to_a_blank_line() {
    let revision = head(
        "\"\"\"add a column\nto users\n\nRevision ID: dddd\nRevises: \n\"\"\"\nrevision = 'cccc'\ndown_revision = None\nbranch_labels = ('one', 'two')\ndepends_on = ['eeee']",
    );
    assert_eq!(revision.id, "cccc");
    assert!(
        revision.message.starts_with("add a column"),
        "{}",
        revision.message
    );
    assert_eq!(revision.branch_labels, ["one", "two"]);
    assert_eq!(revision.depends_on, ["eeee"]);
}

#[test]
fn what_only_running_it_would_tell_is_refused_with_its_line() {
    for form in [
        "down_revision = parent()",
        "down_revision = f'{x}'",
        "from other import down_revision",
        "if True:\n    down_revision = 'aaaa'\nelse:\n    down_revision = 'bbbb'",
        "down_revision = module.parent",
        "globals()['down_revision'] = 'aaaa'",
    ] {
        let found = refused(&format!("revision = 'cccc'\n{form}"));
        assert!(
            found.iter().all(|problem| problem.help.is_some()),
            "{form}: {found:?}"
        );
        assert!(
            found.iter().any(|problem| problem.span.is_some()),
            "{form}: {found:?}"
        );
    }
}

#[test]
fn ids_that_alembic_refuses() {
    for form in [
        "revision = 'a-b'",
        "revision = 'a@b'",
        "revision = 12",
        "revision = None",
    ] {
        refused(&format!("{form}\ndown_revision = None"));
    }
}

#[test]
fn a_twin_says_whose_it_is() {
    let text = "revision = 'cccc'\ndown_revision = None\nreconcile_revision = 'cccc'\ndef upgrade(): pass\ndef downgrade(): pass\n";
    assert_eq!(read(text).expect("a script").twin_of.as_deref(), Some("cccc"));
}
