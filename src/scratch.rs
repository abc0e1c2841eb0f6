//! The arbiter: declarations, built on a scratch database by our own plan and read back, are canonical.
//!
//! In: what was declared, and a scratch database. Out: [`Canonical`], or what the engine refused, at the place in the
//! file where it stands. Must not: look at the target database.

pub mod written;

use std::collections::HashSet;
use std::sync::Arc;

use crate::catalog::kinds::{Extension, Owner, Rows};
use crate::catalog::walk::{References, Walk};
use crate::catalog::{Canonical, Catalog, Kind, ObjectId};
use crate::declare::Declared;
use crate::diagnostic::{Diagnostic, Span};
use crate::dialect::scratch::Scratch;
use crate::dialect::session::EngineErrorKind;
use crate::dialect::{
    Choices, Dangling, EngineError, Fold, RowsQuery, Scope, Server, Session, Sizes, TxnOptions, render,
};
use crate::diff::{Difference, Intents, diff};
use crate::op::Plan;
use crate::plan::{Context, plan};
use crate::script::{Item, Script, Step};

/// Where an object is declared.
pub type Locate<'a> = &'a (dyn Fn(&ObjectId) -> Option<Span> + Sync);

/// A step that a database refused.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The title of the step.
    pub step: String,
    /// The object it is about.
    pub subject: Option<ObjectId>,
    /// What the engine said.
    pub error: EngineError,
}

/// Makes declarations canonical: what differs from `known`, together with what it refers to, is built on an empty
/// scratch database and read back. What equals `known` to the letter has nothing to arbitrate.
pub async fn canonicalise(
    declared: &Declared,
    known: &Catalog,
    scratch: &mut Scratch,
    scope: &Scope,
) -> Result<Canonical, Vec<Diagnostic>> {
    let server = scratch
        .session()
        .map_err(|error| vec![unreachable_scratch(&error)])?
        .server()
        .clone();
    let asked = with_references(&declared.catalog, asked_about(&declared.catalog, known), &server);
    let mut question = declared.catalog.clone();
    question.retain(|id, _| asked.contains(id));
    let locate = |id: &ObjectId| declared.sources.get(id).cloned();
    build(&question, scratch, &locate).await?;
    let scope = Scope {
        rows: rows_queries(&question),
        owners: owned(&question),
        details: question.says_details(),
        ..scope.clone()
    };
    let session = scratch
        .session()
        .map_err(|error| vec![unreachable_scratch(&error)])?;
    let dangling = server
        .engine()
        .dangling(session, &question, &scope)
        .await
        .map_err(|error| vec![unreachable_scratch(&error)])?;
    // What a plan adds on the way is not the author's to mend.
    let own = dangling.iter().filter(|one| locate(&one.id).is_some());
    let problems: Vec<Diagnostic> = own.map(|one| unusable(one, &server, &locate)).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let answer = session
        .introspect(&scope)
        .await
        .map_err(|error| vec![unreachable_scratch(&error)])?;
    let mut found = answer.catalog.into_catalog();
    found.keep_said(&declared.catalog, &ObjectId::clone);
    let server = session.server().to_string();
    Ok(Canonical::introspected(
        answered(&declared.catalog, &asked, &found),
        server,
    ))
}

/// The objects that `known` does not have, or has otherwise, and what depends on the latter: of a column that was an
/// integer and is a number, the engine says `n > 0` in other words. Extensions come with anything: what they bring is
/// mentioned nowhere.
fn asked_about(declared: &Catalog, known: &Catalog) -> Vec<ObjectId> {
    let mut asked = Vec::new();
    let mut altered = Vec::new();
    for (id, object) in declared.iter() {
        match known.get(id) {
            Some(other) if other == object => {}
            Some(_) if id.kind != Kind::Table => altered.push(id.clone()),
            _ => asked.push(id.clone()),
        }
    }
    if !altered.is_empty() {
        let references = References::new(declared);
        let mut seen = HashSet::new();
        while let Some(id) = altered.pop() {
            if seen.insert(id.clone()) {
                altered.extend(references.dependents(&id).iter().cloned());
                asked.push(id);
            }
        }
    }
    if !asked.is_empty() {
        asked.extend(declared.of_kind::<Extension>().map(|(id, _)| id.clone()));
        // No text says what is cast without being told to, or which class a type is indexed by; and operators name each other.
        let unsaid = |id: &&ObjectId| matches!(id.kind, Kind::Cast | Kind::Operator | Kind::OperatorClass);
        asked.extend(declared.iter().map(|(id, _)| id).filter(unsaid).cloned());
    }
    asked
}

/// These objects and everything that they need to stand; a table is not one without what only its own statement can make.
fn with_references(catalog: &Catalog, roots: Vec<ObjectId>, server: &Server) -> HashSet<ObjectId> {
    let references = References::new(catalog);
    let walk = Walk::new(catalog);
    let folded = |id: &ObjectId| {
        let rules = server.engine().rules(id.kind);
        rules.is_some_and(|rules| rules.fold() == Fold::Always)
    };
    let mut found = HashSet::new();
    let mut queue = roots;
    while let Some(id) = queue.pop() {
        if !found.insert(id.clone()) {
            continue;
        }
        queue.extend(references.of(&id).iter().cloned());
        queue.extend(references.later_than(&id).iter().cloned());
        if let Some(table) = id.qname() {
            queue.extend(walk.members(table).map(|(id, _)| id.clone()).filter(folded));
        }
    }
    found
}

/// The declared objects in declared order, with the engine's answer in the place of what it was asked about.
fn answered(declared: &Catalog, asked: &HashSet<ObjectId>, answer: &Catalog) -> Catalog {
    let mut out = Catalog::new();
    for (id, object) in declared.iter().filter(|(id, _)| !asked.contains(id)) {
        out.insert(id.clone(), object.clone());
    }
    for (id, object) in answer.iter() {
        out.insert(id.clone(), object.clone());
    }
    for edge in declared.edges().chain(answer.edges()) {
        out.add_edge(edge.dependent.clone(), edge.referenced.clone());
    }
    out.order_like(declared);
    let observed = out.iter().map(|(id, _)| id);
    let observed: Vec<ObjectId> = observed.filter(|id| declared.is_observed(id)).cloned().collect();
    out.observe(observed);
    out
}

/// What an engine makes of `from` when the declared renames are carried out: views and checks follow in its own way.
/// `None` where nothing is renamed, or where `from` cannot be built here; then text rules have to do.
pub async fn after_renames(
    from: &Canonical,
    to: &Canonical,
    intents: &Intents,
    scratch: &mut Scratch,
    scope: &Scope,
) -> Option<Arc<Catalog>> {
    let session = scratch.session().ok()?;
    let server = session.server().clone();
    let engine = server.engine();
    let difference = diff(from, to, intents, &|name| engine.quote(name));
    if difference.renames.is_empty() {
        return None;
    }
    build(from, scratch, &|_| None).await.ok()?;
    let renames = Plan {
        batches: crate::plan::renames(&difference, engine),
        from: from.shared(),
        to: difference.from.clone(),
        before_renames: None,
        declined: Vec::new(),
    };
    let session = scratch.session().ok()?;
    run(session, &render::render(&renames, &server)).await.ok()?;
    let mut renamed = (*difference.from).clone();
    let scope = Scope {
        details: renamed.says_details(),
        ..scope.clone()
    };
    let mut found = session.introspect(&scope).await.ok()?.catalog.into_catalog();
    found.keep_said(&renamed, &ObjectId::clone);
    let of_values = users_of_values(&difference);
    for (id, object) in renamed.iter_mut() {
        // What the rename did not touch keeps the text that the database has.
        let touched = from.get(id) != Some(&*object) || of_values.contains(id);
        if let Some(answer) = found.get(id).filter(|_| touched && id.kind != Kind::Rows) {
            *object = answer.clone();
        }
    }
    Some(Arc::new(renamed))
}

/// What may name a value that is renamed: everything that rests on its enum.
fn users_of_values(difference: &Difference) -> HashSet<ObjectId> {
    let values = difference
        .renames
        .iter()
        .map(|(_, to)| to)
        .filter(|to| to.is_value());
    let enums = values.filter_map(|value| value.relation().cloned());
    let mut queue: Vec<ObjectId> = enums.map(|of| ObjectId::qualified(Kind::Enum, of)).collect();
    let mut found = HashSet::new();
    if queue.is_empty() {
        return found;
    }
    let references = References::new(&difference.from);
    while let Some(id) = queue.pop() {
        for dependent in references.dependents(&id) {
            if found.insert(dependent.clone()) {
                queue.push(dependent.clone());
            }
        }
    }
    found
}

/// Makes a catalog on an empty database; what the engine refuses is told at the place where it is declared.
pub async fn build(
    catalog: &Catalog,
    scratch: &mut Scratch,
    locate: Locate<'_>,
) -> Result<(), Vec<Diagnostic>> {
    let session = scratch
        .session()
        .map_err(|error| vec![unreachable_scratch(&error)])?;
    let server = session.server().clone();
    let script = creation(catalog, &server, locate)?;
    run(session, &script)
        .await
        .map_err(|refused| vec![explain(&refused, &server, locate)])
}

/// The script that makes a catalog on an empty database.
pub fn creation(catalog: &Catalog, server: &Server, locate: Locate<'_>) -> Result<Script, Vec<Diagnostic>> {
    script_to(catalog, (&Catalog::new(), &Choices::DEFAULT), server, locate)
}

/// The script that adds what is missing to a database on which nobody waits.
fn creation_from(
    from: &Catalog,
    to: &Catalog,
    server: &Server,
    locate: Locate<'_>,
) -> Result<Script, Vec<Diagnostic>> {
    let at_once = Choices {
        at_once: true,
        ..Choices::DEFAULT
    };
    script_to(to, (from, &at_once), server, locate)
}

fn script_to(
    catalog: &Catalog,
    (from, choices): (&Catalog, &Choices),
    server: &Server,
    locate: Locate<'_>,
) -> Result<Script, Vec<Diagnostic>> {
    let intents = Intents::default();
    // What somebody else has made elsewhere has to be made here, too.
    let from = Canonical::assumed(from.unmarked());
    let everything = Canonical::assumed(catalog.unmarked());
    let engine = server.engine();
    let difference = diff(&from, &everything, &intents, &|name| engine.quote(name));
    let plan = plan(
        &from.shared(),
        &difference,
        &Context {
            server,
            intents: &intents,
            choices,
            locate,
            sizes: &Sizes::new(),
        },
    )?;
    Ok(render::render(&plan, server))
}

/// The rows that a catalog declares, as something to read.
pub fn rows_queries(catalog: &Catalog) -> Vec<RowsQuery> {
    catalog
        .of_kind::<Rows>()
        .filter_map(|(id, rows)| {
            let table = id.target()?.qname()?.clone();
            Some(RowsQuery {
                table,
                key: rows.key.clone(),
                columns: rows.columns.clone(),
            })
        })
        .collect()
}

/// The objects of a catalog whose owners it says.
pub fn owned(catalog: &Catalog) -> Vec<ObjectId> {
    let said = catalog.of_kind::<Owner>();
    said.filter_map(|(id, _)| id.target().cloned()).collect()
}

/// Runs a script, segment by segment, with nothing but its own statements.
pub async fn run(session: &mut dyn Session, script: &Script) -> Result<(), Refused> {
    for segment in script.segments() {
        let steps = &script.steps[segment];
        let outside = steps.iter().all(|step| step.txn == crate::op::Txn::Outside);
        let refused = |step: &Step, error| Refused {
            step: step.title.clone(),
            subject: step.subject.clone(),
            error,
        };
        if !outside {
            let options = TxnOptions {
                foreign_keys_off: script.foreign_keys_off,
                continues: false,
            };
            session
                .begin(options)
                .await
                .map_err(|error| refused(&steps[0], error))?;
        }
        for step in steps {
            if let Err(error) = run_step(session, step).await {
                if !outside {
                    // The first error is the one to tell; a connection that is gone has undone everything anyway.
                    drop(session.rollback().await);
                }
                return Err(refused(step, error));
            }
        }
        if !outside && let Err(error) = session.commit().await {
            return Err(refused(&steps[steps.len() - 1], error));
        }
    }
    Ok(())
}

async fn run_step(session: &mut dyn Session, step: &Step) -> Result<(), EngineError> {
    for item in &step.items {
        match item {
            Item::DoneWhen { sql, .. } => {
                session.query(sql).await?;
            }
            // Both ways have to hold, and nothing is left for the second.
            Item::Batched(batched) => {
                let mut cursor = None;
                while let Some(batch) = session
                    .batch(&batched.sql, cursor.as_deref(), batched.size)
                    .await?
                {
                    cursor = Some(batch.cursor);
                }
                session.execute(&batched.whole).await?;
            }
            Item::Sql(sql) => {
                session.execute(sql).await?;
            }
            Item::Expect { label, sql, value } => {
                let found = session.query(sql).await?;
                let found = found.into_iter().flatten().next().flatten().unwrap_or_default();
                if found != *value {
                    let message = format!("expected {label}, and found {found}");
                    return Err(EngineError {
                        statement: Some(sql.clone()),
                        ..EngineError::new(EngineErrorKind::Data, message)
                    });
                }
            }
        }
    }
    Ok(())
}

/// The engine's words, at the place where the object is declared, with what to write instead where that is known.
pub fn explain(refused: &Refused, server: &Server, locate: Locate<'_>) -> Diagnostic {
    let title = server.engine().title();
    let mut message = format!("{title} refuses to {}: {}", refused.step, refused.error.message);
    if let Some(detail) = &refused.error.detail {
        message = format!("{message} ({detail})");
    }
    let mut diagnostic = Diagnostic::error("RC0510", message);
    if let Some(subject) = &refused.subject {
        diagnostic = diagnostic.about(subject).at_opt(locate(subject));
    }
    match server.engine().advice(&refused.error) {
        Some(advice) => diagnostic.help(advice),
        None => match &refused.error.statement {
            Some(statement) => diagnostic.help(format!("the statement was: {statement}")),
            None => diagnostic,
        },
    }
}

/// The engine took it, and would refuse every use of it.
fn unusable(dangling: &Dangling, server: &Server, locate: Locate<'_>) -> Diagnostic {
    let Dangling { id, message, .. } = dangling;
    let title = server.engine().title();
    Diagnostic::error(
        "RC0510",
        format!("{title} takes {id}, and cannot use it: {message}"),
    )
    .about(id)
    .at_opt(locate(id))
    .help("declare what is missing, or mend what names it")
}

fn unreachable_scratch(error: &EngineError) -> Diagnostic {
    Diagnostic::error("RC0511", format!("the scratch database cannot be used: {error}"))
        .help("set `scratch-url` in reconcile.kdl, or --scratch-url, to a server where databases may be made")
}
