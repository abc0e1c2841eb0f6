//! Where a part of a revision stands in its file: for messages about what was read long ago.

use std::sync::Arc;

use kdl::{KdlDocument, KdlNode, KdlValue};

use crate::diagnostic::{Source, Span};
use crate::revision::Direction;

/// A script, or the nth step of one; `None` for the revision as a whole. Nowhere, if the file has no such part.
pub fn place(source: &Arc<Source>, script: Option<(&str, Direction)>, step: Option<usize>) -> Option<Span> {
    let document = KdlDocument::parse_v2(&source.text).ok()?;
    let span = |node: &KdlNode| {
        let start = node.name().span().offset();
        let last = node
            .entries()
            .last()
            .map_or(node.name().span(), kdl::KdlEntry::span);
        Span::new(source, start..last.offset() + last.len())
    };
    let Some((engine, direction)) = script else {
        return document.get("revision").map(span);
    };
    let name = match direction {
        Direction::Upgrade => "upgrade",
        Direction::Downgrade => "downgrade",
    };
    let node = document.nodes().iter().find(|node| {
        // A revision for one engine names it in its head.
        let named = node.get("engine").and_then(KdlValue::as_string);
        node.name().value() == name && named.is_none_or(|named| named == engine)
    })?;
    let Some(at) = step else {
        return Some(span(node));
    };
    let steps = node.children().into_iter().flat_map(KdlDocument::nodes);
    steps
        .filter(|node| node.name().value() == "step")
        .nth(at)
        .map(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found() {
        let text = "revision a\nupgrade engine=sqlite {\n    step one\n    note x\n    step two {\n    }\n}\n\
                    downgrade engine=sqlite\nupgrade engine=postgres\n";
        let source = Arc::new(Source {
            name: "a.kdl".to_owned(),
            text: text.to_owned(),
        });
        let at = |script, step| place(&source, script, step).map(|span| span.line_column());
        assert_eq!(at(None, None), Some((1, 1)));
        assert_eq!(at(Some(("sqlite", Direction::Upgrade)), Some(1)), Some((5, 5)));
        assert_eq!(at(Some(("sqlite", Direction::Downgrade)), None), Some((8, 1)));
        assert_eq!(at(Some(("postgres", Direction::Upgrade)), None), Some((9, 1)));
        assert_eq!(at(Some(("postgres", Direction::Downgrade)), None), None);
    }
}
