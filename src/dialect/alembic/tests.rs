//! What steps are called in Alembic, and which have no words there. That Alembic does with them exactly what the statements
//! do is shown in `tests/alembic_twin.rs`, with every case of a change there is.

use std::sync::Arc;

use crate::catalog::Canonical;
use crate::declare::{self, Naming};
use crate::diagnostic::Source;
use crate::dialect::{Choices, Dialect, Sizes, render};
use crate::diff::{Intents, diff};
use crate::plan::{Context, plan};

fn declared(dialect: Dialect, text: &str) -> (Canonical, Intents) {
    let source = Arc::new(Source {
        name: "schema.kdl".to_owned(),
        text: text.to_owned(),
    });
    let server = dialect.engine().default_server();
    let declared = declare::load(&[source], &server, &Naming::default()).unwrap();
    (Canonical::assumed(declared.catalog), declared.intents)
}

/// Every step between two declarations: its calls, or `-` and its statements.
fn steps(dialect: Dialect, before: &str, after: &str) -> String {
    let engine = dialect.engine();
    let server = engine.default_server();
    let (from, _) = declared(dialect, before);
    let (to, intents) = declared(dialect, after);
    let difference = diff(&from, &to, &intents, &|name| engine.quote(name));
    let context = Context {
        server: &server,
        intents: &intents,
        locate: &|_| None,
        sizes: &Sizes::new(),
        choices: &Choices::DEFAULT,
    };
    let plan = plan(&from.shared(), &difference, &context).unwrap();
    let script = render::render(&plan, &server);
    let mut out = String::new();
    for step in &script.steps {
        out.push_str(&format!("# {}\n", step.title));
        match &step.operations {
            Some(operations) => {
                let marks = [
                    (operations.types_of_dialect, "# with types of the dialect\n"),
                    (operations.unnamed, "# with constraints without a name\n"),
                ];
                out.extend(marks.iter().filter(|(on, _)| *on).map(|(_, mark)| *mark));
                out.extend(operations.calls.iter().map(|call| format!("{call}\n")));
            }
            None => out.push_str("-\n"),
        }
    }
    out
}

const RICH: &str = r#"
enum mood { value sad; value ":happy"; }
table orgs comment="a 'table' of 50%: \"all\"" {
    column id bigint identity=always
    column name "varchar(64)" comment="who"
    column user text default="it's :a"
    column at timestamptz default=(sql)"now()"
    column exact "timestamptz(3)" nullable
    column amount "numeric(10,2)" default=0
    column tags "text[]" nullable
    column moods "mood[]" nullable
    column mood mood default=sad
    column doc jsonb nullable
    column "key" text generated=(sql)"lower(name)"
    column weight double
    column place point nullable
    primary-key id
}
table people {
    column id bigint
    column org bigint nullable
    column email text
    column "CamelCase" text
    primary-key id
    unique email deferrable=initially-deferred
    unique org nulls-not-distinct name=one_each
    check "email <> ''" name=filled
    foreign-key org references="orgs(id)" on-delete=set-null
    index (sql)"lower(email)" unique name=by_email where="email <> ':x'"
    index name=by_case {
        key "CamelCase" desc nulls=last
        key email opclass=text_pattern_ops
    }
}
"#;

#[test]
fn a_new_schema_on_postgres() {
    insta::assert_snapshot!(steps(
        Dialect::Postgres,
        "",
        &RICH.replace("    column place point nullable\n", "")
    ));
}

#[test]
fn what_goes_on_postgres() {
    insta::assert_snapshot!(steps(
        Dialect::Postgres,
        RICH,
        "table orgs { column id bigint; column name text nullable; }"
    ));
}

#[test]
fn a_type_without_words_leaves_its_step_as_it_is() {
    let steps = steps(Dialect::Postgres, "", RICH);
    assert!(steps.contains("# create table orgs\n-\n"), "{steps}");
    assert!(steps.contains("op.create_table(\n    \"people\""), "{steps}");
}

#[test]
fn columns_change_on_postgres() {
    insta::assert_snapshot!(steps(
        Dialect::Postgres,
        "table t { column id bigint; column a integer default=1; column b text nullable; column c text; column d2 text; column e text; }",
        "table t { column id bigint; column a bigint default=2; column b text default=x; column c integer using=\"c::integer\"; \
         column d text was=d2; column e uuid using=\"('%' || e)::uuid\"; column f text nullable; index f; }",
    ));
}

#[test]
fn tables_on_sqlite() {
    insta::assert_snapshot!(steps(
        Dialect::Sqlite,
        "table old { column id bigint; column a text; column b text nullable; primary-key id; index a; }",
        "table old { column id bigint; column a text; column c \"varchar(10)\" default=\"a b\"; primary-key id; \
         index c name=odd where=\"c <> ':x'\"; }\n\
         table new { column id bigint identity=always; column org bigint; column n \"numeric(10,2)\" default=-1; \
         column at timestamptz default=(sql)\"now()\"; column l text generated=(sql)\"lower(n)\"; primary-key id; \
         foreign-key org references=\"old(id)\" on-delete=cascade; unique org name=one; check \"n > 0\"; }\n\
         table pairs { column a bigint; column b bigint; primary-key a b; }\n",
    ));
}

#[test]
fn a_rebuilt_table_has_no_words() {
    let before = "table t { column id bigint; column a text; primary-key id; }";
    let after = before.replace("a text", "a text nullable");
    assert_eq!(steps(Dialect::Sqlite, before, &after), "# rebuild table t\n-\n");
}
