//! A trigger of the database as a whole, which fires when its schema changes (PostgreSQL).

use std::sync::Arc;

use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{Kind, ObjectId, QName};

use super::trigger::{Enabled, called};

payload! {
    /// An event trigger.
    EventTrigger / EventTriggerAttr {
        /// `ddl_command_start`, `ddl_command_end`, `sql_drop`, …
        event: Arc<str> => Event,
        /// The commands on which it fires, `CREATE TABLE`; empty for all.
        tags: Vec<Arc<str>> => Tags,
        /// The function; it takes no arguments.
        function: QName => Function,
        /// When it fires.
        enabled: Enabled => Enabled,
    }
}

impl Refers for EventTrigger {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        out.push(called(&self.function));
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        rename.in_name(Kind::Function, &mut self.function);
    }
}
