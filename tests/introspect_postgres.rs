//! What a PostgreSQL session does and what it reads of a database that SQL made, on a real server.
//!
//! Runs where `RECONCILE_TEST_POSTGRES` holds the URL of a maintenance database; shown as ignored elsewhere. Each test
//! has a database of its own, dropped at its end.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use reconcile::catalog::kinds::{
    Aggregate, Body, Bound, Check, CheckOption, Collation, CollationProvider, Column, Comment, CompositeType,
    Deferrable, Domain, Enabled, EnumType, EventTrigger, Exclusion, ForeignKey, Function, Grants, Index,
    IndexKey, IndexTerm, MaterializedView, NullsOrder, Operator, Parallel, Partition, PartitionStrategy,
    Policy, PolicyCommand, PrimaryKey, RangeType, ReferentialAction, RowSecurity, Rows, Sequence, Table,
    Trigger, TriggerAction, TriggerEvent, TriggerTiming, Unique, View,
};
use reconcile::catalog::{Catalog, EngineName, Expr, Ident, Kind, ObjectId, Path, QName};
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
    ("grants", 0, grants),
    ("row_security_and_policies", 0, row_security_and_policies),
    ("comments_and_names", 0, comments_and_names),
    ("comments_on_what_goes_along", 0, comments_on_what_goes_along),
    ("comments_on_not_null", 180_000, comments_on_not_null),
    ("edges", 0, edges),
    ("partitions", 0, partitions),
    ("partition_keys", 0, partition_keys),
    ("collations", 0, collations),
    ("operators", 0, operators),
    ("unmodelled_is_said", 0, unmodelled_is_said),
    ("sql_bodies_are_read", 140_000, sql_bodies_are_read),
    ("attributes_of_routines", 0, attributes_of_routines),
    ("views_of_every_sort", 0, views_of_every_sort),
    ("types_made_of_others", 0, types_made_of_others),
    ("access_method", 0, access_method),
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
    assert_eq!(
        column(catalog, "t", "f").collation,
        Some(EngineName::builtin(name("C")))
    );
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
    let excluded: &Exclusion = catalog
        .payload(&member(Kind::Exclusion, "c", "excluded"))
        .unwrap();
    assert_eq!((&*excluded.method, &*excluded.operators[0]), ("btree", "="));
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
    assert_eq!(one.keys[2].collation, Some(EngineName::builtin(name("POSIX"))));
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
    assert_eq!(tr.enabled, Enabled::Disabled);
}

fn grants(server: &Server) {
    let database = server.database(
        "DO $$ BEGIN CREATE ROLE rcn_reader; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         DO $$ BEGIN CREATE ROLE rcn_writer; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         CREATE SCHEMA app; CREATE TABLE t (id int, note text); CREATE TABLE untouched (id int); CREATE TABLE back (id int);
         CREATE SEQUENCE s; CREATE TYPE mood AS ENUM ('ok'); CREATE DOMAIN d AS int; CREATE VIEW v AS SELECT id FROM t;
         CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'select 1'; CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'select 1';
         GRANT INSERT, SELECT ON t TO rcn_reader; GRANT UPDATE ON t TO rcn_reader WITH GRANT OPTION;
         GRANT SELECT ON t TO PUBLIC; GRANT SELECT (note) ON t TO rcn_writer; GRANT ALL ON back TO rcn_reader;
         REVOKE ALL ON back FROM rcn_reader; GRANT USAGE ON SEQUENCE s TO rcn_reader; GRANT USAGE ON SCHEMA app TO rcn_reader;
         REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC; GRANT EXECUTE ON FUNCTION g() TO rcn_reader;
         REVOKE USAGE ON TYPE mood FROM PUBLIC; GRANT USAGE ON TYPE d TO rcn_reader; GRANT SELECT ON v TO rcn_reader;
         GRANT SELECT (id) ON v TO rcn_writer; CREATE MATERIALIZED VIEW kept AS SELECT id FROM t;
         GRANT SELECT (id) ON kept TO rcn_writer WITH GRANT OPTION; CREATE TABLE less (id int); REVOKE DELETE ON less FROM current_user;
         SET SESSION AUTHORIZATION rcn_reader; GRANT UPDATE ON t TO rcn_writer; RESET SESSION AUTHORIZATION;",
    );
    let read = database.read(&Scope::default());
    let of = |target: ObjectId| {
        read.catalog
            .payload::<Grants>(&ObjectId::on(Kind::Grants, target))
    };
    let told = |target: ObjectId| {
        let grants = of(target)?;
        let granted = grants.granted.iter().map(|granted| {
            let role = granted.role.as_ref().map_or("public", Ident::text);
            let option = if granted.with_option { "*" } else { "" };
            format!("{role}={}{option}", granted.privilege.word())
        });
        let revoked = grants
            .revoked
            .iter()
            .map(|privilege| format!("-{}", privilege.word()));
        Some(granted.chain(revoked).collect::<Vec<_>>().join(" "))
    };
    let qualified = |kind, text: &str| ObjectId::qualified(kind, public(text));
    let routine = |text: &str, arguments: &str| ObjectId {
        kind: Kind::Function,
        path: Path::Routine(public(text), arguments.into()),
    };
    for (target, expected) in [
        (
            qualified(Kind::Table, "t"),
            Some("public=select rcn_reader=select rcn_reader=insert rcn_reader=update*"),
        ),
        (qualified(Kind::Table, "untouched"), None),
        (qualified(Kind::Table, "back"), None),
        (member(Kind::Column, "t", "note"), Some("rcn_writer=select")),
        (qualified(Kind::Sequence, "s"), Some("rcn_reader=usage")),
        (
            ObjectId::global(Kind::Schema, name("app")),
            Some("rcn_reader=usage"),
        ),
        (ObjectId::global(Kind::Schema, name("public")), None),
        (routine("f", "integer"), Some("-execute")),
        (routine("g", ""), Some("rcn_reader=execute")),
        (qualified(Kind::Enum, "mood"), Some("-usage")),
        (qualified(Kind::Domain, "d"), Some("rcn_reader=usage")),
        (qualified(Kind::View, "v"), Some("rcn_reader=select")),
        (member(Kind::Column, "v", "id"), Some("rcn_writer=select")),
        (member(Kind::Column, "kept", "id"), Some("rcn_writer=select*")),
    ] {
        assert_eq!(told(target.clone()).as_deref(), expected, "{target}");
    }
    let mut messages: Vec<&str> = read
        .unmodelled
        .iter()
        .map(|found| found.message.as_str())
        .collect();
    messages.sort_unstable();
    assert_eq!(
        messages,
        [
            "a grant to rcn_writer by another role than the owner of table t is not managed",
            "what its owner may not do of table less is not managed",
        ]
    );
}

fn row_security_and_policies(server: &Server) {
    let database = server.database(
        "DO $$ BEGIN CREATE ROLE rcn_reader; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         CREATE TABLE seen (id int); CREATE TABLE t (id int, owner text);
         CREATE FUNCTION may(int) RETURNS boolean LANGUAGE sql AS 'select true';
         ALTER TABLE t FORCE ROW LEVEL SECURITY; ALTER TABLE seen ENABLE ROW LEVEL SECURITY;
         CREATE POLICY a ON t AS RESTRICTIVE FOR UPDATE TO rcn_reader, current_user USING (id IN (SELECT id FROM seen))
           WITH CHECK (may(t.id));
         CREATE POLICY b ON t FOR INSERT WITH CHECK (owner = 'a'); COMMENT ON POLICY b ON t IS 'said';",
    );
    let read = database.read(&Scope::default());
    let catalog = &read.catalog;
    let security = |table: &str| -> &RowSecurity {
        let id = ObjectId::on(Kind::RowSecurity, ObjectId::table(public(table)));
        catalog.payload(&id).unwrap()
    };
    assert!(security("seen").enabled && !security("seen").forced);
    assert!(security("t").forced && !security("t").enabled);
    let (a_id, b_id) = (member(Kind::Policy, "t", "a"), member(Kind::Policy, "t", "b"));
    let a: &Policy = catalog.payload(&a_id).unwrap();
    assert_eq!((a.permissive, a.command), (false, PolicyCommand::Update));
    assert_eq!(a.roles, names(&["postgres", "rcn_reader"]));
    assert!(a.using.as_ref().unwrap().text().contains("FROM public.seen"));
    assert_eq!(a.check.as_ref().map(Expr::text), Some("public.may(id)"));
    let b: &Policy = catalog.payload(&b_id).unwrap();
    assert!(b.permissive && b.roles.is_empty() && b.using.is_none());
    assert_eq!(b.check.as_ref().map(Expr::text), Some("(owner = 'a'::text)"));
    assert!(catalog.contains(&ObjectId::on(Kind::Comment, b_id.clone())));
    let may = ObjectId {
        kind: Kind::Function,
        path: Path::Routine(public("may"), "integer".into()),
    };
    for (dependent, referenced) in [
        (&a_id, may),
        (&a_id, member(Kind::Column, "seen", "id")),
        (&a_id, member(Kind::Column, "t", "id")),
        (&b_id, member(Kind::Column, "t", "owner")),
    ] {
        let found = catalog
            .edges()
            .any(|edge| edge.dependent == *dependent && edge.referenced == referenced);
        assert!(found, "{dependent} needs {referenced}");
    }
    assert!(read.unmodelled.is_empty(), "{:?}", read.unmodelled);
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

/// What is no object of its own is not managed by itself, and a comment on it is that of nothing else.
fn comments_on_what_goes_along(server: &Server) {
    let database = server.database(
        "CREATE DOMAIN d AS int CONSTRAINT pos CHECK (VALUE > 0); COMMENT ON CONSTRAINT pos ON DOMAIN d IS 'x';
         CREATE TYPE mood AS ENUM ('ok'); COMMENT ON TYPE _mood IS 'x'; COMMENT ON TYPE mood IS 'ours';
         CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, EXCLUDE (id WITH =));
         COMMENT ON TYPE t IS 'x'; COMMENT ON INDEX t_pkey IS 'x'; COMMENT ON INDEX t_id_excl IS 'x';
         COMMENT ON SEQUENCE t_id_seq IS 'x'; COMMENT ON CONSTRAINT t_pkey ON t IS 'ours';
         CREATE VIEW v AS SELECT 1 AS one; COMMENT ON RULE \"_RETURN\" ON v IS 'x'; COMMENT ON COLUMN v.one IS 'ours';
         CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$begin return new; end$$;
         CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf();
         COMMENT ON CONSTRAINT late ON t IS 'x'; COMMENT ON TRIGGER late ON t IS 'ours';
         COMMENT ON SCHEMA public IS 'ours'; CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.t (id int PRIMARY KEY);
         COMMENT ON INDEX elsewhere.t_pkey IS 'x'; COMMENT ON SCHEMA elsewhere IS 'x';
         COMMENT ON COLUMN elsewhere.t.id IS 'x'",
    );
    let read = database.read(&Scope {
        schemas: Some(vec![name("public")]),
        ..Scope::default()
    });
    let mut told: Vec<&str> = read.unmodelled.iter().map(|d| d.message.as_str()).collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "the comment on domain constraint pos on public.d is not managed",
            "the comment on index public.t_id_excl is not managed",
            "the comment on index public.t_pkey is not managed",
            "the comment on rule \"_RETURN\" on public.v is not managed",
            "the comment on sequence public.t_id_seq is not managed",
            "the comment on table constraint late on public.t is not managed",
            "the comment on type public.mood[] is not managed",
            "the comment on type public.t is not managed",
        ]
    );
    let mut ours: Vec<String> = read
        .catalog
        .of_kind::<Comment>()
        .map(|(id, comment)| format!("{id}: {}", comment.text))
        .collect();
    ours.sort_unstable();
    assert_eq!(
        ours,
        [
            "comment of column v.one: ours",
            "comment of enum mood: ours",
            "comment of primary key t.t_pkey: ours",
            "comment of schema public: ours",
            "comment of trigger t.late: ours",
        ]
    );
}

fn comments_on_not_null(server: &Server) {
    let database = server.database(
        "CREATE DOMAIN d AS int NOT NULL; CREATE TABLE t (a int NOT NULL);
         COMMENT ON CONSTRAINT t_a_not_null ON t IS 'x'; COMMENT ON CONSTRAINT d_not_null ON DOMAIN d IS 'x'",
    );
    let read = database.read(&Scope::default());
    assert!(said(
        &read,
        "the comment on table constraint t_a_not_null on public.t is not managed"
    ));
    assert!(said(
        &read,
        "the comment on domain constraint d_not_null on public.d is not managed"
    ));
    assert_eq!(read.catalog.of_kind::<Comment>().count(), 0);
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
    let found = edges_of(&read);
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

/// Every edge, in order.
fn edges_of(read: &Introspection) -> Vec<String> {
    let edges = read.catalog.edges();
    let mut found: Vec<String> = edges
        .map(|edge| format!("{} > {}", edge.dependent, edge.referenced))
        .collect();
    found.sort();
    found
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
        "CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent);
         CREATE TYPE pair AS (a int, b int); CREATE TABLE typed OF pair;
         CREATE TYPE span AS RANGE (subtype = int4);
         CREATE MATERIALIZED VIEW mat AS SELECT 1 AS one;
         CREATE TABLE t (id int, secret text);
         CREATE FOREIGN DATA WRAPPER far; CREATE SERVER away FOREIGN DATA WRAPPER far
           OPTIONS (host 'there', passfile 'hidden');
         CREATE USER MAPPING FOR CURRENT_USER SERVER away OPTIONS (password 'hidden');
         CREATE FOREIGN TABLE there (id int OPTIONS (token 'hidden')) SERVER away;
         CREATE FUNCTION to_sql(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'textsend';
         CREATE TRANSFORM FOR pair LANGUAGE plpgsql (FROM SQL WITH FUNCTION to_sql(internal));
         CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);
         CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple);
         CREATE FUNCTION near(int, pair) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
         CREATE OPERATOR <~ (LEFTARG = int, RIGHTARG = pair, FUNCTION = near);
         ALTER OPERATOR FAMILY integer_ops USING btree ADD OPERATOR 1 <~ (int, pair);
         CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler;
         CREATE CONVERSION turned FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
         CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$begin return new; end$$;
         CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION tf();
         CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int);
         CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS $$begin end$$;
         CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION et();
         CREATE VIEW v WITH (security_barrier) AS SELECT 1 AS one; COMMENT ON COLUMN v.one IS 'x';
         CREATE COLLATION mine FROM \"C\"; CREATE CAST (pair AS text) WITH INOUT;",
    );
    let read = database.read(&Scope::default());
    let catalog = &read.catalog;
    for message in [
        "the secret option passfile of foreign server away is not managed",
        "user mapping of postgres for away is not managed",
        "the secret option token of column there.id is not managed",
        "internal function to_sql(internal) is not managed",
        "transform for public.pair in plpgsql is not managed",
        "operator family member operator 1 (integer, public.pair) of integer_ops is not managed",
        "access method heap_too is not managed",
        "conversion turned is not managed",
    ] {
        assert!(said(&read, message));
    }
    assert!(
        read.unmodelled
            .iter()
            .all(|note| !format!("{note:?}").contains("hidden"))
    );
    assert_eq!(catalog.of_kind::<reconcile::catalog::kinds::Table>().count(), 5);
    assert_eq!(catalog.of_kind::<Sequence>().count(), 0);
}

/// What stands behind operators and classes, and what rests on them; what an extension brings is the extension's.
fn operators(server: &Server) {
    let database = server.database(
        "CREATE SCHEMA app; CREATE OPERATOR app.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq, NEGATOR = OPERATOR(app.!==));
         CREATE OPERATOR FAMILY app.ops USING btree;
         CREATE OPERATOR CLASS app.ops FOR TYPE int USING btree FAMILY app.ops AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int);
         CREATE TABLE t (id int CHECK (id OPERATOR(app.===) 1)); CREATE INDEX i ON t (id app.ops);",
    );
    let read = database.read(&Scope::default());
    let found = edges_of(&read);
    let expected = [
        "check constraint t.t_id_check > column t.id",
        "check constraint t.t_id_check > operator app.===(integer, integer)",
        "index t.i > operator class app.ops using btree",
        "operator class app.ops using btree > operator family app.ops using btree",
    ];
    assert_eq!(found, expected);
    // The operator that another one names before it is there is none.
    let (_, operator) = read.catalog.of_kind::<Operator>().next().unwrap();
    assert!(operator.negator.is_none());
    assert!(said(&read, "shell operator app.!== is not managed"));
    assert_eq!(
        (read.catalog.of_kind::<Operator>().count(), read.unmodelled.len()),
        (1, 1)
    );
}

/// Collations that somebody made stand for themselves, and whatever names one needs it; the engine's own are names.
fn collations(server: &Server) {
    let database = server.database(
        "CREATE SCHEMA app; CREATE COLLATION app.bytes (LC_COLLATE = 'C', LC_CTYPE = 'POSIX');
         CREATE COLLATION \"C\" (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
         CREATE TABLE t (a text COLLATE app.bytes, b text COLLATE \"C\", c text COLLATE public.\"C\");
         CREATE VIEW v AS SELECT lower(b) COLLATE app.bytes AS x FROM t;",
    );
    let read = database.read(&Scope::default());
    let catalog = &read.catalog;
    let bytes = ObjectId::qualified(Kind::Collation, QName::in_schema(name("app"), name("bytes")));
    let collation: &Collation = catalog.payload(&bytes).unwrap();
    assert_eq!(
        (&*collation.locale, collation.ctype.as_deref()),
        ("C", Some("POSIX"))
    );
    let own = ObjectId::qualified(Kind::Collation, public("C"));
    let collation: &Collation = catalog.payload(&own).unwrap();
    assert!(collation.provider == CollationProvider::Icu && collation.nondeterministic);
    let named = |of: &str| column(catalog, "t", of).collation.clone().unwrap();
    assert_eq!(named("a").id(Kind::Collation).as_ref(), Some(&bytes));
    assert_eq!(named("b"), EngineName::builtin(name("C")));
    assert_eq!(named("c").id(Kind::Collation), Some(own));
    let view = ObjectId::qualified(Kind::View, public("v"));
    assert!(
        catalog
            .edges()
            .any(|edge| edge.dependent == view && edge.referenced == bytes)
    );
}

/// A table can be divided by columns and expressions, each with its options.
fn partition_keys(server: &Server) {
    let database = server.database(
        "CREATE TABLE e (k text, id int)
           PARTITION BY RANGE (lower(k || ','), k COLLATE \"C\" text_pattern_ops, id, (id + 1));",
    );
    let read = database.read(&Scope::default());
    let catalog = &read.catalog;
    let table: &Table = catalog.payload(&ObjectId::table(public("e"))).unwrap();
    let key = table.partitioned.as_ref().unwrap();
    assert_eq!(key.strategy, PartitionStrategy::Range);
    let IndexTerm::Expr(first) = &key.keys[0].term else {
        panic!("the first key is an expression");
    };
    assert_eq!(first.text(), "lower((k || ','::text))");
    assert_eq!(
        key.keys[1].collation,
        Some(EngineName::builtin(Ident::exact("C")))
    );
    assert_eq!(key.keys[1].opclass.as_deref(), Some("text_pattern_ops"));
    assert_eq!(key.keys[2], IndexKey::column(Ident::exact("id")));
    assert!(matches!(&key.keys[3].term, IndexTerm::Expr(last) if last.text() == "(id + 1)"));
}

/// What a partition inherits is an object of its own; what the engine makes besides is none.
fn partitions(server: &Server) {
    let database = server.database(
        "CREATE TABLE u (a int, b int, PRIMARY KEY (a, b)) PARTITION BY HASH (a);
         CREATE TABLE u0 PARTITION OF u FOR VALUES WITH (MODULUS 2, REMAINDER 0);
         CREATE TABLE u1 PARTITION OF u FOR VALUES WITH (MODULUS 2, REMAINDER 1);
         CREATE TABLE p (id int, k text NOT NULL DEFAULT 'x' CHECK (k <> ''), r int,
           PRIMARY KEY (id, k), FOREIGN KEY (id, r) REFERENCES u)
           PARTITION BY RANGE (k, id);
         CREATE INDEX ON p (lower(k)) WHERE r > 0;
         CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$begin return new; end$$;
         CREATE TRIGGER tr AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION tf();
         CREATE TABLE low PARTITION OF p FOR VALUES FROM (MINVALUE, MINVALUE) TO ('m', 5)
           PARTITION BY LIST (k);
         CREATE TABLE low_x PARTITION OF low (k DEFAULT 'y') FOR VALUES IN ('a, b', 'it''s');
         CREATE TABLE low_rest PARTITION OF low DEFAULT;
         CREATE TABLE l (id int) PARTITION BY LIST (id);
         CREATE TABLE l1 PARTITION OF l FOR VALUES IN (1, NULL);",
    );
    let read = database.read(&Scope::default());
    assert!(read.unmodelled.is_empty(), "{:?}", read.unmodelled);
    let catalog = &read.catalog;
    let texts = |exprs: &[Expr]| {
        exprs
            .iter()
            .map(|expr| expr.text().to_owned())
            .collect::<Vec<_>>()
    };
    let part = |name: &str| -> &Partition {
        let id = ObjectId::on(Kind::Partition, ObjectId::table(public(name)));
        catalog.payload(&id).unwrap()
    };
    assert_eq!(part("low").parent, public("p"));
    assert_eq!(part("low_x").parent, public("low"));
    let Bound::Range { from, to } = &part("low").bound else {
        panic!("low is a range");
    };
    assert_eq!(
        (texts(from), texts(to)),
        (
            vec!["MINVALUE".to_owned(), "MINVALUE".to_owned()],
            vec!["'m'".to_owned(), "5".to_owned()]
        )
    );
    assert_eq!(part("low_rest").bound, Bound::Default);
    assert!(matches!(&part("low_x").bound, Bound::List(values) if texts(values) == ["'a, b'", "'it''s'"]));
    assert!(matches!(&part("l1").bound, Bound::List(values) if texts(values) == ["1", "NULL"]));
    assert_eq!(
        part("u1").bound,
        Bound::Hash {
            modulus: 2,
            remainder: 1
        }
    );
    for table in ["p", "low", "low_x", "low_rest"] {
        let members = |kind: Kind| {
            let of = catalog.iter().filter(|(id, _)| id.kind == kind);
            of.filter(|(id, _)| id.relation() == Some(&public(table))).count()
        };
        let kinds = [
            Kind::Column,
            Kind::PrimaryKey,
            Kind::Check,
            Kind::ForeignKey,
            Kind::Index,
        ];
        assert_eq!(kinds.map(members), [3, 1, 1, 1, 1], "{table}");
        assert_eq!(members(Kind::Trigger), usize::from(table == "p"), "{table}");
    }
    assert_eq!(catalog.of_kind::<ForeignKey>().count(), 4);
    let own: &Column = catalog.payload(&member(Kind::Column, "low_x", "k")).unwrap();
    assert_eq!(own.default.as_ref().map(Expr::text), Some("'y'::text"));
}

fn sql_bodies_are_read(server: &Server) {
    let database = server.database(
        "CREATE TABLE t (id int); CREATE FUNCTION one() RETURNS int LANGUAGE sql RETURN (SELECT max(id) FROM t);
         CREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'select 2'",
    );
    let read = database.read(&Scope::default());
    let bodies: Vec<&Body> = read.catalog.of_kind::<Function>().map(|(_, f)| &f.body).collect();
    assert!(
        matches!(bodies.as_slice(), [Body::Standard(one), Body::Text(two)]
            if one.text().starts_with("RETURN (SELECT max(t.id)") && two.text() == "select 2"),
        "{bodies:?}"
    );
    let edges: Vec<String> = read
        .catalog
        .edges()
        .map(|edge| format!("{} > {}", edge.dependent, edge.referenced))
        .collect();
    assert_eq!(edges, ["function one() > column t.id"]);
}

fn attributes_of_routines(server: &Server) {
    let database = server.database(
        "CREATE FUNCTION f() RETURNS SETOF int LANGUAGE sql LEAKPROOF PARALLEL SAFE COST 0.5 ROWS 20 AS 'select 1';
         CREATE FUNCTION plain() RETURNS SETOF int LANGUAGE sql AS 'select 1';
         CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int, finalfunc_modify = shareable, initcond = '0');
         CREATE AGGREGATE nothing(*) (sfunc = int8inc, stype = bigint, initcond = '0');
         CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS $$begin end$$;
         CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION et();
         ALTER EVENT TRIGGER watch DISABLE;",
    );
    let read = database.read(&Scope::default());
    let catalog = &read.catalog;
    let id = |kind: Kind, text: &str, arguments: &str| ObjectId {
        kind,
        path: Path::Routine(public(text), arguments.into()),
    };
    let f: &Function = catalog.payload(&id(Kind::Function, "f", "")).unwrap();
    assert!(f.leakproof && f.parallel == Parallel::Safe);
    assert_eq!((f.cost.as_deref(), f.rows.as_deref()), (Some("0.5"), Some("20")));
    let plain: &Function = catalog.payload(&id(Kind::Function, "plain", "")).unwrap();
    assert_eq!((plain.cost.as_deref(), plain.rows.as_deref()), (None, None));
    let total: &Aggregate = catalog.payload(&id(Kind::Aggregate, "total", "integer")).unwrap();
    let options: Vec<(&str, &str)> = total
        .options
        .iter()
        .map(|option| (option.name, option.value.text()))
        .collect();
    let expected = [
        ("sfunc", "int4pl"),
        ("stype", "integer"),
        ("finalfunc-modify", "shareable"),
        ("initcond", "0"),
    ];
    assert_eq!(options, expected);
    let nothing: &Aggregate = catalog.payload(&id(Kind::Aggregate, "nothing", "")).unwrap();
    assert_eq!(nothing.arguments.text(), "*");
    let watch = ObjectId::global(Kind::EventTrigger, name("watch"));
    let watch: &EventTrigger = catalog.payload(&watch).unwrap();
    assert_eq!(
        (&*watch.event, watch.enabled),
        ("ddl_command_end", Enabled::Disabled)
    );
    assert_eq!(
        (watch.tags.as_slice(), &watch.function),
        (["CREATE TABLE".into()].as_slice(), &public("et"))
    );
}

fn types_made_of_others(server: &Server) {
    let multirange = server.version() >= 140_000;
    let column = if multirange {
        "int_span_multirange"
    } else {
        "int_span"
    };
    let database = server.database(&format!(
        "CREATE TYPE mood AS ENUM ('ok'); CREATE TYPE pair AS (a int, \"B\" mood[], c text COLLATE \"C\");
         ALTER TYPE pair DROP ATTRIBUTE a; COMMENT ON COLUMN pair.c IS 'x';
         CREATE TYPE int_span AS RANGE (subtype = int4, subtype_diff = int4range_subdiff);
         CREATE TABLE t (p pair, s {column}); CREATE VIEW v AS SELECT (p).c FROM t;"
    ));
    let read = database.read(&Scope::default());
    let catalog = &read.catalog;
    let pair = ObjectId::qualified(Kind::Composite, public("pair"));
    let composite: &CompositeType = catalog.payload(&pair).unwrap();
    let attributes: Vec<(&str, &str)> = composite
        .attributes
        .iter()
        .map(|attribute| (attribute.name.text(), &*attribute.data_type.text))
        .collect();
    assert_eq!(attributes, [("B", "public.mood[]"), ("c", "text")]);
    assert_eq!(
        composite.attributes[1].collation,
        Some(EngineName::builtin(name("C")))
    );
    let said_of = ObjectId::on(Kind::Comment, member(Kind::Column, "pair", "c"));
    assert!(catalog.payload::<Comment>(&said_of).is_some() && catalog.parent(&said_of) == Some(pair.clone()));
    let span = ObjectId::qualified(Kind::Range, public("int_span"));
    let range: &RangeType = catalog.payload(&span).unwrap();
    assert_eq!((&*range.subtype.text, &range.multirange), ("integer", &None));
    assert_eq!(
        range.subtype_diff.as_ref().map(Expr::text),
        Some("int4range_subdiff")
    );
    let typed = |column: &str| {
        let column: &Column = catalog.payload(&member(Kind::Column, "t", column)).unwrap();
        column.data_type.user.clone()
    };
    assert_eq!((typed("p"), typed("s")), (Some(pair.clone()), Some(span)));
    let view = ObjectId::qualified(Kind::View, public("v"));
    let mut edges = catalog.edges().filter(|edge| edge.dependent == view);
    assert!(edges.any(|edge| edge.referenced == pair));
}

fn views_of_every_sort(server: &Server) {
    let database = server.database(
        "CREATE TABLE t (id int, secret text);
         CREATE VIEW v WITH (security_barrier = on, check_option = local) AS SELECT id FROM t;
         COMMENT ON COLUMN v.id IS 'x';
         CREATE MATERIALIZED VIEW m WITH (fillfactor = 70) AS SELECT id FROM v;
         CREATE UNIQUE INDEX m_id ON m (id); CREATE VIEW w AS SELECT id FROM m;
         CREATE FUNCTION f() RETURNS SETOF w LANGUAGE sql AS 'select 1';
         CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$begin return new; end$$;
         CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION tf();
         CREATE TRIGGER seen AFTER UPDATE ON t REFERENCING OLD TABLE AS o NEW TABLE AS n EXECUTE FUNCTION tf();",
    );
    let read = database.read(&Scope::default());
    let catalog = &read.catalog;
    let view: &View = catalog
        .payload(&ObjectId::qualified(Kind::View, public("v")))
        .unwrap();
    assert!(view.security_barrier && !view.security_invoker);
    assert_eq!(view.check_option, Some(CheckOption::Local));
    let said_of_column = ObjectId::on(Kind::Comment, member(Kind::Column, "v", "id"));
    assert!(catalog.payload::<Comment>(&said_of_column).is_some());
    let materialized = ObjectId::qualified(Kind::MaterializedView, public("m"));
    assert!(
        catalog
            .payload::<MaterializedView>(&materialized)
            .unwrap()
            .with_data
    );
    assert!(
        catalog
            .payload::<Index>(&member(Kind::Index, "m", "m_id"))
            .unwrap()
            .unique
    );
    assert_eq!(
        catalog.parent(&member(Kind::Index, "m", "m_id")),
        Some(materialized)
    );
    let mut edges: Vec<String> = catalog
        .edges()
        .map(|edge| format!("{} > {}", edge.dependent, edge.referenced))
        .collect();
    edges.sort();
    let expected = [
        "function f() > view w",
        "materialized view m > view v",
        "trigger t.late > function tf()",
        "trigger t.seen > function tf()",
        "view v > column t.id",
        "view w > materialized view m",
    ];
    assert_eq!(edges, expected);
    let late: &Trigger = catalog.payload(&member(Kind::Trigger, "t", "late")).unwrap();
    let rule = late.constraint.as_ref().unwrap();
    assert_eq!(
        (rule.deferrable, &rule.from),
        (Deferrable::InitiallyImmediate, &None)
    );
    let seen: &Trigger = catalog.payload(&member(Kind::Trigger, "t", "seen")).unwrap();
    assert_eq!(
        (&seen.old_table, &seen.new_table),
        (&Some(name("o")), &Some(name("n")))
    );
    assert!(!seen.for_each_row && seen.constraint.is_none());
}

fn access_method(server: &Server) {
    let database = server.database(
        "CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
         CREATE TABLE a (n int) USING heap2; CREATE TABLE b (n int) USING heap;",
    );
    let read = database.read(&Scope::default());
    let of = |name: &str| {
        let id = ObjectId::table(QName::in_schema(Ident::exact("public"), Ident::exact(name)));
        let table: &Table = read.catalog.payload(&id).unwrap();
        table.access_method.clone()
    };
    assert_eq!((of("a"), of("b")), (Some(Ident::exact("heap2")), None));
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
         ALTER TABLE t ADD CONSTRAINT q_there NOT NULL q NOT VALID;
         CREATE TABLE r (a int4range, b int4range, CONSTRAINT whole UNIQUE (a, b WITHOUT OVERLAPS));",
    );
    let read = database.read(&Scope::default());
    let generated = column(&read.catalog, "t", "v").generated.clone().unwrap();
    assert_eq!((generated.expr.text(), generated.stored), ("(a * 2)", false));
    assert!(!column(&read.catalog, "t", "a").nullable);
    let loose: &Check = read.catalog.payload(&member(Kind::Check, "t", "loose")).unwrap();
    let key: &ForeignKey = read
        .catalog
        .payload(&member(Kind::ForeignKey, "t", "fk"))
        .unwrap();
    assert!(loose.not_enforced && !loose.validated);
    assert!(key.not_enforced && !key.validated && !key.period);
    let whole: &Unique = read.catalog.payload(&member(Kind::Unique, "r", "whole")).unwrap();
    assert!(whole.without_overlaps);
    assert!(read.unmodelled.is_empty(), "{:?}", read.unmodelled);
    let named = |read: &Introspection, name: &str| column(&read.catalog, "t", name).not_null.clone();
    assert!(named(&read, "q").not_valid && named(&read, "q").name.is_none());
    // Names are read where somebody wants to know.
    let read = database.read(&Scope {
        details: true,
        ..Scope::default()
    });
    let name = |column: &str| named(&read, column).name.map(|name| name.to_string());
    assert_eq!(name("q").as_deref(), Some("q_there"));
    assert_eq!(name("a").as_deref(), Some("t_a_not_null"));
    assert_eq!(name("p"), None);
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
         CREATE TABLE parts (id int) PARTITION BY LIST (id);
         CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1) PARTITION BY LIST (id);
         CREATE TABLE parts_1_1 PARTITION OF parts_1 FOR VALUES IN (1); INSERT INTO parts VALUES (1), (1);
         CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2); INSERT INTO parts VALUES (2);
         CREATE TABLE bare (id int) PARTITION BY LIST (id);
         CREATE TABLE hollow (id int) PARTITION BY LIST (id);
         CREATE TABLE hollow_1 PARTITION OF hollow FOR VALUES IN (1);
         CREATE VIEW seen AS SELECT 1 AS one;",
    );
    let mut session = database.open();
    let asked = [
        "gone", "seen", "parent", "emptied", "many", "A few", "empty", "parts", "parts_1", "bare", "hollow",
    ];
    let asked = asked.map(public);
    let sizes = server.wait(session.sizes(&asked)).unwrap();
    let none = server.wait(session.sizes(&[public("gone")])).unwrap();
    server.wait(session.close()).unwrap();
    assert!(none.is_empty());
    let size = |name: &str| sizes.get(&public(name)).map(|size| (size.rows, size.exact));
    assert_eq!(size("empty"), Some((0, true)));
    assert_eq!(size("A few"), Some((2, true)));
    assert_eq!(size("emptied"), Some((0, true)));
    assert_eq!(size("parent"), Some((1, true)));
    assert_eq!(size("parts"), Some((3, true)));
    assert_eq!(size("parts_1"), Some((2, true)));
    assert_eq!(size("bare"), Some((0, true)));
    assert_eq!(size("hollow"), Some((0, true)));
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
