//! PostgreSQL in the words of Alembic and SQLAlchemy
//! (<https://docs.sqlalchemy.org/en/20/dialects/postgresql.html>): types, and changes of columns in place.

use crate::catalog::kinds::{Column, ColumnAttr, EnumType, IndexKey, NotNull};
use crate::catalog::{Catalog, EngineName, Expr, Ident, Kind, ObjectId, QName};
use crate::dialect::alembic::{ColumnStep, TypeWords, Words, name_expression};
use crate::dialect::rules::AlterItem;
use crate::dialect::{Dialect, Sql};
use crate::python::string;

use super::kinds::{counts, default_text, index_key, renews_default};
use super::types::{arguments, split_array};

/// The words of this engine.
pub(super) struct Postgres;

impl Words for Postgres {
    fn dialect(&self) -> &'static str {
        "postgresql"
    }

    fn reserved(&self) -> &'static [&'static str] {
        RESERVED
    }

    fn makes_serial(&self) -> bool {
        true
    }

    fn data_type(&self, column: &Column, types: &Catalog) -> Option<TypeWords> {
        let (base, array) = split_array(&column.data_type.text);
        let collation = column.collation.as_ref().map(EngineName::qname);
        if collation.is_some_and(|name| name.schema.is_some()) {
            // SQLAlchemy quotes what it is given as one name.
            return None;
        }
        let collation = collation.map(|name| string(name.name.text()));
        let element = match &column.data_type.user {
            Some(user) => enum_type(user, types)?,
            None => match text_type(base, collation.as_deref()) {
                Some(text) => text,
                None if collation.is_some() => return None,
                None => builtin(base)?,
            },
        };
        Some(if array {
            TypeWords {
                python: format!("postgresql.ARRAY({})", element.python),
                of_dialect: true,
            }
        } else {
            element
        })
    }

    fn default(&self, default: &Expr) -> String {
        default_text(default)
    }

    fn index_key(&self, key: &IndexKey) -> String {
        let mut sql = Sql::new(Dialect::Postgres.engine());
        index_key(&mut sql, key);
        sql.clause()
    }

    /// In the order of the statement that does all at once; between its parts nobody else sees the column.
    fn alter_column<'a>(&self, change: &AlterItem<'a, Column>) -> Option<Vec<ColumnStep<'a>>> {
        let (from, to) = (change.from, change.to);
        let has = |attr: ColumnAttr| change.attrs.contains(&attr);
        let moves_sequence = counts(to) && !counts(from);
        let is_said = to.not_null != NotNull::default() || has(ColumnAttr::NotNull);
        if has(ColumnAttr::Identity) || has(ColumnAttr::Generated) || moves_sequence || is_said {
            return None;
        }
        let retyped = has(ColumnAttr::DataType) || has(ColumnAttr::Collation);
        let renewed = renews_default(change);
        let mut steps = Vec::new();
        let mut step = ColumnStep::default();
        if retyped && renewed && from.default.is_some() {
            steps.push(ColumnStep {
                default: Some(None),
                ..step
            });
        }
        if retyped {
            step.data_type = Some((to, change.using));
        }
        if (has(ColumnAttr::Default) || renewed) && (!renewed || to.default.is_some()) {
            step.default = Some(to.default.as_ref());
        }
        if has(ColumnAttr::Nullable) {
            step.nullable = Some(to.nullable);
        }
        if step != ColumnStep::default() {
            steps.push(step);
        }
        Some(steps)
    }
}

/// `postgresql.ENUM(…)`, which does not make the type: that is a step of its own.
fn enum_type(id: &ObjectId, types: &Catalog) -> Option<TypeWords> {
    let name: &QName = id.qname().filter(|_| id.kind == Kind::Enum)?;
    let labels = types.payload::<EnumType>(id).map(|found| found.values.as_slice());
    let mut words: Vec<String> = labels
        .unwrap_or_default()
        .iter()
        .map(|label| string(label))
        .collect();
    let expression = |part: &Ident| name_expression(part, Dialect::Postgres.engine(), &Postgres);
    words.push(format!("name={}", expression(&name.name)));
    words.extend(
        name.schema
            .as_ref()
            .map(|schema| format!("schema={}", expression(schema))),
    );
    words.push("create_type=False".to_owned());
    Some(TypeWords {
        python: format!("postgresql.ENUM({})", words.join(", ")),
        of_dialect: true,
    })
}

/// A type by its canonical spelling: its words without what stands in parentheses, which must be numbers.
fn words_and_numbers(canonical: &str) -> Option<(String, Vec<u32>)> {
    let Some((head, rest)) = canonical.split_once('(') else {
        return Some((canonical.to_owned(), Vec::new()));
    };
    let (inside, tail) = rest.split_once(')')?;
    let numbers = arguments(canonical);
    let printed: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    (inside == printed.join(",")).then(|| (format!("{head}{tail}"), numbers))
}

/// A type of texts, which may have a collation.
fn text_type(canonical: &str, collation: Option<&str>) -> Option<TypeWords> {
    let (name, numbers) = words_and_numbers(canonical)?;
    let function = match (name.as_str(), numbers.len()) {
        ("text", 0) => "Text",
        ("character varying", 0 | 1) => "String",
        ("character", 1) => "CHAR",
        _ => return None,
    };
    let length = numbers.iter().map(ToString::to_string);
    let collation = collation.map(|collation| format!("collation={collation}"));
    let arguments: Vec<String> = length.chain(collation).collect();
    Some(TypeWords::common(format!("{function}({})", arguments.join(", "))))
}

/// Another type of the engine's own.
fn builtin(canonical: &str) -> Option<TypeWords> {
    let (name, numbers) = words_and_numbers(canonical)?;
    let dialect = |python: String| TypeWords {
        python: format!("postgresql.{python}"),
        of_dialect: true,
    };
    let found = match (name.as_str(), numbers.as_slice()) {
        ("smallint", []) => TypeWords::common("SmallInteger()"),
        ("integer", []) => TypeWords::common("Integer()"),
        ("bigint", []) => TypeWords::common("BigInteger()"),
        ("boolean", []) => TypeWords::common("Boolean()"),
        ("real", []) => TypeWords::common("REAL()"),
        ("numeric", []) => TypeWords::common("Numeric()"),
        ("numeric", [precision, scale]) => TypeWords::common(format!("Numeric({precision}, {scale})")),
        ("date", []) => TypeWords::common("Date()"),
        ("time without time zone", []) => TypeWords::common("Time()"),
        ("time with time zone", []) => TypeWords::common("Time(timezone=True)"),
        ("timestamp without time zone", []) => TypeWords::common("DateTime()"),
        ("timestamp with time zone", []) => TypeWords::common("DateTime(timezone=True)"),
        ("bytea", []) => TypeWords::common("LargeBinary()"),
        ("time without time zone", [digits]) => dialect(format!("TIME(precision={digits})")),
        ("time with time zone", [digits]) => dialect(format!("TIME(timezone=True, precision={digits})")),
        ("timestamp without time zone", [digits]) => dialect(format!("TIMESTAMP(precision={digits})")),
        ("timestamp with time zone", [digits]) => {
            dialect(format!("TIMESTAMP(timezone=True, precision={digits})"))
        }
        ("interval", []) => dialect("INTERVAL()".to_owned()),
        ("interval", [digits]) => dialect(format!("INTERVAL(precision={digits})")),
        ("bit", [length]) => dialect(format!("BIT({length})")),
        ("bit varying", []) => dialect("BIT(varying=True)".to_owned()),
        ("bit varying", [length]) => dialect(format!("BIT({length}, varying=True)")),
        ("double precision", []) => dialect("DOUBLE_PRECISION()".to_owned()),
        (name, []) if NAMED.contains(&name) => dialect(format!("{}()", name.to_ascii_uppercase())),
        _ => return None,
    };
    Some(found)
}

/// The types whose class has their name.
const NAMED: &[&str] = &[
    "cidr",
    "daterange",
    "inet",
    "int4range",
    "int8range",
    "json",
    "jsonb",
    "macaddr",
    "money",
    "numrange",
    "oid",
    "regclass",
    "tsrange",
    "tstzrange",
    "tsvector",
    "uuid",
];

/// `RESERVED_WORDS` in `lib/sqlalchemy/dialects/postgresql/base.py`.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "new",
    "not",
    "notnull",
    "null",
    "off",
    "offset",
    "old",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "over",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];
