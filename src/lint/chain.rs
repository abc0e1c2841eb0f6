//! The revisions, as rules read them: [`Chain`].

use crate::diagnostic::Span;
use crate::revision::{Direction, EngineScript, Revision};
use crate::script::Step;

/// Where a part of a revision stands in its file; nowhere if the file cannot be read any more.
pub type Locate<'a> = &'a dyn Fn(&Revision, Part<'_>) -> Option<Span>;

/// A part of a revision file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// The whole.
    Revision,
    /// One script.
    Script {
        /// The engine.
        engine: &'a str,
        /// Up or down.
        direction: Direction,
    },
    /// One step of the way up.
    Step {
        /// The engine.
        engine: &'a str,
        /// Its place among the steps.
        at: usize,
    },
}

/// The revisions that are ours, with their scripts.
pub struct Chain<'a> {
    /// The revisions, parents before children.
    pub revisions: Vec<&'a Revision>,
    /// The engines that every revision is to carry a script for.
    pub engines: &'a [String],
    pub(super) locate: Locate<'a>,
}

impl<'a> Chain<'a> {
    /// Every script with its revision.
    pub fn scripts(&self) -> impl Iterator<Item = (&'a Revision, &'a EngineScript)> {
        let scripts = |revision: &&'a Revision| {
            let revision: &'a Revision = revision;
            revision.scripts.iter().map(move |script| (revision, script))
        };
        self.revisions
            .iter()
            .flat_map(scripts)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Every step of the ways up.
    pub fn steps(&self) -> impl Iterator<Item = (&'a Revision, Part<'a>, &'a Step)> {
        self.scripts().flat_map(|(revision, script)| {
            let steps = script.upgrade.steps.iter().enumerate();
            steps.map(move |(at, step)| {
                let part = Part::Step {
                    engine: &script.engine,
                    at,
                };
                (revision, part, step)
            })
        })
    }

    /// Where a part of a revision stands.
    pub fn place(&self, revision: &Revision, part: Part<'_>) -> Option<Span> {
        (self.locate)(revision, part)
    }
}
