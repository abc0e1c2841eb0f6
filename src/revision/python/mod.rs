//! Alembic's revision files, read without running them: [`parse`] and [`load`].
//!
//! In: the bytes of a `.py` file. Out: the [`Revision`] that Alembic would see in it, or what to write instead. A module
//! of Python decides what `revision` is by running; here its statements are followed from top to bottom as far as they
//! bind literals, and whatever else could bind one of the names that matter makes that name unknown. An unknown name is
//! an error that says where and what to write: nothing is guessed. Must not: run Python, or read a file that Alembic
//! would not read.

mod effects;
mod environment;
mod fields;
mod nesting;
mod scope;
mod text;
mod value;
mod versions;

use std::path::Path;
use std::sync::Arc;

use ruff_python_parser::parse_module;
use ruff_text_size::{Ranged as _, TextRange};

use crate::diagnostic::{Diagnostic, Source, Span};

use super::Revision;

pub use environment::{Environment, Options, environment};
pub use versions::{Loaded, Versions, load};

/// The name that a file written by this tool binds to its own id, to tell it from one written by hand.
pub const PROVENANCE: &str = "reconcile_revision";

/// A `.py` file of a versions directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// What Alembic sees in it.
    pub revision: Revision,
    /// The id that [`PROVENANCE`] is bound to, if this tool wrote the file beside a plan.
    pub twin_of: Option<String>,
}

/// The stack that following a file may take: [`nesting`] bounds how deep it goes.
const STACK: usize = 32 << 20;

/// Reads a file. `name` is its path, as it is told to a person; its last part may have to serve as the id.
pub fn parse(name: &str, bytes: &[u8]) -> Result<Script, Vec<Diagnostic>> {
    let source = text::decode(name, bytes)?;
    if nesting::too_deep(&source.text) {
        return Err(vec![
            Diagnostic::error("RC0320", format!("{name} is nested too deep to be read"))
                .help("split its longest expression into several"),
        ]);
    }
    stacker::maybe_grow(STACK, STACK, || follow(&source))
}

fn follow(source: &Arc<Source>) -> Result<Script, Vec<Diagnostic>> {
    let module = parse_module(&source.text).map_err(|error| {
        let problem = Diagnostic::error("RC0320", format!("this is not Python: {}", error.error));
        vec![problem.at(span(source, error.range())).help(
            "Alembic cannot load the file either: correct it, or move it out of the versions directory",
        )]
    })?;
    let body = &module.syntax().body;
    let scope = scope::run(body, &source.text);
    let stem = Path::new(&source.name)
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    fields::Reader::new(source, &scope).script(&stem.unwrap_or_default())
}

fn span(source: &Arc<Source>, range: TextRange) -> Span {
    let end = source.text.len();
    let (from, to) = (usize::from(range.start()), usize::from(range.end()));
    Span::new(source, from.min(end)..to.min(end))
}

#[cfg(test)]
mod tests;
