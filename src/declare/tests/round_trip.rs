//! What was written is read back as it was: every kind, both engines, hostile names.

use proptest::prelude::*;

use crate::declare::{Naming, format, load, write_named};

use super::catalogs::make;
use super::{server, source, told};

/// Writes, reads, formats and reads again.
fn check(engine: &str, bytes: Vec<u8>, naming: &Naming) {
    let (server, catalog) = make(engine, bytes);
    let files = write_named(&catalog, &server, naming);
    let text: String = files
        .iter()
        .map(|(name, text)| format!("// {name}\n{text}\n"))
        .collect();
    let sources: Vec<_> = files.iter().map(|(name, text)| source(name, text)).collect();
    let declared =
        load(&sources, &server, naming).unwrap_or_else(|errors| panic!("{}\n{text}", told(&errors)));
    for (id, object) in catalog.iter() {
        assert_eq!(declared.catalog.get(id), Some(object), "{id}\n{text}");
    }
    for (id, _) in declared.catalog.iter() {
        assert!(catalog.contains(id), "{id} was not there\n{text}");
    }
    for source in &sources {
        let formatted = format(source).unwrap_or_else(|errors| panic!("{}\n{text}", told(&errors)));
        assert_eq!(formatted, source.text, "what is written is formatted");
    }
}

fn templates() -> Naming {
    let templates = [
        ("ix", "ix_%(column_0_label)s"),
        ("uq", "uq_%(table_name)s_%(column_0_N_name)s"),
        ("ck", "ck_%(table_name)s_%(constraint_name)s"),
        (
            "fk",
            "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        ),
        ("pk", "pk_%(table_name)s"),
    ];
    Naming {
        templates: templates
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
    }
}

proptest! {
    // A sequence of bytes means another catalog after any change of the generator.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn postgres_catalogs_come_back(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        check("postgres", bytes, &Naming::default());
    }

    #[test]
    fn sqlite_catalogs_come_back(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        check("sqlite", bytes, &Naming::default());
    }

    #[test]
    fn catalogs_come_back_under_templates(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check("postgres", bytes.clone(), &templates());
        check("sqlite", bytes, &templates());
    }
}

#[test]
fn what_is_written_reads_well() {
    let text = "enum role ADMIN USER\ntable users comment=\"all of them\" {\n    column id bigint identity=always\n    \
                column role role default=USER\n    column at timestamptz default=(sql)\"now()\"\n    column extra \
                \"varchar(64)\" nullable\n    primary-key id\n    check \"id > 0\"\n    foreign-key id \
                references=users on-delete=cascade\n    index extra where=\"id > 1\"\n}\n\nrows users key=id {\n    row \
                id=1 role=ADMIN at=\"2024-01-01 00:00:00+00\"\n}\n\nview v {\n    as \"\"\"\n        SELECT 1\n          FROM \
                users\n        \"\"\"\n}\n";
    let server = server("postgres");
    let declared = super::read("postgres", text).unwrap_or_else(|errors| panic!("{}", told(&errors)));
    let files = crate::declare::write(&declared.catalog, &server);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["types.kdl", "views.kdl", "users.kdl"]);
    assert_eq!(files[0].1, "enum role ADMIN USER\n");
    assert_eq!(
        files[2].1,
        "table users comment=\"all of them\" {\n    column id bigint identity=always\n    column role role \
         default=USER\n    column at timestamptz default=(sql)\"now()\"\n    column extra \"varchar(64)\" nullable\n    \
         primary-key id\n    check \"(id > 0)\"\n    foreign-key id references=users on-delete=cascade\n    index extra \
         where=\"(id > 1)\"\n}\n\nrows users key=id {\n    row id=1 role=ADMIN at=\"2024-01-01 00:00:00+00\"\n}\n"
    );
}
