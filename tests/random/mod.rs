//! Random catalogs and random edits of them, from a seed.
//!
//! A catalog is what a list of steps makes of an empty one, and an edited catalog is what further steps make of that. Every step
//! draws from a seed of its own, so that a list from which steps were taken out means the same as before for the rest: that is how
//! a failure becomes small. After each step `tidy` takes away what the engine would not have, so that every list is valid.

mod build;
mod change;
mod dice;
mod edit;
mod extra;
mod members;
mod model;
mod rows;
mod text;
mod tidy;
mod turn;
mod types;
mod write;

use dice::{Dice, mixed};
use model::Model;

/// One thing that is done to a catalog.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// Where it stood in its list: the names of what it makes are made of it.
    number: u32,
    seed: u64,
}

/// A catalog and another one that was made from it, as the steps that make them.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) builds: Vec<Step>,
    pub(crate) edits: Vec<Step>,
    /// Whether rights are declared at all.
    grants: bool,
    /// The major version of the server.
    major: u32,
}

/// The two states as declarations, and rows for the first.
pub(crate) struct Told {
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) rows: String,
    /// `table.column` of what may have other values, or be another thing, afterwards.
    pub(crate) changed: Vec<String>,
}

impl Pair {
    pub(crate) fn new(seed: u64, major: u32) -> Self {
        let mut dice = Dice::new(seed);
        let builds = 14 + dice.below(28);
        let edits = 1 + dice.below(9);
        let step = |number: usize| Step {
            number: u32::try_from(number).unwrap_or(0),
            seed: mixed(seed, number as u64),
        };
        Self {
            builds: (0..builds).map(step).collect(),
            edits: (builds..builds + edits).map(step).collect(),
            grants: dice.below(3) == 0,
            major,
        }
    }

    pub(crate) fn told(&self) -> Told {
        let mut model = Model::new(self.major, self.grants);
        for step in &self.builds {
            build::step(&mut model, step.number, &mut Dice::new(step.seed));
            tidy::tidy(&mut model);
        }
        let before = model.clone();
        model.editing = true;
        for step in &self.edits {
            edit::step(&mut model, step.number, &mut Dice::new(step.seed));
            tidy::tidy(&mut model);
        }
        Told {
            rows: rows::rows(&before),
            changed: model.changed_since(&before),
            before: write::declarations(&before, &before),
            after: write::declarations(&model, &before),
        }
    }

    /// The same pair with fewer steps, the boldest first.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        let mut out = Vec::new();
        for size in [16, 8, 4, 2, 1] {
            for at in (0..self.edits.len())
                .step_by(size)
                .filter(|_| size < self.edits.len())
            {
                let mut pair = self.clone();
                pair.edits.drain(at..(at + size).min(self.edits.len()));
                out.push(pair);
            }
            for at in (0..self.builds.len()).step_by(size).rev() {
                let mut pair = self.clone();
                pair.builds.drain(at..(at + size).min(self.builds.len()));
                out.push(pair);
            }
        }
        out
    }
}
