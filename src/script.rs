//! A [`Script`]: the statements that a revision stores, a person reviews, and the runner executes. Nothing else runs.
//!
//! Must not: know why a statement is there, or how to render one.

use serde::Serialize;

use crate::catalog::{ObjectId, QName};
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

/// A lock on a table, view or sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lock {
    /// What is locked.
    pub relation: QName,
    /// How, in the engine's own words.
    pub lock: String,
}

/// What the statements of a step do, as calls of Alembic's `op`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// Python statements, of one line or more.
    pub calls: Vec<String>,
    /// Whether they name the types of SQLAlchemy's dialect, which must be imported.
    pub types_of_dialect: bool,
    /// Whether they make constraints without a name, which a project's naming convention would give one.
    pub unnamed: bool,
}

/// Whether somebody has to allow what a step loses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Consent {
    /// It is refused unless somebody does.
    #[default]
    Needed,
    /// It was agreed to before: what goes was set aside, and its time is over.
    Given,
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
    /// Whether somebody still has to allow that.
    pub consent: Consent,
    /// How many rows its tables had when it was planned, where that was known and there were any.
    pub rows: Option<u64>,
    /// How many bytes these rows took.
    pub bytes: Option<u64>,
    /// Whether indexes that are there are built anew.
    pub rebuilds_indexes: bool,
    /// Whether the way back does not bring every value back as it was.
    pub one_way: bool,
    /// What is locked, the table it is about first; not stored.
    #[serde(skip)]
    pub locks: Vec<Lock>,
    /// Whether a table is written anew, into another file; not stored.
    #[serde(skip)]
    pub rewrites: bool,
    /// The same in the words of Alembic, where it has any; not stored.
    #[serde(skip)]
    pub operations: Option<Operations>,
    /// The object it is about, for messages; not stored.
    #[serde(skip)]
    pub subject: Option<ObjectId>,
}

/// How fast a table is read, a guess in bytes a second. Files and output say so with each estimate.
const READ: u64 = 200_000_000;
/// How fast a table is written, or an index made of it.
const WRITTEN: u64 = 50_000_000;
/// How many rows a table may have that is written anew without being asked: it takes less than anybody notices.
const LARGE: u64 = 10_000;
/// What a row is taken to need where nobody tells.
const ROW: u64 = 100;

impl Step {
    /// How long it will take, and on what that rests: `scan of 2,000,000 rows, 180 MB: about 1 s at 200 MB/s`. Nothing
    /// is said of a step that reads no table, or one whose size was not known.
    pub fn estimate(&self) -> Option<String> {
        let (what, rate) = match self.cost {
            Cost::Instant | Cost::Brief => return None,
            Cost::Scan if self.rebuilds_indexes => ("indexes of", WRITTEN),
            Cost::Scan => ("scan of", READ),
            Cost::Rewrite => ("rewrite of", WRITTEN),
        };
        let rows = self.rows?;
        let bytes = self.bytes.unwrap_or_else(|| rows.saturating_mul(ROW));
        let basis = match self.bytes {
            Some(bytes) => format!(", {}", size(bytes)),
            None => format!(" at {ROW} bytes each"),
        };
        Some(format!(
            "{what} {} row{}{basis}: {} at {}/s",
            grouped(rows),
            if rows == 1 { "" } else { "s" },
            duration(bytes.div_ceil(rate)),
            size(rate)
        ))
    }
}

/// `2,000,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `180 MB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

fn duration(seconds: u64) -> String {
    match seconds {
        0 | 1 => "about 1 s or less".to_owned(),
        2..120 => format!("about {seconds} s"),
        120..7_200 => format!("about {} min", seconds / 60),
        _ => format!("about {} h", seconds / 3_600),
    }
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

    /// Every loss that somebody has to allow, step by step.
    pub fn losses(&self) -> impl Iterator<Item = &str> {
        let open = self.steps.iter().filter(|step| step.consent == Consent::Needed);
        open.flat_map(|step| step.loses.iter().map(String::as_str))
    }

    /// Every loss that was agreed to when what goes was set aside.
    pub fn agreed_losses(&self) -> impl Iterator<Item = &str> {
        let agreed = self.steps.iter().filter(|step| step.consent == Consent::Given);
        agreed.flat_map(|step| step.loses.iter().map(String::as_str))
    }

    /// The steps that write a large table anew while this lock is held, one sentence each.
    pub fn rewrites_under<'a>(&'a self, lock: &'a str) -> impl Iterator<Item = String> + 'a {
        self.steps
            .iter()
            .filter(move |step| step.cost == Cost::Rewrite && step.lock.as_deref() == Some(lock))
            .filter(|step| step.rows.is_some_and(|rows| rows > LARGE))
            .map(|step| format!("{}: {}", step.title, step.estimate().unwrap_or_default()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_names_its_basis() {
        let step = |cost, rows, bytes| Step {
            cost,
            rows,
            bytes,
            ..Step::default()
        };
        for (cost, rows, bytes, said) in [
            (
                Cost::Scan,
                Some(2_000_000),
                Some(1_800_000_000),
                Some("scan of 2,000,000 rows, 1800 MB: about 9 s at 200 MB/s"),
            ),
            (
                Cost::Rewrite,
                Some(1),
                Some(8_192),
                Some("rewrite of 1 row, 8 kB: about 1 s or less at 50 MB/s"),
            ),
            (
                Cost::Rewrite,
                Some(100_000_000),
                None,
                Some("rewrite of 100,000,000 rows at 100 bytes each: about 3 min at 50 MB/s"),
            ),
            (Cost::Scan, None, None, None),
            (Cost::Brief, Some(5), Some(5), None),
        ] {
            assert_eq!(step(cost, rows, bytes).estimate().as_deref(), said);
        }
    }
}
