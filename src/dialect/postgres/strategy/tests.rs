//! What the strategies make of an op.

use std::sync::Arc;

use crate::catalog::kinds::{Column, EnumType, Sequence, SequenceOptions};
use crate::catalog::walk::{References, Walk};
use crate::catalog::{Catalog, DataType, Expr, Ident, Kind, Object, ObjectId, QName};
use crate::dialect::{Dialect, PlanCx, Sizes, Sql};
use crate::op::{Action, Op, SwapEnum, Txn};
use crate::script::Item;

fn qname(name: &str) -> QName {
    QName::in_schema(Ident::exact("public"), Ident::exact(name))
}

fn role() -> ObjectId {
    ObjectId::qualified(Kind::Enum, qname("role"))
}

fn values(values: &[&str]) -> EnumType {
    EnumType {
        values: values.iter().map(|value| Arc::from(*value)).collect(),
    }
}

fn column(data_type: DataType, default: Option<&str>) -> Column {
    Column {
        data_type,
        nullable: false,
        default: default.map(Expr::new),
        identity: None,
        generated: None,
        collation: None,
        not_null: crate::catalog::kinds::NotNull::default(),
        options: Vec::new(),
    }
}

fn rewritten(op: &Op, from: &Catalog, to: &Catalog) -> Option<Vec<Op>> {
    let server = Dialect::Postgres.engine().default_server();
    let (from_references, to_references) = (References::new(from), References::new(to));
    let (from_walk, to_walk) = (Walk::new(from), Walk::new(to));
    let cx = PlanCx {
        server: &server,
        from,
        to,
        from_references: &from_references,
        to_references: &to_references,
        from_walk: &from_walk,
        to_walk: &to_walk,
        sizes: &Sizes::new(),
        choices: &crate::dialect::Choices::DEFAULT,
        using: &std::collections::HashMap::new(),
    };
    super::ALL.iter().find_map(|strategy| strategy.rewrite(op, &cx))
}

fn change(from: &EnumType, to: &EnumType) -> Op {
    let (from, to): (Object, Object) = (from.clone().into(), to.clone().into());
    Op::new(Action::Alter {
        id: role(),
        attrs: from.changed(&to),
        from: Box::new(from),
        to: Box::new(to),
        using: None,
    })
}

#[test]
fn a_new_value_ends_its_transaction_once() {
    let op = change(&values(&["A"]), &values(&["A", "B"]));
    let catalog = Catalog::new();
    let ops = rewritten(&op, &catalog, &catalog).unwrap();
    assert_eq!(ops.len(), 1);
    assert_eq!(ops[0].txn, Txn::CommitAfter);
    assert_eq!(rewritten(&ops[0], &catalog, &catalog), None);
}

#[test]
fn a_value_that_goes_makes_the_type_anew_with_its_columns() {
    let (from, to) = (values(&["A", "B"]), values(&["A"]));
    let mut catalog = Catalog::new();
    let id = |name| ObjectId::column(&qname("t"), Ident::exact(name));
    let of = |text: &str, default| column(DataType::user(text, role()), default);
    catalog.insert(id("r"), of("public.role", Some("'A'::public.role")));
    catalog.insert(id("rs"), of("public.role[]", None));
    catalog.insert(id("x"), column(DataType::builtin("text"), None));
    let ops = rewritten(&change(&from, &to), &catalog, &catalog).unwrap();
    let [
        Op {
            action: Action::SwapEnum(swap),
            ..
        },
    ] = ops.as_slice()
    else {
        panic!("{ops:?}");
    };
    let names: Vec<String> = swap.columns.iter().map(|(id, _)| id.label()).collect();
    assert_eq!(names, ["t.r", "t.rs"]);
    let statements = swapped(swap);
    let [noted, of_the_swap @ .., given_back] = statements.as_slice() else {
        panic!("{statements:?}");
    };
    assert!(noted.contains("typacl") && given_back.contains("ALTER TYPE %s OWNER TO"));
    assert_eq!(
        of_the_swap,
        [
            "ALTER TYPE public.role RENAME TO _rcn_role",
            "CREATE TYPE public.role AS ENUM ('A')",
            "ALTER TABLE public.t\n    ALTER COLUMN r DROP DEFAULT,\
             \n    ALTER COLUMN r TYPE public.role USING r::text::public.role,\
             \n    ALTER COLUMN r SET DEFAULT 'A'::public.role,\
             \n    ALTER COLUMN rs DROP DEFAULT,\
             \n    ALTER COLUMN rs TYPE public.role[] USING rs::text[]::public.role[]",
            "DROP TYPE public._rcn_role",
        ]
    );
}

fn swapped(swap: &SwapEnum) -> Vec<String> {
    let mut sql = Sql::new(Dialect::Postgres.engine());
    super::swap_enum(swap, &Catalog::new(), &mut sql);
    let text = |item| match item {
        Item::Sql(sql) => Some(sql),
        _ => None,
    };
    sql.finish().into_iter().filter_map(text).collect()
}

#[test]
fn a_sequence_gets_its_owner_when_the_owner_is_there() {
    let owner = ObjectId::column(&qname("t"), Ident::exact("id"));
    let sequence = Sequence {
        data_type: Arc::from("integer"),
        options: SequenceOptions::default(),
        owned_by: Some(owner.clone()),
    };
    let op = Op::new(Action::Create {
        id: ObjectId::qualified(Kind::Sequence, qname("t_id_seq")),
        object: sequence.into(),
    });
    let ops = rewritten(&op, &Catalog::new(), &Catalog::new()).unwrap();
    let titles: Vec<String> = ops.iter().map(ToString::to_string).collect();
    assert_eq!(
        titles,
        ["create sequence t_id_seq", "alter sequence t_id_seq (owned by)"]
    );
    assert_eq!(rewritten(&ops[0], &Catalog::new(), &Catalog::new()), None);
    let mut there = Catalog::new();
    there.insert(owner, column(DataType::builtin("integer"), None));
    assert_eq!(rewritten(&op, &there, &there), None);
}
