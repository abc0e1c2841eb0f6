//! The form of a revision file (KDL 2): [`parse`] and [`print`], and the name of the file.
//!
//! The law of this module: what is printed is read back as it was, whatever the statements contain, because the
//! reviewed text is the executed text. Must not: know an engine, or what a statement means.

mod nesting;
mod parse;
mod place;
mod print;

pub use parse::parse;
pub use place::place;
pub use print::print;

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};

use super::Revision;

/// The longest slug in characters, as in Alembic.
const SLUG: usize = 40;

/// The name of its file: `20261121T0930_3f2a9c1b7d4e_require-a-phone-number.kdl`.
pub fn file_name(revision: &Revision) -> String {
    let stamp = match revision.created.parse::<jiff::Timestamp>() {
        Ok(time) => time.strftime("%Y%m%dT%H%M").to_string(),
        Err(_) => "00000000T0000".to_owned(),
    };
    let slug = slug(&revision.message);
    let separator = if slug.is_empty() { "" } else { "_" };
    format!("{stamp}_{}{separator}{slug}.kdl", revision.id)
}

/// The words of a message in lower case, joined with `-`, cut after the last word that fits.
fn slug(message: &str) -> String {
    let lower = message.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty());
    let mut out = String::new();
    for word in words {
        if out.is_empty() {
            out.extend(word.chars().take(SLUG));
        } else if out.chars().count() + 1 + word.chars().count() <= SLUG {
            out.push('-');
            out.push_str(word);
        } else {
            break;
        }
    }
    out
}

/// Reads every `*.kdl` of a folder, in the order of their names; a folder that is not there is empty.
pub fn read_all(folder: &Path) -> Result<Vec<Revision>, Vec<Diagnostic>> {
    let unreadable = |path: &Path, error: &std::io::Error| {
        Diagnostic::error("RC0307", format!("{} cannot be read: {error}", path.display()))
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(vec![unreadable(folder, &error)]),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| vec![unreadable(folder, &error)])?.path();
        let hidden = path
            .file_name()
            .is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && path.extension().is_some_and(|extension| extension == "kdl") {
            paths.push(path);
        }
    }
    paths.sort();
    let (mut revisions, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        let read = std::fs::read_to_string(&path).map_err(|error| vec![unreadable(&path, &error)]);
        let parsed = read.and_then(|text| {
            let name = path.display().to_string();
            parse(&Arc::new(Source { name, text }))
        });
        match parsed {
            Ok(revision) => revisions.push(Revision { path, ..revision }),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() {
        Ok(revisions)
    } else {
        Err(problems)
    }
}
