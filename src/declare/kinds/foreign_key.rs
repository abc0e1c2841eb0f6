//! `foreign-key org_id references=organizations on-delete=cascade`.

use crate::catalog::kinds::{ForeignKey, Match, PrimaryKey, ReferentialAction};
use crate::catalog::{Ident, ObjectId, QName};
use crate::declare::fields::Fields;
use crate::declare::reading::Reading;
use crate::declare::report::{CONTRADICTION, UNKNOWN_NAME, did_you_mean};
use crate::declare::text::Line;
use crate::declare::write::Writing;
use crate::diagnostic::{Diagnostic, Span};

use super::member::{self, MemberDraft, Names};
use super::unique;

const FLAGS: &[&str] = &["not-valid", "not-enforced", "period"];

const ACTIONS: &[(&str, ReferentialAction)] = &[
    ("no-action", ReferentialAction::NoAction),
    ("restrict", ReferentialAction::Restrict),
    ("cascade", ReferentialAction::Cascade),
    ("set-null", ReferentialAction::SetNull),
    ("set-default", ReferentialAction::SetDefault),
];

const MATCH: &[(&str, Match)] = &[("simple", Match::Simple), ("full", Match::Full)];

/// What a foreign key points to, as it was written.
#[derive(Clone, Debug)]
pub(in crate::declare) struct Target {
    /// The table.
    pub table: QName,
    /// The columns; none for the primary key.
    pub columns: Vec<Ident>,
    /// Where it stands.
    pub span: Span,
}

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>) -> MemberDraft {
    let not_enforced = fields.flag("not-enforced");
    // Nobody knows whether what is not enforced holds.
    let validated = !(fields.flag("not-valid") | not_enforced);
    let period = fields.flag("period");
    let columns = member::columns(reading, &mut fields);
    let target = read_target(reading, &mut fields);
    if target.is_none() {
        fields.missing("a foreign key points to a table", "write references=TABLE");
    }
    let on_delete = fields.choice("on-delete", ACTIONS).unwrap_or_default();
    let on_delete_columns = read_set_columns(reading, &mut fields, &columns, on_delete);
    let on_update = fields.choice("on-update", ACTIONS).unwrap_or_default();
    let match_type = fields.choice("match", MATCH).unwrap_or_default();
    let deferrable = unique::read_deferrable(&mut fields);
    let nowhere = || QName::bare(reading.engine.ident(""));
    let mut names = Names::of(&columns);
    names.referred = target.as_ref().map(|target| {
        let columns = target.columns.iter().map(|column| column.text().to_owned());
        (target.table.name.text().to_owned(), columns.collect())
    });
    let key = ForeignKey {
        columns,
        table: target
            .as_ref()
            .map_or_else(nowhere, |target| target.table.clone()),
        referenced: target
            .as_ref()
            .map(|target| target.columns.clone())
            .unwrap_or_default(),
        on_delete,
        on_delete_columns,
        on_update,
        match_type,
        deferrable,
        validated,
        not_enforced,
        period,
    };
    let mut draft = member::finish(reading, fields, key, names);
    draft.target = target;
    draft
}

/// `on-delete-columns=author`, or several in a child.
fn read_set_columns(
    reading: &Reading<'_>,
    fields: &mut Fields<'_>,
    columns: &[Ident],
    action: ReferentialAction,
) -> Vec<Ident> {
    let Some(names) = fields.names("on-delete-columns") else {
        return Vec::new();
    };
    if !action.sets() {
        reading.report.error_with(
            CONTRADICTION,
            fields.span(),
            "`on-delete-columns` says which columns are set, and nothing sets any",
            "write on-delete=set-null or on-delete=set-default beside it",
        );
    }
    let mut out = Vec::new();
    for text in names {
        let column = reading.engine.ident(text.text);
        if !columns.contains(&column) {
            let message = format!("`{column}` is no column of this foreign key");
            let help = did_you_mean(text.text, columns.iter().map(Ident::text));
            let mut diagnostic = Diagnostic::error(UNKNOWN_NAME, message).at(text.span);
            diagnostic.help = help;
            reading.report.add(diagnostic);
        }
        out.push(column);
    }
    out
}

/// `references=table`, `references="table(a, b)"`, or the names apart in a child: `references table a b`.
fn read_target(reading: &Reading<'_>, fields: &mut Fields<'_>) -> Option<Target> {
    if let Some(node) = fields.only_child("references") {
        let mut child = fields.child(node);
        let table = reading.read_qname(&mut child, "referenced table")?;
        let entries = child.arguments();
        let columns: Vec<_> = entries
            .into_iter()
            .filter_map(|entry| child.text_of(entry))
            .collect();
        let span = child.span();
        child.finish("`references`");
        return Some(Target {
            table,
            columns: reading.idents(&columns),
            span,
        });
    }
    let text = fields.text("references")?;
    let (table, columns) = match text.text.split_once('(') {
        Some((table, rest)) if rest.ends_with(')') => (table.trim(), &rest[..rest.len() - 1]),
        _ => (text.text, ""),
    };
    let columns = columns
        .split(',')
        .map(str::trim)
        .filter(|column| !column.is_empty())
        .map(|column| reading.engine.ident(column))
        .collect();
    Some(Target {
        table: reading.qname(table, None),
        columns,
        span: text.span,
    })
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, key: &ForeignKey) -> Line {
    let mut line = Line::new("foreign-key").columns(key.columns.iter().map(Ident::text), FLAGS);
    let primary = writing.primary_key(&key.table);
    let shown: Vec<&str> = match primary {
        Some(PrimaryKey { columns, .. }) if *columns == key.referenced => Vec::new(),
        _ => key.referenced.iter().map(Ident::text).collect(),
    };
    let table = writing.spelling(&key.table);
    let plain = |name: &str| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match table {
        Some(table) if table.split('.').all(plain) && shown.iter().all(|name| plain(name)) => {
            let text = if shown.is_empty() {
                table
            } else {
                format!("{table}({})", shown.join(", "))
            };
            line = line.property("references", &text);
        }
        _ => line = line.child(writing.reference("references", &key.table, &shown)),
    }
    for (name, action) in [("on-delete", key.on_delete), ("on-update", key.on_update)] {
        if let Some((word, _)) = ACTIONS.iter().find(|(_, known)| *known == action)
            && action != ReferentialAction::NoAction
        {
            line = line.property(name, word);
        }
    }
    line = match key.on_delete_columns.as_slice() {
        [] => line,
        [one] => line.property("on-delete-columns", one.text()),
        several => line.child(Line::new("on-delete-columns").arguments(several.iter().map(Ident::text))),
    };
    if key.match_type == Match::Full {
        line = line.property("match", "full");
    }
    line = unique::write_deferrable(line, key.deferrable)
        .flag_if("not-valid", !key.validated && !key.not_enforced)
        .flag_if("not-enforced", key.not_enforced)
        .flag_if("period", key.period);
    writing.member_name(line, id)
}
