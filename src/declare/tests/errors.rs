//! What is said about declarations that are wrong.

use crate::declare::{Naming, load};

use super::{read, server, source, told};

/// What is told about a text, for PostgreSQL.
fn errors(text: &str) -> String {
    match read("postgres", text) {
        Ok(declared) => told(&declared.warnings),
        Err(errors) => told(&errors),
    }
}

#[test]
fn every_error_of_every_file_in_one_run() {
    let sources = [
        source("b.kdl", "tabel x {\n"),
        source(
            "a.kdl",
            "tabel users { }\ntable posts {\n    column id bigint nulable\n    column n varchr\n}\n",
        ),
    ];
    let found = load(&sources, &server("postgres"), &Naming::default()).unwrap_err();
    assert_eq!(
        told(&found),
        "a.kdl:1:1 RC0102 unknown node `tabel` | did you mean `table`?\n\
         a.kdl:3:22 RC0103 unknown argument `nulable` of column `posts.id` | did you mean `nullable`?\n\
         a.kdl:4:14 RC0107 unknown column type `varchr` | did you mean `varchar`? A type of that very name is written (sql)\"varchr\"\n\
         b.kdl:1:9 RC0101 Malformed KDL: no closing '}' for child block\n\
         b.kdl:1:10 RC0101 Malformed KDL: closing '}' was not found after nodes\n"
    );
}

/// A text, and what is told about it among other things.
const MISTAKES: &[(&str, &str)] = &[
    (
        "role app",
        "a.kdl:1:1 RC0102 `role` cannot be declared: roles and memberships belong to a server, not to one database | make it there by hand: `grant … to=ROLE`, `owner=ROLE` and policies name roles that are there\n",
    ),
    (
        "conversion c",
        "a.kdl:1:1 RC0102 `conversion` cannot be declared: conversions are not managed | make it by hand, or by an extension: what there is of it is named by `inspect` and every plan, and never dropped\n",
    ),
    (
        "user-mapping app",
        "a.kdl:1:1 RC0102 `user-mapping` cannot be declared: user mappings hold passwords | make it by hand: a `foreign-server` that has one is never dropped or made anew\n",
    ),
    (
        "subscription feed",
        "a.kdl:1:1 RC0102 `subscription` cannot be declared: subscriptions hold passwords and belong to a server, not to one database | make it by hand: what it subscribes to is a `publication`\n",
    ),
    (
        "table a { column id bigint; }; table b { inherits aa; column id bigint; }",
        "a.kdl:1:42 RC0108 no table `aa` | did you mean `a`?\n",
    ),
    (
        "table a { column id bigint; }; table b { inherits a; inherits a; column id bigint; }",
        "a.kdl:1:54 RC0106 the table inherits `a` twice | take one of the `inherits` out\n",
    ),
    (
        "table a { inherits b; column id bigint; }; table b { inherits a; column id bigint; }",
        "RC0110 table `a` inherits itself, by way of others | take out one of the `inherits`\n",
    ),
    (
        "table a { column id bigint; }; table b { inherits a; column id integer; }",
        "a.kdl:1:54 RC0110 column `b.id` has another type or collation than `a.id`, and `b` has both in one \
         | give them one type: what a table inherits and what it states itself are one column\n",
    ),
    (
        "table a { column id bigint; }; table b { inherits a; column id bigint nullable; }",
        "a.kdl:1:54 RC0111 column `b.id` is nullable, and a table that is inherited requires it | take `nullable` out: since \
         PostgreSQL 18, what is required is required in heirs, too\n",
    ),
    (
        "table a { column n bigint default=1; }; table b { column n bigint default=2; }; table c { inherits a; inherits b; }",
        "a.kdl:1:81 RC0110 table `c` inherits column `n` with different defaults | declare the column here as well, with the \
         default that it is to have\n",
    ),
    (
        "composite p { attribute x integer; }; table t of=q",
        "a.kdl:1:47 RC0108 no composite type `q` | did you mean `p`?\n",
    ),
    (
        "composite pair { attribute x integer; }; table t of=pairs { column x integer; }",
        "a.kdl:1:50 RC0108 no composite type `pairs` | did you mean `pair`?\n",
    ),
    (
        "composite p { attribute x integer; }; table t of=p { column x bigint; column y text; }",
        "a.kdl:1:54 RC0110 column `t.x` has another type or collation than the attribute of `p` | write `column x \"integer\"`: \
         a table made of a type has the columns of that\n\
         a.kdl:1:71 RC0110 column `t.y` is no attribute of `p`, of which the table is made | declare it there: a table made of a \
         type has the columns of that\n",
    ),
    (
        "composite p { attribute x integer; }; table a { column x integer nullable; }; table t of=p { inherits a; }",
        "a.kdl:1:87 RC0110 table `t` is made of a type, and inherits others | take `of` out: it has its columns from one of both\n",
    ),
    (
        "table a { column d date; partition-by range d; }; table b { inherits a; }",
        "a.kdl:1:61 RC0110 `a` is partitioned or a partition, and inherits no table and is inherited by none | take the \
         `inherits` out, or declare neither `partition-by` nor `partition-of`\n",
    ),
    (
        "table t { column id bigint; grant selct to=app }",
        "a.kdl:1:35 RC0105 `selct` is no privilege of a table on PostgreSQL 18 | did you mean `select`?\n",
    ),
    (
        "sequence s { grant insert to=app }",
        "a.kdl:1:20 RC0105 `insert` is no privilege of a sequence on PostgreSQL 18 | one of: select, update, usage, all\n",
    ),
    (
        "table t { column id bigint; grant select }",
        "a.kdl:1:29 RC0104 `grant` names no role | write `to=ROLE`, or `to=public`\n",
    ),
    (
        "table t { column id bigint; revoke select from=public }",
        "a.kdl:1:29 RC0110 nobody has the right to select table t without a grant | take it out: what is not declared is revoked\n",
    ),
    (
        "function f returns=integer language=sql { as \"SELECT 1\"; revoke execute from=app }",
        "a.kdl:1:58 RC0110 `app` has no right to function f() that is not granted here | take it out: what is not declared is revoked\n",
    ),
    (
        "table t { column id bigint; grant select with-grant-option to=public }",
        "a.kdl:1:29 RC0110 there is nobody to whom everybody could pass it on | leave out `with-grant-option`\n",
    ),
    (
        "table t { column id bigint primary-key }",
        "a.kdl:1:28 RC0103 `primary-key` is a node of the table, not of column `t.id` | write `primary-key id` on a line of its own\n",
    ),
    (
        "table",
        "a.kdl:1:1 RC0104 a table needs a name | write `table NAME`\n",
    ),
    (
        "table users { column id bigint; column id text }",
        "a.kdl:1:33 RC0106 column `users.id` is declared twice; first in a.kdl:1 | take one of them out, or give it another name\n",
    ),
    (
        "table users {\n}\ntable users {\n}",
        "a.kdl:3:1 RC0106 table users is declared twice; first in a.kdl:1 | take one of them out, or give it another name\n",
    ),
    (
        "table a { column x integer; foreign-key x references=user }\ntable users { column id integer; primary-key id }",
        "a.kdl:1:43 RC0108 no table `user` | did you mean `users`?\n",
    ),
    (
        "table a { column x integer; foreign-key x references=b }\ntable b { column id integer }",
        "a.kdl:1:43 RC0112 table `b` has no primary key to refer to | name the columns: references=\"b(COLUMN)\"\n",
    ),
    (
        "table a { column x integer; foreign-key x references=\"b(p, q)\" }\ntable b { column p integer; column q integer; primary-key p q }",
        "a.kdl:1:43 RC0112 a foreign key of 1 column cannot refer to 2 of `b` | name as many columns: references=\"b(…)\"\n",
    ),
    (
        "table a { column x integer; foreign-key x references=\"b(pp)\" }\ntable b { column p integer; primary-key p }",
        "a.kdl:1:43 RC0108 table `b` has no column `pp` | did you mean `p`?\n",
    ),
    (
        "table a { column name text; index nmae }",
        "a.kdl:1:29 RC0108 table `a` has no column `nmae` | did you mean `name`?\n",
    ),
    (
        "table a { column x text; primary-key x; primary-key x }",
        "a.kdl:1:41 RC0106 table `a` has two primary keys; the first in a.kdl:1\n",
    ),
    (
        "enum role ADMIN USER\ntable a { column r role default=USR }",
        "a.kdl:2:25 RC0105 `USR` is no value of enum `role` | did you mean `USER`?\n",
    ),
    (
        "enum user_role ADMIN\ntable a { column r user_rol }",
        "a.kdl:2:20 RC0107 unknown column type `user_rol` | did you mean `user_role`? A type of that very name is written (sql)\"user_rol\"\n",
    ),
    (
        "table a { column x integer identity=always default=1 }",
        "a.kdl:1:11 RC0110 column `a.x` is an identity and has a default: one of them\n",
    ),
    (
        "table a { column x integer nullable; primary-key x }",
        "a.kdl:1:11 RC0110 column `a.x` is in the primary key and nullable | take out `nullable`: most engines make the columns of a primary key NOT NULL\n",
    ),
    (
        "table a { column x integer on=postgre }",
        "a.kdl:1:28 RC0105 unknown engine `postgre` | did you mean `postgres`?\n",
    ),
    (
        "table a { column x integer; foreign-key x references=a on-delete=cascad }",
        "a.kdl:1:43 RC0112 table `a` has no primary key to refer to | name the columns: references=\"a(COLUMN)\"\n\
             a.kdl:1:56 RC0105 `cascad` is no value of `on-delete` | did you mean `cascade`?\n",
    ),
    (
        "table a { column x varchr; index x }",
        "a.kdl:1:20 RC0107 unknown column type `varchr` | did you mean `varchar`? A type of that very name is written (sql)\"varchr\"\n",
    ),
    (
        "table \"\" { }",
        "a.kdl:1:7 RC0109 the name of a table is empty\n",
    ),
    (
        "table b was=a\ntable a",
        "a.kdl:1:9 RC0114 table a is declared too: it cannot be the former name of table b | take out `was=`\n",
    ),
    (
        "enum e { value a was=b; value b; value c was=d; value f was=d; value g was=g; value h i was=j }",
        "a.kdl:1:18 RC0114 enum `e` has the value `b` too: it cannot be what `a` was called | take out `was=`\n\
             a.kdl:1:57 RC0114 `d` is the former name of two values of enum `e` | take out `was=`\n\
             a.kdl:1:72 RC0114 value `g` of enum `e` was never called anything else | take out `was=`\n\
             a.kdl:1:89 RC0114 `was` is said of one value | write a node for each value: `value NEW was=OLD`\n",
    ),
    (
        "table a { column x integer; copy { column y; column x z; column x z }; copy from=a { column x x }; copy from=b }",
        "a.kdl:1:29 RC0104 `copy` does not say where the rows come from | write from=TABLE\n\
             a.kdl:1:36 RC0104 `copy` does not say what goes into column `y` | write `column y \"expression\"`, over a row of the other table\n\
             a.kdl:1:43 RC0108 table `a` has no column `y` | did you mean `x`?\n\
             a.kdl:1:65 RC0106 column `x` is filled twice\n\
             a.kdl:1:77 RC0110 table `a` cannot be copied into itself\n\
             a.kdl:1:100 RC0104 `copy` fills no column | write `column NAME \"expression\"` into it, once for each column\n",
    ),
    (
        "view v depends-on=nothing { as \"SELECT 1\" }",
        "a.kdl:1:8 RC0108 view v depends on `nothing`, which is not declared\n",
    ),
    (
        "table a { column x integer; column y text; primary-key x }\nrows a key=x { row x=1 y=a; row x=1 y=b; row y=c; row x=2 y=z zz=1 }",
        "a.kdl:2:29 RC0106 the row ('1') of `a` is declared twice; first in a.kdl:2 | take one of them out, or give it another name\n\
             a.kdl:2:42 RC0104 a row of `a` does not give `x` | write x=VALUE: it is the key, and other rows give it\n\
             a.kdl:2:63 RC0108 table `a` has no column `zz`\n",
    ),
    (
        "table a { column x integer }\nrows a key=x { row x=1 }",
        "a.kdl:2:1 RC0113 `x` is no unique key of `a` | declare `unique x` in the table, or name its primary key\n",
    ),
    (
        "rows prios key=id { row id=1 }",
        "a.kdl:1:1 RC0108 no table `prios`\n",
    ),
    (
        "table billing.t { column x text }",
        "a.kdl:1:1 RC0108 schema `billing` is not declared | declare it: `schema billing`\n",
    ),
    (
        "table t { column x text }\nview t { as \"SELECT 1\" }",
        "a.kdl:2:1 RC0106 the name of view t is taken by the table in a.kdl:1 | give one of them another name\n",
    ),
    (
        "table t { column x text; column y text; statistics s { of x; }; statistics u { of x z; }; \
         statistics v { of (sql)\"lower(x)\"; count mcv; } }",
        "a.kdl:1:56 RC0104 statistics `s` are of two columns at least, or of an expression | what single columns have in them is counted anyway\n\
             a.kdl:1:65 RC0108 table `t` has no column `z` | did you mean `x`?\n\
             a.kdl:1:91 RC0110 statistics `v` are of one expression: there is nothing to `count` together | take `count` out, or name a column beside it\n",
    ),
    (
        "collation a provider=icu; collation b locale=C nondeterministic; collation c provider=icu locale=de ctype=fr",
        "a.kdl:1:1 RC0104 collation `a` does not say by which locale | write `collation a provider=icu locale=\"de-DE\"`\n\
             a.kdl:1:27 RC0110 collation `b` has `nondeterministic`, which only icu takes | take `nondeterministic` out, or write `provider=icu`\n\
             a.kdl:1:66 RC0110 collation `c` has `ctype`, which only libc takes | take `ctype` out, or write `provider=libc`\n",
    ),
    (
        "text-search-dictionary d { options language=#null; }\ntext-search-configuration c { mapping word { with d; }; mapping email; mapping word { with simple; } }",
        "a.kdl:1:1 RC0104 text search dictionary `d` has no template | write `text-search-dictionary d template=snowball { options language=german; }`\n\
             a.kdl:1:36 RC0105 `language` is a number, a text, #true or #false\n\
             a.kdl:2:57 RC0104 a mapping of text search configuration `c` names types of tokens and dictionaries | write `mapping asciiword word { with simple; }`\n\
             a.kdl:2:80 RC0106 text search configuration `c` has two mappings for `word` | name all its dictionaries in one\n",
    ),
    (
        "table t { column x text; rule r for=select { do NOTHING; }; rule s for=insert }",
        "a.kdl:1:33 RC0105 `select` is no value of `for` | one of: insert, update, delete\n\
             a.kdl:1:61 RC0104 rule `s` does nothing | write `do \"INSERT INTO …\"` as a child, or `do NOTHING`\n",
    ),
    (
        "cast from=text as=always with-inout without-function",
        "a.kdl:1:1 RC0104 a cast does not say `to=` | write `cast from=TYPE to=TYPE { function NAME; }`\n\
             a.kdl:1:1 RC0110 a cast is made by one thing | write a child `function NAME`, or `with-inout`, or `without-function`\n\
             a.kdl:1:16 RC0105 `always` is no value of `as` | one of: assignment, implicit\n",
    ),
    (
        "operator \"===\" left=text\noperator \"!!\" right=text { function f; }\n\
         operator-class c { operator 1; function x; }\n\
         operator-class d for=text { operator \"=\"; function 1 f; function 1 g; operator 2 \"<\" sort=x }\n\
         operator-family e { operator 1 \"<\" }",
        "a.kdl:1:1 RC0104 operator `===` does not say what stands on its right | write `right=TYPE`, and `left=TYPE` unless it stands before its operand\n\
             a.kdl:1:1 RC0104 operator `===` has no function behind it | write `operator \"===\" left=TYPE right=TYPE { function NAME; }`\n\
             a.kdl:3:1 RC0104 operator class `c` does not say what is indexed by it | write `operator-class c using=btree for=TYPE`\n\
             a.kdl:4:29 RC0104 `operator` of operator class `d` says what it is to the index method, and its name | write `operator 1 NAME`\n\
             a.kdl:4:57 RC0106 operator class `d` has two of `function 1` for the types text, text\n\
             a.kdl:4:86 RC0103 unknown property `sort` of `operator 2` | known properties: left, right, order-by\n\
             a.kdl:5:21 RC0104 `operator 1` of operator family `e` does not say for values of which types it is | write `left=TYPE right=TYPE`\n",
    ),
    (
        "foreign-server s { options host=#null password=x port=1 port=2; }\nforeign-server t wrapper=w typ=x",
        "a.kdl:1:1 RC0104 foreign server `s` does not say by what it is reached | write wrapper=NAME, the name of a foreign data wrapper\n\
             a.kdl:1:28 RC0105 `host` is a number, a text, #true or #false\n\
             a.kdl:1:39 RC0117 option `password` of foreign server `s` is a secret, and a declaration is read by many | take it out: passwords belong to user mappings, which are made by hand and not managed\n\
             a.kdl:1:57 RC0110 option `port` of foreign server `s` is given twice\n\
             a.kdl:2:28 RC0103 unknown property `typ` of foreign server `t` | did you mean `type`?\n",
    ),
    (
        "foreign-table f { column a text backfill=x { options token=x; }; index a; options b=1; }\n\
         table t { column a text { options b=1; }; }\nrows f key=a { row a=b; }",
        "a.kdl:1:1 RC0104 foreign table `f` does not say where its rows lie | write server=NAME, the name of a foreign server\n\
             a.kdl:1:19 RC0110 column `f.a` has `backfill=`, and its values lie elsewhere | take it out: they are changed where they are\n\
             a.kdl:1:54 RC0117 option `token` of column `f.a` is a secret, and a declaration is read by many | take it out: passwords belong to user mappings, which are made by hand and not managed\n\
             a.kdl:1:66 RC0102 unknown node `index` in foreign table `f` | known nodes: allow, check, column, comment, depends-on, grant, options, owner, partition-of, revoke, schema, server, statistics, trigger, was\n\
             a.kdl:2:11 RC0110 column `t.a` has `options`, and its rows lie here | only columns of a `foreign-table` have any\n\
             a.kdl:3:1 RC0110 the rows of foreign table `f` lie elsewhere | declare them where they are\n",
    ),
    (
        "publication p all-tables { table nowhere; }",
        "a.kdl:1:1 RC0110 publication `p` is of all tables, and names some of them | take out `all-tables`, or what is named\n\
             a.kdl:1:28 RC0108 no table `nowhere`\n",
    ),
    (
        "schema s\ndefault-privileges app schema=s { schemas { grant usage to=app; }; tables { grant usage to=app; } }",
        "a.kdl:2:35 RC0110 schemas are in no schema: their default privileges hold everywhere | leave out `schema=`\n\
             a.kdl:2:83 RC0105 `usage` is no privilege of tables on PostgreSQL 18 | one of: select, insert, update, delete, truncate, references, trigger, maintain, all\n",
    ),
    (
        "table t { column x text default=#nan; column y (foo)text }",
        "a.kdl:1:25 RC0105 `#nan` is not a value of any column | write it as a text: \"NaN\"\n\
             a.kdl:1:48 RC0105 unknown annotation `(foo)` | (sql) marks an expression, (column) the name of a column\n",
    ),
];

#[test]
fn each_mistake_has_its_place_and_its_help() {
    for (text, expected) in MISTAKES {
        assert!(
            errors(text).contains(expected),
            "{text}\nexpected\n{expected}told\n{}",
            errors(text)
        );
    }
}

#[test]
fn a_long_name_is_refused_where_the_engine_would_cut_it() {
    let long = "x".repeat(70);
    let text = format!("table {long} {{ column id integer; primary-key id }}");
    let told = errors(&text);
    assert!(told.starts_with("a.kdl:1:7 RC0109 the name `xxx"), "{told}");
    assert!(read("sqlite", &text).is_ok());
}

#[test]
fn names_with_quotes_and_spaces_are_fine() {
    let declared = read(
        "postgres",
        "table \"a \\\"b\\\" c\" { column \"x y\" text; unique \"x y\" }",
    )
    .unwrap();
    assert!(
        declared
            .catalog
            .iter()
            .any(|(id, _)| id.label() == "a \"b\" c.x y")
    );
}

#[test]
fn what_the_engine_lacks_is_said_with_the_way_out() {
    let found = read(
        "sqlite",
        "extension pgcrypto\nsequence s\ntable t { column x integer }",
    )
    .unwrap_err();
    assert_eq!(
        told(&found),
        "a.kdl:1:1 RC0111 SQLite has no extensions | limit it to engines that do: on=\"postgres\"\n\
         a.kdl:2:1 RC0111 SQLite has no sequences | limit it to engines that do: on=\"postgres\"\n"
    );
    let found = read(
        "sqlite",
        "table t { column x integer; trigger a { before insert; execute f } }",
    )
    .unwrap_err();
    assert!(
        told(&found).contains("SQLite has no functions to execute"),
        "{}",
        told(&found)
    );
    let found = read("sqlite", "table t { column x integer identity=always }").unwrap_err();
    assert!(
        told(&found).contains("only to a primary key of one column"),
        "{}",
        told(&found)
    );
    let declared = read("sqlite", "table t comment=a { column x integer comment=b }").unwrap();
    assert_eq!(
        told(&declared.warnings),
        "RC0111 SQLite keeps no comments: the 2 declared are left out\n"
    );
}

#[test]
fn any_text_is_an_error_at_worst() {
    let deep = "a {".repeat(20_000);
    assert!(errors(&deep).contains("nested more than 32 levels deep"));
    let comments = "/* ".repeat(20_000);
    assert!(errors(&comments).contains("RC0101"));
    let fine = format!("{}{}", "a {".repeat(32), "}".repeat(32));
    assert!(errors(&fine).contains("unknown node `a`"));
    for text in [
        "\\", "\"", "#\"", "\"\"\"", "a=\\", "é\\é", "a \"\\", "/-", "/*", "{", "}", ";", "(sql)", "a (sql)",
        "\u{feff}", "\0",
    ] {
        let told = errors(text);
        assert!(told.is_empty() || told.contains("RC01"), "{text}: {told}");
    }
}
