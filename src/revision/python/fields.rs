//! From the names of a module to a [`Revision`](crate::revision::Revision): what Alembic accepts for each, and what to
//! write where it would fail, or where the value cannot be told.

use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};
use crate::revision::{Origin, Revision};

use super::scope::{Binding, Scope};
use super::value::Value;
use super::{PROVENANCE, Script, span};

/// What Alembic keeps for its own notation of targets.
const NOT_IN_AN_ID: [char; 4] = ['@', '-', '+', ':'];

/// Reads the names of one file; every problem is told at once.
pub(super) struct Reader<'a> {
    source: &'a Arc<Source>,
    scope: &'a Scope<'a>,
    problems: Vec<Diagnostic>,
}

/// What may stand for "none" in a name that holds ids or labels.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absent {
    IsNone,
    IsAnError,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a Arc<Source>, scope: &'a Scope) -> Self {
        Self {
            source,
            scope,
            problems: Vec::new(),
        }
    }

    /// The revision; `file_name` is the last part of the path.
    pub(super) fn script(mut self, file_name: &str) -> Result<Script, Vec<Diagnostic>> {
        if let Some(range) = self.scope.fails {
            self.problems.push(
                Diagnostic::error(
                    "RC0321",
                    "loading this file ends here, before Alembic sees a revision",
                )
                .at(span(self.source, range))
                .help("take the statement out, or move the file out of the versions directory"),
            );
        }
        let id = self.id(file_name);
        let down_revisions = self.ids("down_revision", Absent::IsAnError);
        let mut branch_labels = self.ids("branch_labels", Absent::IsNone);
        // Alembic takes an empty label, and nothing can name it.
        branch_labels.retain(|label| !label.is_empty());
        let depends_on = self.ids("depends_on", Absent::IsNone);
        self.functions();
        let twin_of = match self.scope.get(PROVENANCE).map(|binding| &binding.value) {
            Some(Value::Text(id)) => Some(id.clone()),
            _ => None,
        };
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let doc = self.scope.doc().trim_matches(is_space);
        let revision = Revision {
            origin: Origin::Alembic,
            id: id.unwrap_or_default(),
            message: doc.split("\n\n").next().unwrap_or_default().to_owned(),
            down_revisions,
            branch_labels,
            depends_on,
            created: created(doc),
            phase: None,
            replaces: Vec::new(),
            notes: Vec::new(),
            scripts: Vec::new(),
            path: PathBuf::from(&self.source.name),
        };
        Ok(Script { revision, twin_of })
    }

    fn id(&mut self, file_name: &str) -> Option<String> {
        let help = "write `revision = \"…\"`, as a string of letters, digits and `_`";
        let Some(binding) = self.scope.get("revision") else {
            let from_name = legacy_id(file_name);
            if from_name.is_none() {
                self.nowhere("the file has no `revision`", help);
            }
            return from_name;
        };
        match &binding.value {
            Value::Text(id) if id.is_empty() => self.wrong(binding, "`revision` is an empty string", help),
            Value::Text(id) if id.contains(NOT_IN_AN_ID) => {
                let message =
                    format!("`{id}` cannot be a revision: Alembic allows no `@`, `-`, `+` or `:` in it");
                self.wrong(binding, &message, help);
            }
            Value::Text(id) => return Some(id.clone()),
            Value::Unknown(what) => self.unreadable("revision", binding, what, help),
            other => {
                let message = format!("`revision` is {}, and must be a string", other.name());
                self.wrong(binding, &message, help);
            }
        }
        None
    }

    /// A name that holds None, one string, or several.
    fn ids(&mut self, name: &str, absent: Absent) -> Vec<String> {
        let Some(binding) = self.scope.get(name) else {
            if absent == Absent::IsAnError {
                self.nowhere(&format!("the file has no `{name}`"), &write(name));
            }
            return Vec::new();
        };
        let mut found = Vec::new();
        match &binding.value {
            Value::None => {}
            Value::Unknown(what) => self.unreadable(name, binding, what, &write(name)),
            Value::Text(text) => self.one(name, binding, text, &mut found),
            // Alembic takes `(None,)` for None where ids are meant.
            Value::Many { items, .. } if items.as_slice() == [Value::None] && name != "branch_labels" => {}
            Value::Many { items, .. } => {
                for item in items {
                    match item {
                        Value::Text(text) => self.one(name, binding, text, &mut found),
                        Value::Unknown(what) => {
                            let what = format!("partly {what}");
                            self.unreadable(name, binding, &what, &write(name));
                        }
                        other => {
                            let message = format!("`{name}` holds {}, and must hold strings", other.name());
                            self.wrong(binding, &message, &write(name));
                        }
                    }
                }
            }
            other => {
                let message = format!(
                    "`{name}` is {}, and must be None, a string or a tuple of strings",
                    other.name()
                );
                self.wrong(binding, &message, &write(name));
            }
        }
        found
    }

    fn one(&mut self, name: &str, binding: &Binding, text: &str, found: &mut Vec<String>) {
        if text.is_empty() && name != "branch_labels" {
            let message = format!("`{name}` holds an empty string, which is no revision");
            self.wrong(binding, &message, &write(name));
        } else if !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    }

    /// Both ways must be there, as functions or as something that may be one.
    fn functions(&mut self) {
        for name in ["upgrade", "downgrade"] {
            let help = format!("write `def {name}() -> None:`, with `pass` if there is nothing to do");
            match self.scope.get(name) {
                None => self.nowhere(&format!("the file has no `{name}`"), &help),
                Some(binding) => match &binding.value {
                    Value::Callable | Value::Unknown(_) => {}
                    other => {
                        let message = format!("`{name}` is {}, and must be a function", other.name());
                        self.wrong(binding, &message, &help);
                    }
                },
            }
        }
    }

    fn unreadable(&mut self, name: &str, binding: &Binding, what: &str, help: &str) {
        let message = format!("`{name}` cannot be told without running Python: it is {what}");
        self.problems.push(
            Diagnostic::error("RC0321", message)
                .at(span(self.source, binding.range))
                .help(help),
        );
    }

    fn wrong(&mut self, binding: &Binding, message: &str, help: &str) {
        self.problems.push(
            Diagnostic::error("RC0322", message)
                .at(span(self.source, binding.range))
                .help(help),
        );
    }

    fn nowhere(&mut self, message: &str, help: &str) {
        let start = self.source.text.len().min(1);
        let at = crate::diagnostic::Span::new(self.source, 0..start);
        let message = format!("{}: {message}", self.source.name);
        self.problems
            .push(Diagnostic::error("RC0323", message).at(at).help(help));
    }
}

/// The literal to write.
fn write(name: &str) -> String {
    match name {
        "down_revision" => {
            "write the ids out: `down_revision = \"…\"`, `(\"…\", \"…\")` for a merge, or `None` for a base"
                .to_owned()
        }
        _ => format!("write it out as a literal: `{name} = None`, `\"…\"` or `(\"…\", \"…\")`"),
    }
}

/// The id of a file without `revision`, which before Alembic 0.2 was its name.
fn legacy_id(file_name: &str) -> Option<String> {
    let stem = file_name.strip_suffix(".py")?;
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (!stem.is_empty() && stem.bytes().all(is_hex)).then(|| stem.to_owned())
}

/// What Python's `str.strip` takes off.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

/// The time in the line that Alembic's template writes, in UTC. Alembic itself never reads it.
fn created(doc: &str) -> String {
    let line = doc
        .lines()
        .find_map(|line| line.trim().strip_prefix("Create Date:"));
    let Some(text) = line.map(str::trim) else {
        return String::new();
    };
    let time = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        // Without a time zone it is the local time of whoever wrote it, which nothing here knows.
        let local = text.parse::<jiff::civil::DateTime>().ok()?;
        Some(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    });
    let second = time.and_then(|time| time.round(jiff::Unit::Second).ok());
    second.map(|time| time.to_string()).unwrap_or_default()
}
