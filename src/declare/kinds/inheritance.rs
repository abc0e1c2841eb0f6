//! `inherits PARENT` of a table, once for each table that it inherits, in their order.

use crate::catalog::kinds::Inheritance;
use crate::catalog::{Ident, Kind, QName};
use crate::declare::fields::Fields;
use crate::declare::reading::Reading;
use crate::declare::report::DUPLICATE;
use crate::declare::text::Line;
use crate::declare::write::Writing;
use crate::diagnostic::Span;

/// What a table inherits, and where that is said.
#[derive(Clone, Debug)]
pub(in crate::declare) struct InheritanceDraft {
    /// The tables that it inherits.
    pub parents: Vec<(QName, Span)>,
    /// The columns that it declares itself.
    pub own: Vec<Ident>,
}

pub(super) fn read<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    columns: &[Ident],
) -> Option<InheritanceDraft> {
    let mut parents: Vec<(QName, Span)> = Vec::new();
    for node in fields.children("inherits") {
        let mut child = fields.child(node);
        let span = child.span();
        if !reading.has(Kind::Inheritance, span.clone()) {
            continue;
        }
        let parent = reading.read_qname(&mut child, "parent table");
        child.finish("`inherits`");
        let Some(parent) = parent else { continue };
        if parents.iter().any(|(other, _)| *other == parent) {
            let message = format!("the table inherits `{parent}` twice");
            let help = "take one of the `inherits` out";
            reading.report.error_with(DUPLICATE, span, message, help);
            continue;
        }
        parents.push((parent, span));
    }
    (!parents.is_empty()).then(|| InheritanceDraft {
        parents,
        own: columns.to_vec(),
    })
}

pub(in crate::declare) fn write(writing: &Writing<'_>, line: Line, inheritance: &Inheritance) -> Line {
    let parents = inheritance.parents.iter();
    parents.fold(line, |line, parent| {
        line.child(writing.reference("inherits", parent, &[]))
    })
}
