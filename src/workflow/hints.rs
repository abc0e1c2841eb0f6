//! Hints that a database contradicts: `was=` says that two names are one thing, and both are there.
//!
//! In: the state before and what is declared about the way. Out: an error for each hint that cannot be true, at the place of
//! the declaration. A hint that has done its work, or has nothing to do here, is no contradiction.

use crate::catalog::kinds::Column;
use crate::catalog::{Canonical, Catalog, Kind};
use crate::declare::SourceMap;
use crate::diagnostic::Diagnostic;
use crate::dialect::Server;
use crate::diff::{Intents, RenameIntent, after_renames};

use super::route;

/// Refuses to take one thing for another that is there beside it: what the old one holds would be lost as if it had been
/// renamed.
pub(super) fn refuse(
    from: &Canonical,
    to: &Catalog,
    intents: &Intents,
    sources: &SourceMap,
    server: &Server,
) -> Result<(), Vec<Diagnostic>> {
    let engine = server.engine();
    // What is kept under two names between two deploys is one thing.
    let (from, renames) = route::settled(from, to, intents, server);
    let (state, _) = after_renames(&from, to, &renames, &|name| engine.quote(name));
    let both = |intent: &&RenameIntent| {
        !is_twofold(intent, &state) && state.has(&intent.from) && state.has(&intent.to)
    };
    let found: Vec<Diagnostic> = intents
        .renames
        .iter()
        .filter(both)
        .map(|intent| contradiction(intent, sources))
        .collect();
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// Whether it may be there under both names for a time, and holds nothing that could be lost.
fn is_twofold(intent: &RenameIntent, state: &Catalog) -> bool {
    let column = state.payload::<Column>(&intent.from);
    intent.to.kind.has_cosmetic_name()
        || matches!(
            intent.to.kind,
            Kind::View | Kind::MaterializedView | Kind::Function
        )
        || column.is_some_and(|column| column.generated.is_some())
}

fn contradiction(intent: &RenameIntent, sources: &SourceMap) -> Diagnostic {
    let (old, new) = (&intent.from, &intent.to);
    let name = old.name().map(ToString::to_string).unwrap_or_default();
    let place = sources.get(new).or_else(|| sources.get(old)).cloned();
    Diagnostic::error(
        "RC0640",
        format!("{new} is declared as the new name of {old}, but the database has both"),
    )
    .about(new)
    .at_opt(place)
    .help(format!(
        "move over what is still wanted of {old}, and take out `was={name}`: then {old} goes as anything that is not declared; \
         or declare it, too"
    ))
}
