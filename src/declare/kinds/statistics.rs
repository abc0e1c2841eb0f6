//! `statistics place { of city street (sql)"lower(name)"; count ndistinct mcv }`, below a table or materialized view.

use crate::catalog::kinds::{Statistics, StatisticsKind};
use crate::catalog::{Expr, Ident, Kind, ObjectId, QName};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Placed, Reading, split_schema};
use crate::declare::report::{CONTRADICTION, MISSING, VALUE};
use crate::declare::text::Line;
use crate::dialect::Literal;

use super::{index, owner};

const KINDS: &[(&str, StatisticsKind)] = &[
    ("ndistinct", StatisticsKind::Distinct),
    ("dependencies", StatisticsKind::Dependencies),
    ("mcv", StatisticsKind::MostCommon),
];

/// Reads every `statistics` of a relation with these columns.
pub(super) fn read<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    (of, columns): (&QName, &[Ident]),
    draft: &mut Draft<'n>,
) {
    for node in fields.children("statistics") {
        read_one(reading, fields.child(node), (of, columns), draft);
    }
}

fn read_one<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    (of, known): (&QName, &[Ident]),
    draft: &mut Draft<'n>,
) {
    let span = fields.span();
    let Some(name) = fields.name("statistics") else {
        return;
    };
    reading.check_name(name.text, &name.span, "statistics");
    let schema = fields.text("schema").map(|schema| schema.text);
    let place = |text: &str| place(reading, of, text, schema);
    let id = ObjectId::qualified(Kind::Statistics, place(name.text));
    let what = format!("statistics `{}`", name.text);
    let (mut columns, exprs) = read_terms(reading, &mut fields, known, &what);
    columns.sort();
    columns.dedup();
    let given = fields.names("count");
    let mut kinds: Vec<StatisticsKind> = given
        .iter()
        .flatten()
        .filter_map(|text| fields.choose("count", text, KINDS))
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    let alone = columns.is_empty() && exprs.len() == 1;
    if alone && given.is_some() {
        reading.report.error_with(
            CONTRADICTION,
            span.clone(),
            format!("{what} are of one expression: there is nothing to `count` together"),
            "take `count` out, or name a column beside it",
        );
    } else if given.is_none() && !alone {
        kinds = StatisticsKind::ALL.to_vec();
    }
    let statistics = Statistics {
        of: of.clone(),
        kinds,
        columns,
        exprs,
        target: read_target(reading, &mut fields),
    };
    let owner = owner::read(reading, &mut fields, &id);
    let extras = fields.extras();
    fields.finish(&what);
    if !reading.has(Kind::Statistics, span.clone()) {
        return;
    }
    draft.sayings.extend(owner);
    draft.say(&id, extras, |was| {
        ObjectId::qualified(Kind::Statistics, place(was))
    });
    draft.later_members.push(Placed {
        id,
        object: statistics.into(),
        span,
    });
}

/// A name stands in the schema of the relation, unless it says another one.
fn place(reading: &Reading<'_>, of: &QName, text: &str, schema: Option<&str>) -> QName {
    match (schema, split_schema(text)) {
        (None, (None, name)) => of.sibling(reading.engine.ident(name)),
        (schema, _) => reading.qname(text, schema),
    }
}

/// `of a b (sql)"lower(c)"`
fn read_terms<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    known: &[Ident],
    what: &str,
) -> (Vec<Ident>, Vec<Expr>) {
    let (mut columns, mut exprs) = (Vec::new(), Vec::new());
    let Some(node) = fields.only_child("of") else {
        fields.missing(
            format!("{what} do not say what they are of"),
            "write `of COLUMN COLUMN` as a child",
        );
        return (columns, exprs);
    };
    let mut child = fields.child(node);
    for entry in child.arguments() {
        match index::read_term(reading, &child, entry, known) {
            Some(crate::catalog::kinds::IndexTerm::Column(column)) => columns.push(column),
            Some(crate::catalog::kinds::IndexTerm::Expr(expr)) => exprs.push(expr),
            None => {}
        }
    }
    if columns.len() < 2 && exprs.is_empty() {
        reading.report.error_with(
            MISSING,
            child.span(),
            format!("{what} are of two columns at least, or of an expression"),
            "what single columns have in them is counted anyway",
        );
    }
    child.finish("`of`");
    (columns, exprs)
}

fn read_target(reading: &Reading<'_>, fields: &mut Fields<'_>) -> Option<i32> {
    let count = fields.integer("target")?;
    let found = i32::try_from(count)
        .ok()
        .filter(|count| (0..=10_000).contains(count));
    if found.is_none() {
        let message = format!("`target` is between 0 and 10000, and not {count}");
        reading.report.error(VALUE, fields.span(), message);
    }
    found
}

pub(super) fn write(id: &ObjectId, statistics: &Statistics) -> Line {
    let mut line = Line::new("statistics").arguments(id.name().map(Ident::text));
    let elsewhere = id
        .schema()
        .filter(|schema| Some(*schema) != statistics.of.schema.as_ref());
    let is_dotted = id
        .name()
        .is_some_and(|name| split_schema(name.text()).0.is_some());
    if let Some(schema) = elsewhere.or_else(|| id.schema().filter(|_| is_dotted)) {
        line = line.property("schema", schema.text());
    }
    if let Some(target) = statistics.target {
        line = line.literal_property("target", &Literal::Integer(target.into()));
    }
    let mut of = Line::new("of").columns(statistics.columns.iter().map(Ident::text), &[]);
    for expr in &statistics.exprs {
        of = of.sql(expr.text());
    }
    line = line.child(of);
    if !statistics.is_of_expression() && statistics.kinds != StatisticsKind::ALL {
        let words = KINDS.iter().filter(|(_, kind)| statistics.kinds.contains(kind));
        line = line.child(Line::new("count").arguments(words.map(|(word, _)| *word)));
    }
    line
}
