//! Desired state in SQL: what KDL declares and what SQL files make, built together in a scratch database and read back.
//!
//! In: declarations, SQL files as they were cut and judged, and an empty scratch database. Out: the declarations with all
//! that is there, each object at the place of the statement that makes it. Everything runs in one transaction that is undone
//! in the end, so that nothing outlives it even where a statement reaches beyond the database. Must not: touch any database
//! but the scratch one.
//!
//! The order: schemas of KDL; schemas and extensions of SQL; what KDL declares and rests on nothing that SQL makes; the SQL
//! files in the order of their names; the rest of KDL.

use std::collections::HashSet;

use crate::catalog::kinds::Grants;
use crate::catalog::{Catalog, Kind, Object, ObjectId};
use crate::declare::{self, Declared, SourceMap, SqlFile, Statement};
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::dialect::scratch::Scratch;
use crate::dialect::{EngineError, Introspection, Scope, Session, TxnOptions};

use super::{Refused, creation_from, explain, owned, rows_queries, run_step, unreachable_scratch};

/// A statement that the engine refuses.
const REFUSED: &str = "RC0512";
/// Something that is declared in KDL and changed by SQL.
const CHANGED: &str = "RC0116";
/// Grants to roles that are not there.
const ROLES: &str = "RC0513";
/// Something that SQL makes and that is not managed.
pub const UNMANAGED: &str = "RC0514";

/// Declarations together with SQL files.
pub async fn with_files(
    kdl: Declared,
    files: &[SqlFile],
    scratch: &mut Scratch,
    scope: &Scope,
) -> Result<Declared, Vec<Diagnostic>> {
    let twice = declare::twice(files, &kdl.catalog, &kdl.sources);
    if !twice.is_empty() {
        return Err(twice);
    }
    let unreachable = |error: EngineError| vec![unreachable_scratch(&error)];
    let session = scratch.session().map_err(unreachable)?;
    session.begin(TxnOptions::default()).await.map_err(unreachable)?;
    let mut work = Work {
        session,
        kdl: &kdl,
        files,
        scope,
        notes: files.iter().flat_map(|file| file.notes.iter().cloned()).collect(),
        without_grants: false,
    };
    let read = work.all().await;
    let (notes, without_grants) = (std::mem::take(&mut work.notes), work.without_grants);
    let undone = session.rollback().await;
    let read = read?;
    undone.map_err(unreachable)?;
    Ok(together(kdl, files, read, notes, without_grants))
}

/// What is done in the scratch database.
struct Work<'a> {
    session: &'a mut dyn Session,
    kdl: &'a Declared,
    files: &'a [SqlFile],
    scope: &'a Scope,
    notes: Vec<Diagnostic>,
    /// Whether some rights could not be given.
    without_grants: bool,
}

impl Work<'_> {
    async fn all(&mut self) -> Result<Introspection, Vec<Diagnostic>> {
        let kdl = self.kdl;
        let server = self.session.server().clone();
        let later = declare::made(self.files, &kdl.catalog, &server);
        let nothing = Catalog::new();
        let mut schemas = kdl.catalog.clone();
        schemas.retain(|id, _| id.kind == Kind::Schema && !later.contains(id));
        let mut sooner = kdl.catalog.clone();
        sooner.retain(|id, _| !later.contains(id));

        self.advance(&nothing, &schemas).await?;
        let statements: Vec<&Statement> = self.files.iter().flat_map(|file| &file.statements).collect();
        // Without KDL nothing has to come between.
        let first = |statement: &&&Statement| statement.is_first && !kdl.catalog.is_empty();
        for statement in statements.iter().filter(first) {
            self.statement(statement, &later).await?;
        }
        self.advance(&schemas, &sooner).await?;
        let before = self.state(&sooner).await?;
        for file in self.files {
            for statement in file.statements.iter().filter(|statement| !first(&statement)) {
                self.statement(statement, &later).await?;
            }
            self.session
                .forget_settings()
                .await
                .map_err(|error| vec![unreachable_scratch(&error)])?;
        }
        if let Some(before) = before {
            let after = self.state(&sooner).await?;
            let changed = changed(&sooner, &before, after.as_ref(), &statements, &kdl.sources);
            if !changed.is_empty() {
                return Err(changed);
            }
        }
        self.advance(&sooner, &kdl.catalog).await?;
        let scope = Scope {
            rows: rows_queries(&kdl.catalog),
            owners: owned(&kdl.catalog),
            ..self.scope.clone()
        };
        self.read(&scope).await
    }

    /// What is there of the declared objects, where there are any.
    async fn state(&mut self, declared: &Catalog) -> Result<Option<Catalog>, Vec<Diagnostic>> {
        if declared.is_empty() || self.files.iter().all(|file| file.statements.is_empty()) {
            return Ok(None);
        }
        let scope = Scope {
            owners: owned(declared),
            ..self.scope.clone()
        };
        Ok(Some(self.read(&scope).await?.catalog.into_catalog()))
    }

    async fn read(&mut self, scope: &Scope) -> Result<Introspection, Vec<Diagnostic>> {
        let read = self.session.introspect(scope).await;
        read.map_err(|error| vec![unreachable_scratch(&error)])
    }

    /// Makes what of the declarations is in `to` and not in `from`.
    async fn advance(&mut self, from: &Catalog, to: &Catalog) -> Result<(), Vec<Diagnostic>> {
        let server = self.session.server().clone();
        let locate = |id: &ObjectId| self.kdl.sources.get(id).cloned();
        let script = creation_from(from, to, &server, &locate)?;
        for step in &script.steps {
            run_step(self.session, step).await.map_err(|error| {
                let refused = Refused {
                    step: step.title.clone(),
                    subject: step.subject.clone(),
                    error,
                };
                vec![explain(&refused, &server, &locate)]
            })?;
        }
        Ok(())
    }

    async fn statement(
        &mut self,
        statement: &Statement,
        later: &HashSet<ObjectId>,
    ) -> Result<(), Vec<Diagnostic>> {
        if let Some(query) = &statement.missing_roles {
            let rows = self.session.query(query).await;
            let rows = rows.map_err(|error| vec![unreachable_scratch(&error)])?;
            let missing: Vec<String> = rows.into_iter().flatten().flatten().collect();
            if !missing.is_empty() {
                return self.without_roles(statement, &missing);
            }
        }
        match self.session.execute(statement.text()).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let title = self.session.server().engine().title();
                Err(vec![refusal(statement, &error, title, later)])
            }
        }
    }

    /// Rights of roles that the server does not have cannot be given, and rights are compared as a whole: then SQL files say
    /// nothing about them.
    fn without_roles(&mut self, statement: &Statement, missing: &[String]) -> Result<(), Vec<Diagnostic>> {
        let roles = match missing {
            [role] => format!("role {role} is"),
            several => format!("roles {} are", several.join(", ")),
        };
        let message = format!("`{}`: {roles} not on this server", statement.opening());
        if self.kdl.catalog.of_kind::<Grants>().next().is_some() {
            let problem = Diagnostic::error(ROLES, message).at(statement.first_line());
            return Err(vec![problem.help(
                "create the role on the server first: roles belong to a server, not to a database",
            )]);
        }
        if !self.without_grants {
            self.without_grants = true;
            let note = Diagnostic::warning(ROLES, format!("{message}; grants in SQL files are left alone"));
            self.notes.push(
                note.at(statement.first_line()).help(
                    "create the role on the server to have grants managed, or dump with --no-privileges",
                ),
            );
        }
        Ok(())
    }
}

/// The engine's words, at the place in the statement that they are about.
fn refusal(statement: &Statement, error: &EngineError, title: &str, later: &HashSet<ObjectId>) -> Diagnostic {
    let message = format!("{title} refuses `{}`: {}", statement.opening(), error.message);
    let place = error.position.and_then(|at| word_at(statement, at));
    let diagnostic = Diagnostic::error(REFUSED, message).at(place.unwrap_or_else(|| statement.first_line()));
    let words = crate::catalog::expr::mentions(&error.message);
    let waits = later.iter().find(|id| {
        let name = id.qname().map(|name| &name.name);
        name.is_some_and(|name| words.iter().any(|word| word == name.text()))
    });
    if let Some(id) = waits {
        return diagnostic.help(format!(
            "{id} is declared in KDL and names what SQL files make, so it is made after them: take the one or the other over"
        ));
    }
    match &error.detail {
        Some(detail) => diagnostic.help(detail.clone()),
        None => {
            diagnostic.help("SQL files are run in the order of their names, after what the KDL files declare")
        }
    }
}

/// The word at the `nth` character of a statement, counted from 1.
fn word_at(statement: &Statement, nth: usize) -> Option<Span> {
    let text = statement.text();
    let (start, _) = text.char_indices().nth(nth.checked_sub(1)?)?;
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"');
    let length = text[start..].find(|c| !is_word(c)).unwrap_or(text.len() - start);
    let length = length.max(text[start..].chars().next().map_or(0, char::len_utf8));
    let start = statement.span.range.start + start;
    Some(Span::new(&statement.span.source, start..start + length))
}

/// What the SQL files have changed or dropped of what is declared in KDL.
fn changed(
    declared: &Catalog,
    before: &Catalog,
    after: Option<&Catalog>,
    statements: &[&Statement],
    sources: &SourceMap,
) -> Vec<Diagnostic> {
    let after = |id: &ObjectId| after.and_then(|after| after.get(id));
    let changed = declared.iter().filter_map(|(id, _)| {
        let was = before.get(id)?;
        match after(id) {
            Some(now) if now == was => None,
            Some(_) => Some((id, "changed")),
            None => Some((id, "dropped")),
        }
    });
    let tell = |(id, how): (&ObjectId, &str)| {
        let about = statements
            .iter()
            .rev()
            .find(|statement| statement.about.as_ref().is_some_and(|about| is_near(about, id)));
        let place = sources.get(id);
        let declared = place.map(|span| format!(" in {span}")).unwrap_or_default();
        let message = format!("{id} is declared in KDL{declared}, and {how} by a SQL file");
        Diagnostic::error(CHANGED, message)
            .about(id)
            .at_opt(place.cloned())
            .at_opt(about.map(|statement| statement.first_line()))
            .help("declare it in one place: write in KDL what it is to be, or move all of it to the SQL file")
    };
    changed.map(tell).collect()
}

/// Whether a statement is about an object, or about what it is part of.
fn is_near(about: &crate::dialect::About, id: &ObjectId) -> bool {
    let target = id.target().unwrap_or(id);
    about.is(target)
        || target
            .relation()
            .or_else(|| target.qname())
            .is_some_and(|relation| about.is_of(relation))
}

/// What was read, with the places and hints of what was declared.
fn together(
    kdl: Declared,
    files: &[SqlFile],
    read: Introspection,
    notes: Vec<Diagnostic>,
    without_grants: bool,
) -> Declared {
    let mut catalog = read.catalog.into_catalog();
    if without_grants {
        catalog.retain(|_, object| !matches!(object, Object::Grants(_)));
    }
    for edge in kdl.catalog.edges() {
        if catalog.contains(&edge.dependent) && catalog.contains(&edge.referenced) {
            catalog.add_edge(edge.dependent.clone(), edge.referenced.clone());
        }
    }
    catalog.order_like(&kdl.catalog);
    declare::add_mentioned(&mut catalog);
    let mut sources = kdl.sources;
    let statements: Vec<&Statement> = files.iter().flat_map(|file| &file.statements).collect();
    for (id, _) in catalog.iter().filter(|(id, _)| !kdl.catalog.contains(id)) {
        let made = statements.iter().find(|statement| {
            let about = statement.about.as_ref();
            about.is_some_and(|about| about.makes && about.is(id))
        });
        if let Some(made) = made {
            sources.insert(id.clone(), made.first_line());
        }
    }
    let has_grants = catalog.of_kind::<Grants>().next().is_some();
    let mut warnings = kdl.warnings;
    warnings.extend(notes);
    warnings.extend(read.unmodelled.into_iter().map(unmanaged));
    Declared {
        manages_grants: !without_grants && (kdl.manages_grants || has_grants),
        catalog,
        sources,
        warnings,
        ..kdl
    }
}

/// What SQL makes is there where the declared state is built, and nowhere else if it is not managed.
fn unmanaged(found: Diagnostic) -> Diagnostic {
    let made = format!("made by a SQL file, and not by a plan: {}", found.message);
    Diagnostic {
        code: UNMANAGED,
        severity: found.severity.min(Severity::Warning),
        message: made,
        ..found
    }
    .help("make it by hand, or in a step that you write into a revision")
}
