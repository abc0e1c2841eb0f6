//! Two branches of ours above a history that only Alembic can run: it runs on the scratch database, and they merge by
//! themselves, or are in each other's way.

use libtest_mimic::Failed;

use super::desk::Desk;

/// Where a branch keeps its files while the other one is made.
const PLANS: &str = "plans";
const VERSIONS: &str = "alembic/versions";

pub(crate) fn test(desk: &Desk, other: &Desk) -> Result<(), Failed> {
    if other.url.ours.starts_with("postgres") {
        second_engine(other)?;
    }
    desk.alembic(&["upgrade", "heads"])?;
    desk.reconcile(&["init"])?;
    let base = desk.read("schema/users.kdl")?;
    let and = |line: &str| base.replacen("    column email", &format!("    {line}\n    column email"), 1);
    let (phone, points) = ("column phone text nullable", "column points integer default=0");
    let left = branch(desk, &and(phone), "left")?;
    branch(desk, &and(points), "right")?;
    desk.put_back(&left)?;
    desk.write("schema/users.kdl", &and(&format!("{phone}\n    {points}")))?;
    // Nobody says how Alembic is run.
    desk.refused(&["merge", "heads", "-m", "join"], &["is Alembic's", "command"])?;
    let said = desk.reconcile(&["status"])?;
    if ![
        "82efad317eb8",
        "2 heads",
        "(left)",
        "(right)",
        "reconcile merge heads",
    ]
    .iter()
    .all(|word| said.contains(word))
    {
        return Err(said.into());
    }
    desk.name_the_command()?;
    // An env.py that goes to a database of its own is seen before anything is run.
    let env = desk.read("alembic/env.py")?;
    let stubborn = env.replace(
        "context.configure(connection",
        "connection.engine.url = 'sqlite:///own.db'\n    context.configure(connection",
    );
    let stubborn = stubborn.replace(
        "pool.NullPool\n    )",
        "pool.NullPool\n    )\n    connectable = create_async_engine('sqlite+aiosqlite:///own.db')",
    );
    let stubborn = stubborn.replace(
        "import async_engine_from_config",
        "import async_engine_from_config, create_async_engine",
    );
    let stubborn = stubborn.replace("connection.engine.url = 'sqlite:///own.db'\n    ", "");
    desk.write("alembic/env.py", &stubborn)?;
    desk.refused(
        &["merge", "heads", "-m", "join"],
        &["RC0587", "nothing was run", "RECONCILE_ALEMBIC_URL"],
    )?;
    desk.write("alembic/env.py", &env)?;
    let said = desk.reconcile(&["merge", "heads", "-m", "join"])?;
    if !said.contains("commute, and touch nothing in common") {
        return Err(said.into());
    }
    desk.reconcile(&["apply", "--yes", "--frozen"])?;
    desk.agree()?;
    let said = desk.reconcile(&["check"])?;
    if !said.contains("do what they say") || !said.contains("the chain leads to the declarations") {
        return Err(said.into());
    }
    squashed(desk)?;
    // Both change one column.
    let base = desk.read("schema/users.kdl")?;
    let retyped = |length: &str| base.replacen("varchar(100)", length, 1);
    let left = branch(desk, &retyped("varchar(120)"), "longer")?;
    branch(desk, &retyped("varchar(140)"), "longest")?;
    desk.put_back(&left)?;
    desk.write("schema/users.kdl", &retyped("varchar(140)"))?;
    desk.refused(
        &["merge", "heads", "-m", "join again"],
        &["in each other's way", "users.display_name", "rebase"],
    )
}

/// Two of ours become one, proven equal on top of Alembic's.
fn squashed(desk: &Desk) -> Result<(), Failed> {
    let base = desk.reconcile(&["heads"])?;
    let base = base.split_whitespace().next().ok_or("no head")?;
    for (line, message) in [
        ("column fax text nullable", "fax"),
        ("index fax name=users_fax", "fax index"),
    ] {
        desk.declare("users.kdl", "column phone", line)?;
        desk.reconcile(&["apply", "--yes", "-m", message])?;
    }
    let said = desk.reconcile(&["squash", &format!("{base}:head"), "-m", "fax, with its index"])?;
    if !said.contains("Proven equal") {
        return Err(said.into());
    }
    desk.agree()
}

/// A plan for PostgreSQL carries a script for SQLite, too, where the history is Alembic's on both.
fn second_engine(desk: &Desk) -> Result<(), Failed> {
    let python = desk.alembic.with_file_name("python").display().to_string();
    let desk = &Desk::new(&python, desk.url.clone())?;
    for file in desk.files(VERSIONS)? {
        std::fs::remove_file(desk.path().join(VERSIONS).join(file))?;
    }
    let first = "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = 'aaaa'\ndown_revision = None\n\n\n\
                 def upgrade():\n    op.create_table('t', sa.Column('a', sa.Integer(), autoincrement=False, nullable=False), \
                 sa.PrimaryKeyConstraint('a', name='t_pkey'))\n\n\ndef downgrade():\n    op.drop_table('t')\n";
    desk.write(&format!("{VERSIONS}/aaaa.py"), first)?;
    std::fs::create_dir(desk.path().join("schema"))?;
    let table =
        "table t {\n    column a integer\n    column b text nullable\n    primary-key a name=t_pkey\n}\n";
    desk.write("schema/t.kdl", table)?;
    let url = "environment dev { url \"$DATABASE_URL\"; }\n";
    desk.write(
        "reconcile.kdl",
        &format!("engines postgres sqlite\nchain \"alembic\"\n{url}"),
    )?;
    desk.alembic(&["upgrade", "head"])?;
    let said = desk.reconcile(&["plan", "-m", "b"])?;
    if !said.contains("carries no script for sqlite") {
        return Err(said.into());
    }
    for folder in [PLANS, VERSIONS] {
        let files = desk.files(folder)?;
        for file in files.iter().filter(|file| *file != "aaaa.py") {
            std::fs::remove_file(desk.path().join(folder).join(file))?;
        }
    }
    desk.name_the_command()?;
    desk.reconcile(&["plan", "-m", "b"])?;
    let plan = desk.files(PLANS)?.into_iter().next().ok_or("no plan")?;
    let text = desk.read(&format!("{PLANS}/{plan}"))?;
    let added = text.matches("ALTER TABLE").count();
    let both = ["upgrade engine=postgres", "upgrade engine=sqlite"]
        .iter()
        .all(|word| text.contains(word));
    if both && added == 4 {
        return Ok(());
    }
    Err(text.into())
}

/// Plans a branch of its own; leaves its files aside, and returns what they were.
fn branch(desk: &Desk, users: &str, message: &str) -> Result<Vec<(String, String)>, Failed> {
    let before = desk.read("schema/users.kdl")?;
    let files = |folder: &str| desk.files(folder);
    let (plans, versions) = (files(PLANS)?, files(VERSIONS)?);
    desk.write("schema/users.kdl", users)?;
    desk.reconcile(&["plan", "-m", message])?;
    let mut made = Vec::new();
    for (folder, known) in [(PLANS, plans), (VERSIONS, versions)] {
        for name in files(folder)?.into_iter().filter(|name| !known.contains(name)) {
            let path = format!("{folder}/{name}");
            made.push((path.clone(), desk.read(&path)?));
            if message == "left" || message == "longer" {
                std::fs::remove_file(desk.path().join(path))?;
            }
        }
    }
    desk.write("schema/users.kdl", &before)?;
    if made.len() == 2 {
        return Ok(made);
    }
    Err(format!("{message} has {} files", made.len()).into())
}
