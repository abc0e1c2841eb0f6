//! What a PostgreSQL session does and what it reads of a database that SQL made, on a real server.
//!
//! Runs where `RECONCILE_TEST_POSTGRES` holds the URL of a maintenance database; shown as ignored elsewhere. Each test
//! has a database of its own, dropped at its end.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use reconcile::catalog::kinds::{
    Check, Column, Comment, Domain, EnumType, ForeignKey, Function, Index, IndexTerm, NullsOrder, PrimaryKey,
    ReferentialAction, Rows, Sequence, Trigger, TriggerAction, TriggerEvent, TriggerTiming, Unique, View,
};
use reconcile::catalog::{Catalog, Expr, Ident, Kind, ObjectId, Path, QName};
use reconcile::dialect::session::{ConnectOptions, EngineErrorKind};
use reconcile::dialect::{
    DatabaseUrl, Dialect, EngineError, Introspection, RowsQuery, Scope, Session, TxnOptions,
};

/// A test, and the oldest server that has what it is about.
type Test = (&'static str, u32, fn(&Server));

const TESTS: &[Test] = &[
    ("columns_and_types", 0, columns_and_types),
    ("constraints", 0, constraints),
    ("indexes", 0, indexes),
    ("views_functions_triggers", 0, views_functions_triggers),
    ("comments_and_names", 0, comments_and_names),
    ("edges", 0, edges),
    ("unmodelled_is_said", 0, unmodelled_is_said),
    ("sql_bodies_are_said", 140_000, sql_bodies_are_said),
    ("nulls_not_distinct", 150_000, nulls_not_distinct),
    ("what_18_brought", 180_000, what_18_brought),
    ("extensions_stay_out", 0, extensions_stay_out),
    ("invalid_index_is_said", 0, invalid_index_is_said),
    ("rows_are_read", 0, rows_are_read),
    ("sizes_are_told", 0, sizes_are_told),
    ("two_connections_read_the_same", 0, two_connections_read_the_same),
    ("read_only_is_refused", 0, read_only_is_refused),
    ("missing_server", 0, missing_server),
    ("lock_names_its_holder", 0, lock_names_its_holder),
    ("held_table_is_busy", 0, held_table_is_busy),
    (
        "failed_transaction_is_not_committed",
        0,
        failed_transaction_is_not_committed,
    ),
    (
        "scratch_is_emptied_and_removed",
        0,
        scratch_is_emptied_and_removed,
    ),
    ("scratch_leftovers_are_dropped", 0, scratch_leftovers_are_dropped),
    ("scratch_needs_a_right", 0, scratch_needs_a_right),
    ("what_was_read_can_be_made", 0, what_was_read_can_be_made),
];

/// The servers to test on: that of the environment, and further versions beside it.
const SERVERS: &[&str] = &[
    "RECONCILE_TEST_POSTGRES",
    "RECONCILE_TEST_POSTGRES_12",
    "RECONCILE_TEST_POSTGRES_18",
];

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for variable in SERVERS {
        let url = std::env::var(variable).ok();
        let version = url.as_ref().map_or(0, |url| Server::new(url).version());
        for (name, since, test) in TESTS {
            let url = url.clone();
            let ignored = url.is_none() || version < *since;
            let trial = Trial::test(*name, move || match url {
                Some(url) => {
                    test(&Server::new(&url));
                    Ok(())
                }
                None => Err("no server".into()),
            });
            trials.push(trial.with_kind(*variable).with_ignored_flag(ignored));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// The server that the tests run on.
struct Server {
    url: String,
    runtime: tokio::runtime::Runtime,
}

impl Server {
    fn new(url: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        Self {
            url: url.to_owned(),
            runtime,
        }
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    fn connect(&self, url: &DatabaseUrl, options: &ConnectOptions) -> Result<Box<dyn Session>, EngineError> {
        self.wait(Dialect::Postgres.engine().connect(url, options))
    }

    fn admin(&self) -> Box<dyn Session> {
        self.connect(
            &DatabaseUrl::parse(&self.url).unwrap(),
            &ConnectOptions::default(),
        )
        .unwrap()
    }

    fn version(&self) -> u32 {
        self.admin().server().version
    }

    /// A database made by these statements, for as long as the guard lives.
    fn database(&self, setup: &str) -> Database<'_> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("introspect_{}_{number}", std::process::id());
        let mut admin = self.admin();
        self.wait(admin.execute(&format!("CREATE DATABASE {name} TEMPLATE template0")))
            .unwrap();
        let mut url = url::Url::parse(&self.url).unwrap();
        url.set_path(&name);
        let database = Database {
            server: self,
            url: DatabaseUrl::parse(url.as_str()).unwrap(),
            name,
        };
        let mut session = database.open();
        self.wait(session.execute("SET search_path = public")).unwrap();
        self.wait(session.execute(setup)).unwrap();
        self.wait(session.close()).unwrap();
        database
    }
}

struct Database<'a> {
    server: &'a Server,
    url: DatabaseUrl,
    name: String,
}

impl Database<'_> {
    fn open(&self) -> Box<dyn Session> {
        self.server
            .connect(&self.url, &ConnectOptions::default())
            .unwrap()
    }

    fn read(&self, scope: &Scope) -> Introspection {
        let mut session = self.open();
        let read = self.server.wait(session.introspect(scope)).unwrap();
        self.server.wait(session.close()).unwrap();
        read
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        let mut admin = self.server.admin();
        let sql = format!("DROP DATABASE {}", self.name);
        for _ in 0..50 {
            if self.server.wait(admin.execute(&sql)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn name(text: &str) -> Ident {
    Ident::exact(text)
}

fn public(text: &str) -> QName {
    QName::in_schema(name("public"), name(text))
}

fn member(kind: Kind, table: &str, text: &str) -> ObjectId {
    ObjectId::member(kind, &public(table), name(text))
}

fn names(list: &[&str]) -> Vec<Ident> {
    list.iter().map(|text| name(text)).collect()
}

fn column<'a>(catalog: &'a Catalog, table: &str, text: &str) -> &'a Column {
    catalog
        .payload(&member(Kind::Column, table, text))
        .unwrap_or_else(|| panic!("no column {table}.{text}"))
}

fn default_of<'a>(catalog: &'a Catalog, table: &str, text: &str) -> Option<&'a str> {
    column(catalog, table, text).default.as_ref().map(Expr::text)
}

fn columns_and_types(server: &Server) {
    let database = server.database(
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TYPE mood ADD VALUE 'so so' BEFORE 'ok';
         CREATE DOMAIN positive AS int CHECK (VALUE > 0);
         CREATE UNLOGGED TABLE t (
           gone int, id bigint GENERATED ALWAYS AS IDENTITY (START WITH 100 CACHE 5), s serial,
           a varchar(64) DEFAULT 'x', b numeric(10,2)[], c timestamptz DEFAULT now(), d mood NOT NULL DEFAULT 'ok',
           e mood[], f text COLLATE \"C\", g text GENERATED ALWAYS AS (lower(f)) STORED, h interval day to second(3),
           i char, j bit varying(8), k timestamp(3), l positive, m \"char\", n name, o numeric, p time with time zone);
         ALTER TABLE t DROP COLUMN gone;
         CREATE SEQUENCE counter AS smallint INCREMENT -1 MINVALUE -10 CYCLE;",
    );
    let read = database.read(&Scope::default());
    let catalog = &read.catalog;
    for (column_name, text) in [
        ("id", "bigint"),
        ("s", "integer"),
        ("a", "character varying(64)"),
        ("b", "numeric(10,2)[]"),
        ("c", "timestamp with time zone"),
        ("d", "public.mood"),
        ("e", "public.mood[]"),
        ("h", "interval day to second(3)"),
        ("i", "character(1)"),
        ("j", "bit varying(8)"),
        ("k", "timestamp(3) without time zone"),
        ("l", "public.positive"),
        ("m", "\"char\""),
        ("n", "name"),
        ("o", "numeric"),
        ("p", "time with time zone"),
    ] {
        assert_eq!(&*column(catalog, "t", column_name).data_type.text, text);
    }
    let mood = ObjectId::qualified(Kind::Enum, public("mood"));
    let values = &catalog.payload::<EnumType>(&mood).unwrap().values;
    assert_eq!(
        values.iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
        ["sad", "so so", "ok"]
    );
    assert_eq!(column(catalog, "t", "e").data_type.user.as_ref(), Some(&mood));
    assert_eq!(default_of(catalog, "t", "d"), Some("'ok'::public.mood"));
    assert_eq!(default_of(catalog, "t", "a"), Some("'x'::character varying"));
    assert_eq!(
        default_of(catalog, "t", "s"),
        Some("nextval('public.t_s_seq'::regclass)")
    );
    assert_eq!(column(catalog, "t", "f").collation, Some(name("C")));
    assert_eq!(column(catalog, "t", "a").collation, None);
    assert!(column(catalog, "t", "a").nullable && !column(catalog, "t", "d").nullable);
    let positive = ObjectId::qualified(Kind::Domain, public("positive"));
    assert_eq!(column(catalog, "t", "l").data_type.user.as_ref(), Some(&positive));
    assert_eq!(catalog.payload::<Domain>(&positive).unwrap().checks.len(), 1);
    generated_and_counted(catalog);
}

fn generated_and_counted(catalog: &Catalog) {
    let generated = column(catalog, "t", "g").generated.clone().unwrap();
    assert_eq!((generated.expr.text(), generated.stored), ("lower(f)", true));
    let identity = column(catalog, "t", "id").identity.clone().unwrap();
    assert!(identity.always);
    assert_eq!(
        (identity.options.start, identity.options.cache),
        (Some(100), Some(5))
    );
    assert_eq!((identity.options.increment, identity.options.max), (None, None));
    let owned: &Sequence = catalog
        .payload(&ObjectId::qualified(Kind::Sequence, public("t_s_seq")))
        .unwrap();
    assert_eq!(owned.owned_by, Some(member(Kind::Column, "t", "s")));
    assert_eq!(
        owned.options,
        reconcile::catalog::kinds::SequenceOptions::default()
    );
    let counter: &Sequence = catalog
        .payload(&ObjectId::qualified(Kind::Sequence, public("counter")))
        .unwrap();
    assert_eq!(
        (&*counter.data_type, counter.options.min),
        ("smallint", Some(-10))
    );
    assert_eq!(
        (counter.options.increment, counter.options.start),
        (Some(-1), None)
    );
    assert!(counter.options.cycle);
    assert!(!catalog.contains(&ObjectId::qualified(Kind::Sequence, public("t_id_seq"))));
}

fn constraints(server: &Server) {
    let database = server.database(
        "CREATE TABLE p (a int, b int, note text, CONSTRAINT p_key PRIMARY KEY (b, a) INCLUDE (note));
         CREATE TABLE c (x int, y int, z int UNIQUE DEFERRABLE INITIALLY DEFERRED,
           CONSTRAINT fk FOREIGN KEY (x, y) REFERENCES p (b, a) MATCH FULL ON DELETE SET NULL ON UPDATE CASCADE
             DEFERRABLE, CONSTRAINT positive CHECK (x > 0) NO INHERIT);
         ALTER TABLE c ADD CONSTRAINT later CHECK (y > 0) NOT VALID;
         ALTER TABLE c ADD CONSTRAINT excluded EXCLUDE USING btree (z WITH =);",
    );
    let read = database.read(&Scope::default());
    let catalog = &read.catalog;
    let key: &PrimaryKey = catalog.payload(&member(Kind::PrimaryKey, "p", "p_key")).unwrap();
    assert_eq!(
        (&key.columns, &key.include),
        (&names(&["b", "a"]), &names(&["note"]))
    );
    let fk: &ForeignKey = catalog.payload(&member(Kind::ForeignKey, "c", "fk")).unwrap();
    assert_eq!(
        (&fk.columns, &fk.referenced),
        (&names(&["x", "y"]), &names(&["b", "a"]))
    );
    assert_eq!(fk.table, public("p"));
    assert_eq!(
        (fk.on_delete, fk.on_update),
        (ReferentialAction::SetNull, ReferentialAction::Cascade)
    );
    assert_eq!(fk.match_type, reconcile::catalog::kinds::Match::Full);
    let deferrable = reconcile::catalog::kinds::Deferrable::InitiallyImmediate;
    assert_eq!((fk.deferrable, fk.validated), (deferrable, true));
    let unique: &Unique = catalog.payload(&member(Kind::Unique, "c", "c_z_key")).unwrap();
    assert_eq!(unique.columns, names(&["z"]));
    let check: &Check = catalog.payload(&member(Kind::Check, "c", "positive")).unwrap();
    assert_eq!(
        (check.expr.text(), check.no_inherit, check.validated),
        ("(x > 0)", true, true)
    );
    let later: &Check = catalog.payload(&member(Kind::Check, "c", "later")).unwrap();
    assert!(!later.validated);
    assert_eq!(catalog.of_kind::<Index>().count(), 0);
    assert!(said(&read, "exclusion constraint c.excluded is not managed"));
}

fn indexes(server: &Server) {
    let database = server.database(
        "CREATE TABLE t (a text, b int, c text COLLATE \"C\", d jsonb);
         CREATE UNIQUE INDEX i1 ON t (lower(a), (b + 1) DESC, c COLLATE \"POSIX\" NULLS FIRST) INCLUDE (d)
           WHERE b IS NOT NULL;
         CREATE INDEX i2 ON t USING gin (d jsonb_path_ops);
         CREATE INDEX i3 ON t (a varchar_pattern_ops DESC NULLS LAST, c) WITH (fillfactor = 70);",
    );
    let read = database.read(&Scope::default());
    let catalog = &read.catalog;
    let one: &Index = catalog.payload(&member(Kind::Index, "t", "i1")).unwrap();
    assert!(one.unique && !one.nulls_not_distinct);
    assert_eq!((&*one.method, &one.include), ("btree", &names(&["d"])));
    assert_eq!(one.predicate.as_ref().map(Expr::text), Some("(b IS NOT NULL)"));
    let terms: Vec<&str> = one
        .keys
        .iter()
        .map(|key| match &key.term {
            IndexTerm::Column(column) => column.text(),
            IndexTerm::Expr(expr) => expr.text(),
        })
        .collect();
    assert_eq!(terms, ["lower(a)", "(b + 1)", "c"]);
    assert!(one.keys[1].descending && one.keys[1].nulls.is_none());
    assert_eq!(one.keys[2].nulls, Some(NullsOrder::First));
    assert_eq!(one.keys[2].collation, Some(name("POSIX")));
    assert!(one.keys[0].collation.is_none() && one.keys[0].opclass.is_none());
    let two: &Index = catalog.payload(&member(Kind::Index, "t", "i2")).unwrap();
    assert_eq!(
        (&*two.method, two.keys[0].opclass.as_deref()),
        ("gin", Some("jsonb_path_ops"))
    );
    let three: &Index = catalog.payload(&member(Kind::Index, "t", "i3")).unwrap();
    assert_eq!(three.keys[0].opclass.as_deref(), Some("varchar_pattern_ops"));
    assert!(three.keys[0].descending);
    assert_eq!(three.keys[0].nulls, Some(NullsOrder::Last));
    assert_eq!(three.keys[1].collation, None);
    assert!(said(&read, "WITH (fillfactor=70) of index t.i3 is not managed"));
}

fn views_functions_triggers(server: &Server) {
    let database = server.database(
        "CREATE TABLE t (id int PRIMARY KEY, a text);
         CREATE VIEW b AS SELECT id, a FROM t; CREATE VIEW a AS SELECT id FROM b WHERE a <> ';';
         CREATE FUNCTION f(x int, y text DEFAULT 'a', OUT z int) LANGUAGE sql STABLE STRICT SECURITY DEFINER
           SET search_path = 'x,y', public SET work_mem = '1MB' AS 'select x';
         CREATE PROCEDURE p(x int) LANGUAGE sql AS 'select 1';
         CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$begin return new; end$$;
         CREATE TRIGGER tr BEFORE DELETE OR INSERT OR UPDATE OF a ON t FOR EACH ROW
           WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION tf('one', 'it''s');
         CREATE TRIGGER vt INSTEAD OF INSERT ON b FOR EACH ROW EXECUTE FUNCTION tf();
         ALTER TABLE t DISABLE TRIGGER tr;",
    );
    let read = database.read(&Scope::default());
    let catalog = &read.catalog;
    let (inner, outer) = (
        ObjectId::qualified(Kind::View, public("b")),
        ObjectId::qualified(Kind::View, public("a")),
    );
    assert!(catalog.position(&inner) < catalog.position(&outer));
    let view: &View = catalog.payload(&outer).unwrap();
    assert!(
        view.query.text().starts_with("SELECT ") && view.query.text().ends_with("';'::text)"),
        "{}",
        view.query
    );
    let id = |text: &str, arguments: &str| ObjectId {
        kind: Kind::Function,
        path: Path::Routine(public(text), arguments.into()),
    };
    let f: &Function = catalog.payload(&id("f", "integer, text")).unwrap();
    assert_eq!(
        f.arguments.text(),
        "x integer, y text DEFAULT 'a'::text, OUT z integer"
    );
    assert_eq!(f.returns.as_ref().map(Expr::text), Some("integer"));
    assert!(f.strict && f.security_definer);
    assert_eq!(f.settings, ["search_path=\"x,y\", public", "work_mem=1MB"]);
    assert_eq!((&*f.language, f.body.text()), ("sql", "select x"));
    let procedures = catalog.of_kind::<Function>().filter(|(_, f)| f.returns.is_none());
    assert_eq!(procedures.count(), 1);
    let tr: &Trigger = catalog.payload(&member(Kind::Trigger, "t", "tr")).unwrap();
    assert_eq!(tr.timing, TriggerTiming::Before);
    assert_eq!(
        tr.events,
        [TriggerEvent::Insert, TriggerEvent::Update, TriggerEvent::Delete]
    );
    assert_eq!(tr.columns, names(&["a"]));
    assert!(tr.for_each_row);
    assert_eq!(
        tr.condition.as_ref().map(Expr::text),
        Some("(pg_trigger_depth() = 0)")
    );
    let expected = TriggerAction::Execute {
        function: public("tf"),
        arguments: vec!["one".into(), "it's".into()],
    };
    assert_eq!(tr.action, expected);
    let vt: &Trigger = catalog.payload(&member(Kind::Trigger, "b", "vt")).unwrap();
    assert_eq!(vt.timing, TriggerTiming::InsteadOf);
    assert!(said(
        &read,
        "DISABLE, ENABLE REPLICA or ENABLE ALWAYS of trigger t.tr is not managed"
    ));
}

fn comments_and_names(server: &Server) {
    let database = server.database(
        "CREATE SCHEMA app; COMMENT ON SCHEMA app IS 'it''s ours';
         CREATE TABLE app.\"We\"\"ird\" (\"a b\" int, CONSTRAINT \"c d\" CHECK (\"a b\" > 0));
         COMMENT ON TABLE app.\"We\"\"ird\" IS 'table'; COMMENT ON COLUMN app.\"We\"\"ird\".\"a b\" IS 'column';
         COMMENT ON CONSTRAINT \"c d\" ON app.\"We\"\"ird\" IS 'check';
         CREATE TABLE alembic_version (version_num text);
         CREATE SCHEMA reconcile; CREATE TABLE reconcile.ledger (id int);",
    );
    let scope = Scope {
        leave_out: vec![QName::bare(name("alembic_version"))],
        ..Scope::default()
    };
    let read = database.read(&scope);
    let catalog = &read.catalog;
    let table = QName::in_schema(name("app"), name("We\"ird"));
    let column = ObjectId::column(&table, name("a b"));
    let check = ObjectId::member(Kind::Check, &table, name("c d"));
    let schema = ObjectId::global(Kind::Schema, name("app"));
    for (target, text) in [
        (schema, "it's ours"),
        (ObjectId::table(table), "table"),
        (column, "column"),
        (check, "check"),
    ] {
        let comment: &Comment = catalog.payload(&ObjectId::on(Kind::Comment, target)).unwrap();
        assert_eq!(&*comment.text, text);
    }
    assert_eq!(
        catalog.iter().len(),
        8,
        "{:?}",
        catalog.iter().map(|(id, _)| id).collect::<Vec<_>>()
    );
    let only = Scope {
        schemas: Some(vec![name("public")]),
        ..Scope::default()
    };
    let ids: Vec<String> = database
        .read(&only)
        .catalog
        .iter()
        .map(|(id, _)| id.to_string())
        .collect();
    assert_eq!(
        ids,
        ["table alembic_version", "column alembic_version.version_num"]
    );
}

fn edges(server: &Server) {
    let database = server.database(
        "CREATE FUNCTION next() RETURNS int LANGUAGE sql IMMUTABLE AS 'select 1';
         CREATE TYPE mood AS ENUM ('ok');
         CREATE FUNCTION of(m mood) RETURNS int LANGUAGE sql AS 'select 1';
         CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT public.next(), b int CHECK (b > public.next()),
           g int GENERATED ALWAYS AS (b * 2) STORED);
         CREATE INDEX i ON t ((a + public.next())) WHERE b > 0;
         CREATE VIEW v AS SELECT a, count(*) FROM t GROUP BY id; CREATE VIEW w AS SELECT a FROM v;
         CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$begin return new; end$$;
         CREATE TRIGGER tr AFTER UPDATE ON t FOR EACH ROW WHEN (old.a IS DISTINCT FROM new.a)
           EXECUTE FUNCTION tf();",
    );
    let read = database.read(&Scope::default());
    let mut found: Vec<String> = read
        .catalog
        .edges()
        .map(|edge| format!("{} > {}", edge.dependent, edge.referenced))
        .collect();
    found.sort();
    let expected = [
        "check constraint t.t_b_check > column t.b",
        "check constraint t.t_b_check > function next()",
        "column t.a > function next()",
        "column t.g > column t.b",
        "function of(public.mood) > enum mood",
        "index t.i > column t.a",
        "index t.i > column t.b",
        "index t.i > function next()",
        "trigger t.tr > column t.a",
        "trigger t.tr > function tf()",
        "view v > column t.a",
        "view v > column t.id",
        "view v > primary key t.t_pkey",
        "view w > view v",
    ];
    assert_eq!(found, expected);
}

fn said(read: &Introspection, message: &str) -> bool {
    let found = read
        .unmodelled
        .iter()
        .any(|diagnostic| diagnostic.message == message);
    if !found {
        let all: Vec<&str> = read.unmodelled.iter().map(|d| d.message.as_str()).collect();
        panic!("`{message}` is not among {all:#?}");
    }
    found
}

fn unmodelled_is_said(server: &Server) {
    let database = server.database(
        "CREATE TABLE parted (id serial, at date) PARTITION BY RANGE (at);
         CREATE TABLE part PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
         CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent);
         CREATE TYPE pair AS (a int, b int); CREATE TABLE typed OF pair;
         CREATE TYPE span AS RANGE (subtype = int4);
         CREATE MATERIALIZED VIEW mat AS SELECT 1 AS one;
         CREATE TABLE t (id int, secret text); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
         CREATE POLICY mine ON t USING (id > 0);
         CREATE RULE quiet AS ON DELETE TO t DO INSTEAD NOTHING;
         CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$begin return new; end$$;
         CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION tf();
         CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int);
         CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS $$begin end$$;
         CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION et();
         CREATE PUBLICATION feed FOR TABLE t; CREATE STATISTICS st ON id, secret FROM t;
         CREATE VIEW v WITH (security_barrier) AS SELECT 1 AS one; COMMENT ON COLUMN v.one IS 'x';
         CREATE COLLATION mine FROM \"C\"; CREATE CAST (pair AS text) WITH INOUT;
         GRANT SELECT ON t TO public;",
    );
    let read = database.read(&Scope::default());
    let catalog = &read.catalog;
    for message in [
        "partitioned table parted is not managed",
        "partition part is not managed",
        "table with inheritance parent is not managed",
        "table with inheritance child is not managed",
        "composite type pair is not managed",
        "typed table typed is not managed",
        "range type span is not managed",
        "materialized view mat is not managed",
        "row security policy t.mine is not managed",
        "ROW LEVEL SECURITY of table t is not managed",
        "rule t.quiet is not managed",
        "constraint trigger t.late is not managed",
        "aggregate total(integer) is not managed",
        "event trigger watch is not managed",
        "publication feed is not managed",
        "statistics object st is not managed",
        "option v.security_barrier=true is not managed",
        "the comment of column one of view v is not managed",
        "collation mine is not managed",
        "cast public.pair AS text is not managed",
        "grants are not managed: 1 objects have grants that PostgreSQL keeps",
    ] {
        assert!(said(&read, message));
    }
    assert_eq!(catalog.of_kind::<reconcile::catalog::kinds::Table>().count(), 1);
    assert_eq!(catalog.of_kind::<Sequence>().count(), 0);
}

fn sql_bodies_are_said(server: &Server) {
    let database = server.database(
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql RETURN 1; CREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'select 2'",
    );
    let read = database.read(&Scope::default());
    assert!(said(
        &read,
        "function with an SQL-standard body one() is not managed"
    ));
    assert_eq!(read.catalog.of_kind::<Function>().count(), 1);
}

fn nulls_not_distinct(server: &Server) {
    let database = server.database(
        "CREATE TABLE t (a int, b int, CONSTRAINT u UNIQUE NULLS NOT DISTINCT (a));
         CREATE UNIQUE INDEX i ON t (b) NULLS NOT DISTINCT;",
    );
    let read = database.read(&Scope::default());
    let unique: &Unique = read.catalog.payload(&member(Kind::Unique, "t", "u")).unwrap();
    let index: &Index = read.catalog.payload(&member(Kind::Index, "t", "i")).unwrap();
    assert!(unique.nulls_not_distinct && index.nulls_not_distinct);
}

fn what_18_brought(server: &Server) {
    let database = server.database(
        "CREATE TABLE p (id int PRIMARY KEY);
         CREATE TABLE t (a int NOT NULL, v int GENERATED ALWAYS AS (a * 2) VIRTUAL, p int, q int,
           CONSTRAINT loose CHECK (a > 0) NOT ENFORCED, CONSTRAINT fk FOREIGN KEY (p) REFERENCES p NOT ENFORCED);
         ALTER TABLE t ADD CONSTRAINT q_there NOT NULL q NOT VALID;",
    );
    let read = database.read(&Scope::default());
    let generated = column(&read.catalog, "t", "v").generated.clone().unwrap();
    assert_eq!((generated.expr.text(), generated.stored), ("(a * 2)", false));
    assert!(!column(&read.catalog, "t", "a").nullable);
    assert_eq!(
        read.catalog.of_kind::<Check>().count() + read.catalog.of_kind::<ForeignKey>().count(),
        0
    );
    assert!(said(&read, "not enforced constraint t.loose is not managed"));
    assert!(said(&read, "not enforced constraint t.fk is not managed"));
    assert!(said(
        &read,
        "not yet validated NOT NULL constraint t.q_there is not managed"
    ));
}

fn invalid_index_is_said(server: &Server) {
    let database = server.database("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)");
    let mut session = database.open();
    let sql = "CREATE UNIQUE INDEX CONCURRENTLY i ON public.t (a)";
    let error = server.wait(session.execute(sql)).unwrap_err();
    assert_eq!(error.code.as_deref(), Some("23505"));
    server.wait(session.close()).unwrap();
    let read = database.read(&Scope::default());
    assert!(said(
        &read,
        "index t.i is invalid: it was left by a CREATE INDEX CONCURRENTLY that failed"
    ));
}

fn held_table_is_busy(server: &Server) {
    let database = server.database("CREATE TABLE t (a int)");
    let (mut holder, mut other) = (database.open(), database.open());
    server.wait(holder.begin(TxnOptions::default())).unwrap();
    server.wait(holder.execute("LOCK TABLE public.t")).unwrap();
    server.wait(other.execute("SET lock_timeout = '50ms'")).unwrap();
    let error = server.wait(other.execute("DROP TABLE public.t")).unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_deref()),
        (EngineErrorKind::Contended, Some("55P03"))
    );
    assert!(
        error.message.starts_with("another session holds a lock"),
        "{error}"
    );
    server.wait(holder.close()).unwrap();
    server.wait(other.close()).unwrap();
}

fn extensions_stay_out(server: &Server) {
    let database = server.database("CREATE SCHEMA ext");
    let mut session = database.open();
    if server
        .wait(session.execute("CREATE EXTENSION citext SCHEMA ext"))
        .is_err()
    {
        return;
    }
    server
        .wait(session.execute("CREATE TABLE public.t (mail ext.citext)"))
        .unwrap();
    server.wait(session.close()).unwrap();
    let read = database.read(&Scope::default());
    let catalog = &read.catalog;
    let ids: Vec<String> = catalog.iter().map(|(id, _)| id.to_string()).collect();
    assert_eq!(
        ids,
        ["schema ext", "extension citext", "table t", "column t.mail"]
    );
    assert_eq!(&*column(catalog, "t", "mail").data_type.text, "ext.citext");
    let edges: Vec<String> = catalog
        .edges()
        .map(|edge| format!("{} > {}", edge.dependent, edge.referenced))
        .collect();
    assert_eq!(edges, ["column t.mail > extension citext"]);
    assert!(read.unmodelled.is_empty(), "{:?}", read.unmodelled);
}

fn rows_are_read(server: &Server) {
    let database = server.database(
        "CREATE TABLE \"p q\" (id int PRIMARY KEY, \"na me\" text, extra bool);
         INSERT INTO \"p q\" VALUES (2, 'it''s', true), (10, NULL, NULL), (1, 'a\\b', false);",
    );
    let query = RowsQuery {
        table: public("p q"),
        key: names(&["id"]),
        columns: names(&["id", "na me", "extra"]),
    };
    let gone = RowsQuery {
        columns: names(&["id", "missing"]),
        ..query.clone()
    };
    let scope = Scope {
        rows: vec![query],
        ..Scope::default()
    };
    let read = database.read(&scope);
    let id = ObjectId::on(Kind::Rows, ObjectId::table(public("p q")));
    let rows: &Rows = read.catalog.payload(&id).unwrap();
    let found: Vec<String> = rows.rows.iter().map(|row| row.join(" ")).collect();
    assert_eq!(
        found,
        ["'1' 'a\\b' 'false'", "'10' NULL NULL", "'2' 'it''s' 'true'"]
    );
    let scope = Scope {
        rows: vec![gone],
        ..Scope::default()
    };
    assert!(!database.read(&scope).catalog.contains(&id));
}

fn sizes_are_told(server: &Server) {
    let database = server.database(
        "CREATE TABLE empty (id int);
         CREATE TABLE \"A few\" (id int); INSERT INTO \"A few\" VALUES (1), (2), (3);
         DELETE FROM \"A few\" WHERE id = 3;
         CREATE TABLE many (id int); INSERT INTO many SELECT n FROM generate_series(1, 30000) n; ANALYZE many;
         CREATE TABLE emptied (id int); INSERT INTO emptied VALUES (1); DELETE FROM emptied;
         CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent); INSERT INTO child VALUES (1);
         CREATE VIEW seen AS SELECT 1 AS one;",
    );
    let mut session = database.open();
    let asked = ["gone", "seen", "parent", "emptied", "many", "A few", "empty"].map(public);
    let sizes = server.wait(session.sizes(&asked)).unwrap();
    let none = server.wait(session.sizes(&[public("gone")])).unwrap();
    server.wait(session.close()).unwrap();
    assert!(none.is_empty());
    let size = |name: &str| sizes.get(&public(name)).map(|size| (size.rows, size.exact));
    assert_eq!(size("empty"), Some((0, true)));
    assert_eq!(size("A few"), Some((2, true)));
    assert_eq!(size("emptied"), Some((0, true)));
    assert_eq!(size("parent"), Some((1, true)));
    assert_eq!(size("gone"), None);
    assert_eq!(size("seen"), None);
    let (rows, exact) = size("many").unwrap();
    assert!(!exact && (29_000..=31_000).contains(&rows), "{rows}");
    let bytes = sizes[&public("many")].bytes.unwrap();
    assert!((900_000..2_000_000).contains(&bytes), "{bytes}");
}

fn two_connections_read_the_same(server: &Server) {
    let database = server.database(
        "DO $$ BEGIN FOR n IN 1..400 LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, a text DEFAULT ''x'',
           p int REFERENCES t%s, CHECK (id > 0))', n, CASE WHEN n = 1 THEN 1 ELSE n - 1 END);
           EXECUTE format('COMMENT ON TABLE t%s IS ''table %s''', n, n); END LOOP; END $$",
    );
    let outside = database.read(&Scope::default());
    let mut session = database.open();
    server.wait(session.begin(TxnOptions::default())).unwrap();
    let inside = server.wait(session.introspect(&Scope::default())).unwrap();
    server.wait(session.rollback()).unwrap();
    server.wait(session.close()).unwrap();
    assert_eq!(outside.catalog.catalog(), inside.catalog.catalog());
    assert_eq!(outside.catalog.of_kind::<ForeignKey>().count(), 400);
    assert_eq!(outside.catalog.of_kind::<Comment>().count(), 400);
    let order = |read: &Introspection| read.catalog.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    assert_eq!(order(&outside), order(&inside));
}

fn read_only_is_refused(server: &Server) {
    let database = server.database("CREATE TABLE t (id int)");
    let options = ConnectOptions {
        read_only: true,
        ..ConnectOptions::default()
    };
    let mut session = server.connect(&database.url, &options).unwrap();
    let error = server.wait(session.execute("DROP TABLE public.t")).unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_deref()),
        (EngineErrorKind::Permission, Some("25006"))
    );
    assert_eq!(error.statement.as_deref(), Some("DROP TABLE public.t"));
    server.wait(session.introspect(&Scope::default())).unwrap();
    server.wait(session.close()).unwrap();
}

fn missing_server(server: &Server) {
    let url = DatabaseUrl::parse("postgresql+asyncpg://u:secret@127.0.0.1:1/d").unwrap();
    let error = server.connect(&url, &ConnectOptions::default()).err().unwrap();
    assert_eq!(error.kind, EngineErrorKind::Connection);
    assert!(
        error
            .message
            .starts_with("cannot connect to PostgreSQL at 127.0.0.1:1: "),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("secret"));
    let mut missing = url::Url::parse(&server.url).unwrap();
    missing.set_path("no_such_database");
    let url = DatabaseUrl::parse(missing.as_str()).unwrap();
    let error = server.connect(&url, &ConnectOptions::default()).err().unwrap();
    assert_eq!(
        (error.kind, error.code.as_deref()),
        (EngineErrorKind::Connection, Some("3D000"))
    );
}

fn lock_names_its_holder(server: &Server) {
    let database = server.database("");
    let (mut first, mut second) = (database.open(), database.open());
    server.wait(first.lock(Duration::ZERO)).unwrap();
    let error = server.wait(second.lock(Duration::from_millis(300))).unwrap_err();
    assert_eq!(error.kind, EngineErrorKind::Busy);
    let pid = server.wait(first.query("SELECT pg_backend_pid()")).unwrap()[0][0]
        .clone()
        .unwrap();
    assert!(
        error.message.contains(&format!("process {pid} (reconcile)")),
        "{error}"
    );
    server.wait(first.unlock()).unwrap();
    server.wait(second.lock(Duration::ZERO)).unwrap();
    server.wait(first.close()).unwrap();
    server.wait(second.close()).unwrap();
}

fn failed_transaction_is_not_committed(server: &Server) {
    let database = server.database("CREATE TABLE t (id int PRIMARY KEY)");
    let mut session = database.open();
    server.wait(session.begin(TxnOptions::default())).unwrap();
    assert_eq!(
        server
            .wait(session.execute("INSERT INTO public.t VALUES (1), (2)"))
            .unwrap(),
        2
    );
    let error = server
        .wait(session.execute("INSERT INTO public.t VALUES (1)"))
        .unwrap_err();
    assert_eq!(error.code.as_deref(), Some("23505"));
    assert!(error.detail.unwrap().contains("already exists"));
    assert!(server.wait(session.commit()).is_err());
    let count = server
        .wait(session.query("SELECT count(*), NULL FROM public.t"))
        .unwrap();
    assert_eq!(count, [[Some("0".to_owned()), None]]);
    server.wait(session.close()).unwrap();
}

fn scratch_databases(server: &Server) -> Vec<String> {
    let mut admin = server.admin();
    let sql = "SELECT datname FROM pg_database WHERE datname LIKE 'reconcile\\_scratch\\_%' ORDER BY 1";
    let rows = server.wait(admin.query(sql)).unwrap();
    rows.into_iter().flatten().flatten().collect()
}

/// The names of scratch databases that this process made.
fn of_this_process(server: &Server) -> Vec<String> {
    let prefix = format!("reconcile_scratch_{}_", std::process::id());
    let all = scratch_databases(server);
    all.into_iter().filter(|name| name.starts_with(&prefix)).collect()
}

/// Tests that look at the list of scratch databases take turns.
static SCRATCH: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn scratch_is_emptied_and_removed(server: &Server) {
    let _turn = SCRATCH.lock();
    let url = DatabaseUrl::parse(&server.url).unwrap();
    let mut scratch = server
        .wait(Dialect::Postgres.engine().scratch(Some(&url)))
        .unwrap();
    server
        .wait(
            scratch
                .session()
                .unwrap()
                .execute("CREATE TABLE public.t (id int)"),
        )
        .unwrap();
    let read = server
        .wait(scratch.session().unwrap().introspect(&Scope::default()))
        .unwrap();
    assert_eq!(read.catalog.len(), 2);
    assert_eq!(of_this_process(server).len(), 1);
    server.wait(scratch.reset()).unwrap();
    let read = server
        .wait(scratch.session().unwrap().introspect(&Scope::default()))
        .unwrap();
    assert!(read.catalog.is_empty());
    server.wait(scratch.close()).unwrap();
    assert!(of_this_process(server).is_empty());
    let error = server
        .wait(Dialect::Postgres.engine().scratch(None))
        .err()
        .unwrap();
    assert!(error.message.contains("scratch-url"), "{error}");
}

fn scratch_leftovers_are_dropped(server: &Server) {
    let _turn = SCRATCH.lock();
    let url = DatabaseUrl::parse(&server.url).unwrap();
    let open = || {
        server
            .wait(Dialect::Postgres.engine().scratch(Some(&url)))
            .unwrap()
    };
    let killed = open();
    let before = of_this_process(server);
    drop(killed);
    // The server notices a connection that is gone as soon as it is idle.
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(of_this_process(server), before);
    let used = open();
    let also = open();
    let after = of_this_process(server);
    assert_eq!(after.len(), 2);
    assert!(!after.contains(&before[0]));
    server.wait(used.close()).unwrap();
    server.wait(also.close()).unwrap();
}

fn scratch_needs_a_right(server: &Server) {
    let mut admin = server.admin();
    let role = format!("introspect_nobody_{}", std::process::id());
    server
        .wait(admin.execute(&format!("CREATE ROLE {role} LOGIN PASSWORD 'secret'")))
        .unwrap();
    let mut url = url::Url::parse(&server.url).unwrap();
    url.set_username(&role).unwrap();
    url.set_password(Some("secret")).unwrap();
    let url = DatabaseUrl::parse(url.as_str()).unwrap();
    let error = server
        .wait(Dialect::Postgres.engine().scratch(Some(&url)))
        .err()
        .unwrap();
    server.wait(admin.execute(&format!("DROP ROLE {role}"))).unwrap();
    assert_eq!(error.kind, EngineErrorKind::Permission);
    assert!(error.detail.as_ref().unwrap().contains("CREATEDB"), "{error:?}");
    assert!(!format!("{error:?}").contains("secret"));
}

/// A catalog that was read, made again on a scratch database by our own plan, reads the same.
fn what_was_read_can_be_made(server: &Server) {
    let _turn = SCRATCH.lock();
    let database = server.database(
        "CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('sad', 'it''s ok');
         CREATE FUNCTION app.twice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'select x * 2';
         CREATE TABLE app.people (id bigint GENERATED BY DEFAULT AS IDENTITY (START 10) PRIMARY KEY,
           boss bigint REFERENCES app.people ON DELETE SET NULL, mood app.mood DEFAULT 'sad' NOT NULL,
           moods app.mood[], name varchar(64) COLLATE \"C\" NOT NULL CHECK (length(name) > 1),
           age int DEFAULT app.twice(4), older int GENERATED ALWAYS AS (age + 1) STORED, \"odd name\" text,
           born timestamptz DEFAULT now(), price numeric(10, 2)[], number serial, UNIQUE (name, age) DEFERRABLE);
         CREATE TABLE app.notes (person bigint, body jsonb, at date,
           FOREIGN KEY (person) REFERENCES app.people (id) MATCH FULL ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
         CREATE INDEX people_lower ON app.people (lower(name) DESC, (age * 2)) WHERE age > 3;
         CREATE UNIQUE INDEX ON app.people (name text_pattern_ops DESC NULLS LAST) INCLUDE (age);
         CREATE INDEX ON app.notes USING gin (body jsonb_path_ops);
         CREATE VIEW app.b AS SELECT id, name FROM app.people WHERE mood <> 'sad';
         CREATE VIEW app.a AS SELECT b.name, n.body FROM app.b JOIN app.notes n ON n.person = b.id;
         CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$begin return new; end$$;
         CREATE TRIGGER touch BEFORE UPDATE OF name ON app.people FOR EACH ROW
           WHEN (old.name IS DISTINCT FROM new.name) EXECUTE FUNCTION app.touch('a', 'it''s');
         CREATE SEQUENCE app.counter AS int INCREMENT 5 CYCLE;
         COMMENT ON TABLE app.people IS 'it''s people'; COMMENT ON COLUMN app.people.age IS 'years';
         COMMENT ON VIEW app.a IS 'notes'; COMMENT ON TYPE app.mood IS 'mood';",
    );
    let read = database.read(&Scope::default());
    let url = DatabaseUrl::parse(&server.url).unwrap();
    let mut scratch = server
        .wait(Dialect::Postgres.engine().scratch(Some(&url)))
        .unwrap();
    let built = server.wait(reconcile::scratch::build(
        read.catalog.catalog(),
        &mut scratch,
        &|_| None,
    ));
    let again = match &built {
        Ok(()) => Some(
            server
                .wait(scratch.session().unwrap().introspect(&Scope::default()))
                .unwrap(),
        ),
        Err(_) => None,
    };
    server.wait(scratch.close()).unwrap();
    let messages: Option<Vec<String>> = built
        .err()
        .map(|all| all.into_iter().map(|d| d.message).collect());
    assert_eq!(messages, None);
    let again = again.unwrap();
    for (id, object) in read.catalog.iter() {
        assert_eq!(again.catalog.get(id), Some(object), "{id}");
    }
    assert_eq!(again.catalog.len(), read.catalog.len());
}
