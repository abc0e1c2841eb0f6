//! From flags, environment and `reconcile.kdl` to a [`Project`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::config::{self, Chain, Config, Environment};
use crate::diagnostic::{Diagnostic, Source};
use crate::dialect::DatabaseUrl;
use crate::workflow::known::Cache;
use crate::workflow::unmanaged::Unmanaged;
use crate::workflow::{Project, State};

use super::Global;
use super::error::CommandError;

/// Everything a use case needs to know. Fails on a bad `reconcile.kdl` or URL.
pub(super) fn project(global: &Global) -> Result<Project, CommandError> {
    let mut config = settings(global)?;
    if let Some(schema) = &global.schema {
        config.schema.clone_from(schema);
    }
    if let Some(plans) = &global.plans {
        config.plans.clone_from(plans);
    }
    if let Chain::Alembic(beside) = &mut config.chain {
        beside.config = beside.config.take().or_else(alembic_config);
    }
    let environment = environment(global, &config)?;
    let url = match (
        &global.url,
        environment.and_then(|environment| environment.url.as_ref()),
    ) {
        (Some(url), _) => Some(parse(url)?),
        (None, Some(url)) => Some(relative_to(&config.root, parse(&expand(url)?)?)),
        (None, None) => None,
    };
    let mut scratch_urls = global
        .scratch_url
        .iter()
        .map(|url| parse(url))
        .collect::<Result<Vec<_>, _>>()?;
    // An environment that is not meant may name variables that are not set.
    let known = config
        .environments
        .iter()
        .filter_map(|environment| environment.url.as_ref());
    let listed = known
        .filter_map(|url| expand(url).ok())
        .map(|url| Ok(relative_to(&config.root, parse(&url)?)))
        .collect::<Result<Vec<_>, CommandError>>()?;
    for environment in environment.into_iter().chain(&config.environments) {
        // An environment that is not meant may name variables that are not set.
        if let Some(url) = environment.scratch_url.as_ref().and_then(|url| expand(url).ok()) {
            scratch_urls.push(parse(&url)?);
        }
    }
    Ok(Project {
        phase: None,
        config,
        url,
        listed,
        url_variables: url_variables(),
        scratch_urls,
        engine: global.engine,
        cache: cache(),
        allow_destructive: global.allow_destructive,
        allow_rewrite: global.allow_rewrite,
        unmanaged: if global.strict {
            Unmanaged::Refused
        } else {
            Unmanaged::Named
        },
        told_apart: Vec::new(),
        accept_existing: false,
        preflight: crate::workflow::preflight::Preflight::default(),
        announce: crate::workflow::Announce::default(),
        lock_wait: Duration::from_secs(global.lock_wait),
        patience: Duration::from_secs(global.patience),
        now: now(),
        new_id,
        notes: global.notes.clone(),
    })
}

/// The variables that hold a URL of an engine of ours; our own are for us alone.
fn url_variables() -> Vec<(String, String)> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os()
        .filter_map(text)
        .filter(|(name, value)| !name.starts_with("RECONCILE_") && DatabaseUrl::parse(value).is_ok())
        .collect()
}

/// The configuration that Alembic takes if none is named.
pub(super) fn alembic_config() -> Option<PathBuf> {
    let named = std::env::var_os("ALEMBIC_CONFIG").filter(|name| !name.is_empty())?;
    // Relative to the current folder, not to that of reconcile.kdl.
    std::path::absolute(named).ok()
}

fn settings(global: &Global) -> Result<Config, CommandError> {
    let found = match &global.config {
        Some(file) => Some(file.clone()),
        None => above(config::FILE_NAME),
    };
    let Some(file) = found else {
        return Ok(Config::default());
    };
    let text = std::fs::read_to_string(&file)
        .map_err(|error| CommandError::user(format!("{}: {error}", file.display())))?;
    let root = file.parent().map(Path::to_owned).unwrap_or_default();
    let source = Arc::new(Source {
        name: file.display().to_string(),
        text,
    });
    Ok(config::parse(&source, &root)?)
}

/// The file in the current folder or the nearest one above, as a path relative to the current folder if it is here.
fn above(name: &str) -> Option<PathBuf> {
    let here = Path::new(name);
    if here.exists() {
        return Some(here.to_owned());
    }
    let current = std::env::current_dir().ok()?;
    current
        .ancestors()
        .skip(1)
        .map(|folder| folder.join(name))
        .find(|file| file.exists())
}

fn environment<'a>(global: &Global, config: &'a Config) -> Result<Option<&'a Environment>, CommandError> {
    let Some(name) = &global.env else {
        return Ok(config.environments.first());
    };
    let found = config
        .environments
        .iter()
        .find(|environment| environment.name == *name);
    match found {
        Some(found) => Ok(Some(found)),
        None => {
            let names: Vec<&str> = config
                .environments
                .iter()
                .map(|environment| environment.name.as_str())
                .collect();
            let help = format!(
                "reconcile.kdl has {}",
                if names.is_empty() {
                    "none".to_owned()
                } else {
                    names.join(", ")
                }
            );
            Err(CommandError::with_help(format!("no environment `{name}`"), help))
        }
    }
}

/// Puts values of variables in the place of `$NAME` and `${NAME}`.
fn expand(text: &str) -> Result<String, CommandError> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let (name, remaining) = match braced {
            Some((name, remaining)) => (name, remaining),
            None => {
                let end = after
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(after.len());
                after.split_at(end)
            }
        };
        let value = std::env::var(name).map_err(|_| {
            CommandError::with_help(
                format!("the variable {name} is not set"),
                "reconcile.kdl names it in a URL; set it, or give --url",
            )
        })?;
        out.push_str(&value);
        rest = remaining;
    }
    out.push_str(rest);
    Ok(out)
}

/// A URL, or what is wrong with it; the text itself is not repeated where it may hold a password.
pub(super) fn parse(text: &str) -> Result<DatabaseUrl, CommandError> {
    DatabaseUrl::parse(text).map_err(|error| {
        Diagnostic::error("RC0211", error.to_string())
            .help("write postgres://USER@HOST/DATABASE or sqlite:FILE")
            .into()
    })
}

/// A relative path in `reconcile.kdl` means relative to that file.
fn relative_to(root: &Path, url: DatabaseUrl) -> DatabaseUrl {
    if !url.is_file() || root.as_os_str().is_empty() {
        return url;
    }
    let location = root.join(&url.location).display().to_string();
    DatabaseUrl { location, ..url }
}

/// A state as `diff` takes it: a URL, `empty`, a file or folder, or a revision.
pub(super) fn state(text: &str) -> Result<State, CommandError> {
    if text == "empty" {
        return Ok(State::Empty);
    }
    let path = Path::new(text);
    if path.exists() {
        return Ok(State::Declarations(path.to_owned()));
    }
    match DatabaseUrl::parse(text) {
        Ok(url) => Ok(State::Database(url)),
        Err(_)
            if text.contains(['/', '\\'])
                || path
                    .extension()
                    .is_some_and(|extension| extension == "kdl" || extension == "sql") =>
        {
            Err(CommandError::with_help(
                format!("{text}: no such file or folder"),
                "name declarations, a database URL, a revision, or `empty`",
            ))
        }
        Err(crate::dialect::url::UrlError::NoScheme(_)) => Ok(State::Revision(text.to_owned())),
        Err(error) => Err(Diagnostic::error("RC0211", error.to_string()).into()),
    }
}

/// The user's cache folder (<https://specifications.freedesktop.org/basedir-spec/latest/>), for this very program: its
/// version alone does not tell two builds of a working copy apart.
fn cache() -> Option<Cache> {
    let variable = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let folder = variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")))?;
    let program = std::env::current_exe().and_then(std::fs::metadata).ok()?;
    let made = program
        .modified()
        .ok()?
        .duration_since(std::time::UNIX_EPOCH)
        .ok()?;
    Some(Cache {
        folder: folder.join("reconcile"),
        build: format!(
            "{} {} {}",
            env!("CARGO_PKG_VERSION"),
            program.len(),
            made.as_nanos()
        ),
    })
}

/// The time to write into revisions: now, or what a test sets in `RECONCILE_NOW`.
fn now() -> String {
    std::env::var("RECONCILE_NOW").unwrap_or_else(|_| {
        let second = jiff::Timestamp::now().round(jiff::Unit::Second);
        second.unwrap_or_else(|_| jiff::Timestamp::now()).to_string()
    })
}

/// Twelve random hex digits, as Alembic makes them.
fn new_id() -> String {
    use std::hash::{BuildHasher as _, Hasher as _};
    // The standard library seeds each of these from the operating system's randomness.
    let random = std::collections::hash_map::RandomState::new()
        .build_hasher()
        .finish();
    format!("{:012x}", random & 0xffff_ffff_ffff)
}
