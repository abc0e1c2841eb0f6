//! A content hash of a catalog: two databases with the same objects have the same [`Fingerprint`].
//!
//! Objects are hashed in the order of their ids, so neither declaration order nor edges count.

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
        let counts = |id: &ObjectId| id.kind.is_shape() && !self.is_observed(id);
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
        Body, Function, Table, TableExt, Trigger, TriggerAction, TriggerTiming, View,
    };
    use crate::catalog::{Expr, Object};

    /// Revisions of before have fingerprints in them that must go on holding.
    #[test]
    fn what_a_kind_got_later_is_not_written_where_nothing_is_said_of_it() {
        let trigger = Trigger::new(
            TriggerTiming::After,
            Vec::new(),
            TriggerAction::Body(Expr::new("x")),
        );
        let function = Function::new(Expr::new("a"), None, "sql", Body::Text(Expr::new("b")));
        let objects: [(Object, &str); 4] = [
            (Table::new(TableExt::Plain).into(), r#"{"ext":"Plain"}"#),
            (
                View::of_query(Expr::new("q")).into(),
                r#"{"columns":[],"query":"q"}"#,
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
