//! `time-with-zone`: a time of day with a time zone.

use crate::catalog::kinds::Column;
use crate::dialect::Holds;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "time-with-zone",
    code: "RC0712",
    title: "a time of day with a time zone",
    explanation: "\
A `timetz` carries an offset from UTC but no date, and without a date nobody knows which offset a zone has: it cannot be
converted to another zone. Use `timestamptz` for a point in time, `time` for a time of day.",
    also: &[],
    level: Level::Warn,
    examples: examples!("time-with-zone": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, _, column) in cx.members::<Column>() {
        if cx.holds(column) == (Holds::Time { zone: true }) {
            remarks
                .about(
                    id,
                    format!("column `{}` has an offset from UTC and no date", id.label()),
                )
                .help("make it `timestamptz`, or `time`");
        }
    }
}
