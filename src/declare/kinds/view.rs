//! `view open_requests security-barrier { as "SELECT …" }`, with `columns`, what is said of columns, triggers and rules.

use crate::catalog::kinds::{CheckOption, View};
use crate::catalog::{Expr, Ident, Kind, ObjectId, QName};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Placed, Reading};
use crate::declare::report::ENGINE;
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::{grants, owner, rule, trigger};

const CHECKS: &[(&str, CheckOption)] = &[("local", CheckOption::Local), ("cascaded", CheckOption::Cascaded)];

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = reading.read_qname(&mut fields, "view") else {
        return;
    };
    let view = View {
        columns: reading.idents(&fields.names("columns").unwrap_or_default()),
        check_option: fields.choice("check-option", CHECKS),
        security_barrier: fields.flag("security-barrier"),
        security_invoker: fields.flag("security-invoker"),
        query: read_query(&mut fields, &format!("view `{name}`")),
    };
    let id = ObjectId::qualified(Kind::View, name.clone());
    draft
        .sayings
        .extend(owner::with_grants(reading, &mut fields, &id));
    let extras = fields.extras();
    read_columns(reading, &mut fields, &name, draft);
    let mut members = Vec::new();
    for node in fields.children("trigger") {
        members.extend(trigger::read(reading, fields.child(node), &[]));
    }
    for node in fields.children("rule") {
        members.extend(rule::read(reading, fields.child(node)));
    }
    for member in members {
        let Some(member_name) = member.given else {
            continue;
        };
        let id = ObjectId::member(member.kind, &name, member_name);
        draft.say(&id, member.extras, |was| {
            ObjectId::member(member.kind, &name, reading.engine.ident(was))
        });
        draft.later_members.push(Placed {
            id,
            object: member.object,
            span: member.span,
        });
    }
    let has_options = view.check_option.is_some() || view.security_barrier || view.security_invoker;
    // Options of views are PostgreSQL's, and so are materialized views.
    if has_options && reading.engine.rules(Kind::MaterializedView).is_none() {
        reading.report.error_with(
            ENGINE,
            span.clone(),
            format!("{} has no options of views", reading.engine.title()),
            "declare the view for each engine, with on=",
        );
    }
    fields.finish(&format!("view `{name}`"));
    if !reading.has(Kind::View, span.clone()) {
        return;
    }
    draft.say(&id, extras, |was| {
        ObjectId::qualified(Kind::View, reading.qname(was, None))
    });
    draft.views.push(Placed {
        id,
        object: view.into(),
        span,
    });
}

/// The query of a view, which it must have.
pub(super) fn read_query(fields: &mut Fields<'_>, what: &str) -> Expr {
    let query = fields.expression("as").map(|text| text.text);
    if query.is_none() {
        fields.missing(
            format!("{what} has no query"),
            "write it as a child: { as \"SELECT …\" }",
        );
    }
    Expr::new(query.unwrap_or_default())
}

/// `column total comment="…" { grant select to=app }`: the query says what columns there are.
pub(super) fn read_columns<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    view: &QName,
    draft: &mut Draft<'n>,
) {
    for node in fields.children("column") {
        let mut child = fields.child(node);
        let Some(name) = child.name("column") else {
            continue;
        };
        let column = ObjectId::column(view, reading.ident(&name, "column"));
        let granted = grants::read(reading, &mut child, &column);
        let comment = child.expression("comment");
        if granted.is_none() && comment.is_none() {
            child.missing(
                format!("nothing is said of {column}"),
                "the query says what columns there are; write `column NAME comment=\"…\"` or a `grant` in it, or leave it out",
            );
        }
        child.finish(&format!("column `{}` of a view", name.text));
        draft.sayings.extend(granted);
        let comment = comment.map(|text| (column, text.text.into(), text.span));
        draft.comments.extend(comment);
    }
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, view: &View) -> Line {
    let mut line = writing.named("view", id);
    if let Some((word, _)) = CHECKS.iter().find(|(_, value)| Some(*value) == view.check_option) {
        line = line.property("check-option", word);
    }
    line = line
        .flag_if("security-barrier", view.security_barrier)
        .flag_if("security-invoker", view.security_invoker);
    if !view.columns.is_empty() {
        let columns = view.columns.iter().map(Ident::text);
        line = line.child(Line::new("columns").arguments(columns));
    }
    line = line.child(Line::new("as").block(view.query.text()));
    write_columns(writing, id, line)
}

pub(super) fn write_columns(writing: &Writing<'_>, id: &ObjectId, line: Line) -> Line {
    writing.unlisted_columns(id).iter().fold(line, |line, column| {
        let child = Line::new("column").arguments(column.name().map(Ident::text));
        line.child(writing.said_of(child, column))
    })
}
