//! What each node means.

use crate::catalog::{Kind, ObjectId, QName};
use crate::declare::{Naming, load};
use crate::diagnostic::Severity;
use crate::dialect::qualify;
use crate::diff::RenameIntent;

use super::{read, server, source, told};

const EXAMPLE: &str = r##"
enum user_role SUPER_ADMIN ADMIN AGENT USER
schema billing on=postgres
extension pgcrypto on=postgres
table users comment="People who write to the bot" {
    column id bigint identity=always
    column line_user_id "varchar(64)" comment="from LINE"
    column display_name text nullable
    column role user_role default=USER
    column roles "user_role[]" nullable
    column created_at timestamptz default=(sql)"now()"
    column token uuid default=(sql)"gen_random_uuid()"
    column extra jsonb nullable { default (sql)"'{}'::jsonb" on=postgres; default "{}" on=sqlite }
    column email text nullable
    column email_key text nullable generated=(sql)"lower(email)"
    column phone text was=mobile nullable
    column points integer default=0 backfill=0 using="points::integer"
    primary-key id
    unique line_user_id
    index created_at where="display_name IS NOT NULL"
    index (sql)"lower(email)" unique
    index name=ix_multi { key role; key created_at desc nulls=last }
    check "points >= 0"
    check "points < 100" name=points_small
    trigger touch on=postgres { before update; of phone; for-each row; execute touch_updated_at "arg" }
    trigger touch on=sqlite { after update; as "UPDATE users SET points = 0;" }
}
table service_requests was=requests {
    column id uuid
    column requester_id bigint
    column org bigint nullable
    primary-key id
    foreign-key requester_id references=users on-delete=cascade on-update=set-null deferrable=initially-deferred
    foreign-key org references="users(id)" name=org_fk
}
function touch_updated_at returns=trigger language=plpgsql on=postgres { as """
    BEGIN
      RETURN new;
    END
    """ }
sequence order_no as=integer start=10 owned-by="users.points" on=postgres
rows priorities key=id {
    row id=2 name=Normal
    row id=1 name=High color="#ef4444"
}
table priorities { column id integer; column name text; column color text nullable; primary-key id }
view open_requests depends-on="table priorities" { as """
    SELECT r.id, u.display_name FROM service_requests r JOIN users u ON u.id = r.requester_id
    """ }
"##;

fn listing(engine: &str) -> Vec<String> {
    let declared = read(engine, EXAMPLE).unwrap_or_else(|errors| panic!("{}", told(&errors)));
    declared
        .catalog
        .iter()
        .map(|(id, object)| format!("{id}: {object:?}"))
        .collect()
}

fn ids(engine: &str) -> Vec<String> {
    let declared = read(engine, EXAMPLE).unwrap_or_else(|errors| panic!("{}", told(&errors)));
    declared.catalog.iter().map(|(id, _)| id.to_string()).collect()
}

#[test]
fn the_example_is_understood_on_postgres() {
    assert_eq!(
        ids("postgres"),
        [
            "schema billing",
            "extension pgcrypto",
            "enum user_role",
            "sequence order_no",
            "function touch_updated_at()",
            "table users",
            "column users.id",
            "column users.line_user_id",
            "column users.display_name",
            "column users.role",
            "column users.roles",
            "column users.created_at",
            "column users.token",
            "column users.extra",
            "column users.email",
            "column users.email_key",
            "column users.phone",
            "column users.points",
            "primary key users.users_pkey",
            "unique constraint users.users_line_user_id_key",
            "check constraint users.users_points_check",
            "check constraint users.points_small",
            "index users.users_created_at_idx",
            "index users.users_lower_idx",
            "index users.ix_multi",
            "trigger users.touch",
            "table service_requests",
            "column service_requests.id",
            "column service_requests.requester_id",
            "column service_requests.org",
            "primary key service_requests.service_requests_pkey",
            "foreign key service_requests.service_requests_requester_id_fkey",
            "foreign key service_requests.org_fk",
            "table priorities",
            "column priorities.id",
            "column priorities.name",
            "column priorities.color",
            "primary key priorities.priorities_pkey",
            "view open_requests",
            "comment of table users",
            "comment of column users.line_user_id",
            "rows of table priorities",
        ]
    );
}

#[test]
fn the_example_is_lowered_on_sqlite() {
    let objects = listing("sqlite").join("\n");
    for part in [
        "column users.id: Column(Column { data_type: INTEGER, nullable: false, default: None, identity: None",
        "autoincrement: true",
        "check constraint users.users_role_check: Check(Check { expr: \"role IN ('SUPER_ADMIN', 'ADMIN', 'AGENT', 'USER')\"",
        "column users.role: Column(Column { data_type: TEXT, nullable: false, default: Some(\"'USER'\")",
        "default: Some(\"'{}'\")",
        "action: Body(\"UPDATE users SET points = 0;\")",
        "foreign key service_requests.(requester_id references users)",
        "rows: [[\"1\", \"'High'\", \"'#ef4444'\"], [\"2\", \"'Normal'\", \"NULL\"]]",
    ] {
        assert!(objects.contains(part), "{part}\nin\n{objects}");
    }
    for absent in ["comment", "schema ", "extension", "enum", "sequence", "function"] {
        assert!(!objects.lines().any(|line| line.starts_with(absent)), "{absent}");
    }
}

#[test]
fn hints_become_intents() {
    let declared = read("postgres", EXAMPLE).unwrap();
    let table = |name: &str| qualify(server("postgres").dialect, None, name);
    let engine = server("postgres").engine();
    let column = |table: &QName, name: &str| ObjectId::column(table, engine.ident(name));
    let users = table("users");
    assert_eq!(
        declared.intents.renames,
        [
            RenameIntent {
                from: ObjectId::table(table("requests")),
                to: ObjectId::table(table("service_requests")),
            },
            RenameIntent {
                from: column(&users, "mobile"),
                to: column(&users, "phone"),
            },
        ]
    );
    let points = column(&users, "points");
    assert_eq!(declared.intents.using[&points].text(), "points::integer");
    assert_eq!(declared.intents.backfill[&points].text(), "0");
}

#[test]
fn edges_come_from_texts_and_from_depends_on() {
    let declared = read("postgres", EXAMPLE).unwrap();
    let edges: Vec<String> = declared
        .catalog
        .edges()
        .map(|edge| format!("{} -> {}", edge.dependent, edge.referenced))
        .collect();
    for edge in [
        "view open_requests -> table users",
        "view open_requests -> table service_requests",
        "view open_requests -> column users.display_name",
        "view open_requests -> table priorities",
        "check constraint users.points_small -> column users.points",
        "column users.email_key -> column users.email",
    ] {
        assert!(edges.iter().any(|known| known == edge), "{edge} in {edges:#?}");
    }
    assert!(
        !edges
            .iter()
            .any(|edge| edge.starts_with("view open_requests -> column priorities."))
    );
}

#[test]
fn views_that_name_each_others_columns_make_no_circle() {
    let declared = read(
        "sqlite",
        "table t { column status text }\nview requests { as \"SELECT status FROM t\" }\nview status { as \"SELECT * FROM requests\" }",
    )
    .unwrap();
    let edges: Vec<String> = declared
        .catalog
        .edges()
        .filter(|edge| edge.referenced.kind == Kind::View)
        .map(|edge| format!("{} -> {}", edge.dependent, edge.referenced))
        .collect();
    assert_eq!(edges, ["view status -> view requests"]);
}

#[test]
fn names_that_collide_get_a_digit_and_templates_are_followed() {
    let text = "table t { column a integer; column b integer; primary-key a; check \"a > 0\"; check \"a < 9\"; index a; index a where=\"b > 0\"; foreign-key b references=t }";
    let names = |naming: &Naming| -> Vec<String> {
        let declared = load(&[source("a.kdl", text)], &server("postgres"), naming).unwrap();
        let members = declared
            .catalog
            .iter()
            .filter(|(id, _)| id.kind.has_cosmetic_name());
        members.map(|(id, _)| id.name().unwrap().to_string()).collect()
    };
    assert_eq!(
        names(&Naming::default()),
        [
            "t_pkey",
            "t_a_check",
            "t_a_check1",
            "t_b_fkey",
            "t_a_idx",
            "t_a_idx1"
        ]
    );
    let templates = [
        ("ix", "ix_%(column_0_label)s"),
        (
            "fk",
            "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        ),
        ("pk", "pk_%(table_name)s"),
    ];
    let templates = templates.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(
        names(&Naming {
            templates: templates.into()
        }),
        ["pk_t", "t_a_check", "t_a_check1", "fk_t_b_t", "ix_t_a", "ix_t_a1"]
    );
}

#[test]
fn a_declaration_for_another_engine_is_left_out() {
    let declared = read(
        "sqlite",
        "table a on=postgres { column x }\ntable b on=\"postgres sqlite\" { column x text; column y inet on=postgres }",
    )
    .unwrap();
    let ids: Vec<String> = declared.catalog.iter().map(|(id, _)| id.to_string()).collect();
    assert_eq!(ids, ["table b", "column b.x"]);
}

#[test]
fn an_empty_file_declares_nothing() {
    assert!(read("sqlite", "").unwrap().catalog.is_empty());
    assert!(read("postgres", "// nothing\n").unwrap().catalog.is_empty());
}

/// The table of portable types in the reference: the type, and what it is on each engine.
fn documented_types() -> Vec<Vec<String>> {
    include_str!("../../../docs/language.md")
        .lines()
        .skip_while(|line| !line.starts_with("| portable type"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells
                .map(|cell| cell.trim().trim_matches('`').to_owned())
                .collect()
        })
        .collect()
}

#[test]
fn the_reference_tells_what_portable_types_are() {
    let types = documented_types();
    assert!(types.len() > 15, "{types:?}");
    for row in types {
        for (engine, canonical) in [("postgres", &row[1]), ("sqlite", &row[2])] {
            assert_eq!(
                server(engine).engine().data_type(&row[0]),
                **canonical,
                "{} on {engine}",
                row[0]
            );
        }
    }
}

#[test]
fn every_example_of_the_reference_is_understood() {
    let text = include_str!("../../../docs/language.md");
    let examples: Vec<&str> = text
        .split("```kdl\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(examples.len() > 5);
    let sources: Vec<_> = examples
        .iter()
        .enumerate()
        .map(|(at, example)| source(&format!("example {at}"), example))
        .collect();
    for engine in ["postgres", "sqlite"] {
        let declared = load(&sources, &server(engine), &Naming::default());
        let declared = declared.unwrap_or_else(|errors| panic!("{engine}\n{}", told(&errors)));
        assert!(
            declared
                .warnings
                .iter()
                .all(|warning| warning.severity == Severity::Note),
            "{}",
            told(&declared.warnings)
        );
    }
}

#[test]
fn a_name_can_be_kept_away_from_flags_and_from_conventions() {
    let text = "table t { column unique text; index (column)unique unique name=i; unique unique name=#null }";
    let declared = read("sqlite", text).unwrap_or_else(|errors| panic!("{}", told(&errors)));
    let ids: Vec<String> = declared.catalog.iter().map(|(id, _)| id.to_string()).collect();
    assert_eq!(ids[2..], ["unique constraint t.(unique unique)", "index t.i"]);
}
