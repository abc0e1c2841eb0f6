//! `key-runs-out`: a counted key that will run out.

use crate::catalog::kinds::{Column, Sequence};
use crate::dialect::Holds;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "key-runs-out",
    code: "RC0705",
    title: "a counted key that will run out",
    explanation: "\
An `integer` key ends at 2,147,483,647, a `smallint` one at 32,767, and ids that were skipped by failed inserts or deleted
count as well. On that day every insert fails, and making the key a `bigint` means writing the table and everything that
refers to it anew. Eight bytes cost next to nothing from the start. The same goes for a sequence that is narrower than the
column it counts for.",
    also: &["squawk prefer-bigint-over-int", "squawk prefer-bigint-over-smallint"],
    level: Level::Warn,
    examples: examples!("key-runs-out": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, table, column) in cx.members::<Column>() {
        if let Holds::Integer { bits } = cx.holds(column)
            && bits < 64
            && cx.counts(id, column)
        {
            let message = format!(
                "column `{}` counts up to {}, and then every insert fails",
                id.label(),
                last(bits)
            );
            remarks.about(id, message).help(format!(
                "make it `bigint`, and the columns that refer to `{table}` too"
            ));
        }
    }
    for (id, sequence) in cx.catalog.of_kind::<Sequence>() {
        let owner = sequence
            .owned_by
            .as_ref()
            .and_then(|owner| cx.catalog.payload::<Column>(owner));
        if let (Some(owner), Holds::Integer { bits }) = (owner, cx.engine.holds(&sequence.data_type))
            && matches!(cx.holds(owner), Holds::Integer { bits: wide } if wide > bits)
        {
            remarks
                .about(
                    id,
                    format!("{id} ends at {}, long before its column does", last(bits)),
                )
                .help("leave out `as=`, or make it `bigint`");
        }
    }
}

/// The greatest number of so many bits.
fn last(bits: u8) -> i64 {
    i64::MAX >> (64 - u32::from(bits))
}
