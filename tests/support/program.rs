//! The program under test, run as its users run it.

use std::path::Path;
use std::process::{Command, Stdio};

use libtest_mimic::Failed;

/// What a run said and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    command: String,
}

impl Ran {
    /// This exit status, or the whole output as the failure.
    pub(crate) fn exits(self, status: i32, purpose: &str) -> Result<Self, Failed> {
        if self.status == Some(status) {
            return Ok(self);
        }
        Err(self.failure(purpose, &format!("exit status {:?}, not {status}", self.status)))
    }

    pub(crate) fn says(self, words: &[String], purpose: &str) -> Result<Self, Failed> {
        let all = format!("{}{}", self.stdout, self.stderr);
        match words.iter().find(|word| !all.contains(word.as_str())) {
            None => Ok(self),
            Some(word) => Err(self.failure(purpose, &format!("does not say {word:?}"))),
        }
    }

    fn failure(&self, purpose: &str, what: &str) -> Failed {
        format!(
            "{purpose}: {what}\n$ reconcile {}\n{}{}",
            self.command, self.stdout, self.stderr
        )
        .into()
    }
}

/// Runs `reconcile` in a folder, without anything of the caller's environment. As in a shell, `NAME=value` in front of the
/// arguments is set for it.
pub(crate) fn reconcile(folder: &Path, arguments: &[&str]) -> Result<Ran, Failed> {
    let variables: Vec<(&str, &str)> = arguments.iter().map_while(|word| word.split_once('=')).collect();
    let arguments = &arguments[variables.len()..];
    let output = Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("NO_COLOR", "1")
        .env("RUST_BACKTRACE", "0")
        .envs(variables)
        .stdin(Stdio::null())
        .output()?;
    Ok(Ran {
        status: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        command: arguments.join(" "),
    })
}
