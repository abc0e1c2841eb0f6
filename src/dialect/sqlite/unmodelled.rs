//! What is in the database and is not managed: one diagnostic each, `RC0601`.

use crate::catalog::Ident;
use crate::diagnostic::Diagnostic;

use super::token::Reason;

/// A table that stays as it is, with what hangs on it.
pub(super) fn table(name: &Ident, reason: &Reason) -> Diagnostic {
    Diagnostic::warning(
        "RC0601",
        format!("table {name} is not managed because {}", reason.0),
    )
    .about(format!("table {name}"))
    .help("it is left as it is, with its indexes and triggers: never changed, never dropped")
}

/// A virtual table; `own` are the tables that it keeps its data in.
pub(super) fn virtual_table(name: &Ident, own: &[&str]) -> Diagnostic {
    let with = if own.is_empty() {
        String::new()
    } else {
        format!(", with {}", own.join(", "))
    };
    Diagnostic::warning(
        "RC0601",
        format!("table {name} is not managed because it is a virtual table{with}"),
    )
    .about(format!("table {name}"))
    .help("it is left as it is: never changed, never dropped")
}

/// An index, view or trigger whose text is not understood.
pub(super) fn object(kind: &str, name: &Ident, reason: &Reason) -> Diagnostic {
    Diagnostic::warning(
        "RC0601",
        format!("{kind} {name} is not managed because {}", reason.0),
    )
    .about(format!("{kind} {name}"))
    .help("it is left as it is: never changed, never dropped")
}
