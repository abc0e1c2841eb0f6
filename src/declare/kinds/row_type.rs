//! `of=TYPE` of a table: the composite type that it is made of.

use crate::catalog::kinds::RowType;
use crate::catalog::{Kind, QName};
use crate::declare::fields::Fields;
use crate::declare::reading::Reading;
use crate::declare::text::Line;
use crate::declare::write::Writing;
use crate::diagnostic::Span;

/// The type that a table is made of, and where that is said.
#[derive(Clone, Debug)]
pub(in crate::declare) struct RowTypeDraft {
    /// The type.
    pub of: QName,
    /// Where it stands.
    pub span: Span,
}

pub(super) fn read(reading: &Reading<'_>, fields: &mut Fields<'_>) -> Option<RowTypeDraft> {
    let text = fields.text("of")?;
    let of = reading.qname(text.text, None);
    reading
        .has(Kind::RowType, text.span.clone())
        .then_some(RowTypeDraft { of, span: text.span })
}

pub(in crate::declare) fn write(writing: &Writing<'_>, line: Line, row_type: &RowType) -> Line {
    // What has a dot in its name cannot be said, and is no name that anybody gives a type.
    let text = writing.spelling(&row_type.of);
    line.property("of", &text.unwrap_or_else(|| row_type.of.to_string()))
}
