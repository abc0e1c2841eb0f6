//! How Alembic and its drivers treat an engine: its name there, and who makes the transactions.

use crate::diagnostic::Diagnostic;
use crate::statements::Lexis;

/// What a printer must know of an engine.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Manner {
    /// The name in our files.
    engine: &'static str,
    /// The name of the SQLAlchemy dialect.
    pub(super) dialect: &'static str,
    /// Whether Alembic runs revisions in a transaction. Where it does not, the twin makes its own.
    pub(super) transactional: bool,
    /// How its SQL is written.
    pub(super) lexis: Lexis,
}

const MANNERS: &[Manner] = &[
    Manner {
        engine: "postgres",
        dialect: "postgresql",
        transactional: true,
        lexis: Lexis {
            dollar_quotes: true,
            client_lines: false,
        },
    },
    Manner {
        engine: "sqlite",
        dialect: "sqlite",
        transactional: false,
        lexis: Lexis {
            dollar_quotes: false,
            client_lines: false,
        },
    },
];

/// How an engine is treated. Error: no twin can be written for it.
pub(super) fn of(engine: &str) -> Result<&'static Manner, Diagnostic> {
    let found = MANNERS.iter().find(|manner| manner.engine == engine);
    found.ok_or_else(|| {
        let known: Vec<&str> = MANNERS.iter().map(|manner| manner.engine).collect();
        Diagnostic::error(
            "RC0320",
            format!("a revision with a script for {engine} has no Alembic twin"),
        )
        .help(format!("twins are written for {}", known.join(", ")))
    })
}
