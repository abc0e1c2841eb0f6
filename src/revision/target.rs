//! The target grammar: `head`, `base`, an id or its beginning, `+2`, `-1`, `3f2a+1`, `head-1`.

use crate::diagnostic::Diagnostic;

use super::{Revision, RevisionMap};

impl RevisionMap {
    /// The one revision that a target names: full id, unique prefix, `head`, `base` (`None`), `+N`, `-N`, `rev+N`,
    /// `rev-N`, seen from the applied rows.
    pub fn resolve(&self, target: &str, rows: &[String]) -> Result<Option<&Revision>, Diagnostic> {
        let target = target.trim();
        if let Some((symbol, steps)) = relative(target) {
            let start = if symbol.is_empty() {
                self.single_row(target, rows)?
            } else {
                self.symbol(symbol)?
            };
            return match steps {
                Steps::Up(count) => self.walk_up(target, start, count).map(Some),
                Steps::Down(count) => self.walk_down(target, start, count),
            };
        }
        self.symbol(target)
    }

    fn symbol(&self, symbol: &str) -> Result<Option<&Revision>, Diagnostic> {
        match symbol {
            "base" => Ok(None),
            "head" | "heads" => self.head(),
            _ if symbol.contains('@') || symbol.contains(':') => Err(Diagnostic::error(
                "RC0415",
                format!("`{symbol}` is not a target here"),
            )
            .help(
                "name one revision: by its id or the beginning of it, `head`, `base`, `+1`, `-1`, `head-1`",
            )),
            _ => self.by_prefix(symbol).map(Some),
        }
    }

    /// The only head; none in an empty chain.
    fn head(&self) -> Result<Option<&Revision>, Diagnostic> {
        match self.heads().as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            several => Err(Diagnostic::error(
                "RC0411",
                format!("the chain has several heads: {}", names(several)),
            )
            .help("name one of them, or set `down-revision` of one of them to the other")),
        }
    }

    fn by_prefix(&self, prefix: &str) -> Result<&Revision, Diagnostic> {
        if let Some(revision) = self.get(prefix) {
            return Ok(revision);
        }
        if let Some(declares) = self.label_place(prefix) {
            return Ok(self.at(declares));
        }
        let mut found = self.in_order();
        found.retain(|revision| !prefix.is_empty() && revision.id.starts_with(prefix));
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(self.not_found(prefix)),
            several => Err(Diagnostic::error(
                "RC0414",
                format!(
                    "`{prefix}` is the beginning of several revisions: {}",
                    names(several)
                ),
            )
            .help("write one more character of the id")),
        }
    }

    fn not_found(&self, word: &str) -> Diagnostic {
        let symbols = ["head", "base"].map(str::to_owned).into_iter();
        let ids = self.in_order().into_iter().map(|revision| revision.id.clone());
        let near = symbols
            .chain(ids)
            .map(|known| (strsim::damerau_levenshtein(&known, &word.to_lowercase()), known))
            .filter(|(distance, known)| *distance <= known.len().min(9) / 3)
            .min();
        Diagnostic::error("RC0412", format!("there is no revision `{word}`")).help(match near {
            Some((_, known)) => format!("did you mean `{known}`?"),
            None => "`reconcile history` lists the revisions; the beginning of an id is enough".to_owned(),
        })
    }

    /// Where the database is, if that is one place.
    fn single_row(&self, target: &str, rows: &[String]) -> Result<Option<&Revision>, Diagnostic> {
        match rows {
            [] => Ok(None),
            [row] => self.applied(rows).map(|_| self.get(row)),
            several => Err(Diagnostic::error(
                "RC0416",
                format!(
                    "`{target}` is ambiguous: the database stands at {}",
                    several.join(", ")
                ),
            )
            .help("say from where, as `<id>+1` or `<id>-1`")),
        }
    }

    fn walk_up<'a>(
        &'a self,
        target: &str,
        start: Option<&'a Revision>,
        count: usize,
    ) -> Result<&'a Revision, Diagnostic> {
        let mut here = start;
        for done in 0..count {
            here = match self
                .children(here.map(|revision| revision.id.as_str()))
                .as_slice()
            {
                [one] => Some(one),
                [] => return Err(too_far(target, done, "the head")),
                several => return Err(fork(target, several)),
            };
        }
        // `+0` from base names nothing to go to.
        here.ok_or_else(|| too_far(target, 0, "the base"))
    }

    fn walk_down<'a>(
        &'a self,
        target: &str,
        start: Option<&'a Revision>,
        count: usize,
    ) -> Result<Option<&'a Revision>, Diagnostic> {
        let mut here = start;
        for done in 0..count {
            let Some(revision) = here else {
                return Err(too_far(target, done, "the base"));
            };
            here = match revision.down_revisions.as_slice() {
                [] => None,
                [parent] => self.get(parent),
                several => {
                    let parents: Vec<&Revision> = several.iter().filter_map(|id| self.get(id)).collect();
                    return Err(fork(target, &parents));
                }
            };
        }
        Ok(here)
    }
}

#[derive(Clone, Copy)]
enum Steps {
    Up(usize),
    Down(usize),
}

/// `word+2`, `word-1`, `+1`: the word and the steps. Ids hold neither sign.
fn relative(target: &str) -> Option<(&str, Steps)> {
    let at = target.rfind(['+', '-'])?;
    let count = target[at + 1..].parse().ok()?;
    let steps = if target[at..].starts_with('+') {
        Steps::Up(count)
    } else {
        Steps::Down(count)
    };
    Some((&target[..at], steps))
}

fn too_far(target: &str, done: usize, end: &str) -> Diagnostic {
    Diagnostic::error(
        "RC0417",
        format!("`{target}` goes past {end}, which is {done} step(s) away"),
    )
    .help("`reconcile history` shows the chain")
}

fn fork(target: &str, choices: &[&Revision]) -> Diagnostic {
    Diagnostic::error(
        "RC0418",
        format!("`{target}` is ambiguous: the chain forks into {}", names(choices)),
    )
    .help("name the revision by its id")
}

fn names(revisions: &[&Revision]) -> String {
    let names: Vec<String> = revisions
        .iter()
        .map(|revision| format!("{} ({})", revision.id, revision.message))
        .collect();
    names.join(", ")
}
