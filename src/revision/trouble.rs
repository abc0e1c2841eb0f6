//! What is wrong with a target, and what to write instead.

use crate::diagnostic::Diagnostic;

use super::target::Target;
use super::{Revision, RevisionMap};

/// How far a target walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Steps {
    Up(usize),
    Down(usize),
}

/// `word+2`, `word-1`, `+1`: the word and the steps.
pub(super) fn steps(word: &str) -> Option<(&str, Steps)> {
    let at = word.rfind(['+', '-'])?;
    let count = word[at + 1..].parse().ok()?;
    let steps = if word[at..].starts_with('+') {
        Steps::Up(count)
    } else {
        Steps::Down(count)
    };
    Some((&word[..at], steps))
}

pub(super) fn too_far(target: &str, done: usize, end: &str) -> Diagnostic {
    let message = format!("`{target}` goes past {end}, which is {done} step(s) away");
    Diagnostic::error("RC0417", message).help("`reconcile history` shows the chain")
}

pub(super) fn range_as_target(text: &str) -> Diagnostic {
    Diagnostic::error(
        "RC0415",
        format!("`{text}` is a range, and here one target is wanted"),
    )
    .help("name where to go: an id or the beginning of it, `head`, `base`, `+1`, `-1`, `head-1`")
}

/// `+1` where only down makes sense, or the other way round.
pub(super) fn wrong_way(target: &Target<'_>, instead: &str) -> Diagnostic {
    let text = target.text;
    let message = format!("`{text}` goes the other way");
    Diagnostic::error("RC0422", message).help(format!("{instead}, or name a revision"))
}

pub(super) fn relative_stamp(target: &Target<'_>) -> Diagnostic {
    let message = format!("`{}` is a walk, and a stamp runs nothing", target.text);
    Diagnostic::error("RC0415", message).help("name the revision that the database is at, by its id or label")
}

pub(super) fn base_among_others() -> Diagnostic {
    Diagnostic::error("RC0415", "`base` stands alone: it says that nothing is applied")
        .help("leave it out, and say `--purge` if every other row is to go")
}

impl RevisionMap {
    pub(super) fn several_heads(&self, target: &Target<'_>, heads: &[usize]) -> Diagnostic {
        let names = self.names(heads);
        let message = if target.branch.is_some() {
            format!(
                "`{}` is ambiguous: the branch has several heads: {names}",
                target.text
            )
        } else {
            format!("the chain has several heads: {names}")
        };
        Diagnostic::error("RC0411", message)
            .help("name one of them, or all as `heads`; one branch is `<label>@head`")
    }

    pub(super) fn several_begin(&self, prefix: &str, found: &[usize]) -> Diagnostic {
        let names = self.names(found);
        let message = format!("`{prefix}` is the beginning of several revisions: {names}");
        Diagnostic::error("RC0414", message).help("write one more character of the id")
    }

    pub(super) fn several_rows(&self, target: &Target<'_>, rows: &[usize]) -> Diagnostic {
        let rows: Vec<&str> = rows.iter().map(|at| self.at(*at).id.as_str()).collect();
        let message = format!(
            "`{}` is ambiguous: the database stands at {}",
            target.text,
            rows.join(", ")
        );
        Diagnostic::error("RC0416", message)
            .help("say from where, as `<id>+1` or `<id>-1`, or on which branch, as `<label>@-1`")
    }

    pub(super) fn no_row_on_branch(&self, target: &Target<'_>, rows: &[usize]) -> Diagnostic {
        let rows: Vec<&str> = rows.iter().map(|at| self.at(*at).id.as_str()).collect();
        let (text, rows) = (target.text, rows.join(", "));
        let message =
            format!("`{text}` starts where the branch is, and the database, at {rows}, is not on it");
        Diagnostic::error("RC0416", message).help("name the revision to go down to")
    }

    pub(super) fn no_revision(&self, word: &str) -> Diagnostic {
        let near = self.near(word, &["head", "heads", "base"]);
        Diagnostic::error("RC0412", format!("there is no revision `{word}`")).help(match near {
            Some(known) => format!("did you mean `{known}`?"),
            None => "`reconcile history` lists the revisions; the beginning of an id is enough".to_owned(),
        })
    }

    pub(super) fn no_branch(&self, word: &str) -> Diagnostic {
        let near = self.near(word, &[]);
        Diagnostic::error("RC0419", format!("there is no branch `{word}`")).help(match near {
            Some(known) => format!("did you mean `{known}`?"),
            None => "a branch is named by its label, or by a revision on it; `reconcile history` shows both"
                .to_owned(),
        })
    }

    pub(super) fn not_on_branch(&self, at: usize, branch: usize) -> Diagnostic {
        let (id, branch) = (&self.at(at).id, &self.at(branch).id);
        let message = format!("revision {id} is not on the branch of {branch}");
        Diagnostic::error("RC0420", message)
            .help("`reconcile history` shows which revision is on which branch")
    }

    pub(super) fn fork(&self, target: &Target<'_>, choices: &[usize]) -> Diagnostic {
        let (text, names) = (target.text, self.names(choices));
        Diagnostic::error(
            "RC0418",
            format!("`{text}` is ambiguous: the chain forks into {names}"),
        )
        .help("name the revision by its id")
    }

    pub(super) fn overlapping(&self, upper: usize, lower: usize) -> Diagnostic {
        let (upper, lower) = (&self.at(upper).id, &self.at(lower).id);
        let message = format!("revision {upper} stands on {lower}, so they cannot both be targets");
        Diagnostic::error("RC0421", message).help(format!("leave {lower} out: whoever is at {upper} has it"))
    }

    fn near(&self, word: &str, symbols: &[&str]) -> Option<String> {
        let names = self.id_places().chain(self.label_places());
        let names = names.map(|(name, _)| name.as_str());
        let (word, known) = (word.to_lowercase(), symbols.iter().copied().chain(names));
        let near = known
            .map(|known| (strsim::damerau_levenshtein(known, &word), known))
            .filter(|(distance, known)| *distance <= known.len().min(9) / 3);
        near.min().map(|(_, known)| known.to_owned())
    }

    fn names(&self, places: &[usize]) -> String {
        let say = |revision: &Revision| format!("{} ({})", revision.id, revision.message);
        let names: Vec<String> = places.iter().map(|at| say(self.at(*at))).collect();
        names.join(", ")
    }
}
