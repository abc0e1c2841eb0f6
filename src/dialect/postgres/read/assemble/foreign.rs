//! Foreign data wrappers and servers.

use std::sync::Arc;

use crate::catalog::{Catalog, Kind, ObjectId};

use super::super::super::unmodelled::Notes;
use super::super::batch::Raw;
use super::super::depends::class;
use super::Known;

/// Inserts them. What an extension owns is the extension's; of secret options, the names are told.
pub(super) fn insert(known: &mut Known, raw: &mut Raw, catalog: &mut Catalog, notes: &mut Notes) {
    for row in std::mem::take(&mut raw.wrappers) {
        let id = ObjectId::global(Kind::ForeignDataWrapper, row.name);
        if enter(known, (class::FOREIGN_DATA_WRAPPER, row.oid), &id) {
            tell(&id, &row.secrets, notes);
            catalog.insert(id, row.wrapper);
        }
    }
    for row in std::mem::take(&mut raw.servers) {
        let id = ObjectId::global(Kind::ForeignServer, row.name);
        if enter(known, (class::FOREIGN_SERVER, row.oid), &id) {
            tell(&id, &row.secrets, notes);
            catalog.insert(id, row.server);
        }
    }
}

/// Whether it is nobody's but the user's; then it is known from here on.
fn enter(known: &mut Known, (class, oid): (u32, u32), id: &ObjectId) -> bool {
    let ours = !known.is_owned(class, oid);
    if ours {
        known.ids.insert((class, oid), id.clone());
    }
    ours
}

/// Says which options are left alone because they are secret.
pub(super) fn tell(id: &ObjectId, secrets: &[Arc<str>], notes: &mut Notes) {
    for name in secrets {
        notes.attribute(id, &format!("the secret option {name}"));
    }
}
