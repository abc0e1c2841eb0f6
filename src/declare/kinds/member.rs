//! What constraints, indexes and triggers have in common: [`MemberDraft`].

use crate::catalog::{Ident, Kind, Object, QName};
use crate::declare::fields::{Extras, Fields, Given};
use crate::declare::reading::Reading;
use crate::declare::report::MISSING;
use crate::diagnostic::Span;
use crate::dialect::Literal;

use super::foreign_key::Target;

/// A constraint, index or trigger whose name and references are not settled yet.
#[derive(Debug)]
pub(in crate::declare) struct MemberDraft {
    /// What it is.
    pub kind: Kind,
    /// The name that the author gave it.
    pub given: Option<Ident>,
    /// Whether it is to stay without a name (`name=#null`).
    pub unnamed: bool,
    /// What it consists of.
    pub object: Object,
    /// Where it stands.
    pub span: Span,
    /// What is said about it.
    pub extras: Extras,
    /// What its name is made of where it has none.
    pub names: Names,
    /// What a foreign key points to.
    pub target: Option<Target>,
    /// The member of the parent that a partition has it from.
    pub inherits: Option<Inherits>,
}

/// The member of the parent of a partition that has the name of the partition's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::declare) struct Inherits {
    /// The parent.
    pub table: QName,
    /// Where it stands among the members.
    pub at: usize,
}

/// What the name of an unnamed constraint or index is made of.
#[derive(Clone, Debug, Default)]
pub(in crate::declare) struct Names {
    /// Columns, and what stands for expressions.
    pub columns: Vec<String>,
    /// The referenced table and columns of a foreign key.
    pub referred: Option<(String, Vec<String>)>,
}

impl Names {
    /// Names made of columns.
    pub(in crate::declare) fn of(columns: &[Ident]) -> Self {
        Self {
            columns: columns.iter().map(|column| column.text().to_owned()).collect(),
            referred: None,
        }
    }
}

/// Reads `name=` and what can be said of every object, and ends the node.
pub(super) fn finish<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    object: impl Into<Object>,
    names: Names,
) -> MemberDraft {
    let object = object.into();
    let kind = object.kind();
    let (given, unnamed) = match fields.value("name") {
        Some(Given {
            value: Literal::Null, ..
        }) => (None, true),
        Some(given) => {
            let name = fields.text_in(given);
            (name.map(|name| reading.ident(&name, kind.noun())), false)
        }
        None => (None, false),
    };
    let extras = fields.extras();
    let span = fields.span();
    let what = match &given {
        Some(name) => format!("{} `{name}`", kind.noun()),
        None => format!("this {}", kind.noun()),
    };
    fields.finish(&what);
    MemberDraft {
        kind,
        given,
        unnamed,
        object,
        span,
        extras,
        names,
        target: None,
        inherits: None,
    }
}

/// The columns that are arguments of a node; at least one.
pub(super) fn columns<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>) -> Vec<Ident> {
    let entries = fields.arguments();
    if entries.is_empty() {
        let node = &fields.node.name.text;
        reading.report.error_with(
            MISSING,
            fields.span(),
            format!("`{node}` names no column"),
            format!("write `{node} COLUMN`"),
        );
    }
    entries
        .into_iter()
        .filter_map(|entry| fields.text_of(entry))
        .map(|text| reading.engine.ident(text.text))
        .collect()
}
