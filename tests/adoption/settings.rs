//! What Alembic's configuration says of new revisions is followed: another section of the ini, the time zone, several
//! folders. And what can go wrong with the two files of a revision.

use libtest_mimic::Failed;

use super::desk::Desk;

pub(crate) fn test(desk: &Desk, _: &Desk) -> Result<(), Failed> {
    let mut desk = desk.with(&desk.url);
    desk.variables.push(("RECONCILE_NOW", "2026-11-21T20:30:00Z"));
    let desk = &desk;
    let more = "version_locations = %(here)s/alembic/versions:billing\ntimezone = Asia/Tokyo\n";
    desk.edit(
        "alembic.ini",
        "[alembic]\n",
        &format!("[alembic]\nscript_location = nowhere\n\n[chat]\n{more}"),
    )?;
    let named = |line: &[&'static str]| [&["-n", "chat"][..], line].concat();
    desk.alembic(&named(&["upgrade", "heads"]))?;
    desk.refused(&["init"], &["nowhere"])?;
    let said = desk.reconcile(&["init", "--section", "chat"])?;
    if !said.contains("In sync") {
        return Err(said.into());
    }
    std::fs::create_dir(desk.path().join("billing"))?;
    desk.alembic(&named(&[
        "revision",
        "-m",
        "invoices",
        "--version-path",
        "billing",
    ]))?;
    desk.alembic(&named(&["upgrade", "heads"]))?;
    one_file_each(desk)?;
    desk.alembic(&named(&["upgrade", "heads"]))?;
    desk.reconcile(&["status", "--exit-code"])?;
    names(desk)?;
    lost_and_doubled(desk)?;
    first_of_a_chain(desk)
}

fn id_of(name: &str) -> Option<&str> {
    name.split('_').find(|part| part.len() == 12)
}

/// The twin lies beside what it stands on, and both names and the date are in the zone of the project.
fn one_file_each(desk: &Desk) -> Result<(), Failed> {
    let before = desk.files("alembic/versions")?;
    let theirs = desk.files("billing")?;
    desk.declare("users.kdl", "column email", "column phone text nullable")?;
    desk.reconcile(&["plan", "-m", "Phone numbers"])?;
    let (plans, twins) = (desk.files("plans")?, desk.files("billing")?);
    let twin = twins
        .iter()
        .find(|name| !theirs.contains(name))
        .ok_or("no twin in billing")?;
    let id = id_of(twin).ok_or("no id")?;
    let text = desk.read(&format!("billing/{twin}"))?;
    let stem = format!("20261122_0530_{id}_phone_numbers");
    let is_right = *twin == format!("{stem}.py")
        && plans == [format!("{stem}.kdl")]
        && text.contains("Create Date: 2026-11-22 05:30:00+09:00\n")
        && desk.files("alembic/versions")? == before;
    if is_right {
        return Ok(());
    }
    Err(format!("{plans:?} {twins:?}\n{text}").into())
}

/// Our own template names our files, and never two revisions by one name; a zone that nobody knows is told.
fn names(desk: &Desk) -> Result<(), Failed> {
    let settings = desk.read("reconcile.kdl")?;
    let template = |text: &str| desk.write("reconcile.kdl", &format!("file-template \"{text}\"\n{settings}"));
    desk.declare("users.kdl", "column phone", "column fax text nullable")?;
    template("%%(epoch)s-%%(rev)s")?;
    let ini = desk.read("alembic.ini")?;
    desk.edit("alembic.ini", "Asia/Tokyo", "asia/tokyo")?;
    desk.refused(&["plan", "-m", "fax"], &["RC0592", "asia/tokyo"])?;
    desk.write("alembic.ini", &ini)?;
    let known = desk.files("plans")?;
    desk.reconcile(&["apply", "--yes", "-m", "fax"])?;
    let plans = desk.files("plans")?;
    let new = plans.iter().find(|name| !known.contains(name)).ok_or("no plan")?;
    let is_right = new.len() == "1795293000-0123456789ab.kdl".len() && new.starts_with("1795293000-");
    if !is_right {
        return Err(format!("{plans:?}").into());
    }
    desk.declare("users.kdl", "column phone", "column pager text nullable")?;
    template(new.strip_suffix(".kdl").ok_or("no plan")?)?;
    desk.refused(
        &["plan", "-m", "pager"],
        &["RC0328", "of another revision", "%(rev)s"],
    )?;
    template("%(rex)s")?;
    desk.refused(&["plan", "-m", "pager"], &["RC0327", "rex"])?;
    desk.edit("schema/users.kdl", "    column pager text nullable\n", "")?;
    desk.write("reconcile.kdl", &settings)
}

/// A twin whose plan is gone is no revision of Alembic's own; a second path to a file is told as Alembic tells it.
fn lost_and_doubled(desk: &Desk) -> Result<(), Failed> {
    let plan = desk.files("plans")?.into_iter().next().ok_or("no plan")?;
    let (plan, aside) = (desk.path().join("plans").join(&plan), desk.path().join("aside"));
    std::fs::rename(&plan, &aside)?;
    for command in [&["history"][..], &["status"], &["plan", "-m", "x"]] {
        desk.refused(
            command,
            &["RC0589", ".py", "version control", "reconcile_revision"],
        )?;
    }
    std::fs::rename(&aside, &plan)?;
    let file = desk.files("billing")?.into_iter().next().ok_or("no file")?;
    let folder = desk.path().join("billing");
    std::os::unix::fs::symlink(folder.join(&file), folder.join("again.py"))?;
    for command in ["heads", "status"] {
        let said = desk.reconcile(&[command])?;
        if said.matches("again.py").count() != 1 {
            return Err(said.into());
        }
    }
    Ok(std::fs::remove_file(folder.join("again.py"))?)
}

/// Alembic asks for `--version-path` there.
fn first_of_a_chain(desk: &Desk) -> Result<(), Failed> {
    let new = desk.path().join("new");
    std::fs::create_dir_all(new.join("schema"))?;
    std::fs::create_dir_all(new.join("db"))?;
    desk.write(
        "new/alembic.ini",
        "[alembic]\nscript_location = db\nversion_locations = a:b\npath_separator = os\n",
    )?;
    desk.write("new/reconcile.kdl", "chain \"alembic\"\n")?;
    desk.write(
        "new/schema/all.kdl",
        "table t { column a integer; primary-key a; }\n",
    )?;
    desk.refused(
        &[
            "plan",
            "-m",
            "first",
            "--config",
            "new/reconcile.kdl",
            "--url",
            "sqlite:new/t.db",
        ],
        &["RC0328", "--version-path", "new/a", "new/b"],
    )
}
