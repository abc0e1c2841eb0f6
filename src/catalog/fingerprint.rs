//! A content hash of a catalog: two databases with the same objects have the same [`Fingerprint`].
//!
//! Objects are hashed in the order of their ids, so neither declaration order nor edges count.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::Catalog;

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
    /// The content hash of all objects but reference data, which is not part of the shape of a database.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut objects: Vec<_> = self
            .iter()
            .filter(|(id, _)| id.kind != super::Kind::Rows)
            .collect();
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
