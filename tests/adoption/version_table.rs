//! A project whose env.py names a version table of its own.

use libtest_mimic::Failed;

use super::desk::Desk;

/// A project that keeps its rows elsewhere: both tools read and write the same table, and nobody makes another one.
pub(crate) fn test(desk: &Desk, _: &Desk) -> Result<(), Failed> {
    let on_server = desk.url.ours.starts_with("postgres");
    // What `env.py` of such a project does, on the engine that has schemas.
    let (passed, made) = if on_server {
        (
            "version_table=ROWS, version_table_schema='Ops'",
            "connection.exec_driver_sql('CREATE SCHEMA IF NOT EXISTS \"Ops\"')\n    connection.commit()\n    ",
        )
    } else {
        ("version_table=ROWS", "")
    };
    let env = "alembic/env.py";
    desk.edit(env, "url=config", &format!("{passed}, url=config"))?;
    desk.edit(
        env,
        "context.configure(connection=connection",
        &format!("{made}context.configure({passed}, connection=connection"),
    )?;
    desk.edit(
        env,
        "config = context.config\n",
        "config = context.config\nROWS = config.get_main_option('rows', 'none')\n",
    )?;
    desk.edit("alembic.ini", "[alembic]\n", "[alembic]\nrows = Chat.Rows\n")?;
    desk.alembic(&["upgrade", "heads"])?;
    let said = desk.reconcile(&["init"])?;
    if !said.contains("In sync") {
        return Err(said.into());
    }
    desk.agree()?;
    desk.declare("users.kdl", "column display_name", "column phone text nullable")?;
    desk.reconcile(&["plan", "-m", "phone"])?;
    desk.reconcile(&["upgrade", "head", "--yes"])?;
    desk.agree()?;
    desk.alembic(&["downgrade", "-1"])?;
    let said = desk.reconcile(&["status"])?;
    if !said.contains("82efad317eb8") || !said.contains("pending") {
        return Err(said.into());
    }
    desk.alembic(&["upgrade", "head"])?;
    desk.agree()?;
    desk.reconcile(&["downgrade", "-1", "--yes", "--allow-destructive"])?;
    desk.reconcile(&["stamp", "--force", "head"])?;
    desk.reconcile(&["stamp", "--force", "82efad317eb8"])?;
    desk.reconcile(&["upgrade", "head", "--yes"])?;
    desk.agree()?;
    let sql = desk.reconcile(&["sql", "82efad317eb8:head"])?;
    let written = if on_server {
        "UPDATE \"Ops\".\"Chat.Rows\""
    } else {
        "UPDATE \"Chat.Rows\""
    };
    if !sql.contains(written) {
        return Err(sql.into());
    }
    let objects = desk.observe()?;
    if objects.contains("alembic_version") {
        return Err(objects.into());
    }
    // What only Python can tell is refused, with the line to write; that line settles it.
    desk.edit(
        env,
        "config.get_main_option('rows', 'none')",
        "os.environ.get('ROWS', 'Chat.Rows')",
    )?;
    desk.refused(&["status"], &["RC0588", "env.py:", "version-table"])?;
    let schema = if on_server { " schema=\"Ops\"" } else { "" };
    let setting = format!("chain \"alembic\" {{ version-table \"Chat.Rows\"{schema}; }} ");
    desk.edit("reconcile.kdl", "chain \"alembic\" ", &setting)?;
    desk.agree()
}
