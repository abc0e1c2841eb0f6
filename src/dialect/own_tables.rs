//! The tables that the revision chain keeps in a database: Alembic's version table and our ledger, as an engine has them.

use crate::catalog::{Ident, QName};

use super::{Dialect, qualify};

/// Where the version table is, as Alembic's `version_table` and `version_table_schema` say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionTable {
    /// Its name.
    pub name: String,
    /// Its schema; the default one if not set, and where the engine has none.
    pub schema: Option<String>,
}

impl Default for VersionTable {
    fn default() -> Self {
        Self {
            name: ALEMBICS.to_owned(),
            schema: None,
        }
    }
}

/// Alembic's own name for it.
const ALEMBICS: &str = "alembic_version";
/// The ledger on an engine without schemas.
const LEDGER: &str = "reconcile_ledger";

impl VersionTable {
    /// The table on an engine.
    pub fn on(&self, dialect: Dialect) -> OwnTable {
        dialect.engine().version_table(&self.place(dialect))
    }

    /// The tables that are nobody's schema: never compared, never dropped. A table with Alembic's own name is the version
    /// table of some other chain if it is not ours.
    pub fn left_out(&self, dialect: Dialect) -> Vec<QName> {
        let engine = dialect.engine();
        let anywhere = [ALEMBICS, LEDGER].map(|name| QName::bare(engine.ident(name)));
        let mut out = Vec::from(anywhere);
        out.push(self.place(dialect));
        out
    }

    fn place(&self, dialect: Dialect) -> QName {
        let place = qualify(dialect, self.schema.as_deref(), &self.name);
        // Alembic writes the name as it was said, and folds nothing.
        QName {
            name: Ident::exact(&self.name),
            ..place
        }
    }
}

/// One of the tables.
#[derive(Clone, Debug)]
pub struct OwnTable {
    /// Its name as it stands in statements.
    pub name: String,
    /// The query that answers with a row if it is there.
    pub exists: String,
    /// The statements that make it.
    pub create: Vec<String>,
    /// Keeps Alembic out until the transaction ends. It takes no lock of its own, and no advisory lock stops it.
    pub lock: Option<String>,
    /// What it has got since it was first made: the query that answers with a row if that is there, and the statement that
    /// adds it.
    pub added: Vec<(String, String)>,
}
