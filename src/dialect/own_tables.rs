//! The tables that the revision chain keeps in a database: Alembic's version table and our ledger, as an engine has them.

/// The tables of the chain on one engine.
#[derive(Debug)]
pub struct OwnTables {
    /// Where the database stands, exactly as Alembic keeps it.
    pub version: OwnTable,
    /// What was run, with which text, and how far.
    pub ledger: OwnTable,
    /// Keeps Alembic out until the transaction ends. It takes no lock of its own, and no advisory lock stops it.
    pub lock: Option<&'static str>,
    /// The time now, as an expression.
    pub now: &'static str,
}

/// One of the tables.
#[derive(Debug)]
pub struct OwnTable {
    /// Its name as it stands in statements.
    pub name: &'static str,
    /// The query that answers with a row if it is there.
    pub exists: &'static str,
    /// The statements that make it.
    pub create: &'static [&'static str],
}
