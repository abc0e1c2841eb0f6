//! The Alembic twin of a revision: a `.py` file that plain `alembic upgrade head` runs with the same effect.
//!
//! In: a [`Revision`] and the chain it stands in. Out: Python that needs nothing of ours. [`check`] tells whether a twin
//! and its revision still say the same. Must not: touch a file, or change a statement.

mod body;
mod file_name;
mod head;
mod manner;

use std::sync::Arc;

use crate::catalog::Fingerprint;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::python;

use super::{Origin, Revision, RevisionMap};
use body::Shared;

pub use file_name::{SLUG, TEMPLATE, file_stem};

/// How the functions of a twin are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Alembic's operations where a step has them, its statements where not.
    #[default]
    Ops,
    /// The statements, to the letter.
    Sql,
}

/// The text of the twin. `map` holds what the revision stands on; the revision itself may be new to it. A revision that
/// was read from its file has no operations, and gets a twin of statements in either style.
pub fn print(revision: &Revision, map: &RevisionMap, style: Style) -> Result<String, Vec<Diagnostic>> {
    if revision.origin == Origin::Alembic {
        let message = format!("revision {} is a file of Alembic's already", revision.id);
        return Err(vec![
            Diagnostic::error("RC0323", message).help("only a .kdl revision has a twin"),
        ]);
    }
    let parents = head::parents(revision, map)?;
    let functions = body::functions(revision, style)?;
    let uses = |shared| functions.shared.contains(&shared);
    let imports = head::Imports {
        context: uses(Shared::Transaction) || uses(Shared::Unnamed),
        suppress: uses(Shared::Transaction),
        types_of: functions.types_of.clone(),
    };
    let mut above = String::new();
    head::print(&mut above, revision, &parents, &imports);
    let mut below = String::new();
    functions.print(&mut below);
    let hash = Fingerprint::of_bytes(format!("{above}{below}").as_bytes());
    let line = format!("{} = {}\n", head::BODY, python::repr(hash.as_str()));
    Ok(format!("{above}{line}{below}"))
}

/// The revision that this Python is the twin of; nothing if it is no twin.
pub fn twin_of(text: &str) -> Option<&str> {
    assigned(text, head::REVISION)
}

/// What is assigned to a name at the start of a line, without its quotes.
fn assigned<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(name));
    let mut values = lines.filter_map(|rest| rest.strip_prefix(" = "));
    Some(values.next()?.trim().trim_matches(['"', '\'']))
}

/// What tells a twin from the revision it was written from: an edit of either.
pub fn check(revision: &Revision, twin: &Arc<Source>) -> Vec<Diagnostic> {
    let id = &revision.id;
    let at = |name: &str| twin.text.find(&format!("\n{name} = ")).map(|at| at + 1);
    let place = |name: &str| {
        let start = at(name).unwrap_or(0);
        let end = twin.text[start..]
            .find('\n')
            .map_or(twin.text.len(), |end| start + end);
        Span::new(twin, start..end)
    };
    let value = |name: &str| assigned(&twin.text, name);
    let (Some(of), Some(checksum), Some(hash)) =
        (value(head::REVISION), value(head::CHECKSUM), value(head::BODY))
    else {
        let message = format!(
            "revision {id} stands in {} as well, which is not its twin",
            twin.name
        );
        return vec![
            Diagnostic::error("RC0324", message)
                .at(place(head::REVISION))
                .help("remove one of the two files, or give one another id"),
        ];
    };
    if of != id {
        let message = format!("{} is the twin of revision {of}, not of {id}", twin.name);
        return vec![
            Diagnostic::error("RC0324", message)
                .at(place(head::REVISION))
                .help("an id that is changed by hand breaks the chain: put it back"),
        ];
    }
    let mut problems = Vec::new();
    if hash != body_hash(&twin.text).as_str() {
        let message = format!("{}, the twin of revision {id}, was edited", twin.name);
        problems.push(
            Diagnostic::error("RC0325", message)
                .at(place(head::BODY))
                .help(format!(
                    "make the change in {}, and run `reconcile twins`",
                    revision.path.display()
                )),
        );
    }
    if checksum != head::checksum(revision).as_str() {
        let message = format!(
            "revision {id} was edited after its twin {} was written",
            twin.name
        );
        problems.push(
            Diagnostic::error("RC0326", message)
                .at(place(head::CHECKSUM))
                .help("run `reconcile twins`, so that both tools do the same"),
        );
    }
    problems
}

/// The hash of a twin but for the line that holds it; newlines may have been through version control.
fn body_hash(text: &str) -> Fingerprint {
    let start = format!("{} = ", head::BODY);
    let lines = text.lines().filter(|line| !line.starts_with(&start));
    let kept: String = lines.flat_map(|line| [line, "\n"]).collect();
    Fingerprint::of_bytes(kept.as_bytes())
}

#[cfg(test)]
mod tests;
