//! A [`Script`]: the statements that a revision stores, a person reviews, and the runner executes. Nothing else runs.
//!
//! Must not: know why a statement is there, or how to render one.

use serde::Serialize;

use crate::catalog::ObjectId;
use crate::op::Txn;

/// How long a step takes, as a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cost {
    /// Only the catalog changes.
    #[default]
    Instant,
    /// Short, but a strong lock is taken.
    Brief,
    /// Every row is read.
    Scan,
    /// Every row is written.
    Rewrite,
}

impl Cost {
    /// The word in files and output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::Brief => "brief",
            Self::Scan => "scan",
            Self::Rewrite => "rewrite",
        }
    }

    /// The class with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Instant, Self::Brief, Self::Scan, Self::Rewrite]
            .into_iter()
            .find(|cost| cost.word() == word)
    }
}

/// One line of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Item {
    /// A statement to run, without a closing semicolon.
    Sql(String),
    /// A query whose single value must be this; otherwise the step, and what shares its transaction, is undone.
    Expect {
        /// What is expected, as a sentence: `no NULL in users.phone`.
        label: String,
        /// The query.
        sql: String,
        /// The only right answer, as text.
        value: String,
    },
    /// A query whose single value is this where an earlier run has carried the step out already: the rest of it is skipped.
    DoneWhen {
        /// The query.
        sql: String,
        /// The answer, as text.
        value: String,
    },
    /// A statement that is run again and again, each time for the next rows, each time in a transaction of its own.
    Batched(Batched),
}

/// A statement for a number of rows at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Batched {
    /// The statement. `$1` is where the last one stopped, NULL in the first; `$2` is how many rows to take. It answers with
    /// how many rows were written and where it stopped, or with nothing when no row is left.
    pub sql: String,
    /// The same for all rows at once, for whoever cannot go by batches: Alembic, and a script for a client.
    pub whole: String,
    /// How many rows to take at most; fewer where they take long.
    pub size: u32,
}

/// A few statements that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it does: `add column users.phone`.
    pub title: String,
    /// The statements and expectations in order.
    pub items: Vec<Item>,
    /// How it shares transactions.
    pub txn: Txn,
    /// The strongest lock it takes, in the engine's own words.
    pub lock: Option<String>,
    /// How long it takes.
    pub cost: Cost,
    /// What it destroys beyond recall: one sentence each.
    pub loses: Vec<String>,
    /// The object it is about, for messages; not stored.
    #[serde(skip)]
    pub subject: Option<ObjectId>,
}

/// Everything that leads from one state to another on one engine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Script {
    /// Whether foreign keys must be switched off around it, outside the transaction, and checked inside (SQLite).
    pub foreign_keys_off: bool,
    /// The steps in order.
    pub steps: Vec<Step>,
}

impl Script {
    /// Whether there is nothing to run.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The steps cut into stretches that run in one transaction each; a stretch outside any transaction, or alone in one,
    /// is one step.
    pub fn segments(&self) -> Vec<std::ops::Range<usize>> {
        let mut out: Vec<std::ops::Range<usize>> = Vec::new();
        let mut start = 0;
        for (at, step) in self.steps.iter().enumerate() {
            let cut = |out: &mut Vec<std::ops::Range<usize>>, start: &mut usize, end: usize| {
                if end > *start {
                    out.push(*start..end);
                }
                *start = end;
            };
            match step.txn {
                Txn::Inside => {}
                Txn::Outside | Txn::Alone => {
                    cut(&mut out, &mut start, at);
                    cut(&mut out, &mut start, at + 1);
                }
                Txn::CommitAfter => cut(&mut out, &mut start, at + 1),
            }
        }
        if start < self.steps.len() {
            out.push(start..self.steps.len());
        }
        out
    }

    /// Every loss, step by step.
    pub fn losses(&self) -> impl Iterator<Item = &str> {
        self.steps
            .iter()
            .flat_map(|step| step.loses.iter().map(String::as_str))
    }

    /// Every statement, in order, without the expectations.
    pub fn statements(&self) -> impl Iterator<Item = &str> {
        self.steps
            .iter()
            .flat_map(|step| &step.items)
            .filter_map(|item| match item {
                Item::Sql(sql) => Some(sql.as_str()),
                Item::Batched(batched) => Some(batched.whole.as_str()),
                Item::Expect { .. } | Item::DoneWhen { .. } => None,
            })
    }
}
