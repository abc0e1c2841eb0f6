//! `column role user_role nullable default=USER`.

use std::sync::Arc;

use crate::catalog::kinds::{Column, Generated, Identity, NotNull};
use crate::catalog::{DataType, Expr, Ident, Kind, ObjectId, QName};
use crate::declare::fields::{Extras, Fields, Given};
use crate::declare::reading::{Placed, Reading};
use crate::declare::report::{CONTRADICTION, MISSING, UNKNOWN_ENTRY, VALUE, did_you_mean};
use crate::declare::text::Line;
use crate::declare::types::{self, Typed};
use crate::declare::write::Writing;
use crate::diagnostic::Span;
use crate::dialect::Literal;

use super::enum_type::EnumDraft;
use super::grants;
use super::sequence::{read_options, write_options};
use super::{options, storage};

const NOT_NULL_FLAGS: &[&str] = &["no-inherit", "not-valid"];

const IDENTITY: &[(&str, bool)] = &[("always", true), ("by-default", false)];

/// A column that was read.
#[derive(Clone, Debug)]
pub(in crate::declare) struct ColumnDraft {
    /// Its name.
    pub name: Ident,
    /// What it is.
    pub column: Column,
    /// Where it stands.
    pub span: Span,
    /// What is said about it.
    pub extras: Extras,
    /// The enum of whose values it consists.
    pub of_enum: Option<Arc<EnumDraft>>,
    /// Whether the primary key becomes autoincrement, because the identity was lowered to that.
    pub autoincrement: bool,
    /// `using=`.
    pub using: Option<Expr>,
    /// `backfill=`.
    pub backfill: Option<Expr>,
    /// `grant`.
    pub granted: Option<Placed>,
}

pub(super) fn read<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    table: &QName,
    columns: &[Ident],
) -> Option<ColumnDraft> {
    let name = fields.name("column")?;
    let what = format!("column `{table}.{}`", name.text);
    let span = fields.span();
    let typed = read_type(reading, &mut fields, &what);
    let nullable = fields.flag("nullable");
    let not_null = read_not_null(reading, &mut fields);
    let identity = read_identity(&mut fields);
    let generated = read_generated(reading, &mut fields, columns);
    let default = fields.value("default");
    let collation = fields.text("collation").map(|text| reading.collation(text.text));
    let using = fields.expression("using").map(|text| Expr::new(text.text));
    let backfill = fields.value("backfill");
    storage::read(reading, &mut fields, Kind::Column);
    let id = ObjectId::column(table, reading.engine.ident(name.text));
    let granted = grants::read(reading, &mut fields, &id);
    let extras = fields.extras();
    while let Some((word, span)) =
        fields.misplaced(&["primary-key", "unique", "index", "check", "foreign-key"])
    {
        let message = format!("`{word}` is a node of the table, not of {what}");
        let help = format!("write `{word} {}` on a line of its own", name.text);
        reading.report.error_with(UNKNOWN_ENTRY, span, message, help);
    }
    let options = options::read(reading, &mut fields, &what);
    fields.finish(&what);
    let identifier = reading.ident(&name, "column");

    let contradiction = match (&identity, &generated, &default) {
        (Some(_), Some(_), _) => Some("is an identity and generated"),
        (Some(_), None, Some(_)) => Some("is an identity and has a default"),
        (None, Some(_), Some(_)) => Some("is generated and has a default"),
        (Some(_), None, None) if nullable => Some("is an identity and nullable"),
        _ if nullable && not_null != NotNull::default() => Some("is nullable and has `not-null`"),
        _ => None,
    };
    if let Some(contradiction) = contradiction {
        let message = format!("{what} {contradiction}: one of them");
        reading.report.error(CONTRADICTION, span.clone(), message);
    }
    // A column without a type is an error, but others may refer to it.
    let typed = typed.unwrap_or_default();
    let default = default.map(|given| value(reading, &given, &typed));
    let backfill = backfill.map(|given| value(reading, &given, &typed));
    let mut column = Column {
        data_type: typed.data_type,
        nullable,
        default,
        identity,
        generated,
        collation,
        not_null,
        options,
    };
    let autoincrement = column.identity.is_some() && reading.engine.lower_identity(&mut column);
    Some(ColumnDraft {
        name: identifier,
        column,
        span,
        extras,
        of_enum: typed.of_enum.filter(|_| !typed.array),
        autoincrement,
        using,
        backfill,
        granted,
    })
}

fn read_type<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>, what: &str) -> Option<Typed> {
    let first = fields.argument().map(|entry| Given {
        value: &entry.value,
        span: fields.at(&entry.range),
    });
    // The type for one engine: `column data jsonb { type "…" on=sqlite }`.
    let given = fields.value("type").or(first);
    let Some(given) = given else {
        reading.report.error_with(
            MISSING,
            fields.span(),
            format!("{what} has no type"),
            "write it after the name, such as `bigint` or `\"varchar(64)\"`",
        );
        return None;
    };
    types::read(reading, &given)
}

/// `not-null=NAME`, or with options in a child: `not-null NAME no-inherit not-valid`.
fn read_not_null(reading: &Reading<'_>, fields: &mut Fields<'_>) -> NotNull {
    let Some(node) = fields.only_child("not-null") else {
        let name = fields.text("not-null");
        return NotNull {
            name: name.map(|text| reading.ident(&text, "constraint")),
            ..NotNull::default()
        };
    };
    let mut child = fields.child(node);
    let (no_inherit, not_valid) = (child.flag("no-inherit"), child.flag("not-valid"));
    let name = child.argument().and_then(|entry| child.text_of(entry));
    child.finish("`not-null`");
    NotNull {
        name: name.map(|text| reading.ident(&text, "constraint")),
        no_inherit,
        not_valid,
    }
}

/// `identity=always`, or with options in a child: `identity always start=10`.
fn read_identity(fields: &mut Fields<'_>) -> Option<Identity> {
    if let Some(node) = fields.only_child("identity") {
        let mut child = fields.child(node);
        let options = read_options(&mut child);
        let word = child.argument().and_then(|entry| child.text_of(entry));
        let always = word.and_then(|word| child.choose("identity", &word, IDENTITY));
        child.finish("`identity`");
        return Some(Identity {
            always: always.unwrap_or(true),
            options,
        });
    }
    fields.choice("identity", IDENTITY).map(|always| Identity {
        always,
        options: crate::catalog::kinds::SequenceOptions::default(),
    })
}

/// `generated=(sql)"…"`, `generated-virtual=(sql)"…"`, or a child: `generated (sql)"…" virtual`.
fn read_generated<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    columns: &[Ident],
) -> Option<Generated> {
    let make = |text: &str, stored| Generated {
        expr: reading.engine.expr(text, columns),
        stored,
    };
    if let Some(node) = fields.only_child("generated") {
        let mut child = fields.child(node);
        let stored = !child.flag("virtual");
        let text = child.argument().and_then(|entry| {
            child.expression_in(Given {
                value: &entry.value,
                span: child.at(&entry.range),
            })
        });
        child.finish("`generated`");
        return text.map(|text| make(text.text, stored));
    }
    if let Some(text) = fields.expression("generated") {
        return Some(make(text.text, true));
    }
    fields
        .expression("generated-virtual")
        .map(|text| make(text.text, false))
}

/// A default or backfill: a literal of the column's type, or an expression.
pub(super) fn value(reading: &Reading<'_>, given: &Given<'_>, typed: &Typed) -> Expr {
    if let Literal::Sql(text) = given.value {
        return reading.engine.default_expr(text);
    }
    if let (Some(of_enum), false) = (&typed.of_enum, typed.array) {
        check_enum_value(reading, of_enum, given.value, &given.span);
    }
    reading.engine.default_literal(given.value, &typed.data_type.text)
}

/// Reports a literal that is no value of the enum.
pub(super) fn check_enum_value(reading: &Reading<'_>, of_enum: &EnumDraft, value: &Literal, span: &Span) {
    let text = match value {
        Literal::Text(text) => text.clone(),
        Literal::Null | Literal::Sql(_) => return,
        other => crate::declare::text::literal(other),
    };
    let known = || of_enum.values.iter().map(|value| &**value);
    if !known().any(|value| value == text) {
        let help = did_you_mean(&text, known())
            .unwrap_or_else(|| format!("one of: {}", known().collect::<Vec<_>>().join(", ")));
        let message = format!("`{text}` is no value of enum `{}`", of_enum.name);
        reading.report.error_with(VALUE, span.clone(), message, help);
    }
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, column: &Column) -> Line {
    let mut line = Line::new("column").arguments(id.name().map(Ident::text));
    line = typed(writing, line, &column.data_type);
    line = line.flag_if("nullable", column.nullable);
    line = defaulted(writing, line, column.default.as_ref(), &column.data_type);
    if let Some(identity) = &column.identity {
        let word = if identity.always { "always" } else { "by-default" };
        line = if identity.options == crate::catalog::kinds::SequenceOptions::default() {
            line.property("identity", word)
        } else {
            let child = Line::new("identity").argument(word);
            line.child(write_options(child, &identity.options))
        };
    }
    if let Some(generated) = &column.generated {
        let name = if generated.stored {
            "generated"
        } else {
            "generated-virtual"
        };
        line = line.literal_property(name, &Literal::Sql(generated.expr.text().to_owned()));
    }
    if let Some(collation) = &column.collation {
        line = line.property("collation", &writing.collation(collation));
    }
    let line = options::write(write_not_null(line, &column.not_null), &column.options);
    storage::write(writing, id, line)
}

fn write_not_null(line: Line, not_null: &NotNull) -> Line {
    match &not_null.name {
        Some(name) if not_null.is_plain() => line.property("not-null", name.text()),
        None if not_null.is_plain() => line,
        name => {
            let child = Line::new("not-null").columns(name.iter().map(Ident::text), NOT_NULL_FLAGS);
            let child = child.flag_if("no-inherit", not_null.no_inherit);
            line.child(child.flag_if("not-valid", not_null.not_valid))
        }
    }
}

/// Adds the type.
pub(super) fn typed(writing: &Writing<'_>, line: Line, data_type: &DataType) -> Line {
    match writing.type_text(data_type) {
        Some(text) => line.argument(&text),
        None => line.sql(&data_type.text),
    }
}

/// Adds the default, as a literal where one means the same.
pub(super) fn defaulted(
    writing: &Writing<'_>,
    line: Line,
    default: Option<&Expr>,
    data_type: &DataType,
) -> Line {
    let Some(default) = default else {
        return line;
    };
    let literal = write_value(writing, default, data_type);
    line.literal_property(
        "default",
        &literal.unwrap_or_else(|| Literal::Sql(default.text().to_owned())),
    )
}

/// The literal that the engine prints as this default.
fn write_value(writing: &Writing<'_>, default: &Expr, data_type: &DataType) -> Option<Literal> {
    literal_of(default.text())
        .into_iter()
        .find(|literal| writing.engine.default_literal(literal, &data_type.text) == *default)
}

/// The literals that could be meant by SQL text: a number, a truth value, a text with or without a cast.
pub(in crate::declare) fn literal_of(sql: &str) -> Vec<Literal> {
    let mut out = Vec::new();
    let text = quoted_text(sql);
    let inner = text.as_deref().unwrap_or(sql);
    match inner.to_ascii_lowercase().as_str() {
        "null" => out.push(Literal::Null),
        "true" | "t" => out.push(Literal::Bool(true)),
        "false" | "f" => out.push(Literal::Bool(false)),
        _ => {}
    }
    if let Some(number) = number(inner) {
        out.push(number);
    }
    match inner {
        "0" => out.push(Literal::Bool(false)),
        "1" => out.push(Literal::Bool(true)),
        _ => {}
    }
    out.extend(text.map(Literal::Text));
    out
}

/// The text between the quotes with which `sql` begins; what follows must be a cast or nothing.
fn quoted_text(sql: &str) -> Option<String> {
    let rest = sql.strip_prefix('\'')?;
    let mut out = String::new();
    let mut chars = rest.char_indices().peekable();
    while let Some((at, character)) = chars.next() {
        if character != '\'' {
            out.push(character);
        } else if chars.peek().is_some_and(|(_, next)| *next == '\'') {
            chars.next();
            out.push('\'');
        } else {
            let after = &rest[at + 1..];
            return (after.is_empty() || after.starts_with("::")).then_some(out);
        }
    }
    None
}

/// A number that KDL writes the same way.
fn number(text: &str) -> Option<Literal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) {
        return None;
    }
    match fraction {
        None => text.parse().ok().map(Literal::Integer),
        Some(fraction) if all_digits(fraction) && text.parse::<f64>().is_ok_and(f64::is_finite) => {
            Some(Literal::Decimal(text.to_owned()))
        }
        Some(_) => None,
    }
}
