//! `timestamp-without-zone`: a timestamp that does not say in which time zone.

use crate::catalog::kinds::Column;
use crate::dialect::Holds;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "timestamp-without-zone",
    code: "RC0707",
    title: "a timestamp that does not say in which time zone",
    explanation: "\
A `timestamp` holds what a clock on some wall showed, not when it was. Whoever reads it has to know which wall: the server's,
the writer's, with or without summer time. Twice a year an hour is there twice. A `timestamptz` holds the point in time, takes
the same eight bytes, and is shown in the zone of whoever asks. Keep `timestamp` for what really is local: the opening hour of a
shop.",
    also: &["squawk prefer-timestamptz"],
    level: Level::Warn,
    examples: examples!("timestamp-without-zone": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, _, column) in cx.members::<Column>() {
        if cx.holds(column) == (Holds::Timestamp { zone: false }) {
            remarks
                .about(id, format!("column `{}` does not say in which time zone", id.label()))
                .help("make it `timestamptz`; existing values are converted by using=\"COLUMN AT TIME ZONE 'UTC'\"");
        }
    }
}
