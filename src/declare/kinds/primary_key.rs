//! `primary-key id`.

use crate::catalog::kinds::PrimaryKey;
use crate::catalog::{Ident, Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::Reading;
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::member::{self, MemberDraft, Names};
use super::{storage, unique};

const FLAGS: &[&str] = &["autoincrement", "without-overlaps"];

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>) -> MemberDraft {
    let autoincrement = fields.flag("autoincrement");
    let without_overlaps = fields.flag("without-overlaps");
    let columns = member::columns(reading, &mut fields);
    let include = reading.idents(&fields.names("include").unwrap_or_default());
    let deferrable = unique::read_deferrable(&mut fields);
    storage::read(reading, &mut fields, Kind::PrimaryKey);
    let names = Names::of(&columns);
    let key = PrimaryKey {
        columns,
        include,
        deferrable,
        autoincrement,
        without_overlaps,
    };
    member::finish(reading, fields, key, names)
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, key: &PrimaryKey) -> Line {
    let line = Line::new("primary-key")
        .columns(key.columns.iter().map(Ident::text), FLAGS)
        .flag_if("autoincrement", key.autoincrement)
        .flag_if("without-overlaps", key.without_overlaps);
    let line = unique::write_deferrable(writing.member_name(line, id), key.deferrable);
    storage::write(writing, id, unique::write_include(line, &key.include))
}
