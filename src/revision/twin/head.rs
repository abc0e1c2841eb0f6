//! The top of a twin: docstring, imports, the four names that Alembic reads, and where the file comes from.

use std::collections::BTreeSet;

use crate::catalog::Fingerprint;
use crate::diagnostic::Diagnostic;
use crate::python::{comment, docstring, listed, repr, strings};
use crate::revision::{Revision, RevisionMap};

/// The names under which a twin says where it comes from.
pub(super) const REVISION: &str = "reconcile_revision";
pub(super) const CHECKSUM: &str = "reconcile_checksum";
pub(super) const BODY: &str = "reconcile_body";

/// What a revision stands on, as Alembic needs it: full ids, and none that another of them stands on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parents {
    down: Vec<String>,
    depends: Vec<String>,
}

/// Alembic can fail for good on a parent that another parent stands on, so none is written.
pub(super) fn parents(revision: &Revision, map: &RevisionMap) -> Result<Parents, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut place = |name: &String| {
        let found = map.place(name).or_else(|| map.label_place(name));
        if found.is_none() {
            problems.push(missing(revision, name));
        }
        found
    };
    let down: Vec<usize> = revision.down_revisions.iter().filter_map(&mut place).collect();
    let depends: Vec<usize> = revision.depends_on.iter().filter_map(&mut place).collect();
    let implied = |at: usize, by: &[usize]| {
        let others: Vec<usize> = by.iter().copied().filter(|other| *other != at).collect();
        map.with_ancestors(&others)[at]
    };
    let line: Vec<usize> = down.iter().copied().filter(|at| !implied(*at, &down)).collect();
    for at in line.iter().filter(|at| implied(**at, &depends)) {
        problems.push(below_a_dependency(revision, &map.at(*at).id));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut needed: Vec<usize> = Vec::new();
    for at in &depends {
        let known = line.contains(at) || needed.contains(at);
        if !known && !implied(*at, &line) && !implied(*at, &depends) {
            needed.push(*at);
        }
    }
    let ids = |places: Vec<usize>| places.into_iter().map(|at| map.at(at).id.clone()).collect();
    Ok(Parents {
        down: ids(line),
        depends: ids(needed),
    })
}

fn missing(revision: &Revision, name: &str) -> Diagnostic {
    let message = format!(
        "revision {} stands on {name}, which is not in the chain",
        revision.id
    );
    Diagnostic::error("RC0321", message).help("get the missing file from version control")
}

fn below_a_dependency(revision: &Revision, parent: &str) -> Diagnostic {
    let id = &revision.id;
    let message =
        format!("revision {id} stands on {parent}, and depends on a revision that stands on it, too");
    Diagnostic::error("RC0322", message).help(format!(
        "let {id} stand on that revision in the place of {parent}: Alembic can fail on both together"
    ))
}

/// What the twin must do: the scripts of all engines, the ids and the labels.
pub(super) fn checksum(revision: &Revision) -> Fingerprint {
    let mut engines: Vec<&str> = revision
        .scripts
        .iter()
        .map(|script| script.engine.as_str())
        .collect();
    engines.sort_unstable();
    let mut text = format!("{} {:?}\n", revision.id, revision.branch_labels);
    if engines.is_empty() {
        text.push_str(&format!(
            "{:?} {:?}\n",
            revision.down_revisions, revision.depends_on
        ));
    }
    for engine in engines {
        if let Some(checksum) = revision.checksum(engine) {
            text.push_str(&format!("{engine} {checksum}\n"));
        }
    }
    Fingerprint::of_bytes(text.as_bytes())
}

/// Everything above the functions.
pub(super) fn print(out: &mut String, revision: &Revision, parents: &Parents, imports: &Imports) {
    let message = match revision.message.trim() {
        "" => "empty message",
        message => message,
    };
    let down = parents.down.join(", ");
    out.push_str(&format!(
        "\"\"\"{}\n\nRevision ID: {}\nRevises: {}\nCreate Date: {}\n\n\"\"\"\n",
        docstring(message),
        docstring(&revision.id),
        docstring(&down),
        docstring(&created(revision)),
    ));
    // The statements are compared letter by letter: a formatter would only make it look as if somebody had edited them.
    out.push_str("# fmt: off\n");
    if imports.context {
        let suppress = if imports.suppress { ", suppress" } else { "" };
        out.push_str(&format!("from contextlib import contextmanager{suppress}\n"));
        out.push_str("from typing import Iterator, Sequence, Union\n\n");
    } else {
        out.push_str("from typing import Sequence, Union\n\n");
    }
    out.push_str("from alembic import op\nimport sqlalchemy as sa\n");
    for dialect in &imports.types_of {
        out.push_str(&format!("from sqlalchemy.dialects import {dialect}\n"));
    }
    out.push_str("\n\n# revision identifiers, used by Alembic.\n");
    let depends = match parents.depends.as_slice() {
        many @ [_, _, ..] => format!("[{}]", listed(many)),
        few => strings(few),
    };
    let labels = match revision.branch_labels.as_slice() {
        [one] => format!("({},)", repr(one)),
        others => strings(others),
    };
    let any = "Union[str, Sequence[str], None]";
    out.push_str(&format!("revision: str = {}\n", repr(&revision.id)));
    out.push_str(&format!("down_revision: {any} = {}\n", strings(&parents.down)));
    out.push_str(&format!("branch_labels: {any} = {labels}\n"));
    out.push_str(&format!("depends_on: {any} = {depends}\n\n"));
    out.push_str(&comment(
        "Written by reconcile from its revision of this id. Edit that one, and have this file written again.",
    ));
    out.push_str(&format!("\n{REVISION} = {}\n", repr(&revision.id)));
    out.push_str(&format!("{CHECKSUM} = {}\n", repr(checksum(revision).as_str())));
}

/// What the functions need.
#[derive(Debug, Default)]
pub(super) struct Imports {
    /// Functions that are used with `with`.
    pub(super) context: bool,
    /// Errors that are passed over.
    pub(super) suppress: bool,
    /// The dialects of SQLAlchemy whose types are named.
    pub(super) types_of: BTreeSet<&'static str>,
}

/// As Python prints a time: `2026-11-21 09:30:00+00:00`.
fn created(revision: &Revision) -> String {
    match revision.made() {
        Some(time) => time.strftime("%Y-%m-%d %H:%M:%S%.f%:z").to_string(),
        None => revision.created.clone(),
    }
}
