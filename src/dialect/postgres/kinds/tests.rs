//! The statements that rule rows write; run against a server they were checked by hand.

use std::sync::Arc;

use super::*;
use crate::catalog::kinds::{
    Body, Check, Column, Comment, EnumType, ForeignKey, Function, Generated, Identity, Index, IndexKey,
    IndexTerm, Match, NullsOrder, PrimaryKey, ReferentialAction, Rows, Sequence, SequenceOptions, Table,
    TableExt, Trigger, TriggerAction, TriggerEvent, TriggerTiming, Unique, View, Volatility,
};
use crate::catalog::{Catalog, DataType, EngineName, Expr, Ident, Object, Path};
use crate::dialect::rules::ErasedAlter;
use crate::dialect::{Dialect, Server};
use crate::script::Item as Line;

fn id(text: &str) -> Ident {
    Ident::exact(text)
}

fn qname(text: &str) -> QName {
    QName::in_schema(id("public"), id(text))
}

fn column(data_type: &str) -> Column {
    Column {
        data_type: DataType::builtin(data_type),
        nullable: false,
        default: None,
        identity: None,
        generated: None,
        collation: None,
        not_null: crate::catalog::kinds::NotNull::default(),
        options: Vec::new(),
    }
}

fn server() -> Server {
    Dialect::Postgres.engine().default_server()
}

fn statements(write: impl FnOnce(&RenderCx<'_>, &mut Sql)) -> Vec<String> {
    statements_in(&Catalog::new(), write)
}

fn statements_in(to: &Catalog, write: impl FnOnce(&RenderCx<'_>, &mut Sql)) -> Vec<String> {
    let server = server();
    let cx = RenderCx {
        server: &server,
        to,
        txn: crate::op::Txn::Inside,
    };
    let mut sql = Sql::new(server.engine());
    write(&cx, &mut sql);
    let line = |line| match line {
        Line::Sql(sql) | Line::DoneWhen { sql, .. } => sql,
        Line::Expect { label, .. } => label,
        Line::Batched(batched) => batched.sql,
    };
    sql.finish().into_iter().map(line).collect()
}

fn create(id: &ObjectId, object: impl Into<Object>) -> Vec<String> {
    let object = object.into();
    statements(|cx, sql| rules(id.kind).unwrap().create(id, &object, &[], cx, sql))
}

fn drop(id: &ObjectId, object: impl Into<Object>) -> Vec<String> {
    let object = object.into();
    statements(|cx, sql| rules(id.kind).unwrap().drop(id, &object, cx, sql))
}

fn alter(id: &ObjectId, from: impl Into<Object>, to: impl Into<Object>, using: Option<&str>) -> Vec<String> {
    let (from, to) = (from.into(), to.into());
    let using = using.map(Expr::new);
    let change = ErasedAlter {
        id,
        from: &from,
        to: &to,
        attrs: &from.changed(&to),
        using: using.as_ref(),
    };
    statements(|cx, sql| rules(id.kind).unwrap().alter_sql(&change, cx, sql))
}

fn rename(from: &ObjectId, to: &ObjectId) -> Vec<String> {
    statements(|cx, sql| rules(from.kind).unwrap().rename(from, to, cx, sql))
}

fn users() -> QName {
    qname("users")
}

fn member(kind: Kind, name: &str) -> ObjectId {
    ObjectId::member(kind, &users(), id(name))
}

fn foreign_key() -> ForeignKey {
    ForeignKey {
        on_delete: ReferentialAction::Cascade,
        ..ForeignKey::to(vec![id("org_id")], qname("orgs"), vec![id("id")])
    }
}

/// Members of every kind that a table holds, not in the order in which they are written.
fn members_of_users() -> Vec<(ObjectId, Object)> {
    let key: Object = PrimaryKey::new(vec![id("id")]).into();
    let number: Object = Column {
        identity: Some(Identity {
            always: true,
            options: SequenceOptions {
                start: Some(10),
                ..SequenceOptions::default()
            },
        }),
        ..column("bigint")
    }
    .into();
    let role: Object = Column {
        default: Some(Expr::new("'USER'::public.user_role")),
        ..column("public.user_role")
    }
    .into();
    let email: Object = Column {
        nullable: true,
        collation: Some(EngineName::builtin(id("C"))),
        ..column("text")
    }
    .into();
    let lower: Object = Column {
        nullable: true,
        generated: Some(Generated {
            expr: Expr::new("lower(email)"),
            stored: true,
        }),
        ..column("text")
    }
    .into();
    let check: Object = Check::new(Expr::new("(points >= 0)")).into();
    let unchecked: Object = Check {
        validated: false,
        ..Check::new(Expr::new("points < 100"))
    }
    .into();
    vec![
        (member(Kind::PrimaryKey, "users_pkey"), key),
        (member(Kind::Column, "id"), number),
        (member(Kind::Column, "Role"), role),
        (member(Kind::Column, "email"), email),
        (member(Kind::Column, "email_key"), lower),
        (member(Kind::Check, "c1"), check),
        (member(Kind::Check, "c2"), unchecked),
    ]
}

#[test]
fn a_table_holds_its_members_one_a_line() {
    let parts = members_of_users();
    let members: Vec<(&ObjectId, &Object)> = parts.iter().map(|(id, object)| (id, object)).collect();
    let table: Object = Table::new(TableExt::Postgres { unlogged: true }).into();
    let table_id = ObjectId::table(users());
    let sql = statements(|cx, sql| {
        rules(Kind::Table)
            .unwrap()
            .create(&table_id, &table, &members, cx, sql);
    });
    assert_eq!(
        sql,
        [
            "CREATE UNLOGGED TABLE public.users (\n    id bigint GENERATED ALWAYS AS IDENTITY (START WITH 10) NOT NULL,\
             \n    \"Role\" public.user_role DEFAULT 'USER'::public.user_role NOT NULL,\
             \n    email text COLLATE \"C\",\
             \n    email_key text GENERATED ALWAYS AS (lower(email)) STORED,\
             \n    CONSTRAINT users_pkey PRIMARY KEY (id),\
             \n    CONSTRAINT c1 CHECK (points >= 0)\n)",
            "ALTER TABLE public.users ADD CONSTRAINT c2 CHECK (points < 100) NOT VALID",
        ]
    );
    let plain = Table::new(TableExt::Plain);
    assert_eq!(create(&table_id, plain.clone()), ["CREATE TABLE public.users ()"]);
    assert_eq!(drop(&table_id, plain.clone()), ["DROP TABLE public.users"]);
    let moved = ObjectId::table(QName::in_schema(id("app"), id("people")));
    assert_eq!(
        rename(&table_id, &moved),
        [
            "ALTER TABLE public.users SET SCHEMA app",
            "ALTER TABLE app.users RENAME TO people"
        ]
    );
}

#[test]
fn a_change_of_a_column_is_one_statement_in_a_working_order() {
    let priority = member(Kind::Column, "priority");
    let text = Column {
        default: Some(Expr::new("'normal'::text")),
        ..column("text")
    };
    let number = Column {
        nullable: true,
        default: Some(Expr::new("2")),
        ..column("integer")
    };
    assert_eq!(
        alter(&priority, text.clone(), number, Some("length(priority)")),
        [
            "ALTER TABLE public.users\n    ALTER COLUMN priority DROP DEFAULT,\
          \n    ALTER COLUMN priority TYPE integer USING length(priority),\
          \n    ALTER COLUMN priority SET DEFAULT 2,\
          \n    ALTER COLUMN priority DROP NOT NULL"
        ]
    );
    let required = column("text");
    assert_eq!(
        alter(&priority, text, required.clone(), None),
        ["ALTER TABLE public.users ALTER COLUMN priority DROP DEFAULT"]
    );
    let wide = Column {
        default: Some(Expr::new("nextval('public.s'::regclass)")),
        ..column("integer")
    };
    let wider = Column {
        data_type: DataType::builtin("bigint"),
        ..wide.clone()
    };
    assert_eq!(
        alter(&priority, wide, wider, None),
        ["ALTER TABLE public.users ALTER COLUMN priority TYPE bigint"]
    );
    let optional = Column {
        nullable: true,
        ..required.clone()
    };
    assert_eq!(
        alter(&priority, optional, required, None),
        ["ALTER TABLE public.users ALTER COLUMN priority SET NOT NULL"]
    );
}

#[test]
fn an_identity_starts_behind_the_rows() {
    let number = member(Kind::Column, "id");
    let with = |always, increment| Column {
        identity: Some(Identity {
            always,
            options: SequenceOptions {
                increment,
                ..SequenceOptions::default()
            },
        }),
        ..column("bigint")
    };
    assert_eq!(
        alter(&number, column("bigint"), with(true, None), None),
        [
            "ALTER TABLE public.users ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY",
            "SELECT setval(pg_get_serial_sequence('public.users', 'id'), max(id)) FROM public.users\n    HAVING max(id) \
             >= coalesce(pg_sequence_last_value(pg_get_serial_sequence('public.users', 'id')::regclass), 1)"
        ]
    );
    assert_eq!(
        alter(&number, with(true, Some(5)), with(false, None), None),
        [
            "ALTER TABLE public.users\n    ALTER COLUMN id SET GENERATED BY DEFAULT,\
          \n    ALTER COLUMN id SET INCREMENT BY 1"
        ]
    );
    assert_eq!(
        alter(&number, with(true, None), column("bigint"), None),
        ["ALTER TABLE public.users ALTER COLUMN id DROP IDENTITY"]
    );
}

#[test]
fn a_table_says_by_what_its_rows_are_kept() {
    let table = ObjectId::table(users());
    let plain = Table::new(TableExt::Plain);
    let columnar = Table {
        access_method: Some(id("columnar")),
        ..plain.clone()
    };
    assert_eq!(
        create(&table, columnar.clone()),
        ["CREATE TABLE public.users () USING columnar"]
    );
    for (from, to, word) in [
        (plain.clone(), columnar.clone(), "columnar"),
        (columnar, plain, "heap"),
    ] {
        let sql = format!("ALTER TABLE public.users SET ACCESS METHOD {word}");
        assert_eq!(alter(&table, from, to, None), [sql]);
    }
}

#[test]
fn constraints_are_made_beside_the_table_too() {
    let key = member(Kind::ForeignKey, "users_org_id_fkey");
    let foreign = foreign_key();
    assert_eq!(
        create(
            &key,
            ForeignKey {
                deferrable: Deferrable::InitiallyDeferred,
                on_update: ReferentialAction::SetNull,
                match_type: Match::Full,
                validated: false,
                ..foreign.clone()
            }
        ),
        [
            "ALTER TABLE public.users ADD CONSTRAINT users_org_id_fkey FOREIGN KEY (org_id) REFERENCES public.orgs \
          (id) MATCH FULL ON UPDATE SET NULL ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID"
        ]
    );
    assert_eq!(
        alter(
            &key,
            ForeignKey {
                validated: false,
                deferrable: Deferrable::InitiallyImmediate,
                ..foreign.clone()
            },
            foreign.clone(),
            None
        ),
        [
            "ALTER TABLE public.users ALTER CONSTRAINT users_org_id_fkey NOT DEFERRABLE",
            "ALTER TABLE public.users VALIDATE CONSTRAINT users_org_id_fkey"
        ]
    );
    assert_eq!(
        drop(&key, foreign),
        ["ALTER TABLE public.users DROP CONSTRAINT users_org_id_fkey"]
    );
    let unique = member(Kind::Unique, "a\"b");
    assert_eq!(
        create(
            &unique,
            Unique {
                include: vec![id("c")],
                nulls_not_distinct: true,
                ..Unique::new(vec![id("a"), id("user")])
            }
        ),
        [
            "ALTER TABLE public.users ADD CONSTRAINT \"a\"\"b\" UNIQUE NULLS NOT DISTINCT (a, \"user\") INCLUDE (c)"
        ]
    );
    assert_eq!(
        rename(&unique, &member(Kind::Unique, "ab")),
        ["ALTER INDEX public.\"a\"\"b\" RENAME TO ab"]
    );
}

fn index() -> Index {
    let key = |term| IndexKey {
        term,
        collation: None,
        opclass: None,
        descending: false,
        nulls: None,
    };
    Index {
        method: Arc::from("btree"),
        unique: true,
        nulls_not_distinct: false,
        keys: vec![
            IndexKey {
                descending: true,
                nulls: Some(NullsOrder::Last),
                ..key(IndexTerm::Column(id("points")))
            },
            key(IndexTerm::Expr(Expr::new("lower(email)"))),
            IndexKey {
                opclass: Some(Arc::from("text_pattern_ops")),
                collation: Some(EngineName::builtin(id("C"))),
                ..key(IndexTerm::Expr(Expr::new("(a || b)")))
            },
        ],
        include: vec![id("id")],
        predicate: Some(Expr::new("deleted_at IS NULL")),
    }
}

#[test]
fn an_index_says_everything_that_is_not_the_default() {
    let index_id = member(Kind::Index, "ix");
    assert_eq!(
        create(&index_id, index()),
        [
            "CREATE UNIQUE INDEX ix ON public.users (points DESC NULLS LAST, (lower(email)), (a || b) COLLATE \"C\" \
          text_pattern_ops) INCLUDE (id) WHERE (deleted_at IS NULL)"
        ]
    );
    assert_eq!(drop(&index_id, index()), ["DROP INDEX public.ix"]);
    assert_eq!(
        rename(&index_id, &member(Kind::Index, "iy")),
        ["ALTER INDEX public.ix RENAME TO iy"]
    );
}

#[test]
fn enum_values_are_added_at_their_places() {
    let role = ObjectId::qualified(Kind::Enum, qname("user_role"));
    let of = |values: &[&str]| EnumType {
        values: values.iter().map(|value| Arc::from(*value)).collect(),
    };
    assert_eq!(
        create(&role, of(&["A", "it's"])),
        ["CREATE TYPE public.user_role AS ENUM ('A', 'it''s')"]
    );
    assert_eq!(
        alter(&role, of(&["B", "D"]), of(&["A0", "A", "B", "C", "D", "E"]), None),
        [
            "ALTER TYPE public.user_role ADD VALUE 'A0' BEFORE 'B'",
            "ALTER TYPE public.user_role ADD VALUE 'A' AFTER 'A0'",
            "ALTER TYPE public.user_role ADD VALUE 'C' AFTER 'B'",
            "ALTER TYPE public.user_role ADD VALUE 'E' AFTER 'D'",
        ]
    );
    assert!(is_extension(&of(&["A", "B"]), &of(&["A", "X", "B"])));
    assert!(!is_extension(&of(&["A", "B"]), &of(&["B", "A"])));
    assert!(!is_extension(&of(&["A", "B"]), &of(&["A"])));
}

#[test]
fn a_sequence_that_goes_back_to_a_default_says_so() {
    let sequence = ObjectId::qualified(Kind::Sequence, qname("s"));
    let plain = Sequence {
        data_type: Arc::from("bigint"),
        options: SequenceOptions::default(),
        owned_by: None,
    };
    let other = Sequence {
        data_type: Arc::from("integer"),
        options: SequenceOptions {
            start: Some(5),
            increment: Some(-2),
            min: Some(-9),
            max: None,
            cache: Some(3),
            cycle: true,
        },
        owned_by: Some(member(Kind::Column, "id")),
    };
    assert_eq!(create(&sequence, plain.clone()), ["CREATE SEQUENCE public.s"]);
    assert_eq!(
        create(&sequence, other.clone()),
        [
            "CREATE SEQUENCE public.s AS integer INCREMENT BY -2 MINVALUE -9 START WITH 5 CACHE 3 CYCLE \
          OWNED BY public.users.id"
        ]
    );
    assert_eq!(
        alter(&sequence, other, plain, None),
        [
            "ALTER SEQUENCE public.s AS bigint INCREMENT BY 1 NO MINVALUE START WITH 1 CACHE 1 NO CYCLE OWNED BY NONE"
        ]
    );
}

#[test]
fn a_function_is_replaced_with_all_its_options() {
    let function = ObjectId {
        kind: Kind::Function,
        path: Path::Routine(qname("touch"), Arc::from("integer")),
    };
    let payload = Function {
        volatility: Volatility::Stable,
        strict: true,
        security_definer: true,
        settings: vec!["search_path=\"\", pg_temp".to_owned(), "work_mem=64MB".to_owned()],
        ..Function::new(
            Expr::new("n integer DEFAULT 1"),
            Some(Expr::new("trigger")),
            "plpgsql",
            Body::Text(Expr::new("BEGIN EXECUTE $$SELECT 1$$; RETURN NEW; END")),
        )
    };
    let text = "FUNCTION public.touch(n integer DEFAULT 1)\n    RETURNS trigger\n    LANGUAGE plpgsql STABLE STRICT \
                SECURITY DEFINER\n    SET search_path TO '', pg_temp\n    SET work_mem TO '64MB'\n    AS $body$BEGIN \
                EXECUTE $$SELECT 1$$; RETURN NEW; END$body$";
    assert_eq!(create(&function, payload.clone()), [format!("CREATE {text}")]);
    let changed = Function {
        strict: false,
        ..payload.clone()
    };
    assert_eq!(
        alter(&function, changed, payload.clone(), None),
        [format!("CREATE OR REPLACE {text}")]
    );
    assert_eq!(
        drop(&function, payload.clone()),
        ["DROP FUNCTION public.touch(integer)"]
    );
    let procedure = Function {
        returns: None,
        ..payload
    };
    assert_eq!(
        drop(&function, procedure),
        ["DROP PROCEDURE public.touch(integer)"]
    );
}

#[test]
fn a_trigger_and_a_view_read_as_one_writes_them() {
    let trigger = Trigger {
        columns: vec![id("email")],
        condition: Some(Expr::new("new.email IS NOT NULL")),
        ..Trigger::new(
            TriggerTiming::Before,
            vec![TriggerEvent::Insert, TriggerEvent::Update],
            TriggerAction::Execute {
                function: qname("touch"),
                arguments: vec![Arc::from("a'b")],
            },
        )
    };
    let trigger_id = member(Kind::Trigger, "t");
    assert_eq!(
        create(&trigger_id, trigger.clone()),
        [
            "CREATE TRIGGER t\n    BEFORE INSERT OR UPDATE OF email ON public.users\n    FOR EACH ROW\
          \n    WHEN (new.email IS NOT NULL)\n    EXECUTE FUNCTION public.touch('a''b')"
        ]
    );
    assert_eq!(drop(&trigger_id, trigger), ["DROP TRIGGER t ON public.users"]);
    let view = View {
        columns: vec![id("a")],
        ..View::of_query(Expr::new(" SELECT 1 AS a;\n"))
    };
    assert_eq!(
        create(&ObjectId::qualified(Kind::View, qname("v")), view),
        ["CREATE VIEW public.v (a) AS\n SELECT 1 AS a"]
    );
}

#[test]
fn a_comment_names_its_target_by_kind() {
    let said = |target: ObjectId| {
        let comment = Comment { text: Arc::from("x") };
        create(&ObjectId::on(Kind::Comment, target), comment).swap_remove(0)
    };
    for (target, words) in [
        (ObjectId::table(users()), "TABLE public.users"),
        (member(Kind::Column, "id"), "COLUMN public.users.id"),
        (member(Kind::Index, "ix"), "INDEX public.ix"),
        (member(Kind::Check, "c"), "CONSTRAINT c ON public.users"),
        (member(Kind::Trigger, "t"), "TRIGGER t ON public.users"),
        (ObjectId::global(Kind::Schema, id("app")), "SCHEMA app"),
        (ObjectId::qualified(Kind::Enum, qname("e")), "TYPE public.e"),
        (
            ObjectId {
                kind: Kind::Function,
                path: Path::Routine(qname("f"), Arc::from("integer")),
            },
            "ROUTINE public.f(integer)",
        ),
    ] {
        assert_eq!(said(target), format!("COMMENT ON {words} IS 'x'"));
    }
    let gone = ObjectId::on(Kind::Comment, member(Kind::Column, "id"));
    let comment = Comment { text: Arc::from("x") };
    assert_eq!(
        drop(&gone, comment),
        ["COMMENT ON COLUMN public.users.id IS NULL"]
    );
}

fn rows(cells: &[[&str; 2]]) -> Rows {
    Rows {
        key: vec![id("id")],
        columns: vec![id("id"), id("name")],
        rows: cells
            .iter()
            .map(|row| row.iter().map(|cell| Arc::from(*cell)).collect())
            .collect(),
    }
}

#[test]
fn rows_are_changed_one_by_one_and_the_sequence_follows() {
    let rows_id = ObjectId::on(Kind::Rows, ObjectId::table(users()));
    let mut catalog = Catalog::new();
    let number = Column {
        identity: Some(Identity {
            always: true,
            options: SequenceOptions::default(),
        }),
        ..column("bigint")
    };
    catalog.insert(member(Kind::Column, "id"), number);
    let (from, to): (Object, Object) = (
        rows(&[["'1'", "'High'"], ["'2'", "'Normal'"], ["'3'", "'Low'"]]).into(),
        rows(&[["'1'", "'High'"], ["'2'", "NULL"], ["'4'", "'New'"]]).into(),
    );
    let change = ErasedAlter {
        id: &rows_id,
        from: &from,
        to: &to,
        attrs: &from.changed(&to),
        using: None,
    };
    let sql = statements_in(&catalog, |cx, sql| {
        rules(Kind::Rows).unwrap().alter_sql(&change, cx, sql);
    });
    assert_eq!(
        sql[..3],
        [
            "DELETE FROM public.users WHERE id IN ('3')",
            "UPDATE public.users SET name = NULL WHERE id = '2'",
            "INSERT INTO public.users (id, name) OVERRIDING SYSTEM VALUE VALUES\n    ('4', 'New')",
        ]
    );
    assert_eq!(sql.len(), 4, "and a setval");
    assert_eq!(
        create(&rows_id, rows(&[["'1'", "'a'"], ["'2'", "'b'"]])),
        ["INSERT INTO public.users (id, name) VALUES\n    ('1', 'a'),\n    ('2', 'b')"]
    );
    assert_eq!(
        drop(&rows_id, rows(&[["'1'", "'a'"], ["'2'", "'b'"]])),
        ["DELETE FROM public.users WHERE id IN ('1', '2')"]
    );
}
