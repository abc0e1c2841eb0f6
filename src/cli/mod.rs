//! The command line: arguments in, output and an exit status out. The only module that prints, exits, asks, and reads
//! the environment; everything else is a call to `workflow`.

mod commands;
mod context;
mod error;
mod report;
mod ui;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::dialect::Dialect;
use crate::workflow::Notes;
use error::CommandError;
use ui::Ui;

/// Exit statuses, as diff(1) has them.
const EXIT_CODES: &str = "Exit status: 0 done, or nothing differs. 1 differences or findings (diff --exit-code, status --exit-code, check, verify, lint). \
                          2 failed or misused. 3 stopped half-way, and says how to go on.";

/// Declare a schema, compare it with a database, plan the difference, review it, apply it.
#[derive(Debug, Parser)]
#[command(name = "reconcile", version, after_help = EXIT_CODES, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
struct Global {
    /// The database: postgres://…, sqlite:FILE, or SQLAlchemy's spelling of either
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    url: Option<String>,
    /// Where scratch databases may be made, if not beside the database (may be given for each engine)
    #[arg(
        long,
        global = true,
        env = "RECONCILE_SCRATCH_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    scratch_url: Vec<String>,
    /// The environment of reconcile.kdl to use; the first one if left out
    #[arg(long, global = true, value_name = "NAME")]
    env: Option<String>,
    /// The file or folder of the declarations
    #[arg(long, global = true, value_name = "PATH")]
    schema: Option<PathBuf>,
    /// The folder of the revisions
    #[arg(long, global = true, value_name = "DIR")]
    plans: Option<PathBuf>,
    /// The settings; reconcile.kdl here or above if left out
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The engine to plan for when no database is named
    #[arg(long, global = true, value_name = "ENGINE", value_parser = engine)]
    engine: Option<Dialect>,
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Plan and run steps that lose something
    #[arg(long, global = true)]
    allow_destructive: bool,
    /// Run steps that write a large table anew while nobody can read it
    #[arg(long, global = true)]
    allow_rewrite: bool,
    /// Make an error of anything that is there and not managed
    #[arg(long, global = true)]
    strict: bool,
    /// Seconds to wait for another applier
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 10)]
    lock_wait: u64,
    /// Seconds to try a revision again while locks of other sessions are in its way
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 60)]
    patience: u64,
    /// Say nothing but results and errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    color: Color,
    /// What the command noticed on the way; told when it is done.
    #[arg(skip)]
    notes: Notes,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal.
    Text,
    /// For programs; docs/json.md describes it.
    Json,
    /// For a pull request.
    Markdown,
    /// The statements.
    Sql,
    /// Findings for tools that read SARIF 2.1.0 (lint and check).
    Sarif,
    /// Findings as annotations of a GitHub workflow (lint and check).
    Github,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

fn engine(name: &str) -> Result<Dialect, String> {
    Dialect::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.name()).collect();
        format!("there are {}", names.join(", "))
    })
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(commands::init::Init),
    Inspect(commands::inspect::Inspect),
    Validate(commands::validate::Validate),
    Fmt(commands::fmt::Fmt),
    Diff(commands::diff::Diff),
    Plan(commands::plan::Plan),
    Apply(commands::apply::Apply),
    Upgrade(commands::migrate::Upgrade),
    Downgrade(commands::migrate::Downgrade),
    Merge(commands::merge::Merge),
    Rebase(commands::rebase::Rebase),
    Squash(commands::squash::Squash),
    Stamp(commands::stamp::Stamp),
    Current(commands::current::Current),
    Heads(commands::heads::Heads),
    Check(commands::check::Check),
    Verify(commands::verify::Verify),
    Lint(commands::lint::Lint),
    Branches(commands::branches::Branches),
    History(commands::history::History),
    Show(commands::show::Show),
    Status(commands::status::Status),
    Twins(commands::twins::Twins),
    Sql(commands::sql::Sql),
    Completions(commands::completions::Completions),
}

/// Parses the arguments, runs the command, and says how it ended.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return ui::usage(&error),
    };
    let ui = Ui::new(cli.global.format, cli.global.color, cli.global.quiet);
    let result = dispatch(&ui, &cli);
    let notes = cli.global.notes.told();
    if !notes.is_empty() {
        error::print(&ui, &notes);
    }
    match result {
        Ok(code) => code,
        Err(error) => error.report(&ui),
    }
}

fn dispatch(ui: &Ui, cli: &Cli) -> Result<ExitCode, CommandError> {
    let global = &cli.global;
    let finds = matches!(cli.command, Command::Check(_) | Command::Lint(_));
    if matches!(ui.format, Format::Sarif | Format::Github) && !finds {
        return Err(CommandError::with_help(
            "this command has no findings to print in this format",
            "`lint` and `check` have; here, leave out --format, or choose text or json",
        ));
    }
    match &cli.command {
        Command::Init(command) => command.run(ui, global),
        Command::Inspect(command) => command.run(ui, global),
        Command::Validate(command) => command.run(ui, global),
        Command::Fmt(command) => command.run(ui, global),
        Command::Diff(command) => command.run(ui, global),
        Command::Plan(command) => command.run(ui, global),
        Command::Apply(command) => command.run(ui, global),
        Command::Upgrade(command) => command.run(ui, global),
        Command::Downgrade(command) => command.run(ui, global),
        Command::Merge(command) => command.run(ui, global),
        Command::Rebase(command) => command.run(ui, global),
        Command::Squash(command) => command.run(ui, global),
        Command::Stamp(command) => command.run(ui, global),
        Command::Current(command) => command.run(ui, global),
        Command::Heads(command) => command.run(ui, global),
        Command::Check(command) => command.run(ui, global),
        Command::Verify(command) => command.run(ui, global),
        Command::Lint(command) => command.run(ui, global),
        Command::Branches(command) => command.run(ui, global),
        Command::History(command) => command.run(ui, global),
        Command::Show(command) => command.run(ui, global),
        Command::Status(command) => command.run(ui, global),
        Command::Twins(command) => command.run(ui, global),
        Command::Sql(command) => command.run(ui, global),
        Command::Completions(command) => Ok(command.run()),
    }
}

/// The command as clap knows it, for completions.
fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Runs what needs a database.
fn block_on<T>(work: impl Future<Output = T>) -> Result<T, CommandError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CommandError::user(format!("no runtime: {error}")))?;
    Ok(runtime.block_on(work))
}
