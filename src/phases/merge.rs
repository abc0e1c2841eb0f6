//! Two forms of one object, and the form between them that serves code of both.

use std::sync::Arc;

use crate::catalog::kinds::{Column, EnumType, Granted, Grants, Rows};
use crate::dialect::Engine;

/// The form between, and why it is not the form to come yet.
pub(super) struct Between<T> {
    pub(super) object: T,
    /// What is left to be done, in words.
    pub(super) left: Vec<&'static str>,
    /// Why the rest breaks code, whenever it is done.
    pub(super) unsafe_because: Option<&'static str>,
}

/// A column that takes whatever either code writes.
pub(super) fn column(from: &Column, to: &Column, converted: bool, engine: &dyn Engine) -> Between<Column> {
    let mut out = Between {
        object: from.clone(),
        left: Vec::new(),
        unsafe_because: None,
    };
    let object = &mut out.object;
    object.nullable = from.nullable || to.nullable;
    if from.nullable && !to.nullable {
        out.left.push("require a value");
    }
    if from.generated != to.generated {
        out.left.push("compute it otherwise");
        out.unsafe_because = Some("code of before and after find other values in it");
        return out;
    }
    let retyped = from.data_type != to.data_type || from.collation != to.collation;
    if retyped {
        let widened = |from: &Column, to: &Column| {
            !converted && from.collation == to.collation && engine.is_widened(&from.data_type, &to.data_type)
        };
        if widened(from, to) {
            object.data_type = to.data_type.clone();
        } else {
            out.left.push("change its type");
            if !widened(to, from) {
                out.unsafe_because = Some(
                    "code that knows the one type fails on the other: declare a new column of the new type, copy the \
                     values, move the code over, then drop this one",
                );
            }
            return out;
        }
    }
    match (&from.default, &to.default) {
        (Some(_), None) if to.identity.is_none() => out.left.push("drop its default"),
        (_, default) => object.default.clone_from(default),
    }
    match (&from.identity, &to.identity) {
        (Some(_), None) => out.left.push("drop its identity"),
        (None, Some(to)) if to.always || object.nullable => {
            out.left.push("give it an identity");
            object.default.clone_from(&from.default);
        }
        (Some(from), Some(to)) if to.always && !from.always => out.left.push("give its identity always"),
        (_, identity) => object.identity.clone_from(identity),
    }
    out
}

/// An enum that has the values of both.
pub(super) fn values(from: &EnumType, to: &EnumType) -> Between<EnumType> {
    let mut values = from.values.clone();
    for (at, value) in to.values.iter().enumerate() {
        if values.contains(value) {
            continue;
        }
        // Behind the one that it follows, or first.
        let before = to.values[..at].iter().rev().find(|other| values.contains(other));
        let place = before.and_then(|before| values.iter().position(|other| other == before));
        values.insert(place.map_or(0, |place| place + 1), Arc::clone(value));
    }
    let left = if values == to.values {
        Vec::new()
    } else {
        vec!["remove or reorder its values"]
    };
    Between {
        object: EnumType { values },
        left,
        unsafe_because: None,
    }
}

/// The rights that either code needs.
pub(super) fn grants(from: &Grants, to: &Grants) -> Between<Grants> {
    let mut granted = to.granted.clone();
    for before in &from.granted {
        let same = |other: &&mut Granted| other.role == before.role && other.privilege == before.privilege;
        match granted.iter_mut().find(same) {
            Some(after) => after.with_option |= before.with_option,
            None => granted.push(before.clone()),
        }
    }
    granted.sort();
    let revoked = to
        .revoked
        .iter()
        .filter(|privilege| from.revoked.contains(privilege));
    let object = Grants {
        revoked: revoked.copied().collect(),
        granted,
    };
    let left = if object == *to {
        Vec::new()
    } else {
        vec!["revoke what is left over"]
    };
    Between {
        object,
        left,
        unsafe_because: None,
    }
}

/// The rows of both, as the code to come wants those that are in both. `None` where the two cannot be told in one table
/// of values.
pub(super) fn rows(from: &Rows, to: &Rows) -> Option<Between<Rows>> {
    let key: Option<Vec<usize>> = to
        .key
        .iter()
        .map(|name| to.columns.iter().position(|column| column == name))
        .collect();
    let key = key?;
    let at: Vec<Option<usize>> = to
        .columns
        .iter()
        .map(|name| from.columns.iter().position(|column| column == name))
        .collect();
    let mut rows = to.rows.clone();
    let mut kept = false;
    for row in &from.rows {
        let cells: Option<Vec<Arc<str>>> = at
            .iter()
            .map(|at| at.and_then(|at| row.get(at)).cloned())
            .collect();
        let same = |other: &Vec<Arc<str>>, cell: &dyn Fn(usize) -> Option<Arc<str>>| {
            key.iter().all(|at| cell(*at).as_ref() == other.get(*at))
        };
        let cell = |place: usize| {
            at.get(place)
                .copied()
                .flatten()
                .and_then(|at| row.get(at))
                .cloned()
        };
        if to.rows.iter().any(|other| same(other, &cell)) {
            continue;
        }
        rows.push(cells?);
        kept = true;
    }
    rows.sort();
    Some(Between {
        object: Rows {
            key: to.key.clone(),
            columns: to.columns.clone(),
            rows,
        },
        left: if kept { vec!["remove rows"] } else { Vec::new() },
        unsafe_because: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{DataType, Expr};
    use crate::dialect::Dialect;

    fn labels(words: &str) -> EnumType {
        EnumType {
            values: words.split_whitespace().map(Arc::from).collect(),
        }
    }

    fn between_values(from: &str, to: &str) -> (String, bool) {
        let between = values(&labels(from), &labels(to));
        (between.object.values.join(" "), between.left.is_empty())
    }

    #[test]
    fn an_enum_has_the_values_of_both_until_one_goes() {
        assert_eq!(between_values("a c", "a b c d"), ("a b c d".to_owned(), true));
        assert_eq!(between_values("a b c", "a c"), ("a b c".to_owned(), false));
        assert_eq!(between_values("a b", "x b y"), ("x a b y".to_owned(), false));
        assert_eq!(between_values("a b", "b a"), ("a b".to_owned(), false));
    }

    #[test]
    fn what_lies_between_takes_nothing_back_that_it_has() {
        for (from, to) in [("a b", "x b y"), ("a b c", "c a"), ("", "a b")] {
            let once = values(&labels(from), &labels(to)).object;
            assert_eq!(values(&once, &labels(to)).object, once, "{from} to {to}");
        }
    }

    fn column(data_type: &str, nullable: bool, default: Option<&str>) -> Column {
        Column {
            data_type: DataType::builtin(data_type),
            nullable,
            default: default.map(Expr::new),
            identity: None,
            generated: None,
            collation: None,
            not_null: crate::catalog::kinds::NotNull::default(),
            options: Vec::new(),
        }
    }

    fn between(from: &Column, to: &Column) -> Between<Column> {
        let engine = Dialect::from_name("postgres").expect("built in").engine();
        super::column(from, to, false, engine)
    }

    #[test]
    fn a_column_takes_what_either_code_writes() {
        let (short, long) = (
            column("character varying(10)", false, Some("'a'")),
            column("character varying(20)", true, None),
        );
        let there = between(&short, &long);
        assert_eq!(there.object, column("character varying(20)", true, Some("'a'")));
        assert_eq!(there.left, ["drop its default"]);
        let back = between(&long, &short);
        assert_eq!(back.object, column("character varying(20)", true, None));
        assert_eq!(back.left, ["require a value", "change its type"]);
        assert!(back.unsafe_because.is_none(), "the narrower type can wait");
    }

    #[test]
    fn a_type_that_only_one_code_understands_is_told() {
        let there = between(&column("text", true, None), &column("integer", true, None));
        assert!(there.unsafe_because.is_some() && there.object.data_type == DataType::builtin("text"));
    }
}
