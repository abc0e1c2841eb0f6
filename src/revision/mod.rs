//! The revision chain: [`Revision`] files in `plans/` and the graph they form.
//!
//! Pure: it reads and writes texts, and touches neither a database nor the declarations.
//! [`mod@file`] is the form of a file, [`map`] the graph, [`target`] what `head`, `-1` or `3f2a+2` mean in it,
//! [`walk`] the way there, [`lineage`] the rows on the way, [`range`] what `a:b` spans, [`marks`] what a revision is,
//! [`made`] what the chain made of what others own by now,
//! [`twin`] the file that Alembic runs in its place.

pub mod file;
pub mod id;
pub mod lineage;
mod links;
pub mod made;
pub mod map;
pub mod marks;
mod order;
pub mod python;
pub mod range;
pub mod target;
mod trouble;
pub mod twin;
pub mod walk;

use std::fmt;
use std::path::PathBuf;

use crate::catalog::Fingerprint;
use crate::op::{Phase, Txn};
use crate::script::{Batched, Item, Script};

pub use file::{file_name, parse, print};
pub use id::new_id;
pub use lineage::Stage;
pub use map::RevisionMap;
pub use marks::Marks;

/// Which way a revision is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Up: the version becomes this revision.
    Upgrade,
    /// Down: the version becomes its parent.
    Downgrade,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Upgrade => "upgrade",
            Self::Downgrade => "downgrade",
        })
    }
}

/// What a revision does on one engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineScript {
    /// The engine's name: `postgres`, `sqlite`.
    pub engine: String,
    /// The server version it was planned on, as text.
    pub version: String,
    /// The state it was planned from.
    pub from: Fingerprint,
    /// The other state it may start from: a merge of branches that leave something else in the other order.
    pub or_from: Option<Fingerprint>,
    /// The state it leads to.
    pub to: Fingerprint,
    /// The checksum that the revision had before it took the place of others: a database that was brought here by those
    /// has this one in its ledger.
    pub was: Option<Fingerprint>,
    /// What a trial on a scratch database has shown of it, and what it has not.
    pub proof: Option<String>,
    /// The way up.
    pub upgrade: Script,
    /// The way down, planned the other way round.
    pub downgrade: Script,
}

/// Which tool wrote a revision, and so which can run it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// A `.kdl` file: its scripts are run as they stand.
    #[default]
    Native,
    /// A `.py` file that stands alone: it holds no script, and only the project's own Alembic can run it.
    Alembic,
}

/// One revision of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Who wrote it.
    pub origin: Origin,
    /// 12 hex digits, as Alembic makes them; in a file of Alembic's whatever Alembic takes.
    pub id: String,
    /// What it is for.
    pub message: String,
    /// The revisions it stands on; none for a base, several for a merge.
    pub down_revisions: Vec<String>,
    /// Names of the line it begins.
    pub branch_labels: Vec<String>,
    /// Revisions that must be applied before, without being parents.
    pub depends_on: Vec<String>,
    /// When it was made: RFC 3339, in UTC unless the project names a zone.
    pub created: String,
    /// Which half of a change it is, where one is spread over two deploys.
    pub phase: Option<Phase>,
    /// The revisions in whose place it stands, where a part of the chain was made one.
    pub replaces: Vec<String>,
    /// What a reader should know: what could not be proven, what is lost.
    pub notes: Vec<String>,
    /// What it does, by engine.
    pub scripts: Vec<EngineScript>,
    /// Where it was read from.
    pub path: PathBuf,
}

impl Revision {
    /// What it does on this engine.
    pub fn script(&self, engine: &str) -> Option<&EngineScript> {
        self.scripts.iter().find(|script| script.engine == engine)
    }

    /// When it was made, in the zone in which that is written.
    pub fn made(&self) -> Option<jiff::Zoned> {
        let time: jiff::Timestamp = self.created.parse().ok()?;
        let written = jiff::fmt::temporal::Pieces::parse(&self.created).ok()?;
        let offset = written.to_numeric_offset().unwrap_or(jiff::tz::Offset::UTC);
        Some(time.to_zoned(offset.to_time_zone()))
    }

    /// The checksum of what it does on this engine: 32 hex digits over both scripts, the ids, and nothing that a
    /// comment or the script of another engine could change.
    pub fn checksum(&self, engine: &str) -> Option<Fingerprint> {
        let script = self.script(engine)?;
        let mut bytes = Digested::default();
        bytes.text(&self.id);
        bytes.list(&self.down_revisions);
        bytes.list(&self.depends_on);
        bytes.script(&script.upgrade);
        bytes.script(&script.downgrade);
        Some(Fingerprint::of_bytes(&bytes.0))
    }
}

/// What is hashed: every text with its length before it, so that no two revisions have the same bytes.
#[derive(Default)]
struct Digested(Vec<u8>);

impl Digested {
    fn text(&mut self, text: &str) {
        self.0.extend_from_slice(text.len().to_string().as_bytes());
        self.0.push(b':');
        self.0.extend_from_slice(text.as_bytes());
    }

    fn list(&mut self, texts: &[String]) {
        self.text(&texts.len().to_string());
        for text in texts {
            self.text(text);
        }
    }

    fn script(&mut self, script: &Script) {
        self.text(if script.foreign_keys_off {
            "foreign keys off"
        } else {
            "foreign keys on"
        });
        self.text(&script.steps.len().to_string());
        for step in &script.steps {
            self.text(match step.txn {
                Txn::Inside => "inside",
                Txn::Outside => "outside",
                Txn::CommitAfter => "commit after",
                Txn::Alone => "alone",
            });
            self.text(&step.items.len().to_string());
            for item in &step.items {
                match item {
                    Item::Sql(sql) => {
                        self.text("sql");
                        self.text(sql);
                    }
                    Item::Expect { label: _, sql, value } => {
                        self.text("expect");
                        self.text(sql);
                        self.text(value);
                    }
                    Item::DoneWhen { sql, value } => {
                        self.text("done when");
                        self.text(sql);
                        self.text(value);
                    }
                    // How many rows at a time is for whoever runs it to choose.
                    Item::Batched(Batched { sql, whole, size: _ }) => {
                        self.text("batched");
                        self.text(sql);
                        self.text(whole);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
