//! Which privileges there are, <https://www.postgresql.org/docs/current/ddl-priv.html>.

use crate::catalog::kinds::{DefaultsOf, Privilege};
use crate::catalog::{Kind, ObjectId};

/// The privileges that can be granted on an object of a kind, in the order in which they are written.
pub(super) fn of(kind: Kind, version: u32) -> Vec<Privilege> {
    use Privilege as P;
    match kind {
        Kind::Table | Kind::View | Kind::MaterializedView => {
            let mut all = vec![
                P::Select,
                P::Insert,
                P::Update,
                P::Delete,
                P::Truncate,
                P::References,
                P::Trigger,
            ];
            all.extend((version >= 170_000).then_some(P::Maintain));
            all
        }
        Kind::Column => vec![P::Select, P::Insert, P::Update, P::References],
        Kind::Sequence => vec![P::Select, P::Update, P::Usage],
        Kind::Schema => vec![P::Usage, P::Create],
        Kind::Function | Kind::Aggregate => vec![P::Execute],
        Kind::Enum
        | Kind::Domain
        | Kind::Composite
        | Kind::Range
        | Kind::ForeignDataWrapper
        | Kind::ForeignServer => vec![P::Usage],
        _ => Vec::new(),
    }
}

/// What the engine lets everybody do with an object, before anything is granted or revoked.
pub(super) fn of_public(target: &ObjectId, version: u32) -> &'static [Privilege] {
    match target.kind {
        Kind::Schema if target.name().is_some_and(|name| name.text() == "public") => {
            // https://www.postgresql.org/docs/release/15.0/
            if version >= 150_000 {
                &[Privilege::Usage]
            } else {
                &[Privilege::Usage, Privilege::Create]
            }
        }
        Kind::Function | Kind::Aggregate => &[Privilege::Execute],
        Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range => &[Privilege::Usage],
        _ => &[],
    }
}

/// The privileges that can be granted on what will be made,
/// <https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html>.
pub(super) fn by_default(sort: DefaultsOf, version: u32) -> Vec<Privilege> {
    let kind = match sort {
        DefaultsOf::Tables => Kind::Table,
        DefaultsOf::Sequences => Kind::Sequence,
        DefaultsOf::Routines => Kind::Function,
        DefaultsOf::Types => Kind::Enum,
        DefaultsOf::Schemas => Kind::Schema,
        DefaultsOf::LargeObjects if version >= 180_000 => return vec![Privilege::Select, Privilege::Update],
        DefaultsOf::LargeObjects => return Vec::new(),
    };
    of(kind, version)
}

/// What the engine lets everybody do with what will be made. In a schema, rights are only added.
pub(super) fn of_public_by_default(defaults: &ObjectId, sort: DefaultsOf) -> &'static [Privilege] {
    match sort {
        _ if defaults.schema().is_some() => &[],
        DefaultsOf::Routines => &[Privilege::Execute],
        DefaultsOf::Types => &[Privilege::Usage],
        _ => &[],
    }
}
