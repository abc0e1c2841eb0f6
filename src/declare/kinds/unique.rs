//! `unique email nulls-not-distinct deferrable=initially-deferred { include x }`.

use crate::catalog::kinds::{Deferrable, Unique};
use crate::catalog::{Ident, Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::Reading;
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::member::{self, MemberDraft, Names};
use super::storage;

const FLAGS: &[&str] = &["nulls-not-distinct", "without-overlaps"];

const DEFERRABLE: &[(&str, Deferrable)] = &[
    ("no", Deferrable::No),
    ("initially-immediate", Deferrable::InitiallyImmediate),
    ("initially-deferred", Deferrable::InitiallyDeferred),
];

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>) -> MemberDraft {
    let nulls_not_distinct = fields.flag("nulls-not-distinct");
    let without_overlaps = fields.flag("without-overlaps");
    let columns = member::columns(reading, &mut fields);
    let include = reading.idents(&fields.names("include").unwrap_or_default());
    let deferrable = read_deferrable(&mut fields);
    storage::read(reading, &mut fields, Kind::Unique);
    let names = Names::of(&[columns.as_slice(), &include].concat());
    let unique = Unique {
        columns,
        include,
        nulls_not_distinct,
        deferrable,
        without_overlaps,
    };
    member::finish(reading, fields, unique, names)
}

/// `deferrable=initially-deferred`.
pub(super) fn read_deferrable(fields: &mut Fields<'_>) -> Deferrable {
    fields.choice("deferrable", DEFERRABLE).unwrap_or_default()
}

pub(super) fn write_deferrable(line: Line, deferrable: Deferrable) -> Line {
    match DEFERRABLE.iter().find(|(_, value)| *value == deferrable) {
        Some((word, _)) if deferrable != Deferrable::No => line.property("deferrable", word),
        _ => line,
    }
}

pub(super) fn write_include(line: Line, include: &[Ident]) -> Line {
    if include.is_empty() {
        line
    } else {
        line.child(Line::new("include").arguments(include.iter().map(Ident::text)))
    }
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, unique: &Unique) -> Line {
    let line = Line::new("unique")
        .columns(unique.columns.iter().map(Ident::text), FLAGS)
        .flag_if("nulls-not-distinct", unique.nulls_not_distinct)
        .flag_if("without-overlaps", unique.without_overlaps);
    let line = write_deferrable(writing.member_name(line, id), unique.deferrable);
    storage::write(writing, id, write_include(line, &unique.include))
}
