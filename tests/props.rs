//! The law of planning, without an engine: applying the plan of a difference to the one side gives the other, both
//! ways, in an order in which nothing is needed before it is there; and input order does not matter.

use std::sync::Arc;

use proptest::prelude::*;
use reconcile::catalog::kinds::{
    Check, Column, EnumType, ForeignKey, Index, IndexKey, PrimaryKey, ReferentialAction, Table, TableExt,
    Unique, View,
};
use reconcile::catalog::{Canonical, Catalog, DataType, Expr, Ident, Kind, ObjectId, QName};
use reconcile::dialect::{Dialect, Server, Sizes, qualify};
use reconcile::diff::{Difference, Intents, diff};
use reconcile::op::{Action, Plan};
use reconcile::plan::{Context, plan, plan_back};

/// A catalog as numbers, from which it is built; shrinking works on these.
#[derive(Clone, Debug)]
struct Shape {
    tables: Vec<TableShape>,
    enums: Vec<u8>,
    views: Vec<(u8, u8)>,
}

#[derive(Clone, Debug)]
struct TableShape {
    number: u8,
    columns: Vec<(u8, u8, bool)>,
    unique: Option<u8>,
    check: Option<u8>,
    index: Option<u8>,
    references: Vec<(u8, u8)>,
}

fn table_shape() -> impl Strategy<Value = TableShape> {
    let columns = prop::collection::vec((0..6u8, 0..4u8, any::<bool>()), 1..5);
    let references = prop::collection::vec((0..6u8, 0..3u8), 0..3);
    let members = (
        prop::option::of(0..6u8),
        prop::option::of(0..3u8),
        prop::option::of(0..6u8),
    );
    (0..6u8, columns, members, references).prop_map(
        |(number, columns, (unique, check, index), references)| TableShape {
            number,
            columns,
            unique,
            check,
            index,
            references,
        },
    )
}

fn shape() -> impl Strategy<Value = Shape> {
    let tables = prop::collection::vec(table_shape(), 0..6);
    let enums = prop::collection::vec(1..4u8, 0..2);
    let views = prop::collection::vec((0..6u8, 0..6u8), 0..3);
    (tables, enums, views).prop_map(|(tables, enums, views)| Shape { tables, enums, views })
}

struct Maker {
    dialect: Dialect,
    catalog: Catalog,
}

impl Maker {
    fn ident(&self, name: &str) -> Ident {
        self.dialect.engine().ident(name)
    }

    fn qname(&self, name: &str) -> QName {
        qualify(self.dialect, None, name)
    }

    fn enums(&mut self, enums: &[u8]) {
        if self.dialect.engine().rules(Kind::Enum).is_none() {
            return;
        }
        for (number, size) in enums.iter().enumerate() {
            let id = ObjectId::qualified(Kind::Enum, self.qname(&format!("e{number}")));
            let values = (0..*size).map(|value| Arc::from(format!("v{value}"))).collect();
            self.catalog.insert(id, EnumType { values });
        }
    }

    fn table(&mut self, shape: &TableShape) -> bool {
        let name = self.qname(&format!("t{}", shape.number));
        let id = ObjectId::table(name.clone());
        if self.catalog.contains(&id) {
            return false;
        }
        self.catalog.insert(id, Table::new(TableExt::Plain));
        let key = self.ident("id");
        self.column(&name, &key, DataType::builtin("integer"), false);
        for (number, data_type, nullable) in &shape.columns {
            let user = ObjectId::qualified(Kind::Enum, self.qname(&format!("e{}", data_type % 2)));
            let data_type = match data_type {
                2 | 3 if self.catalog.contains(&user) => {
                    DataType::user(format!("public.e{}", data_type % 2), user)
                }
                0 => DataType::builtin("text"),
                _ => DataType::builtin("integer"),
            };
            let column = self.ident(&format!("c{number}"));
            self.column(&name, &column, data_type, *nullable);
        }
        let primary = self.ident(&format!("t{}_pkey", shape.number));
        let payload = PrimaryKey::new(vec![key]);
        self.catalog
            .insert(ObjectId::member(Kind::PrimaryKey, &name, primary), payload);
        self.constraints(&name, shape);
        true
    }

    fn column(&mut self, table: &QName, name: &Ident, data_type: DataType, nullable: bool) {
        let id = ObjectId::column(table, name.clone());
        if !self.catalog.contains(&id) {
            let none = Column {
                data_type,
                nullable,
                default: None,
                identity: None,
                generated: None,
                collation: None,
                not_null: reconcile::catalog::kinds::NotNull::default(),
                options: Vec::new(),
            };
            self.catalog.insert(id, none);
        }
    }

    fn existing(&self, table: &QName, number: u8) -> Option<Ident> {
        let name = self.ident(&format!("c{number}"));
        self.catalog
            .contains(&ObjectId::column(table, name.clone()))
            .then_some(name)
    }

    fn constraints(&mut self, table: &QName, shape: &TableShape) {
        if let Some(column) = shape.unique.and_then(|number| self.existing(table, number)) {
            let payload = Unique::new(vec![column]);
            let name = self.ident(&format!("{}_uq", table.name));
            self.catalog
                .insert(ObjectId::member(Kind::Unique, table, name), payload);
        }
        if let Some(number) = shape.check {
            let payload = Check::new(Expr::new(format!("(id > {number})")));
            let name = self.ident(&format!("{}_ck", table.name));
            self.catalog
                .insert(ObjectId::member(Kind::Check, table, name), payload);
        }
        if let Some(column) = shape.index.and_then(|number| self.existing(table, number)) {
            let key = IndexKey::column(column);
            let payload = Index {
                method: Arc::from("btree"),
                unique: false,
                nulls_not_distinct: false,
                keys: vec![key],
                include: vec![],
                predicate: None,
            };
            let name = self.ident(&format!("{}_ix", table.name));
            self.catalog
                .insert(ObjectId::member(Kind::Index, table, name), payload);
        }
    }

    fn references(&mut self, shape: &TableShape) {
        let table = self.qname(&format!("t{}", shape.number));
        let actions = [
            ReferentialAction::NoAction,
            ReferentialAction::Cascade,
            ReferentialAction::Restrict,
        ];
        for (target, action) in &shape.references {
            let target = self.qname(&format!("t{target}"));
            if !self.catalog.contains(&ObjectId::table(target.clone())) {
                continue;
            }
            let name = self.ident(&format!("{}_{}_fk", table.name, target.name));
            let payload = ForeignKey {
                on_delete: actions[usize::from(*action)],
                ..ForeignKey::to(vec![self.ident("id")], target, vec![self.ident("id")])
            };
            self.catalog
                .insert(ObjectId::member(Kind::ForeignKey, &table, name), payload);
        }
    }

    /// A view over a column, and a view over that view.
    fn view(&mut self, at: usize, table: u8, column: u8) {
        let table = self.qname(&format!("t{table}"));
        let Some(column) = self.existing(&table, column) else {
            return;
        };
        let below = ObjectId::qualified(Kind::View, self.qname(&format!("v{at}")));
        let above = ObjectId::qualified(Kind::View, self.qname(&format!("w{at}")));
        let query = |text: String| View::of_query(Expr::new(text));
        self.catalog.insert(
            below.clone(),
            query(format!("SELECT {column} FROM {}", table.name)),
        );
        self.catalog
            .insert(above.clone(), query(format!("SELECT * FROM v{at}")));
        self.catalog
            .add_edge(below.clone(), ObjectId::column(&table, column));
        self.catalog.add_edge(below.clone(), ObjectId::table(table));
        self.catalog.add_edge(above, below);
    }
}

fn catalog(dialect: Dialect, shape: &Shape) -> Catalog {
    let mut maker = Maker {
        dialect,
        catalog: Catalog::new(),
    };
    maker.enums(&shape.enums);
    let first: Vec<bool> = shape.tables.iter().map(|table| maker.table(table)).collect();
    for (table, _) in shape.tables.iter().zip(first).filter(|(_, first)| *first) {
        maker.references(table);
    }
    for (at, (table, column)) in shape.views.iter().enumerate() {
        maker.view(at, *table, *column);
    }
    maker.catalog
}

fn difference(from: &Catalog, to: &Catalog, server: &Server) -> Difference {
    let engine = server.engine();
    let side = |catalog: &Catalog| Canonical::assumed(catalog.clone());
    diff(&side(from), &side(to), &Intents::default(), &|name| {
        engine.quote(name)
    })
}

/// Carries the plan out in memory; on engines that demand it, everything needed must be there at each step.
fn carry_out(plan: &Plan, from: &Catalog, server: &Server) -> Catalog {
    let engine = server.engine();
    let mut catalog = from.clone();
    for batch in &plan.batches {
        for op in batch.ops() {
            op.apply(&mut catalog, &|name| engine.quote(name));
        }
        for op in batch.ops() {
            let Action::Create { id, .. } = &op.action else {
                continue;
            };
            if engine.ignores_order(id.kind) {
                continue;
            }
            for needed in catalog.structural_references(id) {
                let there = catalog.contains(&needed) || needed.kind == Kind::Schema;
                assert!(there, "{op} needs {needed}, which is not there yet");
            }
        }
    }
    catalog
}

fn check(dialect: &str, a: &Shape, b: &Shape) {
    let dialect = Dialect::from_name(dialect).expect("an engine of this build");
    let server = dialect.engine().default_server();
    let (a, b) = (catalog(dialect, a), catalog(dialect, b));
    let intents = Intents::default();
    let context = Context {
        choices: &reconcile::dialect::Choices::DEFAULT,
        server: &server,
        intents: &intents,
        locate: &|_| None,
        sizes: &Sizes::new(),
    };
    let difference = difference(&a, &b, &server);
    let up = plan(&Arc::new(a.clone()), &difference, &context).expect("a plan up");
    assert_eq!(carry_out(&up, &a, &server), b, "up");
    let down = plan_back(&Arc::new(a.clone()), &difference, &context).expect("a plan down");
    assert_eq!(carry_out(&down, &b, &server), a, "down");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_arrives_both_ways_on_postgres(a in shape(), b in shape()) {
        check("postgres", &a, &b);
    }

    #[test]
    fn a_plan_arrives_both_ways_on_sqlite(a in shape(), b in shape()) {
        check("sqlite", &a, &b);
    }

    #[test]
    fn the_order_of_input_does_not_change_a_fingerprint(a in shape()) {
        let dialect = Dialect::from_name("postgres").expect("an engine of this build");
        let forwards = catalog(dialect, &a);
        let mut backwards = Catalog::new();
        let objects: Vec<_> = forwards.iter().map(|(id, object)| (id.clone(), object.clone())).collect();
        for (id, object) in objects.into_iter().rev() {
            backwards.insert(id, object);
        }
        prop_assert_eq!(forwards.fingerprint(), backwards.fingerprint());
    }
}
