//! `reconcile` compares a schema that is declared in KDL files with a live database, plans the difference as a
//! topologically ordered list of ops, writes it as a revision that a person can review, and applies exactly that.
//!
//! # The pipeline
//!
//! ```text
//! schema/*.kdl ──declare──► declared ──scratch──► canonical ─┐
//!                                                            ├─diff─► changes ─plan─► ops ─render─► script
//! database ─────introspect─────────────────────► canonical ─┘                                        │
//!                                                                                                   ▼
//!      database ◄──runner (lock, drift check, resume)── revision chain ◄──write── plans/<time>_<rev>_<slug>.kdl
//! ```
//!
//! Four verbs, four modules: [`diff`] says what differs, [`plan`] how it is safely done, [`dialect::render`] how it
//! reads, [`runner`] makes it happen. Knowledge of an engine stands in [`dialect`] alone; the model in [`catalog`] is
//! one flat store of objects under ids; the engine itself, on a scratch database, is the arbiter of what texts mean
//! ([`scratch`]) and of whether a plan arrives ([`verify`]).
//!
//! # Who may use whom
//!
//! A module uses only those above it in this list (`tests/arch.rs` holds the exact table):
//!
//! 1. [`diagnostic`]: what to tell a person, and where; `quoting`, `python`: texts in KDL and Python;
//!    [`statements`]: where SQL statements end
//! 2. [`catalog`]: objects, ids, edges, fingerprints
//! 3. [`diff`], [`op`], [`script`]: changes, ops, statements; data
//! 4. [`dialect`]: engines; rule rows, rendering, sessions, introspection
//! 5. [`declare`], [`revision`]: files; the declarations and the chain
//! 6. [`plan`], [`runner`]: ops in order; statements carried out
//! 7. [`scratch`], [`verify`]: arbitration and proof; [`lint`]: opinions of declarations, plans and revisions
//! 8. [`config`], [`workflow`]: a project, and one use case a file
//! 9. `cli`: arguments, output, exit status; the only module that prints
//!
//! # Words
//!
//! *catalog*: all objects of a database. *schema*: a namespace in it. *declared*: what the files say. *canonical*:
//! spelled as the engine spells it. *scratch database*: an empty one that nobody misses. *change*: one object that
//! differs. *op*: one thing to do. *strategy*: a rewrite of ops into safer ones. *batch*: ops of one statement. *step*:
//! statements that belong together. *segment*: steps of one transaction. *impact*: what an op locks, costs and loses.
//! *lint*: an opinion of what is declared or planned, under a name.
//! *fingerprint*: the hash of a catalog. *drift*: a database that is not as its revision left it. *proof*: a plan run
//! up and down on the scratch database, with made-up rows. *revision*, *head*, *base*, *down revision*, *upgrade*, *downgrade*, *stamp*:
//! as in Alembic.

pub mod catalog;
pub mod cli;
pub mod config;
pub mod declare;
pub mod diagnostic;
pub mod dialect;
pub mod diff;
pub mod lint;
pub mod op;
pub mod phases;
pub mod plan;
mod python;
mod quoting;
pub mod revision;
pub mod runner;
pub mod scratch;
pub mod script;
pub mod statements;
pub mod verify;
pub mod workflow;
