//! The story: ten revisions after the adoption, each applied by one tool, and on a second database by the other.

use std::path::Path;

use libtest_mimic::Failed;

use super::desk::Desk;

/// A change of the declarations.
type Change = fn(&Desk) -> Result<(), Failed>;

/// What is declared, one change after the other.
const CHANGES: &[(&str, Change)] = &[
    ("phone", |desk| {
        desk.declare(
            "users.kdl",
            "column display_name",
            "column phone \"varchar(20)\" nullable",
        )
    }),
    ("index", |desk| {
        desk.declare(
            "users.kdl",
            "column phone",
            "index phone where=\"phone IS NOT NULL\"",
        )
    }),
    ("seen", |desk| {
        desk.declare(
            "messages.kdl",
            "column body",
            "column seen boolean default=#false",
        )
    }),
    ("locale", |desk| {
        desk.declare(
            "canned_responses.kdl",
            "column title",
            "column locale \"varchar(8)\" backfill=en",
        )
    }),
    ("check", |desk| {
        let check = "check \"closed_at IS NULL OR id > 0\" name=closed_sessions";
        desk.declare("chat_sessions.kdl", "column closed_at", check)
    }),
    ("notes", |desk| {
        let table = "table notes {\n    column id bigint\n    column author integer\n    column body text nullable\n    \
                     primary-key id\n    foreign-key author references=users on-delete=cascade\n}\n";
        desk.write("schema/notes.kdl", table)
    }),
    ("renamed", |desk| {
        desk.edit(
            "schema/notes.kdl",
            "column body text",
            "column text text was=body",
        )
    }),
    ("longer phone", |desk| {
        desk.edit(
            "schema/users.kdl",
            "phone \"varchar(20)\"",
            "phone \"varchar(40)\"",
        )
    }),
    ("view", |desk| {
        desk.write(
            "schema/open.kdl",
            "view open_sessions { as \"SELECT id FROM chat_sessions WHERE closed_at IS NULL\"; }\n",
        )
    }),
    ("unique", |desk| {
        desk.declare("notes.kdl", "column author", "unique author text name=notes_once")
    }),
];

pub(crate) fn test(desk: &Desk, other: &Desk) -> Result<(), Failed> {
    desk.alembic(&["upgrade", "4eab6f9d3a74"])?;
    desk.alembic(&["upgrade", "heads"])?;
    other.alembic(&["upgrade", "heads"])?;
    let said = desk.reconcile(&["init"])?;
    if !said.contains("In sync") || !said.contains("8 revision(s)") {
        return Err(said.into());
    }
    desk.agree()?;
    same(desk, other, "the adoption")?;
    for (place, (message, change)) in CHANGES.iter().enumerate() {
        change(desk)?;
        desk.reconcile(&["plan", "-m", message])?;
        // Half of them by the one tool here and by the other tool there, half the other way round; taken back by the
        // tool that did not apply it, and applied again by that one.
        let (ours, theirs) = if place % 2 == 0 {
            (other, desk)
        } else {
            (desk, other)
        };
        up_by_us(ours)?;
        theirs.alembic(&["upgrade", "head"])?;
        desk.agree()?;
        other.agree()?;
        same(desk, other, message)?;
        ours.alembic(&["downgrade", "-1"])?;
        theirs.reconcile(&["downgrade", "-1", "--yes", "--allow-destructive"])?;
        same(desk, other, &format!("{message}, taken back"))?;
        ours.alembic(&["upgrade", "head"])?;
        up_by_us(theirs)?;
        same(desk, other, &format!("{message}, once more"))?;
    }
    desk.agree()?;
    by_hand(desk)?;
    let (checked, said) = stale_twin(desk)?;
    if !said.contains("RC0326") {
        return Err(said.into());
    }
    if checked.contains("every twin is as it was written") {
        return Ok(());
    }
    Err(checked.into())
}

fn up_by_us(desk: &Desk) -> Result<(), Failed> {
    desk.reconcile(&["apply", "--yes", "--frozen", "--allow-destructive"])
        .map(drop)
}

/// Nobody can tell from the schema which tool it was.
fn same(desk: &Desk, other: &Desk, after: &str) -> Result<(), Failed> {
    let (one, two) = (desk.observe()?, other.observe()?);
    if one == two {
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(&one, &two);
    Err(format!("after {after}:\n{}", diff.unified_diff().context_radius(2)).into())
}

/// A plan that is edited before it was applied anywhere is told by `check`, and mended by `twins`.
fn stale_twin(desk: &Desk) -> Result<(String, String), Failed> {
    desk.declare("users.kdl", "column phone", "column fax text nullable")?;
    let written = desk.reconcile(&["plan", "-m", "fax"])?;
    let plan = written
        .lines()
        .find_map(|line| line.strip_suffix(":1"))
        .ok_or("no file was named")?;
    let plan = desk.path().join(plan);
    let text = std::fs::read_to_string(&plan)?;
    let edited = text.replacen("ADD COLUMN fax", "ADD COLUMN  fax", 1);
    if edited == text {
        return Err(text.into());
    }
    std::fs::write(&plan, edited)?;
    let (_, said) = desk.command(Path::new(env!("CARGO_BIN_EXE_reconcile")), &["check"])?;
    desk.reconcile(&["twins"])?;
    desk.alembic(&["upgrade", "head"])?;
    desk.agree()?;
    Ok((desk.reconcile(&["check"])?, said))
}

/// A revision that somebody writes with Alembic alone is refused with the command to run, or run in between.
fn by_hand(desk: &Desk) -> Result<(), Failed> {
    desk.alembic(&["revision", "-m", "by hand"])?;
    let place = desk.reconcile(&["heads", "-v"])?;
    if !place.contains("by hand") {
        return Err(place.into());
    }
    desk.refused(&["apply", "--yes"], &["is Alembic's", "alembic -c", "upgrade"])?;
    desk.name_the_command()?;
    desk.reconcile(&["apply", "--yes"])?;
    desk.agree()?;
    desk.reconcile(&["downgrade", "-1", "--yes"])?;
    desk.reconcile(&["upgrade", "head", "--yes"])?;
    desk.agree()
}
