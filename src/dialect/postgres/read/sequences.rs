//! Sequences: free-standing, owned by a column, and behind identity columns.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-sequence.html>

use std::sync::Arc;

use crate::catalog::Ident;
use crate::catalog::kinds::SequenceOptions;

use super::batch::Part;
use super::relations::USER_SCHEMAS;

/// A row of `pg_sequence`.
pub(super) struct SequenceRow {
    pub(super) oid: u32,
    pub(super) schema: u32,
    pub(super) name: Ident,
    pub(super) data_type: Arc<str>,
    pub(super) options: SequenceOptions,
    /// It is part of an identity column, rather than owned by a column.
    pub(super) identity: bool,
    /// The table and number of the column.
    pub(super) owner: Option<(u32, i16)>,
}

/// All sequences with what they belong to.
pub(super) fn part() -> Part {
    Part {
        what: "sequences",
        sql: format!(
            "SELECT s.seqrelid, c.relnamespace, c.relname, pg_catalog.format_type(s.seqtypid, NULL), s.seqstart, \
             s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, d.deptype, d.refobjid, d.refobjsubid \
             FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid \
             LEFT JOIN pg_catalog.pg_depend d ON d.classid = 1259 AND d.objid = s.seqrelid AND d.objsubid = 0 \
             AND d.refclassid = 1259 AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') \
             WHERE c.relnamespace IN {USER_SCHEMAS} ORDER BY s.seqrelid"
        ),
        take: |raw, cells| {
            let data_type = raw.text(cells.text(3)?);
            let stored = Counting {
                start: cells.number(4)?,
                increment: cells.number(5)?,
                min: cells.number(6)?,
                max: cells.number(7)?,
            };
            let cache: i64 = cells.number(8)?;
            let options = SequenceOptions {
                cache: (cache != 1).then_some(cache),
                cycle: cells.flag(9)?,
                ..stored.without_defaults(&data_type)
            };
            let owned = cells.opt(10)?.is_some();
            let row = SequenceRow {
                oid: cells.number(0)?,
                schema: cells.number(1)?,
                name: raw.ident(cells.text(2)?),
                data_type,
                options,
                identity: cells.letter(10)? == b'i',
                owner: if owned {
                    Some((cells.number(11)?, cells.number(12)?))
                } else {
                    None
                },
            };
            raw.sequences.push(row);
            Ok(())
        },
    }
}

/// How a sequence counts, with every value filled in.
struct Counting {
    start: i64,
    increment: i64,
    min: i64,
    max: i64,
}

impl Counting {
    /// Leaves out what the engine would choose by itself for the type and direction,
    /// <https://www.postgresql.org/docs/current/sql-createsequence.html>.
    fn without_defaults(&self, data_type: &str) -> SequenceOptions {
        let (lowest, highest) = match data_type {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let (min, max) = if self.increment > 0 {
            (1, highest)
        } else {
            (lowest, -1)
        };
        let start = if self.increment > 0 { self.min } else { self.max };
        SequenceOptions {
            start: (self.start != start).then_some(self.start),
            increment: (self.increment != 1).then_some(self.increment),
            min: (self.min != min).then_some(self.min),
            max: (self.max != max).then_some(self.max),
            cache: None,
            cycle: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engine_chooses_is_left_out() {
        let plain = Counting {
            start: 1,
            increment: 1,
            min: 1,
            max: i64::from(i32::MAX),
        };
        assert_eq!(plain.without_defaults("integer"), SequenceOptions::default());
        let down = Counting {
            start: -1,
            increment: -2,
            min: i64::MIN,
            max: -1,
        };
        let expected = SequenceOptions {
            increment: Some(-2),
            ..SequenceOptions::default()
        };
        assert_eq!(down.without_defaults("bigint"), expected);
        assert_eq!(plain.without_defaults("bigint").max, Some(i64::from(i32::MAX)));
    }
}
