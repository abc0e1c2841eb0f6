//! `fmt`.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::cli::error::CommandError;
use crate::cli::ui::Ui;
use crate::cli::{Global, context};
use crate::declare;
use crate::diagnostic::Source;

/// Format the declarations, keeping comments
#[derive(Debug, Args)]
pub(in crate::cli) struct Fmt {
    /// Files or folders; the project's schema folder if left out; `-` for standard input
    paths: Vec<PathBuf>,
    /// Change nothing; fail if a file is not formatted
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        if self.paths.iter().any(|path| path.as_os_str() == "-") {
            return standard_input(ui);
        }
        let paths = if self.paths.is_empty() {
            vec![context::project(global)?.config.schema]
        } else {
            self.paths.clone()
        };
        let mut problems = Vec::new();
        let mut unformatted = Vec::new();
        for path in &paths {
            if path.is_file() && path.extension().is_some_and(|extension| extension == "sql") {
                let message = format!("{} is SQL, which is left as it is", path.display());
                return Err(CommandError::with_help(message, "name files or folders of KDL"));
            }
            for source in declare::read_sources(path)? {
                match declare::format(&source) {
                    Ok(text) if text == source.text => {}
                    Ok(text) => unformatted.push((source.name.clone(), text)),
                    Err(found) => problems.extend(found),
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        for (name, text) in &unformatted {
            if self.check {
                ui.data(name);
            } else {
                std::fs::write(name, text).map_err(|error| CommandError::user(format!("{name}: {error}")))?;
                ui.say(&format!("formatted {name}"));
            }
        }
        if self.check && !unformatted.is_empty() {
            return Err(CommandError::with_help(
                format!("{} file(s) are not formatted", unformatted.len()),
                "run `reconcile fmt`",
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn standard_input(ui: &Ui) -> Result<ExitCode, CommandError> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| CommandError::user(error.to_string()))?;
    let source = Arc::new(Source {
        name: "standard input".to_owned(),
        text,
    });
    ui.data(&declare::format(&source)?);
    Ok(ExitCode::SUCCESS)
}
