//! What goes and what comes, and looks like one thing under another name: [`Likeness`].
//!
//! In: a difference. Out: what is alike, and why it is thought so; on request, the hint `was=` written where the new thing is
//! declared. Must not: decide. A rename that is not declared is a drop and a create, and loses what is there.

use crate::catalog::kinds::{Column, Table};
use crate::catalog::walk::Walk;
use crate::catalog::{Catalog, ObjectId, Payload as _, QName, aside};
use crate::declare::SourceMap;
use crate::diagnostic::{Diagnostic, Span};
use crate::dialect::Engine;
use crate::diff::{Change, Difference};
use crate::quoting::word;

use super::generate::save;
use super::{Failure, Project, Proposal};

/// How alike two names must be, from 0 to 1, where nothing but the type speaks for a rename.
const ALIKE: f64 = 0.5;
/// The share of columns that two tables must have in common, in percent.
const IN_COMMON: usize = 60;

/// Something that goes, and something that comes and looks like it.
#[derive(Clone, Debug)]
pub struct Likeness {
    /// What goes.
    pub from: ObjectId,
    /// What comes.
    pub to: ObjectId,
    /// Why they look alike, as a part of a sentence: `both are text`.
    pub why: String,
    /// Where the new one is declared.
    pub at: Option<Span>,
}

impl Likeness {
    /// The question that only a person can answer.
    pub fn question(&self) -> String {
        format!(
            "{} goes and {} comes, and {}. Is it a rename that keeps the data?",
            self.from, self.to, self.why
        )
    }

    /// The hint, as it is written.
    fn hint(&self) -> String {
        let name = self.from.name().map(|name| word(name.text()));
        format!("was={}", name.unwrap_or_default())
    }

    fn refusal(&self) -> Diagnostic {
        let problem = Diagnostic::error(
            "RC0546",
            format!(
                "{} goes and {} comes, and {}: is it a rename?",
                self.from, self.to, self.why
            ),
        )
        .about(&self.to)
        .at_opt(self.at.clone());
        if self.at.as_ref().is_some_and(|at| at.source.is_sql()) {
            return problem.help(format!(
                "if it is, declare it in KDL, where `{}` can say so; if not, run the same command with \
                 --allow-destructive, and it is dropped",
                self.hint()
            ));
        }
        let line = self
            .at
            .as_ref()
            .and_then(|at| at.source.text.get(at.range.clone()))
            .map_or_else(|| self.hint(), |line| format!("{line} {}", self.hint()));
        problem.help(format!(
            "if it is, write `{line}`, and the data is kept; if not, run the same command with --allow-destructive, and it \
             is dropped"
        ))
    }
}

/// What looks like a rename in a difference; each thing stands in one pair at most. What would be renamed with another is
/// not asked about beside it.
pub(super) fn find(difference: &Difference, sources: &SourceMap, engine: &dyn Engine) -> Vec<Likeness> {
    let mut gone = Vec::new();
    let mut come = Vec::new();
    for change in &difference.changes {
        match change {
            // What was set aside was asked about when that was done.
            Change::Drop { id, .. } if aside::until(id).is_some() => {}
            Change::Drop { id, .. } => gone.push(id),
            Change::Create { id, .. } => come.push(id),
            Change::Alter { .. } | Change::Rename { .. } => {}
        }
    }
    let (from, to) = (Walk::new(&difference.from), Walk::new(&difference.to));
    let mut pairs = Vec::new();
    for old in gone {
        for new in come.iter().copied().filter(|new| new.kind == old.kind) {
            let alike = columns(old, new, &difference.from, &difference.to)
                .or_else(|| tables(old, new, &from, &to, difference));
            pairs.extend(alike.map(|(score, why)| (score, old, new, why)));
        }
    }
    // The most alike first; their order in the files where two are equally so.
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut found: Vec<Likeness> = Vec::new();
    for (_, old, new, why) in pairs {
        if found.iter().any(|pair| pair.from == *old || pair.to == *new) {
            continue;
        }
        found.push(Likeness {
            from: old.clone(),
            to: new.clone(),
            why,
            at: sources.get(new).cloned(),
        });
    }
    let is_asked = |pair: &&Likeness| {
        let from = engine.rename_carriers(&pair.from, &difference.from);
        let to = engine.rename_carriers(&pair.to, &difference.to);
        let above = |above: &Likeness| from.contains(&above.from) && to.contains(&above.to);
        !found.iter().any(above)
    };
    found.iter().filter(is_asked).cloned().collect()
}

/// How alike two columns of a table are, and in what.
fn columns(old: &ObjectId, new: &ObjectId, from: &Catalog, to: &Catalog) -> Option<(f64, String)> {
    let (before, after) = (from.payload::<Column>(old)?, to.payload::<Column>(new)?);
    if old.relation() != new.relation() || before.data_type != after.data_type {
        return None;
    }
    let names = names(old, new)?;
    let both = format!("both are {}", before.data_type);
    if before == after {
        return Some((1.0 + names, format!("{both} and the same in everything else")));
    }
    (names >= ALIKE).then(|| (names, format!("{both} with a similar name")))
}

fn names(old: &ObjectId, new: &ObjectId) -> Option<f64> {
    Some(strsim::normalized_damerau_levenshtein(
        old.name()?.text(),
        new.name()?.text(),
    ))
}

/// How many columns two tables have in common.
fn tables(
    old: &ObjectId,
    new: &ObjectId,
    from: &Walk<'_>,
    to: &Walk<'_>,
    difference: &Difference,
) -> Option<(f64, String)> {
    Table::of(difference.from.get(old)?)?;
    let (same, most) = in_common(old.qname()?, new.qname()?, from, to)?;
    let share = f64::from(u32::try_from(same).unwrap_or(u32::MAX))
        / f64::from(u32::try_from(most).unwrap_or(u32::MAX));
    let why = format!("{same} of {most} columns have the same name and type");
    Some((share + names(old, new).unwrap_or_default(), why))
}

/// How many columns two tables have in common, and how many the larger one has; `None` if they are too few for the two
/// to be the same.
pub(super) fn in_common(
    before: &QName,
    after: &QName,
    from: &Walk<'_>,
    to: &Walk<'_>,
) -> Option<(usize, usize)> {
    let old_columns: Vec<_> = from.members_of::<Column>(before).collect();
    let new_columns: Vec<_> = to.members_of::<Column>(after).collect();
    let same = old_columns
        .iter()
        .filter(|(id, column)| {
            new_columns
                .iter()
                .any(|(other, twin)| other.name() == id.name() && twin.data_type == column.data_type)
        })
        .count();
    let most = old_columns.len().max(new_columns.len());
    (same > 0 && same * 100 >= most * IN_COMMON).then_some((same, most))
}

/// Refuses a proposal that drops and makes what looks like one thing, unless somebody has said that it is not.
pub(super) fn refuse(project: &Project, proposal: &Proposal) -> Result<(), Failure> {
    let open: Vec<Likeness> = proposal
        .alike
        .iter()
        .filter(|pair| !project.allow_destructive && !project.told_apart.contains(&pair.to))
        .cloned()
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    Err(Failure::Alike(open))
}

/// What to tell where nobody can be asked.
pub fn refusals(open: &[Likeness]) -> Vec<Diagnostic> {
    open.iter().map(Likeness::refusal).collect()
}

/// Writes the hint where the new thing is declared; where that cannot be, the refusal says what to write by hand.
pub fn declare(pair: &Likeness) -> Result<(), Failure> {
    let refusal = || Failure::from(pair.refusal());
    let at = pair
        .at
        .as_ref()
        .filter(|at| !at.source.is_sql())
        .ok_or_else(refusal)?;
    let path = std::path::PathBuf::from(&at.source.name);
    let mut text = std::fs::read_to_string(&path).map_err(|error| Failure::Io {
        path: path.clone(),
        error,
    })?;
    // The file may have been edited since it was read.
    if text != at.source.text {
        return Err(refusal());
    }
    text.insert_str(at.range.end, &format!(" {}", pair.hint()));
    save(&[(path, text)])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::catalog::{Ident, QName};
    use crate::diagnostic::Source;

    const DECLARED: &str = "table users {\n    column phone text\n}\n";

    /// What was read of the file at `path`, and what looks alike in it.
    fn alike(path: &std::path::Path) -> Likeness {
        let table = QName {
            schema: Some(Ident::exact("public")),
            name: Ident::exact("users"),
        };
        let column = |name| ObjectId::column(&table, Ident::exact(name));
        let source = Arc::new(Source {
            name: path.display().to_string(),
            text: DECLARED.to_owned(),
        });
        let start = DECLARED.find("column").expect("a column");
        Likeness {
            from: column("mobile"),
            to: column("phone"),
            why: "both are text".to_owned(),
            at: Some(Span::new(&source, start..start + "column phone text".len())),
        }
    }

    #[test]
    fn a_hint_is_written_once_and_never_into_a_file_that_has_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("users.kdl");
        std::fs::write(&path, DECLARED).expect("a file");
        let pair = alike(&path);
        declare(&pair).expect("it can be written");
        let text = std::fs::read_to_string(&path).expect("a file");
        assert_eq!(text, DECLARED.replace("phone text", "phone text was=mobile"));
        declare(&pair).expect_err("the file is not what was read");
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), text);
    }

    #[test]
    fn what_is_declared_in_no_file_says_what_to_write() {
        let folder = tempfile::tempdir().expect("a folder");
        let pair = Likeness {
            at: None,
            ..alike(&folder.path().join("users.kdl"))
        };
        let Err(Failure::Diagnostics(told)) = declare(&pair) else {
            panic!("there is no file to write into");
        };
        assert!(
            told[0].help.iter().any(|help| help.contains("was=mobile")),
            "{told:?}"
        );
    }
}
