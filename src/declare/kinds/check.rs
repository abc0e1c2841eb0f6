//! `check "points >= 0" name=points_not_negative`.

use crate::catalog::expr::mentions;
use crate::catalog::kinds::Check;
use crate::catalog::{Expr, Ident, ObjectId};
use crate::declare::fields::{Fields, Given};
use crate::declare::mentions::without_literals;
use crate::declare::reading::Reading;
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::member::{self, MemberDraft, Names};

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, columns: &[Ident]) -> MemberDraft {
    let text = fields.argument().and_then(|entry| {
        fields.expression_in(Given {
            value: &entry.value,
            span: fields.at(&entry.range),
        })
    });
    if text.is_none() {
        fields.missing("a check has a condition", "write check \"points >= 0\"");
    }
    let text = text.map_or("", |text| text.text);
    let not_enforced = fields.flag("not-enforced");
    let check = Check {
        expr: reading.engine.expr(text, columns),
        no_inherit: fields.flag("no-inherit"),
        validated: !(fields.flag("not-valid") | not_enforced),
        not_enforced,
    };
    let names = names(reading.engine, &check.expr, columns);
    member::finish(reading, fields, check, names)
}

/// PostgreSQL names a check after its column if it has a single one.
pub(in crate::declare) fn names(
    engine: &dyn crate::dialect::Engine,
    expr: &Expr,
    columns: &[Ident],
) -> Names {
    let mut found: Vec<Ident> = Vec::new();
    for word in mentions(&without_literals(expr.text())) {
        let word = engine.ident(&word);
        let column = columns
            .iter()
            .find(|column| **column == word || column.text() == word.text().to_lowercase());
        if let Some(column) = column
            && !found.contains(column)
        {
            found.push(column.clone());
        }
    }
    if found.len() == 1 {
        Names::of(&found)
    } else {
        Names::default()
    }
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, check: &Check) -> Line {
    let line = Line::new("check")
        .block(check.expr.text())
        .flag_if("no-inherit", check.no_inherit)
        .flag_if("not-valid", !check.validated && !check.not_enforced)
        .flag_if("not-enforced", check.not_enforced);
    writing.member_name(line, id)
}
