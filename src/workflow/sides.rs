//! The two sides of a comparison: where a state comes from, and how it becomes canonical.

use std::path::Path;
use std::sync::Arc;

use crate::catalog::kinds::Rows;
use crate::catalog::{Canonical, Catalog, Ident, ObjectId, Payload as _};
use crate::declare::{self, Beside, Declared, Files, SqlFile};
use crate::diagnostic::{Diagnostic, Source};
use crate::dialect::scratch::Scratch;
use crate::dialect::session::ConnectOptions;
use crate::dialect::{DatabaseUrl, Dialect, Introspection, RowsQuery, Scope, Server, Session};
use crate::diff::Intents;
use crate::revision::{Revision, RevisionMap};
use crate::scratch;

use super::known::{self, Known};
use super::{Failure, Project, Proposal, chain, observed, rights, unmanaged};

/// A connection that only reads.
pub(super) async fn connect_reading(url: &DatabaseUrl) -> Result<Box<dyn Session>, Failure> {
    let options = ConnectOptions {
        read_only: true,
        create: false,
        application_name: None,
    };
    Ok(url.dialect.engine().connect(url, &options).await?)
}

/// A connection that may write; an embedded database is made if it is not there.
pub(super) async fn connect_writing(url: &DatabaseUrl) -> Result<Box<dyn Session>, Failure> {
    let options = ConnectOptions {
        read_only: false,
        create: true,
        application_name: None,
    };
    Ok(url.dialect.engine().connect(url, &options).await?)
}

/// A connection to nothing: an embedded database that is not there yet reads like an empty one.
pub(super) async fn connect_nowhere(url: &DatabaseUrl) -> Result<Box<dyn Session>, Failure> {
    let memory = DatabaseUrl {
        location: ":memory:".to_owned(),
        ..url.clone()
    };
    let options = ConnectOptions {
        read_only: false,
        create: true,
        application_name: None,
    };
    Ok(memory.dialect.engine().connect(&memory, &options).await?)
}

/// The project's database, or what to write if none was named.
pub(super) fn database(project: &Project) -> Result<&DatabaseUrl, Failure> {
    project.url.as_ref().ok_or_else(|| {
        Diagnostic::error("RC0210", "no database is named")
            .help("give --url, set DATABASE_URL, or add `environment dev { url \"…\" }` to reconcile.kdl")
            .into()
    })
}

/// What of a database counts.
pub(super) fn scope(project: &Project, dialect: Dialect) -> Result<Scope, Failure> {
    let engine = dialect.engine();
    let named = &project.config.schemas;
    let schemas = (!named.is_empty()).then(|| named.iter().map(|name| engine.ident(name)).collect());
    Ok(Scope {
        schemas,
        rows: Vec::new(),
        owners: Vec::new(),
        granted: Vec::new(),
        details: false,
        leave_out: chain::version_table(project)?.left_out(dialect),
        ignored: project.config.ignored.clone(),
        observed: project.config.observed.clone(),
        beside: Vec::new(),
    })
}

/// The texts of declarations, not parsed yet.
#[derive(Debug)]
pub(super) struct Texts {
    files: Files,
    /// Where it is remembered which database they were found equal to.
    known: Option<Known>,
}

impl Texts {
    /// Reads the files.
    pub(super) fn read(project: &Project, path: &Path, server: &Server) -> Result<Self, Failure> {
        let files = declare::read_files(path)?;
        let sources: Vec<Arc<Source>> = files.kdl.iter().chain(&files.sql).cloned().collect();
        let known = Known::new(project, path, &sources, server);
        Ok(Self { files, known })
    }

    /// The declarations, for a server. SQL files are run in a scratch database of its kind.
    pub(super) async fn declared(&self, project: &Project, server: &Server) -> Result<Declared, Failure> {
        let (declared, sql) = self.form(project, server)?;
        let mut declared = match sql {
            Some(sql) => with_files(project, declared, &sql, server).await?,
            None => declared,
        };
        project.config.observed.mark(&mut declared.catalog);
        observed::refuse_hints(&declared)?;
        Ok(declared)
    }

    /// The KDL, and SQL files as far as they can be looked at without running them, if there are any.
    fn form(&self, project: &Project, server: &Server) -> Result<(Declared, Option<Vec<SqlFile>>), Failure> {
        let sql = declare::read_sql(&self.files.sql_for(server.dialect), server);
        let beside = sql.as_deref().map(Beside::of).unwrap_or_default();
        let declared = declare::load_beside(&self.files.kdl, server, &project.config.naming, &beside);
        let (declared, sql) = match (declared, sql) {
            (Ok(declared), Ok(sql)) => (declared, sql),
            (declared, sql) => {
                let problems = declared.err().into_iter().chain(sql.err()).flatten();
                return Err(problems.collect::<Vec<_>>().into());
            }
        };
        unmanaged::refuse_ignored(&project.config.ignored, &declared)?;
        Ok((declared, sql.iter().any(|file| !file.is_empty()).then_some(sql)))
    }

    /// Whether these declarations were found equal before to what is read from the database.
    pub(super) async fn settled(&self, session: &mut dyn Session, scope: &Scope) -> Result<Settled, Failure> {
        let Some(known) = self.known.as_ref().filter(|known| known.holds_anything()) else {
            return Ok(Settled::Unread);
        };
        let read = session.introspect(scope).await?;
        Ok(if known.holds(&read.catalog.fingerprint()) {
            // Where grants are declared, nothing is remembered.
            Settled::Yes(rights::declared_alone(read, None, session.server()))
        } else {
            Settled::No(read)
        })
    }

    /// Remembers that nothing differs, if nothing does.
    pub(super) fn settle(&self, proposal: &Proposal, declared: &Declared) {
        if let Some(known) = self
            .known
            .as_ref()
            .filter(|_| known::is_settled(proposal, declared))
        {
            known.remember(&proposal.from());
        }
    }
}

/// The declarations with what SQL files make of them on a scratch database.
async fn with_files(
    project: &Project,
    declared: Declared,
    sql: &[SqlFile],
    server: &Server,
) -> Result<Declared, Failure> {
    if !has_scratch(project, server.dialect) {
        return Err(nowhere(server.dialect).into());
    }
    let scope = scope(project, server.dialect)?;
    let mut scratch = open_scratch(project, server.dialect).await?;
    let result = scratch::written::with_files(declared, sql, &mut scratch, &scope).await;
    scratch.close().await?;
    Ok(result?)
}

/// Whether declarations were found equal before to a database as it is now, and what was read to tell.
pub(super) enum Settled {
    /// They were.
    Yes(Introspection),
    /// They were not.
    No(Introspection),
    /// They were never found equal to anything, so nothing was read.
    Unread,
}

/// The declarations, read for a server.
pub(super) async fn declared(project: &Project, path: &Path, server: &Server) -> Result<Declared, Failure> {
    Texts::read(project, path, server)?
        .declared(project, server)
        .await
}

/// The declarations as far as they can be looked at here: SQL files are run where a scratch database may be made.
pub(super) async fn declared_as_far(
    project: &Project,
    path: &Path,
    dialect: Dialect,
) -> Result<Declared, Failure> {
    let newest = dialect.engine().default_server();
    let texts = Texts::read(project, path, &newest)?;
    let (declared, sql) = texts.form(project, &newest)?;
    if sql.is_none() {
        return Ok(declared);
    }
    if !has_scratch(project, dialect) {
        return Ok(form_alone(declared, dialect));
    }
    let mut scratch = open_scratch(project, dialect).await?;
    let server = scratch.session()?.server().clone();
    scratch.close().await?;
    texts.declared(project, &server).await
}

/// The declarations without any database but one in memory.
pub(super) async fn declared_without(
    project: &Project,
    path: &Path,
    dialect: Dialect,
) -> Result<Declared, Failure> {
    if dialect.engine().is_embedded() {
        return declared_as_far(project, path, dialect).await;
    }
    let newest = dialect.engine().default_server();
    let (declared, sql) = Texts::read(project, path, &newest)?.form(project, &newest)?;
    Ok(match sql {
        Some(_) => form_alone(declared, dialect),
        None => declared,
    })
}

fn form_alone(mut declared: Declared, dialect: Dialect) -> Declared {
    let title = dialect.engine().title();
    let message = format!("SQL files were not run on {title}: what they declare is not known here");
    declared.warnings.push(
        Diagnostic::note("RC0515", message)
            .help("give --scratch-url where a command needs more than their form"),
    );
    declared
}

fn nowhere(dialect: Dialect) -> Diagnostic {
    let title = dialect.engine().title();
    let message = format!("there are SQL files, and no {title} server to run them on");
    Diagnostic::error("RC0515", message).help(
        "give --scratch-url, or set `scratch-url` in reconcile.kdl, to a server where databases may be made",
    )
}

/// An empty scratch database of this engine, beside the target or where the project says.
pub(super) async fn open_scratch(project: &Project, dialect: Dialect) -> Result<Scratch, Failure> {
    Ok(dialect.engine().scratch(scratch_place(project, dialect)).await?)
}

/// The same, where the project's Alembic can open it, too.
pub(super) async fn open_shared_scratch(project: &Project, dialect: Dialect) -> Result<Scratch, Failure> {
    let place = scratch_place(project, dialect);
    Ok(dialect.engine().shared_scratch(place).await?)
}

/// Whether there is a place where a scratch database of this engine can be made.
pub(super) fn has_scratch(project: &Project, dialect: Dialect) -> bool {
    dialect.engine().is_embedded() || scratch_place(project, dialect).is_some()
}

fn scratch_place(project: &Project, dialect: Dialect) -> Option<&DatabaseUrl> {
    project
        .scratch_urls
        .iter()
        .chain(&project.url)
        .find(|url| url.dialect == dialect)
}

/// Reads a database, with the rows that `model` declares, under the names they have there; `before` is what was read of it
/// just now, without rows.
pub(super) async fn read(
    session: &mut dyn Session,
    scope: &Scope,
    model: Option<&Declared>,
    before: Option<Introspection>,
) -> Result<Introspection, Failure> {
    let queries = model
        .map(|model| scratch::rows_queries(&model.catalog))
        .unwrap_or_default();
    let wanted = Scope {
        rows: queries.clone(),
        owners: model.map(owned).unwrap_or_default(),
        granted: model.map(rights::granted).unwrap_or_default(),
        details: model.is_some_and(|model| model.catalog.says_details()),
        ..scope.clone()
    };
    let first = match before {
        Some(before) if queries.is_empty() && is_plain(&wanted) => before,
        _ => session.introspect(&wanted).await?,
    };
    let Some(model) = model else { return Ok(first) };
    let first = rights::declared_alone(first, Some(model), session.server());
    let catalog = first.catalog.catalog();
    let elsewhere: Vec<RowsQuery> = queries
        .iter()
        .filter(|query| !catalog.contains(&rows_id(query)))
        .filter_map(|query| under_old_names(query, catalog, &model.intents))
        .collect();
    if elsewhere.is_empty() {
        return Ok(first);
    }
    let read = session
        .introspect(&Scope {
            rows: wanted.rows.into_iter().chain(elsewhere).collect(),
            owners: wanted.owners,
            granted: wanted.granted,
            details: wanted.details,
            ..scope.clone()
        })
        .await?;
    Ok(rights::declared_alone(read, Some(model), session.server()))
}

/// Whether nothing is asked for beyond what everybody reads.
fn is_plain(scope: &Scope) -> bool {
    scope.owners.is_empty() && scope.granted.is_empty() && !scope.details
}

/// The objects whose owners are declared, under the names of now and of before.
fn owned(model: &Declared) -> Vec<ObjectId> {
    let mut out = scratch::owned(&model.catalog);
    let before = out.iter().map(|id| rights::former(id, &model.intents));
    let before: Vec<ObjectId> = before.filter(|id| !out.contains(id)).collect();
    out.extend(before);
    out
}

fn rows_id(query: &RowsQuery) -> ObjectId {
    ObjectId::on(crate::catalog::Kind::Rows, ObjectId::table(query.table.clone()))
}

/// The same rows before the declared renames, and without columns that are not there yet; `None` if the table or a
/// key column is not there.
fn under_old_names(query: &RowsQuery, catalog: &Catalog, intents: &Intents) -> Option<RowsQuery> {
    let table = ObjectId::table(query.table.clone());
    let before = intents
        .renames
        .iter()
        .find(|rename| rename.to == table)
        .map(|rename| &rename.from);
    let old = if catalog.contains(&table) { &table } else { before? };
    let name = old.qname().filter(|_| catalog.contains(old))?;
    let column = |column: &Ident| {
        if catalog.contains(&ObjectId::column(name, column.clone())) {
            return Some(column.clone());
        }
        let now = ObjectId::column(&query.table, column.clone());
        let before = intents
            .renames
            .iter()
            .find(|rename| rename.to == now)?
            .from
            .name()?;
        catalog
            .contains(&ObjectId::column(name, before.clone()))
            .then(|| before.clone())
    };
    let key: Option<Vec<Ident>> = query.key.iter().map(column).collect();
    let columns = query.columns.iter().filter_map(column).collect();
    Some(RowsQuery {
        table: name.clone(),
        key: key?,
        columns,
    })
}

/// Leaves out rows that are not declared, where the declaration says that others are kept.
pub(super) fn without_other_rows(catalog: Canonical, model: &Declared) -> Canonical {
    if model.intents.keep_other_rows.is_empty() {
        return catalog;
    }
    let arbiter = catalog.arbiter().clone();
    let mut objects = catalog.into_catalog();
    for (id, object) in objects.iter_mut() {
        let crate::catalog::Object::Rows(rows) = object else {
            continue;
        };
        let Some(declared) = model.catalog.get(id).and_then(Rows::of) else {
            continue;
        };
        if model.intents.keep_other_rows.contains(id) && rows.columns == declared.columns {
            let key: Vec<usize> = rows
                .key
                .iter()
                .filter_map(|name| rows.columns.iter().position(|c| c == name))
                .collect();
            let same = |a: &[Arc<str>], b: &[Arc<str>]| key.iter().all(|at| a[*at] == b[*at]);
            rows.rows
                .retain(|row| declared.rows.iter().any(|other| same(row, other)));
        }
    }
    super::aside::canonical(objects, &arbiter)
}

/// The revisions that lead from nothing to `target`.
pub(super) fn lineage<'a>(
    map: &'a RevisionMap,
    target: Option<&'a Revision>,
) -> Result<Vec<&'a Revision>, Failure> {
    Ok(map.upgrade_path(&[], target)?)
}
