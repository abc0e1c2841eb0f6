//! `ignore { table "legacy_*" "audit.*"; view "*_report" }`: what of a database is left alone.
//!
//! Must not: know what there is.

use kdl::{KdlDocument, KdlNode};

use crate::dialect::Ignored;

use super::Reader;

impl Reader<'_> {
    pub(super) fn ignore(&mut self, node: &KdlNode, ignored: &mut Ignored) {
        let kinds = Ignored::kinds();
        let known: Vec<&str> = kinds.iter().map(String::as_str).collect();
        for child in node.children().map(KdlDocument::nodes).unwrap_or_default() {
            let word = child.name().value();
            if !known.contains(&word) {
                self.unknown(child, "kind", word, &known);
                continue;
            }
            for pattern in self.words(child) {
                if let Err(error) = ignored.add(word, &pattern) {
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
