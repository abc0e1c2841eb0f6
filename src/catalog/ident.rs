//! Names. [`Ident`] is one name, raw and unquoted; [`QName`] is a name in a schema.
//!
//! Folding is decided once, when the `Ident` is made: equality, order and hash use the folded key, printing uses the
//! text. Must not: quote (that is `dialect::sql`), or know which engine folds how (the dialect calls the maker).

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// One name as the engine stores it, never quoted.
#[derive(Clone)]
pub struct Ident {
    text: Arc<str>,
    key: Arc<str>,
}

impl Ident {
    /// A name that is compared as it is written (PostgreSQL's stored names).
    pub fn exact(text: &str) -> Self {
        let text: Arc<str> = Arc::from(text);
        Self {
            key: Arc::clone(&text),
            text,
        }
    }

    /// A name that is compared without regard to ASCII case (SQLite, <https://sqlite.org/lang_keywords.html>).
    pub fn folded(text: &str) -> Self {
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            Self {
                text: Arc::from(text),
                key: Arc::from(text.to_ascii_lowercase()),
            }
        } else {
            Self::exact(text)
        }
    }

    /// The name as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name as it is compared.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl PartialEq for Ident {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Ident {}

impl PartialOrd for Ident {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ident {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl Hash for Ident {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl fmt::Debug for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Ident {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.key)
    }
}

/// A name within a schema; engines with one namespace (SQLite) leave the schema out.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct QName {
    /// The schema, on engines that have schemas.
    pub schema: Option<Ident>,
    /// The name in it.
    pub name: Ident,
}

impl QName {
    /// A name without a schema.
    pub fn bare(name: Ident) -> Self {
        Self { schema: None, name }
    }

    /// A name in a schema.
    pub fn in_schema(schema: Ident, name: Ident) -> Self {
        Self {
            schema: Some(schema),
            name,
        }
    }

    /// Another name in the same schema.
    #[must_use]
    pub fn sibling(&self, name: Ident) -> Self {
        Self {
            schema: self.schema.clone(),
            name,
        }
    }
}

impl fmt::Display for QName {
    /// `schema.name`, leaving out PostgreSQL's `public`, as a person would say it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) if schema.text() != "public" => write!(f, "{schema}.{}", self.name),
            _ => write!(f, "{}", self.name),
        }
    }
}

impl fmt::Debug for QName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
