//! `ignore { table "legacy_*" "audit.*"; view "*_report" }`: what of a database is left alone; `observe { … }`: what is only
//! looked at.
//!
//! Must not: know what there is.

use kdl::{KdlDocument, KdlNode};

use crate::dialect::Patterns;

use super::Reader;

impl Reader<'_> {
    pub(super) fn patterns(&mut self, node: &KdlNode, meant: &mut Patterns) {
        let kinds = Patterns::kinds();
        let known: Vec<&str> = kinds.iter().map(String::as_str).collect();
        for child in node.children().map(KdlDocument::nodes).unwrap_or_default() {
            let word = child.name().value();
            if !known.contains(&word) {
                self.unknown(child, "kind", word, &known);
                continue;
            }
            for pattern in self.words(child) {
                if let Err(error) = meant.add(word, &pattern) {
                    self.error(
                        child,
                        format!("`{pattern}` is no pattern: {}", error.kind()),
                        None,
                    );
                }
            }
        }
    }
}
