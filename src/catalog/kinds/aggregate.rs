//! An aggregate function (PostgreSQL): nothing but the functions and types that it is made of.

use serde::Serialize;

use crate::catalog::ObjectId;
use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, payload};

/// What an option of an aggregate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum AggregateSort {
    /// The name of a function, a type or an operator, as it is written.
    Name,
    /// A whole number.
    Number,
    /// A word.
    Word,
    /// A text.
    Text,
    /// Nothing: it is given, or it is not.
    Flag,
}

/// The options of an aggregate in the order in which they are written: the name, and what it holds.
pub const AGGREGATE_OPTIONS: &[(&str, AggregateSort)] = &[
    ("sfunc", AggregateSort::Name),
    ("stype", AggregateSort::Name),
    ("sspace", AggregateSort::Number),
    ("finalfunc", AggregateSort::Name),
    ("finalfunc-extra", AggregateSort::Flag),
    ("finalfunc-modify", AggregateSort::Word),
    ("combinefunc", AggregateSort::Name),
    ("serialfunc", AggregateSort::Name),
    ("deserialfunc", AggregateSort::Name),
    ("initcond", AggregateSort::Text),
    ("msfunc", AggregateSort::Name),
    ("minvfunc", AggregateSort::Name),
    ("mstype", AggregateSort::Name),
    ("msspace", AggregateSort::Number),
    ("mfinalfunc", AggregateSort::Name),
    ("mfinalfunc-extra", AggregateSort::Flag),
    ("mfinalfunc-modify", AggregateSort::Word),
    ("minitcond", AggregateSort::Text),
    ("sortop", AggregateSort::Name),
    ("parallel", AggregateSort::Word),
    ("hypothetical", AggregateSort::Flag),
];

/// An option that is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AggregateOption {
    /// Its name in [`AGGREGATE_OPTIONS`].
    pub name: &'static str,
    /// What it holds there.
    pub sort: AggregateSort,
    /// What is given; empty for a flag.
    pub value: Expr,
}

payload! {
    /// An aggregate function.
    Aggregate / AggregateAttr {
        /// The arguments as the engine prints them, those after `ORDER BY` included; `*` for none.
        arguments: Expr => Arguments,
        /// What is given, in the order of [`AGGREGATE_OPTIONS`].
        options: Vec<AggregateOption> => Options,
    }
}

impl Aggregate {
    fn names(&self) -> impl Iterator<Item = &Expr> {
        let named = |option: &&AggregateOption| option.sort == AggregateSort::Name;
        self.options.iter().filter(named).map(|option| &option.value)
    }
}

impl Refers for Aggregate {
    fn texts(&self) -> Vec<&str> {
        let arguments = std::iter::once(&self.arguments);
        arguments.chain(self.names()).map(Expr::text).collect()
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        rename.in_expr(&mut self.arguments);
        for option in &mut self.options {
            if option.sort == AggregateSort::Name {
                rename.in_expr(&mut option.value);
            }
        }
    }
}
