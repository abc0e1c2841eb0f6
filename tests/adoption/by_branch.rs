//! Two branches of ours above a history that only Alembic can run: it runs on the scratch database, and they merge by
//! themselves, or are in each other's way.

use libtest_mimic::Failed;

use super::desk::Desk;

/// Where a branch keeps its files while the other one is made.
const PLANS: &str = "plans";
const VERSIONS: &str = "alembic/versions";

pub(crate) fn test(desk: &Desk, _: &Desk) -> Result<(), Failed> {
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
