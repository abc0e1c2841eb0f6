//! What every command says and how it ends, in a project made for the test: stdout, stderr and exit status as one
//! transcript. `cargo insta review` (or `INSTA_UPDATE=always`) takes in what changed on purpose.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

const SHOP: &str = r#"enum status open paid

table customers comment="Who buys" {
    column id bigint identity=always
    column email "varchar(200)"
    column name text nullable
    primary-key id
    unique email
}

table orders {
    column id bigint identity=always
    column customer_id bigint
    column status status default=open
    column total "numeric(12,2)" default=0
    primary-key id
    foreign-key customer_id references=customers on-delete=cascade
    index customer_id
    check "total >= 0" name=total_not_negative
}
"#;

/// A project in a folder of its own, and what was said so far.
struct Story {
    folder: TempDir,
    text: String,
}

impl Story {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("schema")).expect("a folder");
        let story = Self {
            folder,
            text: String::new(),
        };
        story.write(
            "reconcile.kdl",
            "environment dev {\n    url \"sqlite:shop.db\"\n}\n",
        );
        story.declare(SHOP);
        story
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).expect("a file");
    }

    fn declare(&self, text: &str) {
        self.write("schema/shop.kdl", text);
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command line as a shell would split it, and writes down what it said. `NAME=value` in front is set for it.
    fn run(&mut self, line: &str) -> &mut Self {
        let words: Vec<&str> = line.split(' ').collect();
        let variables: Vec<(&str, &str)> = words.iter().map_while(|word| word.split_once('=')).collect();
        let output = Command::new(env!("CARGO_BIN_EXE_reconcile"))
            .args(&words[variables.len()..])
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("COLUMNS", "100")
            .env("RECONCILE_NOW", "2026-11-21T09:30:00Z")
            .envs(variables)
            .stdin(Stdio::null())
            .output()
            .expect("the program");
        let said = |bytes: &[u8], sign: &str| -> String {
            let text = String::from_utf8_lossy(bytes);
            text.lines()
                .map(|line| format!("{sign} {line}").trim_end().to_owned() + "\n")
                .collect()
        };
        // Writing to a string cannot fail.
        let _written = writeln!(
            self.text,
            "$ reconcile {line}\n{}{}= {}\n",
            said(&output.stdout, "1"),
            said(&output.stderr, "2"),
            output.status.code().unwrap_or(-1)
        );
        self
    }

    /// Runs SQL on the database, past the tool.
    fn sql(&self, sql: &str) {
        let done = Command::new("python3")
            .args([
                "-c",
                "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2])",
                "shop.db",
                sql,
            ])
            .current_dir(self.path())
            .status()
            .expect("python3");
        assert!(done.success());
    }

    /// Compares the transcript with the one that was read and accepted.
    fn ends(&self, name: &str) {
        let folder = regex_of(&self.path().display().to_string());
        insta::with_settings!({
            filters => vec![
                (folder.as_str(), "<folder>"),
                (r"\b[0-9a-f]{32}\b", "<fingerprint>"),
                (r"_[0-9a-f]{12}_", "_<id>_"),
                (r"\b[0-9a-f]{12}\b", "<id>"),
                (r"\b\d+(\.\d+)?(ms|s)\b", "<time>"),
                (r#""ms": \d+"#, r#""ms": <time>"#),
                (r"(SQLite|sqlite) 3\.\d+\.\d+", "$1 3.x"),
                (r#"version(=|": )"3\.\d+\.\d+""#, r#"version$1"3.x""#),
            ],
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, self.text);
        });
    }
}

fn regex_of(text: &str) -> String {
    text.replace('.', r"\.")
}

#[test]
fn a_first_day() {
    let mut story = Story::new();
    story
        .run("validate")
        .run("status")
        .run("plan -m start")
        .run("heads")
        .run("apply --yes")
        .run("apply --yes")
        .run("current")
        .run("status --exit-code");
    story.declare(&SHOP.replace(
        "column name text nullable",
        "column full_name text nullable was=name",
    ));
    story
        .run("status --exit-code")
        .run("diff --from sqlite:shop.db --to schema")
        .run("diff --from sqlite:shop.db --to schema --format sql")
        .run("diff --from sqlite:shop.db --to schema --format markdown")
        .run("apply --yes -m rename-the-name")
        .run("history")
        .run("show head")
        .run("sql head")
        .run("downgrade -1 --yes")
        .run("apply --yes --frozen")
        .run("apply --yes --frozen")
        .run("check")
        .run("inspect");
    story.declare(&SHOP.replace("column name text nullable", "column full_name text"));
    story.run("check").run("check --format json");
    story.ends("a_first_day");
}

#[test]
fn what_is_refused() {
    let mut story = Story::new();
    story.run("apply --yes");
    story.sql("INSERT INTO customers (email) VALUES ('a@example.org'), ('b@example.org')");

    story.declare(&SHOP.replace("column name text nullable", "column name text"));
    story.run("plan -m x");
    story.declare(&SHOP.replace("    column name text nullable\n", ""));
    story.run("apply --yes").run("apply --yes --allow-destructive");
    story.declare(
        &SHOP
            .replace("bigint", "bigit")
            .replace("customers on", "customer on"),
    );
    story.run("validate").run("plan -m x");
    story
        .run("upgrade nowhere")
        .run("show nowhere")
        .run("stamp nowhere");
    story
        .run("apply --url mysql://somewhere/else")
        .run("apply --url nonsense");
    story
        .run("apply --env production")
        .run("plan -m x --schema elsewhere");
    story
        .run("diff --from nowhere.kdl --to schema")
        .run("nonsense")
        .run("plan --nonsense");
    story.ends("what_is_refused");
}

#[test]
fn a_database_changed_by_hand() {
    let mut story = Story::new();
    story.declare(&SHOP.replace(" comment=\"Who buys\"", ""));
    story.run("apply --yes --quiet");
    // What is in sync is remembered from here on, and must hide nothing.
    story.run("diff --from sqlite:shop.db --to schema");
    assert!(story.path().join(".cache/reconcile").exists());
    story.sql("ALTER TABLE orders ADD COLUMN note text; CREATE VIEW v AS SELECT 1 AS one");
    story
        .run("diff --from sqlite:shop.db --to schema")
        .run("status")
        .run("plan -m x")
        .run("apply --yes")
        .run("downgrade base --yes --allow-destructive");
    story.ends("a_database_changed_by_hand");
}

#[test]
fn proof_of_a_chain() {
    let mut story = Story::new();
    story
        .run("verify")
        .run("plan -m start")
        .run("upgrade head --yes -q");
    story.declare(&SHOP.replace("column name text nullable", "column name text backfill=nobody"));
    story
        .run("plan -m names -q")
        .run("verify")
        .run("verify head --format json")
        .run("verify nowhere");
    // What is edited into a revision is tried like the rest of it.
    let newest = || {
        let mut files: Vec<_> = std::fs::read_dir(story.folder.path().join("plans"))
            .expect("plans")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.to_string_lossy().contains("_names"))
            .collect();
        files.pop().expect("the revision")
    };
    let file = newest();
    let text = std::fs::read_to_string(&file).expect("a revision");
    let (head, up) = text
        .split_once("upgrade foreign-keys=off {\n")
        .expect("a rebuild");
    let step = "    step \"tidy up\" {\n        sql \"REPLACE INTO orders (id, customer_id, total) SELECT id, customer_id, 0 FROM orders\"\n    }\n";
    std::fs::write(&file, format!("{head}upgrade foreign-keys=off {{\n{step}{up}")).expect("a file");
    story.run("verify head");
    let (up, _) = text.split_once("\ndowngrade ").expect("a downgrade");
    std::fs::write(&file, format!("{up}\ndowngrade {{\n}}\n")).expect("a file");
    story.run("verify head");
    story.ends("proof_of_a_chain");
}

#[test]
fn a_chain_that_forks() {
    let mut story = Story::new();
    std::fs::create_dir(story.path().join("plans")).expect("a folder");
    let chain = [
        ("base1", "", "the first", ""),
        (
            "left1",
            "down-revision base1",
            "to the left",
            "branch-labels left",
        ),
        ("left2", "down-revision left1", "further left", ""),
        (
            "right1",
            "down-revision base1",
            "to the right",
            "depends-on left1",
        ),
    ];
    for (place, (id, down, message, more)) in chain.iter().enumerate() {
        let text = format!(
            "revision {id} {{\n    message \"{message}\"\n    {down}\n    {more}\n    created \"2026-11-2{place}T00:00:00Z\"\n    \
             engine sqlite version=\"3.40.1\"\n    from \"\"\n    to \"\"\n}}\nupgrade {{\n}}\ndowngrade {{\n}}\n"
        );
        story.write(&format!("plans/{id}.kdl"), &text);
    }
    story
        .run("heads")
        .run("branches")
        .run("history --graph")
        .run("history -r left1:left2 -v")
        .run("history -r left2:right1")
        .run("stamp left@head right1")
        .run("stamp left1 left2")
        .run("current --check-heads")
        .run("current -v")
        .run("history -i")
        .run("downgrade -1 --yes")
        .run("downgrade left@-1 --yes")
        .run("current --check-heads")
        .run("upgrade head --yes")
        .run("upgrade heads --yes")
        .run("upgrade heads --yes");
    story.sql("CREATE TABLE t (a)");
    story.run("stamp base").run("stamp base --force").run("current");
    story.ends("a_chain_that_forks");
}

#[test]
fn a_database_that_is_elsewhere() {
    let mut story = Story::new();
    story.declare(&SHOP.replace(" comment=\"Who buys\"", ""));
    story.run("apply --yes --quiet -m first");
    story.declare(
        &SHOP
            .replace(" comment=\"Who buys\"", " ")
            .replace("name text", "full_name text"),
    );
    story.run("plan -m second --quiet --allow-destructive");
    // The rows are lost.
    story.sql("DELETE FROM alembic_version");
    story.run("apply --yes").run("status").run("upgrade head --yes");
    story.sql("ALTER TABLE orders ADD COLUMN note text");
    story.run("plan -m third");
    story.sql("ALTER TABLE orders DROP COLUMN note");
    story.run("stamp head").run("stamp head~").run("stamp head-1");
    let first = std::fs::read_dir(story.path().join("plans"))
        .expect("plans")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .find(|name| name.ends_with("first.kdl"))
        .expect("the first revision");
    let id = first.split('_').nth(1).expect("an id").to_owned();
    story
        .run(&format!("stamp {id}"))
        .run("apply --yes --frozen --allow-destructive");
    // Both rows at once, as Alembic can leave them.
    story.sql(&format!("INSERT INTO alembic_version VALUES ('{id}')"));
    story.run("status").run("apply --yes --frozen");
    // A revision that is not here.
    story.sql("UPDATE alembic_version SET version_num = 'fedcba987654' WHERE rowid = 1; DELETE FROM alembic_version WHERE rowid > 1");
    story.run("status").run("apply --yes --frozen");
    story.ends("a_database_that_is_elsewhere");
}

#[test]
fn made_by_hand_before_it_was_planned() {
    let mut story = Story::new();
    let declared = SHOP.replace(" comment=\"Who buys\"", "");
    story.declare(&declared);
    story.run("apply --yes --quiet");
    story.declare(&declared.replace(
        "    unique email\n",
        "    column note text nullable\n    column points integer default=0\n    unique email\n    index note\n",
    ));
    story.run("plan -m notes --quiet");
    story.sql("INSERT INTO customers (email) VALUES ('a@example.org'); ALTER TABLE customers ADD COLUMN note integer");
    story.run("apply --yes").run("apply --yes --accept-existing");
    story.sql("ALTER TABLE customers DROP COLUMN note; ALTER TABLE customers ADD COLUMN note text");
    story
        .run("apply --yes --accept-existing")
        .run("status --exit-code");
    story.ends("made_by_hand_before_it_was_planned");
}

#[test]
fn for_programs() {
    let mut story = Story::new();
    story
        .run("validate --format json")
        .run("plan -m start --format json")
        .run("apply --yes --format json")
        .run("plan -m x --format json")
        .run("status --format json")
        .run("current --format json")
        .run("heads --format json")
        .run("history --format json")
        .run("show head --format json")
        .run("diff --from empty --to sqlite:shop.db --format json")
        .run("downgrade base --yes --allow-destructive --format json")
        .run("upgrade head --yes --format json")
        .run("stamp base --format json");
    story.declare("table t { column a integr; }");
    story.run("validate --format json");
    story.ends("for_programs");
}

#[test]
fn opinions() {
    let mut story = Story::new();
    story.run("lint");
    story.write(
        "reconcile.kdl",
        "environment dev {\n    url \"sqlite:shop.db\"\n}\nengines sqlite postgres\nlint {\n    rule json-instead-of-jsonb level=error\n}\n",
    );
    story.declare(&format!(
        "{SHOP}\ntable notes {{\n    allow missing-primary-key because=\"a heap\"\n    allow unknown-thing because=\"so\"\n    \
         column body json\n    column at timestamp {{\n        allow timestamp-without-zone because=\"a clock on a wall\"\n        \
         allow naming because=\"so\"\n    }}\n}}\n"
    ));
    story
        .run("lint")
        .run("lint --quiet --format json schema/shop.kdl")
        .run("lint --format github")
        .run("lint --format sarif --explain padded-text")
        .run("lint --explain padded-txt")
        .run("heads --format sarif");
    story.write(
        "reconcile.kdl",
        "lint {\n    rule mising-primary-key level=warn\n    rule naming level=loud\n}\n",
    );
    story.run("lint");
    story.write(
        "reconcile.kdl",
        "environment dev {\n    url \"sqlite:shop.db\"\n}\n",
    );
    story.declare(SHOP);
    story.run("apply --yes --quiet");
    story.declare(&SHOP.replace(
        "column name text nullable",
        "column full_name text nullable was=name",
    ));
    story
        .run("lint --plan")
        .run("plan -m rename")
        .run("lint --chain")
        .run("check");
    story.ends("opinions");
}

#[test]
fn what_is_set_aside() {
    let mut story = Story::new();
    let mut settings = "environment dev {\n    url \"sqlite:shop.db\"\n}\n".to_owned();
    settings.push_str("policy {\n    drop \"quarantine\" keep=\"30d\"\n}\n");
    story.write("reconcile.kdl", &settings);
    story.run("apply --yes --quiet");
    story.sql("INSERT INTO customers (email, name) VALUES ('a@example.org', 'Ann')");
    let (customers, _) = SHOP.split_once("\ntable orders").expect("two tables");
    story.declare(&customers.replace("    column name text nullable\n", ""));
    story
        .run("diff --from sqlite:shop.db --to schema")
        .run("plan -m less")
        .run("apply --yes")
        .run("status --exit-code")
        .run("status --format json")
        .run("inspect");
    story.declare(customers);
    story.run("apply --yes").run("downgrade -1 --yes");
    story.declare(&customers.replace("    column name text nullable\n", ""));
    story
        .run("upgrade head --yes")
        .run("apply --yes")
        .run("check")
        .run("RECONCILE_NOW=2026-12-21T00:00:00Z check")
        .run("RECONCILE_NOW=2026-12-21T00:00:00Z status")
        .run("RECONCILE_NOW=2026-12-21T00:00:00Z plan -m purge")
        .run("show head")
        .run("apply --yes --frozen")
        .run("downgrade -1 --yes")
        .run("upgrade head --yes --quiet")
        .run("RECONCILE_NOW=yesterday plan -m when");
    story.ends("what_is_set_aside");
}

#[test]
fn a_new_project() {
    let mut story = Story::new();
    story.run("apply --yes --quiet");
    for left in ["reconcile.kdl", "schema/shop.kdl"] {
        std::fs::remove_file(story.path().join(left)).expect("a file");
    }
    story
        .run("init --url sqlite:shop.db")
        .run("init --url sqlite:shop.db");
    story.run("validate").run("status").run("fmt --check").run("fmt");
    story.ends("a_new_project");
}

#[test]
fn two_phases() {
    let mut story = Story::new();
    story.run("apply --yes -q");
    let renamed = SHOP
        .replace("email \"varchar(200)\"", "mail \"varchar(200)\" was=email")
        .replace("unique email", "unique mail")
        .replace("column name text nullable", "column name text backfill=Somebody");
    story.declare(&renamed);
    story
        .run("plan --contract -m early")
        .run("plan --expand -m mail")
        .run("upgrade head --yes")
        .run("status")
        .run("check");
    // Somebody else's change leaves what is kept where it is, or says that it ends it.
    story.declare(&format!(
        "{renamed}\ntable coupons {{\n    column code text\n    primary-key code\n}}\n"
    ));
    story
        .run("diff --from sqlite:shop.db --to schema")
        .run("plan --expand -m coupons")
        .run("upgrade head --yes -q")
        .run("apply")
        .run("plan --contract -m alone")
        .run("upgrade head --yes -q")
        .run("status")
        .run("plan --expand -m nothing");
    story.ends("two_phases");
}

#[test]
fn two_phases_and_quarantine() {
    let mut story = Story::new();
    let mut settings = "environment dev {\n    url \"sqlite:shop.db\"\n}\n".to_owned();
    settings.push_str("policy {\n    drop \"quarantine\" keep=\"30d\"\n}\n");
    story.write("reconcile.kdl", &settings);
    story.run("apply --yes -q");
    story.sql("INSERT INTO customers (email, name) VALUES ('a@example.org', 'Ann')");
    story.declare(
        &SHOP
            .replace("email \"varchar(200)\"", "mail \"varchar(200)\" was=email")
            .replace("unique email", "unique mail")
            .replace("    column name text nullable\n", ""),
    );
    story
        .run("apply --expand --yes -q")
        .run("apply --contract --yes")
        .run("status")
        .run("plan --expand -m nothing")
        .run("downgrade -2 --yes -q")
        .run("upgrade head --yes -q");
    story.ends("two_phases_and_quarantine");
}

#[test]
fn a_rename_given_up_between_two_phases() {
    let mut story = Story::new();
    story.run("apply --yes -q");
    story.declare(
        &SHOP
            .replace("email \"varchar(200)\"", "mail \"varchar(200)\" was=email")
            .replace("unique email", "unique mail"),
    );
    story.run("apply --expand --yes -q");
    story.declare(SHOP);
    story
        .run("plan -m back")
        .run("upgrade head --yes -q")
        .run("status");
    story.ends("a_rename_given_up");
}

#[test]
fn help() {
    let mut story = Story::new();
    story.run("--help").run("--version");
    let commands = [
        "init",
        "inspect",
        "validate",
        "fmt",
        "diff",
        "plan",
        "apply",
        "upgrade",
        "downgrade",
        "merge",
        "rebase",
        "squash",
        "stamp",
        "current",
        "heads",
        "branches",
        "check",
        "lint",
        "twins",
        "history",
        "show",
        "status",
        "sql",
        "completions",
    ];
    for command in commands {
        story.run(&format!("{command} -h"));
    }
    story.ends("help");
}
