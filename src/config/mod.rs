//! `reconcile.kdl`: the project's settings, read into [`Config`].
//!
//! In: the text of the file. Out: settings, or every error with its place. Environment variables are read by `cli`,
//! not here. Must not: touch a database or the declarations.

pub mod alembic;
mod ini;
mod lint;
mod patterns;
mod policy;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kdl::{KdlDocument, KdlNode};

use crate::declare::Naming;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::dialect::{Choice, Choices, Dialect, Patterns, VersionTable};
use crate::lint::Settings;
use crate::revision::twin::Style;

pub use policy::Drops;

/// One place to deploy to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Its name: `dev`, `production`.
    pub name: String,
    /// The database URL, with `$VARIABLE` not expanded yet.
    pub url: Option<String>,
    /// Where scratch databases may be made, in the same spelling.
    pub scratch_url: Option<String>,
}

/// The settings of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The folder that `reconcile.kdl` stands in, or the current one.
    pub root: PathBuf,
    /// The folder of the declarations.
    pub schema: PathBuf,
    /// The folder of the revisions.
    pub plans: PathBuf,
    /// How the files of new revisions are named: Alembic's tokens, as `%(rev)s`.
    pub file_template: Option<String>,
    /// The engines that a revision carries scripts for; empty for the connected one alone.
    pub engines: Vec<String>,
    /// The environments; the first one is the default.
    pub environments: Vec<Environment>,
    /// Names for unnamed objects.
    pub naming: Naming,
    /// The schemas to manage; empty for all but the engine's own.
    pub schemas: Vec<String>,
    /// Whose files the chain consists of.
    pub chain: Chain,
    /// Which ways of carrying something out are wanted.
    pub choices: Choices,
    /// How long a run of batches leaves a table to others after each batch, at least.
    pub pause: Duration,
    /// How long one question to the data may take before a revision is written.
    pub preflight_timeout: Duration,
    /// Which rules speak, and how loudly.
    pub lint: Settings,
    /// What happens to what is not declared any more.
    pub drops: Drops,
    /// What is left alone.
    pub ignored: Patterns,
    /// What is read and compared, and never changed.
    pub observed: Patterns,
}

/// Whose files the chain consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Chain {
    /// Ours alone.
    #[default]
    Native,
    /// Ours and Alembic's: both tools walk one chain.
    Alembic(Beside),
}

/// How Alembic is set up beside us, as far as its own configuration does not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Its configuration, from the folder of `reconcile.kdl`; found there if not named.
    pub config: Option<PathBuf>,
    /// The section of its ini, as `alembic -n` takes it; `alembic` if not named.
    pub section: Option<String>,
    /// How Alembic is run, as a shell command; its own revisions are refused if not named.
    pub command: Option<String>,
    /// Its version table; what `env.py` says if not named.
    pub version_table: Option<VersionTable>,
    /// How the twins of our revisions are written.
    pub style: Style,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            root: PathBuf::new(),
            schema: PathBuf::from("schema"),
            plans: PathBuf::from("plans"),
            file_template: None,
            engines: Vec::new(),
            environments: Vec::new(),
            naming: Naming::default(),
            schemas: Vec::new(),
            chain: Chain::Native,
            choices: Choices::default(),
            pause: Duration::ZERO,
            preflight_timeout: Duration::from_secs(30),
            lint: Settings::default(),
            drops: Drops::default(),
            ignored: Patterns::default(),
            observed: Patterns::default(),
        }
    }
}

/// The name of the file.
pub const FILE_NAME: &str = "reconcile.kdl";

/// SQLAlchemy's own recommendation for `naming_convention`
/// (<https://docs.sqlalchemy.org/en/20/core/constraints.html#configuring-constraint-naming-conventions>).
const SQLALCHEMY: &[(&str, &str)] = &[
    ("ix", "ix_%(column_0_label)s"),
    ("uq", "uq_%(table_name)s_%(column_0_name)s"),
    ("ck", "ck_%(table_name)s_%(constraint_name)s"),
    (
        "fk",
        "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    ),
    ("pk", "pk_%(table_name)s"),
];

const NODES: &[&str] = &[
    "schema",
    "plans",
    "file-template",
    "engines",
    "environment",
    "naming",
    "schemas",
    "chain",
    "strategies",
    "preflight",
    "lint",
    "policy",
    "ignore",
    "observe",
];

/// What `chain "alembic"` takes.
const BESIDE: &[&str] = &["config", "section", "command", "version-table", "style"];

/// Reads the settings; paths in them are taken from `root`. Reports all errors at once.
pub fn parse(source: &Arc<Source>, root: &Path) -> Result<Config, Vec<Diagnostic>> {
    let document = KdlDocument::parse_v2(&source.text).map_err(|error| malformed(source, &error))?;
    let mut reader = Reader {
        source,
        errors: Vec::new(),
    };
    let mut config = Config {
        root: root.to_owned(),
        ..Config::default()
    };
    for node in document.nodes() {
        match node.name().value() {
            "schema" => config.schema = PathBuf::from(reader.one(node)),
            "plans" => config.plans = PathBuf::from(reader.one(node)),
            // In an ini the percent sign stands twice, and that is where templates are copied from.
            "file-template" => config.file_template = Some(reader.one(node).replace("%%(", "%(")),
            "engines" => config.engines = reader.engines(node),
            "environment" => {
                let environment = reader.environment(node);
                config.environments.push(environment);
            }
            "naming" => config.naming = reader.naming(node),
            "schemas" => config.schemas = reader.words(node),
            "chain" => config.chain = reader.chain(node),
            "strategies" => reader.strategies(node, &mut config),
            "preflight" => reader.preflight(node, &mut config),
            "lint" => reader.lint(node, &mut config.lint),
            "policy" => config.drops = reader.policy(node),
            "ignore" => reader.patterns(node, &mut config.ignored),
            "observe" => reader.patterns(node, &mut config.observed),
            other => reader.unknown(node, "setting", other, NODES),
        }
    }
    config.schema = root.join(config.schema);
    config.plans = root.join(config.plans);
    config.lint.root = root.to_owned();
    config.lint.engines.clone_from(&config.engines);
    if reader.errors.is_empty() {
        Ok(config)
    } else {
        Err(reader.errors)
    }
}

/// A time as it is written in settings and flags: `30s`, `2m`, `1m 30s`, `100ms`. The error says what is wrong with it.
pub fn duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration = text
        .parse()
        .map_err(|error| format!("{error}: write 30s or 2m"))?;
    span.try_into()
        .map_err(|_| "a time to wait is not negative".to_owned())
}

fn malformed(source: &Arc<Source>, error: &kdl::KdlError) -> Vec<Diagnostic> {
    let say = |found: &kdl::KdlDiagnostic| {
        let message = found
            .message
            .clone()
            .unwrap_or_else(|| "this is not KDL".to_owned());
        let start = found.span.offset();
        let mut diagnostic =
            Diagnostic::error("RC0201", message).at(Span::new(source, start..start + found.span.len()));
        diagnostic.help.clone_from(&found.help);
        diagnostic
    };
    error.diagnostics.iter().map(say).collect()
}

/// What is being read, and what is wrong with it so far.
struct Reader<'a> {
    source: &'a Arc<Source>,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn error(&mut self, node: &KdlNode, message: String, help: Option<String>) {
        let span = node.name().span();
        let at = Span::new(self.source, span.offset()..span.offset() + span.len());
        let diagnostic = Diagnostic::error("RC0202", message).at(at);
        self.errors.push(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }

    fn unknown(&mut self, node: &KdlNode, what: &str, name: &str, known: &[&str]) {
        let near = known.iter().min_by_key(|other| strsim::levenshtein(name, other));
        let near = near.filter(|other| strsim::levenshtein(name, other) <= 3);
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", known.join(", ")),
        };
        self.error(node, format!("unknown {what} `{name}`"), Some(help));
    }

    /// The arguments, which must be texts.
    fn words(&mut self, node: &KdlNode) -> Vec<String> {
        let arguments: Vec<_> = node
            .entries()
            .iter()
            .filter(|entry| entry.name().is_none())
            .collect();
        let words: Vec<String> = arguments
            .iter()
            .filter_map(|entry| entry.value().as_string().map(str::to_owned))
            .collect();
        if words.len() != arguments.len() || words.is_empty() {
            self.error(
                node,
                format!("`{}` needs texts as arguments", node.name().value()),
                None,
            );
        }
        words
    }

    fn one(&mut self, node: &KdlNode) -> String {
        let words = self.words(node);
        if words.len() > 1 {
            self.error(
                node,
                format!("`{}` takes one argument", node.name().value()),
                None,
            );
        }
        words.into_iter().next().unwrap_or_default()
    }

    fn engines(&mut self, node: &KdlNode) -> Vec<String> {
        let known: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.name()).collect();
        self.known_words(node, "engine", &known)
    }

    /// Words that must be among the known ones.
    fn known_words(&mut self, node: &KdlNode, what: &str, known: &[&str]) -> Vec<String> {
        let words = self.words(node);
        for word in words.iter().filter(|word| !known.contains(&word.as_str())) {
            self.unknown(node, what, word, known);
        }
        words
    }

    fn strategies(&mut self, node: &KdlNode, config: &mut Config) {
        let named = |choice: Choice| -> Vec<&str> {
            Dialect::ALL
                .iter()
                .flat_map(|dialect| dialect.engine().strategies())
                .filter(|strategy| strategy.choice() == choice)
                .map(|strategy| strategy.name())
                .collect()
        };
        let choices = &mut config.choices;
        for child in node.children().map(KdlDocument::nodes).unwrap_or_default() {
            match child.name().value() {
                "always" => choices.always = true,
                "off" => choices.off = self.known_words(child, "strategy", &named(Choice::UnlessOff)),
                "on" => choices.on = self.known_words(child, "strategy", &named(Choice::IfOn)),
                "batch" => {
                    let rows = child.get(0).and_then(kdl::KdlValue::as_integer);
                    match rows
                        .and_then(|rows| u32::try_from(rows).ok())
                        .filter(|rows| *rows > 0)
                    {
                        Some(rows) => choices.batch = rows,
                        None => self.error(
                            child,
                            "`batch` is how many rows a backfill writes at a time".to_owned(),
                            Some("write a number, as `batch 5000`".to_owned()),
                        ),
                    }
                }
                "pause" => config.pause = self.time(child),
                other => self.unknown(
                    child,
                    "setting",
                    other,
                    &["always", "off", "on", "batch", "pause"],
                ),
            }
        }
    }

    fn preflight(&mut self, node: &KdlNode, config: &mut Config) {
        for child in node.children().map(KdlDocument::nodes).unwrap_or_default() {
            match child.name().value() {
                "timeout" => config.preflight_timeout = self.time(child),
                other => self.unknown(child, "setting", other, &["timeout"]),
            }
        }
    }

    /// `30s`, `2m`, `100ms`.
    fn time(&mut self, node: &KdlNode) -> Duration {
        let text = self.one(node);
        duration(&text).unwrap_or_else(|reason| {
            self.error(node, format!("`{text}` is no time: {reason}"), None);
            Duration::ZERO
        })
    }

    fn environment(&mut self, node: &KdlNode) -> Environment {
        let mut environment = Environment {
            name: self.one(node),
            ..Environment::default()
        };
        for child in node.children().map(KdlDocument::nodes).unwrap_or_default() {
            match child.name().value() {
                "url" => environment.url = Some(self.one(child)),
                "scratch-url" => environment.scratch_url = Some(self.one(child)),
                other => self.unknown(child, "setting", other, &["url", "scratch-url"]),
            }
        }
        environment
    }

    /// `chain "alembic"`, and how it is set up.
    fn chain(&mut self, node: &KdlNode) -> Chain {
        let kind = self.one(node);
        if kind != "alembic" {
            self.unknown(node, "chain", &kind, &["alembic"]);
        }
        let mut beside = Beside::default();
        for child in node.children().map(KdlDocument::nodes).unwrap_or_default() {
            match child.name().value() {
                "config" => beside.config = Some(PathBuf::from(self.one(child))),
                "section" => beside.section = Some(self.one(child)),
                "command" => beside.command = Some(self.one(child)),
                "version-table" => beside.version_table = Some(self.version_table(child)),
                "style" => beside.style = self.style(child),
                other => self.unknown(child, "setting", other, BESIDE),
            }
        }
        Chain::Alembic(beside)
    }

    fn style(&mut self, node: &KdlNode) -> Style {
        match self.one(node).as_str() {
            "ops" => Style::Ops,
            "sql" => Style::Sql,
            other => {
                self.unknown(node, "style", other, &["ops", "sql"]);
                Style::default()
            }
        }
    }

    /// `version-table "name" schema="s"`.
    fn version_table(&mut self, node: &KdlNode) -> VersionTable {
        let name = self.one(node);
        for entry in node.entries().iter().filter(|entry| entry.name().is_some()) {
            let is_schema = entry.name().is_some_and(|name| name.value() == "schema");
            if !is_schema || entry.value().as_string().is_none() {
                let message = "`version-table` takes a name, and its schema as `schema=\"…\"`".to_owned();
                self.error(node, message, None);
            }
        }
        let schema = node.get("schema").and_then(kdl::KdlValue::as_string);
        VersionTable {
            name,
            schema: schema.map(str::to_owned),
        }
    }

    /// `naming engine`, `naming sqlalchemy`, or templates as children.
    fn naming(&mut self, node: &KdlNode) -> Naming {
        let mut naming = Naming::default();
        match node.get(0).and_then(kdl::KdlValue::as_string) {
            Some("sqlalchemy") => {
                let pairs = SQLALCHEMY
                    .iter()
                    .map(|(kind, template)| ((*kind).to_owned(), (*template).to_owned()));
                naming.templates.extend(pairs);
            }
            Some("engine") | None => {}
            Some(other) => self.unknown(node, "convention", other, &["engine", "sqlalchemy"]),
        }
        for child in node.children().map(KdlDocument::nodes).unwrap_or_default() {
            let kind = child.name().value();
            if SQLALCHEMY.iter().any(|(known, _)| *known == kind) {
                let template = self.one(child);
                naming.templates.insert(kind.to_owned(), template);
            } else {
                self.unknown(child, "kind of name", kind, &["ix", "uq", "ck", "fk", "pk"]);
            }
        }
        naming
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, Vec<Diagnostic>> {
        parse(
            &Arc::new(Source {
                name: FILE_NAME.to_owned(),
                text: text.to_owned(),
            }),
            Path::new("/p"),
        )
    }

    #[test]
    fn settings_are_read() {
        let config = read(
            "schema \"db/schema\"\nplans \"db/plans\"\nengines postgres sqlite\nenvironment dev { url \"sqlite:a.db\"; }\n\
             environment production { url \"$DATABASE_URL\"; scratch-url \"$SCRATCH\"; }\nnaming sqlalchemy { pk \"%(table_name)s_pk\"; }\nschemas public app\n",
        )
        .unwrap();
        assert_eq!(config.schema, Path::new("/p/db/schema"));
        assert_eq!(config.plans, Path::new("/p/db/plans"));
        assert_eq!(config.file_template, None);
        for template in ["%(epoch)s_%(rev)s", "%%(epoch)s_%%(rev)s"] {
            let config = read(&format!("file-template \"{template}\"")).unwrap();
            assert_eq!(config.file_template.as_deref(), Some("%(epoch)s_%(rev)s"));
        }
        assert_eq!(config.engines, ["postgres", "sqlite"]);
        assert_eq!(config.environments[1].scratch_url.as_deref(), Some("$SCRATCH"));
        assert_eq!(config.naming.templates["pk"], "%(table_name)s_pk");
        assert_eq!(
            config.naming.templates["uq"],
            "uq_%(table_name)s_%(column_0_name)s"
        );
        assert_eq!(config.schemas, ["public", "app"]);
    }

    #[test]
    fn a_chain_with_alembic() {
        assert_eq!(read("").unwrap().chain, Chain::Native);
        let config =
            read("chain \"alembic\" { config \"db/alembic.ini\"; command \"uv run alembic\"; }").unwrap();
        let expected = Beside {
            config: Some(PathBuf::from("db/alembic.ini")),
            command: Some("uv run alembic".to_owned()),
            ..Beside::default()
        };
        assert_eq!(config.chain, Chain::Alembic(expected));
        let config =
            read("chain \"alembic\" { section \"billing\"; version-table \"v\" schema=\"s\"; }").unwrap();
        let expected = Beside {
            section: Some("billing".to_owned()),
            version_table: Some(VersionTable {
                name: "v".to_owned(),
                schema: Some("s".to_owned()),
            }),
            ..Beside::default()
        };
        assert_eq!(config.chain, Chain::Alembic(expected));
        let config = read("chain \"alembic\" { style sql; }").unwrap();
        let expected = Beside {
            style: Style::Sql,
            ..Beside::default()
        };
        assert_eq!(config.chain, Chain::Alembic(expected));
        let wrong = read("chain \"alembic\" { style \"op\"; }").unwrap_err();
        assert_eq!(wrong[0].help.as_deref(), Some("did you mean `ops`?"));
        for wrong in [
            "chain \"flyway\"",
            "chain \"alembic\" { version-table; }",
            "chain \"alembic\" { version-table v schema=1; }",
            "chain \"alembic\" { version-table v shema=s; }",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_settings_that_are_documented() {
        let page = include_str!("../../docs/settings.md");
        let (_, rest) = page.split_once("```kdl\n").unwrap();
        let (example, _) = rest.split_once("```").unwrap();
        let config = read(example).unwrap();
        assert_eq!(config.environments.len(), 2);
        let shown = NODES
            .iter()
            .all(|node| example.contains(&format!("\n{node} ")) || example.starts_with(node));
        assert!(shown, "a setting is not documented");
    }

    #[test]
    fn strategies_are_chosen_by_name() {
        let config =
            read("strategies {\n    always\n    off concurrent-index not-valid\n    batch 200\n}").unwrap();
        assert!(config.choices.always && config.choices.off.contains(&"not-valid".to_owned()));
        assert_eq!(config.choices.batch, 200);
        let asked = read("strategies {\n    on type-by-copy\n}").unwrap();
        assert_eq!(asked.choices.on, ["type-by-copy"]);
        // What is off anyhow cannot be switched off, nor the other way round.
        assert!(read("strategies {\n    off type-by-copy\n}").is_err());
        assert!(read("strategies {\n    on not-valid\n}").is_err());
        let errors = read("strategies {\n    off not-vald\n    batch 0\n}").unwrap_err();
        assert_eq!(errors.len(), 2);
        assert_eq!(errors[0].help.as_deref(), Some("did you mean `not-valid`?"));
    }

    #[test]
    fn times_are_written_with_their_unit() {
        let config =
            read("strategies {\n    pause \"50ms\"\n}\npreflight {\n    timeout \"1m 30s\"\n}").unwrap();
        assert_eq!(config.pause, Duration::from_millis(50));
        assert_eq!(config.preflight_timeout, Duration::from_secs(90));
        let errors = read(
            "strategies {\n    pause \"soon\"\n}\npreflight {\n    timeout \"-3s\"\n    tmeout \"1s\"\n}",
        )
        .unwrap_err();
        let told: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
        assert!(
            told[0].starts_with("`soon` is no time") && told[1].starts_with("`-3s` is no time"),
            "{told:?}"
        );
        assert_eq!(errors[2].help.as_deref(), Some("did you mean `timeout`?"));
    }

    #[test]
    fn every_slip_is_told_with_its_place() {
        let errors =
            read("shema \"x\"\nengines postgre\nenvironment dev {\n    urls \"x\"\n}\n").unwrap_err();
        let lines: Vec<usize> = errors
            .iter()
            .filter_map(|error| error.span.as_ref())
            .map(|at| at.line_column().0)
            .collect();
        assert_eq!(lines, [1, 2, 4]);
        assert_eq!(errors[0].help.as_deref(), Some("did you mean `schema`?"));
        assert_eq!(errors[1].help.as_deref(), Some("did you mean `postgres`?"));
    }

    #[test]
    fn what_is_no_kdl_is_told() {
        assert!(read("schema \"x").unwrap_err()[0].span.is_some());
    }
}
