//! Asks a plan's questions of the data as it is now, before anything is written. Read-only, and never for longer than
//! the project allows: what is not answered by then is told, and nothing is written.

use std::time::Duration;

use crate::catalog::expr::{replace_literal, replace_word};
use crate::catalog::kinds::{Column, PrimaryKey};
use crate::catalog::{Catalog, Ident, ObjectId};
use crate::declare::SourceMap;
use crate::diagnostic::Diagnostic;
use crate::dialect::session::EngineErrorKind;
use crate::dialect::{EngineError, RenderCx, Session};
use crate::op::{Action, Filled, Plan, Question, Txn};
use crate::script::grouped;

use super::{Announce, Failure, Project, Proposal};

/// From how many rows on it is told before a table is read.
const LONG: u64 = 1_000_000;

/// Whether the data is asked, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preflight {
    /// Whether it is asked at all.
    pub asks: bool,
    /// How long one question may take.
    pub timeout: Duration,
}

impl Default for Preflight {
    fn default() -> Self {
        Self {
            asks: true,
            timeout: Duration::from_secs(30),
        }
    }
}

/// Every question of the proposal, asked read-only. Data in the way is an error that counts the rows and names the keys
/// of some; what is lost is counted.
pub(super) async fn ask(
    session: &mut dyn Session,
    proposal: &mut Proposal,
    sources: &SourceMap,
    project: &Project,
) -> Result<(), Failure> {
    let preflight = project.preflight;
    if !preflight.asks {
        proposal.notes.push(
            Diagnostic::warning(
                "RC0542",
                "the data was not asked (--no-preflight): rows may be in the way of these steps",
            )
            .help("plan again without --no-preflight before this is applied where rows matter"),
        );
        return Ok(());
    }
    session.limit(Some(preflight.timeout)).await?;
    let asked = Asker {
        session: &mut *session,
        proposal,
        sources,
        timeout: preflight.timeout,
        announce: &project.announce,
    }
    .all()
    .await;
    session.limit(None).await?;
    asked
}

struct Asker<'a> {
    session: &'a mut dyn Session,
    proposal: &'a mut Proposal,
    sources: &'a SourceMap,
    timeout: Duration,
    announce: &'a Announce,
}

/// What the data says to one question.
enum Answer {
    /// Nothing is in the way.
    Clear,
    /// So many rows are, these among them.
    InTheWay(String, Vec<String>),
    /// What the plan puts into the rows is none of the values that it may be.
    Unmade(EngineError),
    /// The engine could not carry the question out.
    Unasked(EngineError),
}

impl Asker<'_> {
    async fn all(mut self) -> Result<(), Failure> {
        let batches = &self.proposal.plan.batches;
        let all = batches.iter().flat_map(|batch| batch.questions.iter().cloned());
        // Whether values convert at all is known before they are asked about as what they become.
        let (last, mut questions): (Vec<Question>, Vec<Question>) =
            all.partition(|question| matches!(question, Question::OfFilled { .. }));
        questions.extend(last);
        let mut problems = Vec::new();
        let mut refused: Vec<ObjectId> = Vec::new();
        for question in &questions {
            if question.made_of().iter().any(|column| refused.contains(column)) {
                continue;
            }
            match self.one(question).await? {
                Answer::Clear => {}
                Answer::InTheWay(count, keys) => {
                    refused.push(question.subject().clone());
                    let label = self.label(question);
                    let to = &self.proposal.plan.to;
                    problems.push(in_the_way(question, &label, (&count, &keys), to, self.sources));
                }
                Answer::Unmade(error) => problems.push(unmade(question, &error, self.sources)),
                Answer::Unasked(error) => self.proposal.notes.push(
                    Diagnostic::warning(
                        "RC0544",
                        format!(
                            "the data could not be asked about {}: {error}",
                            question.subject()
                        ),
                    )
                    .about(question.subject()),
                ),
            }
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        self.count_losses().await
    }

    fn cx(&self) -> RenderCx<'_> {
        RenderCx {
            server: &self.proposal.server,
            to: &self.proposal.plan.to,
            txn: Txn::Inside,
        }
    }

    fn label(&self, question: &Question) -> String {
        let engine = self.proposal.server.engine();
        match engine.question(question, &self.cx()) {
            Some((label, _)) => label,
            None => engine
                .trial(question, &[], &self.cx())
                .map(|trial| trial.label)
                .unwrap_or_default(),
        }
    }

    /// Tells before a large table is read.
    fn announce(&self, question: &Question) {
        let label = self.label(question);
        let rows = question
            .table()
            .and_then(|table| self.proposal.sizes.get(table))
            .map_or(0, |size| size.rows);
        if rows >= LONG && !label.is_empty() {
            self.announce.tell(&format!(
                "asking {} rows: {label} (for {}s at most; --preflight-timeout)",
                grouped(rows),
                self.timeout.as_secs()
            ));
        }
    }

    async fn one(&mut self, question: &Question) -> Result<Answer, Failure> {
        self.announce(question);
        let engine = self.proposal.server.engine();
        let key = self.key(question);
        if let Some(trial) = engine.trial(question, &key, &self.cx()) {
            let run = under_old_names(&trial.run, &self.proposal.plan);
            match self.session.execute(&run).await {
                Ok(_) => {}
                Err(error) if matches!(error.kind, EngineErrorKind::Statement | EngineErrorKind::Data) => {
                    return Ok(Answer::Unasked(error));
                }
                Err(error) => return Err(self.failed(question, error)),
            }
            let count = self.value(question, &trial.count).await?;
            if count != "0" {
                let keys = self.values(question, &trial.keys).await?;
                return Ok(Answer::InTheWay(count, keys));
            }
            if let Some(changed) = &trial.changed {
                self.rounded(question, changed).await?;
            }
            return Ok(Answer::Clear);
        }
        let Some((_, sql)) = engine.question(question, &self.cx()) else {
            return Ok(Answer::Clear);
        };
        let count = match self.asked(question, &sql).await? {
            Ok(rows) => rows.into_iter().next().unwrap_or_default(),
            Err(answer) => return Ok(answer),
        };
        if count == "0" {
            return Ok(Answer::Clear);
        }
        let keys = match engine.keys_in_the_way(question, &key, &self.cx()) {
            Some(sql) => self.values(question, &sql).await?,
            None => Vec::new(),
        };
        Ok(Answer::InTheWay(count, keys))
    }

    /// Values that change on the way without an error.
    async fn rounded(&mut self, question: &Question, sql: &str) -> Result<(), Failure> {
        let count = self.value(question, sql).await?;
        if let (true, Question::Converts { column, to, .. }) = (count != "0", question) {
            let message = format!(
                "{count} value(s) of {} change: {to} has no room for all of them",
                column.label()
            );
            self.proposal.notes.push(
                Diagnostic::warning("RC0545", message)
                    .about(column)
                    .at_opt(self.sources.get(column).cloned())
                    .help("declare a wider type if the values must stay as they are"),
            );
        }
        Ok(())
    }

    /// Says with what is dropped how many rows it takes along.
    async fn count_losses(&mut self) -> Result<(), Failure> {
        let dropped: Vec<ObjectId> = self
            .proposal
            .plan
            .batches
            .iter()
            .filter_map(|batch| match &batch.head.action {
                Action::Drop { id, .. } => Some(id.clone()),
                _ => None,
            })
            .collect();
        for id in dropped {
            let column = ObjectId {
                kind: crate::catalog::Kind::Column,
                ..id.clone()
            };
            let (question, words) = match (id.kind, id.qname()) {
                (crate::catalog::Kind::Column, _) => (Question::Empty { column }, "have one"),
                (crate::catalog::Kind::Table, Some(table)) => (
                    Question::NoRows {
                        column: ObjectId::column(table, table.name.clone()),
                    },
                    "are there",
                ),
                _ => continue,
            };
            let subject = Some(&id);
            let loses = self
                .proposal
                .upgrade
                .steps
                .iter()
                .any(|step| step.subject.as_ref() == subject && !step.loses.is_empty());
            let asked = self.proposal.server.engine().question(&question, &self.cx());
            let (true, Some((_, sql))) = (loses, asked) else {
                continue;
            };
            let count = self.value(&question, &sql).await?;
            let rows = count.parse().map_or(count.clone(), grouped);
            let steps = self.proposal.upgrade.steps.iter_mut();
            for step in steps.filter(|step| step.subject.as_ref() == subject) {
                for loss in &mut step.loses {
                    loss.push_str(&format!(": {rows} row(s) {words}"));
                }
            }
        }
        Ok(())
    }

    /// The columns of the primary key, under the names that they have now.
    fn key(&self, question: &Question) -> Vec<Ident> {
        let from = &self.proposal.plan.from;
        let table = question.table();
        let renamed = self.proposal.plan.ops().find_map(|op| match &op.action {
            Action::Rename { from, to, .. } if to.qname().is_some() && to.qname() == table => from.qname(),
            _ => None,
        });
        let table = renamed.or(table);
        from.of_kind::<PrimaryKey>()
            .find(|(id, _)| id.relation() == table)
            .map(|(_, key)| key.columns.clone())
            .unwrap_or_default()
    }

    async fn value(&mut self, question: &Question, sql: &str) -> Result<String, Failure> {
        Ok(self
            .values(question, sql)
            .await?
            .into_iter()
            .next()
            .unwrap_or_default())
    }

    async fn values(&mut self, question: &Question, sql: &str) -> Result<Vec<String>, Failure> {
        let found = self.query(sql).await;
        found.map_err(|error| self.failed(question, error))
    }

    /// The same; what the plan has yet to make may be nothing that the engine can make now, or at all.
    async fn asked(
        &mut self,
        question: &Question,
        sql: &str,
    ) -> Result<Result<Vec<String>, Answer>, Failure> {
        let is_made = matches!(question, Question::OfFilled { .. });
        match self.query(sql).await {
            Ok(values) => Ok(Ok(values)),
            Err(error) if is_made && error.kind == EngineErrorKind::Data => Ok(Err(Answer::Unmade(error))),
            Err(error) if is_made && error.kind == EngineErrorKind::Statement => {
                Ok(Err(Answer::Unasked(error)))
            }
            Err(error) => Err(self.failed(question, error)),
        }
    }

    /// Every value that is not NULL.
    async fn query(&mut self, sql: &str) -> Result<Vec<String>, EngineError> {
        let sql = under_old_names(sql, &self.proposal.plan);
        let rows = self.session.query(&sql).await?;
        Ok(rows.into_iter().flatten().flatten().collect())
    }

    fn failed(&self, question: &Question, error: EngineError) -> Failure {
        if error.kind != EngineErrorKind::TimedOut {
            return error.into();
        }
        let subject = question.subject();
        Diagnostic::error(
            "RC0543",
            format!(
                "whether rows are in the way of {subject} was not answered within {} s",
                self.timeout.as_secs()
            ),
        )
        .about(subject)
        .at_opt(self.sources.get(subject).cloned())
        .help("give it longer with --preflight-timeout 10m, or plan with --no-preflight and let the step itself find out")
        .into()
    }
}

/// The plan renames first and asks later; now the old names still stand.
fn under_old_names(sql: &str, plan: &Plan) -> String {
    let mut sql = sql.to_owned();
    for op in plan.ops() {
        if let Action::Rename { from, to, .. } = &op.action
            && let (Some(old), Some(new)) = (from.name(), to.name())
            && !plan.from.has(to)
            && !to.kind.has_cosmetic_name()
        {
            sql = if to.is_value() {
                replace_literal(&sql, new.text(), old.text())
            } else {
                replace_word(&sql, new.text(), &crate::dialect::sql::quoted(old.text()))
            };
        }
    }
    sql
}

fn in_the_way(
    question: &Question,
    label: &str,
    (count, keys): (&str, &[String]),
    to: &Catalog,
    sources: &SourceMap,
) -> Diagnostic {
    let subject: &ObjectId = question.subject();
    let column = to.payload::<Column>(subject);
    let of_domain = column.is_some_and(|column| to.forbids_null(&column.data_type));
    match question {
        Question::NothingElse { .. } => return left_behind(subject, keys, sources),
        Question::NothingSecret { again, .. } => return secrets_lost(subject, *again, keys, sources),
        _ => {}
    }
    let among = match keys {
        [] => String::new(),
        keys => format!(" (among them {})", keys.join("; ")),
    };
    let message = format!("{count} row(s) are in the way of {subject}: the change needs {label}{among}");
    let name = subject.name().map(ToString::to_string).unwrap_or_default();
    let help = match question {
        Question::EachHasItsRow { rows, .. } | Question::NoneHasTwo { rows, .. } => format!(
            "mend the rows of {} or {} first, or write a `match=` that finds one row of {} for each",
            rows.source, rows.target, rows.target
        ),
        Question::OfCopy { copied, .. } => format!(
            "mend the rows of {} or {} first, or write a `copy` that gives each of them what it needs",
            copied.rows.source, copied.rows.target
        ),
        Question::OfFilled { filled, .. } => {
            let what = said(filled);
            format!(
                "the plan itself gives the rows that are there {what}: write a `backfill=`, `default=` or `using=` under which they pass, or mend the rows first"
            )
        }
        Question::NoRows { .. } if of_domain => format!(
            "its type is a domain that does not allow NULL, so that no column of it can be added and filled later: write `default=` for `column {name}`"
        ),
        Question::NoNulls { .. } | Question::NoRows { .. } => {
            format!(
                "write what existing rows get: `column {name} … backfill=…` (a literal, or (sql)\"an expression\")"
            )
        }
        Question::Converts { using: Some(_), .. } => {
            "mend these rows first, or write a `using=` (`backfill=`, `generated=`) that they pass".to_owned()
        }
        Question::Converts { to, .. } => {
            format!(
                "write how the values are converted: `column {name} … using=\"CAST({name} AS {to})\"`, or mend the rows first"
            )
        }
        Question::OfItsType { to, .. } => {
            format!("give these rows a value of type {to} first, or leave `strict` out")
        }
        Question::Unused { values, .. } => {
            format!(
                "give the rows that hold {} another value first",
                values.join(", ")
            )
        }
        Question::NothingElse { .. }
        | Question::NothingSecret { .. }
        | Question::NoDuplicates { .. }
        | Question::NoOverlap { .. }
        | Question::NoOrphans { .. }
        | Question::Holds { .. }
        | Question::Empty { .. } => "mend or remove these rows first, then plan again".to_owned(),
    };
    Diagnostic::error("RC0540", message)
        .about(subject)
        .at_opt(sources.get(subject).cloned())
        .help(help)
}

/// What a plan puts into rows, column by column.
fn said(filled: &[Filled]) -> String {
    let made = filled.iter().flat_map(|rows| &rows.made);
    let said: Vec<String> = made.map(|(name, value)| format!("{name} = {value}")).collect();
    said.join(", ")
}

/// What the plan would put into rows, and the engine refuses to make.
fn unmade(question: &Question, error: &EngineError, sources: &SourceMap) -> Diagnostic {
    let subject = question.subject();
    let what = match question {
        Question::OfFilled { filled, .. } => said(filled),
        _ => String::new(),
    };
    let message = format!("the rows that are there cannot get {what}, over which {subject} stands: {error}");
    Diagnostic::error("RC0540", message)
        .about(subject)
        .at_opt(sources.get(subject).cloned())
        .help("write a `backfill=`, a `default=` or a `using=` that gives a value for every row")
}

/// What is not managed would not come along when a second column takes the place of this one.
fn left_behind(column: &ObjectId, found: &[String], sources: &SourceMap) -> Diagnostic {
    let message = format!(
        "{column} cannot take another type by a copy: it has what is not managed, and would lose it ({})",
        found.join("; ")
    );
    Diagnostic::error("RC0622", message)
        .about(column)
        .at_opt(sources.get(column).cloned())
        .help("take that away and put it back yourself, or plan without type-by-copy and accept the rewrite with --allow-rewrite")
}

/// What is secret is not managed, so that nothing could put it back.
fn secrets_lost(server: &ObjectId, again: bool, found: &[String], sources: &SourceMap) -> Diagnostic {
    let (change, help) = if again {
        (
            "be made anew",
            "drop them before, and make them again after the plan was carried out; or declare a second server beside this one, and \
             drop this one when nothing uses it",
        )
    } else {
        ("be dropped", "drop them before, if nobody needs them any more")
    };
    let message = format!(
        "{server} cannot {change}: what is secret is not managed, and would be lost ({})",
        found.join("; ")
    );
    Diagnostic::error("RC0548", message)
        .about(server)
        .at_opt(sources.get(server).cloned())
        .help(help)
}
