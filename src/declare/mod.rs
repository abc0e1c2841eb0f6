//! KDL declarations ⇄ catalog. In: sources as text, and the server they are meant for. Out: [`Declared`], or every
//! error of every file. Back: [`write`] and [`format`].
//!
//! Lowering to what the engine has (enums on an engine without them, identity on SQLite) happens here, while loading.
//!
//! The language is described in `docs/language.md`, whose examples are loaded by a test. In short:
//!
//! ```kdl
//! enum NAME VALUE…                        schema NAME            extension NAME schema= version=
//! sequence NAME as= start= … owned-by=    function NAME arguments= returns= language= volatility= { set …; as "…" }
//! table NAME unlogged strict without-rowid {
//!     column NAME TYPE nullable default= identity= generated= generated-virtual= collation= using= backfill=
//!     primary-key COLUMN…                 unique COLUMN… nulls-not-distinct deferrable= { include … }
//!     check "…" no-inherit not-valid      foreign-key COLUMN… references= on-delete= on-update= match= deferrable=
//!     index KEY… unique method= where= { key COLUMN desc nulls= opclass= collation=; include … }
//!     copy from= where= match= { column NAME "…"; back where= match= { column NAME "…" } }
//!     trigger NAME { before EVENT…; of COLUMN…; for-each statement; when "…"; execute FUNCTION ARG… }
//! }
//! view NAME { columns …; as "…"; trigger … }
//! rows TABLE key= others=keep { row COLUMN=VALUE… }
//! ```
//!
//! Every node may have `on=`, `comment=`, `depends-on`, `allow`; most `was=`; what has no name of its own `name=`.
//!
//! How it goes: `files` reads, `node` parses, `fields` hands out the pieces of a node, `kinds` read and write each kind,
//! `resolve` follows references, `lower` and `naming` complete, `mentions` adds edges, `load` puts it all together. `sql` cuts and
//! judges the SQL files that stand beside (`docs/sql.md`); they are run elsewhere.
//!
//! Must not: touch a database, know how a difference is carried out, or read a file twice.

mod engine_names;
mod engines;
mod fields;
mod files;
mod format;
mod inheritance;
mod kinds;
mod load;
mod lower;
mod mentions;
mod naming;
mod node;
mod parents;
mod partitions;
mod reading;
mod report;
mod resolve;
mod row_types;
mod sql;
#[cfg(test)]
mod tests;
mod text;
mod token;
mod types;
mod undeclarable;
mod write;

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::{Catalog, ObjectId};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::dialect::Server;
use crate::diff::Intents;

pub use files::{Files, read_files, read_sources};
pub use sql::{Beside, SqlFile, Statement, made, read_sql, twice};

/// How objects that the author left unnamed are named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    /// Templates by kind (`ix`, `uq`, `ck`, `fk`, `pk`) with SQLAlchemy's tokens, such as
    /// `fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s`; an absent kind follows the engine.
    pub templates: HashMap<String, String>,
}

/// Where each declared object stands in the files.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    spans: HashMap<ObjectId, Span>,
}

impl SourceMap {
    /// An empty map with room for this many objects.
    pub(crate) fn with_capacity(objects: usize) -> Self {
        Self {
            spans: HashMap::with_capacity(objects),
        }
    }

    /// Remembers where `id` is declared.
    pub fn insert(&mut self, id: ObjectId, span: Span) {
        self.spans.insert(id, span);
    }

    /// Where `id` is declared; for what is not declared itself, where its table or target is.
    pub fn get(&self, id: &ObjectId) -> Option<&Span> {
        self.spans.get(id).or_else(|| {
            let relation = id.relation().cloned().map(ObjectId::table);
            relation
                .and_then(|table| self.spans.get(&table))
                .or_else(|| id.target().and_then(|target| self.get(target)))
        })
    }
}

/// `allow RULE because="…"`: a lint that is not to be heeded, and why.
#[derive(Clone, Debug)]
pub struct Allowance {
    /// The name of the rule, as the author wrote it.
    pub rule: String,
    /// The reason.
    pub because: String,
    /// For which object, its members included; `None` for the whole file.
    pub subject: Option<ObjectId>,
    /// Where it stands.
    pub span: Span,
}

impl Allowance {
    fn new(allowed: fields::Allowed, subject: Option<ObjectId>) -> Self {
        Self {
            rule: allowed.rule,
            because: allowed.because,
            subject,
            span: allowed.span,
        }
    }
}

/// What the files say, lowered to what the engine has. The catalog is canonical as far as text rules go, and its edges
/// hold what structure, `depends-on` and the names mentioned in expressions tell.
#[derive(Debug, Default)]
pub struct Declared {
    /// The objects.
    pub catalog: Catalog,
    /// What cannot live in a catalog.
    pub intents: Intents,
    /// Where each object stands.
    pub sources: SourceMap,
    /// Lints that are not to be heeded.
    pub allowances: Vec<Allowance>,
    /// Whether all grants are managed: one is declared, or `grants` says so.
    pub manages_grants: bool,
    /// Worth knowing; errors are the `Err` of [`load`].
    pub warnings: Vec<Diagnostic>,
}

/// Reads declarations for a server. Reports all errors of all sources at once.
pub fn load(sources: &[Arc<Source>], server: &Server, naming: &Naming) -> Result<Declared, Vec<Diagnostic>> {
    load::load(sources, server, naming, &Beside::default())
}

/// [`load()`] where something else makes more than the sources declare, to which they may refer.
pub fn load_beside(
    sources: &[Arc<Source>],
    server: &Server,
    naming: &Naming,
    beside: &Beside,
) -> Result<Declared, Vec<Diagnostic>> {
    load::load(sources, server, naming, beside)
}

/// Adds the edges that follow from the names in texts, where no engine has recorded them.
pub fn add_mentioned(catalog: &mut Catalog) {
    mentions::add_edges(catalog);
}

/// Writes a catalog as KDL: file name (`users.kdl`) and text. Loading it back gives an equal catalog.
pub fn write(catalog: &Catalog, server: &Server) -> Vec<(String, String)> {
    write_named(catalog, server, &Naming::default())
}

/// [`write()`] for a project that names what is unnamed in its own way: names that follow from `naming` are left out.
pub fn write_named(catalog: &Catalog, server: &Server, naming: &Naming) -> Vec<(String, String)> {
    write::write(catalog, server, naming)
}

/// Formats one source, keeping comments. The result loads to the same declarations.
pub fn format(source: &Arc<Source>) -> Result<String, Vec<Diagnostic>> {
    format::format(source)
}
