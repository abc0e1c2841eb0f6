//! A content hash of a catalog: two databases with the same objects have the same [`Fingerprint`].
//!
//! Objects are hashed in the order of their ids, so neither declaration order nor edges count.

use std::collections::HashSet;
use std::fmt;

use sha2::{Digest as _, Sha256};

use super::{Catalog, ObjectId};

/// A content hash, 32 hex digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint with this text, as a revision file stores it.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The fingerprint of bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        Self(digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    }

    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Catalog {
    /// The content hash of all objects but reference data and rights, which are not part of the shape of a database, and
    /// but what is only observed.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint_before(&HashSet::new())
    }

    /// The content hash as it was before these objects were only observed: they and what is part of them count.
    pub fn fingerprint_before(&self, observed: &HashSet<ObjectId>) -> Fingerprint {
        let is_left_out = |id: &ObjectId| self.is_observed(id) && !self.is_part_of(id, observed);
        let counts = |id: &ObjectId| id.kind.is_shape() && !is_left_out(id);
        let mut objects: Vec<_> = self.iter().filter(|(id, _)| counts(id)).collect();
        objects.sort_by(|a, b| a.0.cmp(b.0));
        let mut bytes = Vec::new();
        for (id, object) in objects {
            bytes.extend_from_slice(format!("{id:?}\u{0}").as_bytes());
            // Writing plain data into memory has no way to fail.
            if serde_json::to_writer(&mut bytes, object).is_err() {
                bytes.push(0xff);
            }
            bytes.push(b'\n');
        }
        Fingerprint::of_bytes(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::kinds::{
        Body, Check, Extension, ForeignKey, Function, PrimaryKey, Table, TableExt, Trigger, TriggerAction,
        TriggerTiming, Unique, View,
    };
    use crate::catalog::{Expr, Ident, Object, QName};

    /// Revisions of before have fingerprints in them that must go on holding.
    #[test]
    fn what_a_kind_got_later_is_not_written_where_nothing_is_said_of_it() {
        let trigger = Trigger::new(
            TriggerTiming::After,
            Vec::new(),
            TriggerAction::Body(Expr::new("x")),
        );
        let function = Function::new(Expr::new("a"), None, "sql", Body::Text(Expr::new("b")));
        let key = ForeignKey::to(Vec::new(), QName::bare(Ident::exact("t")), Vec::new());
        let extension = Extension {
            schema: Some(Ident::exact("x")),
            version: Some("1.4".to_owned()),
        };
        let objects: [(Object, &str); 9] = [
            (Table::new(TableExt::Plain).into(), r#"{"ext":"Plain"}"#),
            (
                View::of_query(Expr::new("q")).into(),
                r#"{"columns":[],"query":"q"}"#,
            ),
            (extension.into(), r#"{"schema":null,"version":null}"#),
            (
                PrimaryKey::new(Vec::new()).into(),
                r#"{"columns":[],"include":[],"deferrable":"No","autoincrement":false}"#,
            ),
            (
                Unique::new(Vec::new()).into(),
                r#"{"columns":[],"include":[],"nulls_not_distinct":false,"deferrable":"No"}"#,
            ),
            (
                Check::new(Expr::new("c")).into(),
                r#"{"expr":"c","no_inherit":false,"validated":true}"#,
            ),
            (
                key.into(),
                r#"{"columns":[],"table":{"schema":null,"name":"t"},"referenced":[],"on_delete":"NoAction","on_update":"NoAction","match_type":"Simple","deferrable":"No","validated":true}"#,
            ),
            (
                trigger.into(),
                r#"{"timing":"After","events":[],"columns":[],"for_each_row":true,"condition":null,"action":{"Body":"x"}}"#,
            ),
            (
                function.into(),
                r#"{"arguments":"a","returns":null,"language":"sql","volatility":"Volatile","strict":false,"security_definer":false,"settings":[],"body":"b"}"#,
            ),
        ];
        for (object, written) in objects {
            assert_eq!(serde_json::to_string(&object).unwrap(), written);
        }
    }
}
