//! Reading a revision file: every problem of it at once, each with its place.
//!
//! Nothing is guessed: an unknown word, a step without a statement, or a script without its other half is an error,
//! because the file may have been cut off, and what is left of it would be run.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use kdl::{KdlDiagnostic, KdlDocument, KdlEntry, KdlError, KdlNode, KdlValue};

use crate::catalog::Fingerprint;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::op::{Phase, Txn};
use crate::revision::{EngineScript, Revision, id};
use crate::script::{Batched, Consent, Cost, Item, Script, Step};

use super::nesting::too_deep;

/// Reads a revision file.
pub fn parse(source: &Arc<Source>) -> Result<Revision, Vec<Diagnostic>> {
    if let Some(at) = too_deep(&source.text) {
        let problem = Diagnostic::error("RC0301", "braces or comments are nested too deep");
        let span = Span::new(source, at.saturating_sub(1)..at);
        return Err(vec![
            problem
                .at(span)
                .help("a revision file has scripts, steps and expectations, no more"),
        ]);
    }
    let document = KdlDocument::parse_v2(&source.text).map_err(|error| syntax(source, &error))?;
    let mut reader = Reader {
        source,
        problems: Vec::new(),
    };
    let revision = reader.document(&document);
    match revision {
        Some(revision) if reader.problems.is_empty() => Ok(revision),
        _ => Err(reader.problems),
    }
}

fn syntax(source: &Arc<Source>, error: &KdlError) -> Vec<Diagnostic> {
    let text = &source.text;
    let last = text
        .lines()
        .rfind(|line| !line.trim().is_empty() && !line.trim().starts_with("//"));
    if !last.is_some_and(|line| line.starts_with('}')) {
        // What the parser makes of half a file would only hide this.
        let end = text.trim_end().len();
        let start = text[..end].rfind('\n').map_or(0, |at| at + 1);
        let message = format!("{} ends in the middle of something", source.name);
        return vec![
            Diagnostic::error("RC0302", message)
                .at(Span::new(source, start..end))
                .help(CUT_OFF),
        ];
    }
    let say = |found: &KdlDiagnostic| {
        let start = found.span.offset().min(text.len());
        let range = start..(start + found.span.len()).min(text.len());
        let message = found.message.as_deref().unwrap_or("this is not KDL");
        let help = found.help.as_deref().unwrap_or("a revision file is KDL 2");
        Diagnostic::error("RC0301", message)
            .at(Span::new(source, range))
            .help(help)
    };
    error.diagnostics.iter().map(say).collect()
}

const CUT_OFF: &str = "the file seems to be cut off: get it whole from version control, or plan it again";

/// What stands in `revision`.
#[derive(Default)]
struct Head {
    revision: Option<Revision>,
    engine: Option<String>,
    place: Place,
}

/// Where a script was planned.
#[derive(Clone, Default)]
struct Place {
    version: Option<String>,
    from: Option<String>,
    or_from: Option<String>,
    was: Option<String>,
    to: Option<String>,
    proof: Option<String>,
}

/// An `upgrade` or a `downgrade`.
struct Half {
    engine: Option<String>,
    place: Place,
    script: Script,
    span: Span,
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn document(&mut self, document: &KdlDocument) -> Option<Revision> {
        let mut head: Option<Head> = None;
        let (mut ups, mut downs) = (Vec::new(), Vec::new());
        for node in document.nodes() {
            match node.name().value() {
                "revision" if head.is_some() => self.twice(node),
                "revision" => head = Some(self.head(node)),
                "upgrade" => ups.push(self.half(
                    node,
                    &[
                        "engine",
                        "version",
                        "from",
                        "or-from",
                        "to",
                        "was",
                        "proof",
                        "foreign-keys",
                    ],
                )),
                "downgrade" => downs.push(self.half(node, &["engine", "foreign-keys"])),
                _ => self.unknown(node, &["revision", "upgrade", "downgrade"]),
            }
        }
        let Some(head) = head else {
            let end = self.source.text.len();
            self.problem("RC0304", "this file has no `revision`", 0..end.min(1))
                .help("a revision file begins with `revision \"<id>\" { … }`; an empty file is no revision: delete it");
            return None;
        };
        let scripts = self.scripts(&head, ups, downs);
        let mut revision = head.revision?;
        revision.scripts = scripts;
        Some(revision)
    }

    fn head(&mut self, node: &KdlNode) -> Head {
        self.only_properties(node, &[]);
        let mut head = Head::default();
        let mut revision = Revision {
            origin: crate::revision::Origin::Native,
            id: self.argument(node, "the revision's id").unwrap_or_default(),
            message: String::new(),
            down_revisions: Vec::new(),
            branch_labels: Vec::new(),
            depends_on: Vec::new(),
            created: String::new(),
            phase: None,
            replaces: Vec::new(),
            notes: Vec::new(),
            scripts: Vec::new(),
            path: PathBuf::from(&self.source.name),
        };
        if !revision.id.is_empty() && !id::is_valid(&revision.id) {
            let message = format!("`{}` cannot be the id of a revision", revision.id);
            self.problem("RC0305", message, range(node))
                .help("an id has 4 to 32 letters, digits and `_`");
        }
        let mut seen: Vec<&str> = Vec::new();
        for child in children(node) {
            let name = child.name().value();
            if name != "note" && seen.contains(&name) {
                self.twice(child);
                continue;
            }
            seen.push(name);
            match name {
                "message" => revision.message = self.argument(child, "a message").unwrap_or_default(),
                "down-revision" => revision.down_revisions = self.arguments(child),
                "branch-labels" => revision.branch_labels = self.arguments(child),
                "depends-on" => revision.depends_on = self.arguments(child),
                "replaces" => revision.replaces = self.arguments(child),
                "created" => revision.created = self.created(child),
                "phase" => revision.phase = self.phase(child),
                "note" => revision.notes.extend(self.argument(child, "a note")),
                "engine" => {
                    head.engine = self.argument(child, "the name of an engine");
                    self.only_properties(child, &["version"]);
                    head.place.version = self.text(child, "version");
                    continue;
                }
                "from" => head.place.from = self.argument(child, "a fingerprint"),
                "or-from" => head.place.or_from = self.argument(child, "a fingerprint"),
                "was" => head.place.was = self.argument(child, "a checksum"),
                "to" => head.place.to = self.argument(child, "a fingerprint"),
                "proof" => head.place.proof = self.argument(child, "what was shown"),
                _ => {
                    self.unknown(child, HEAD);
                    continue;
                }
            }
            self.only_properties(child, &[]);
        }
        if !seen.contains(&"created") {
            self.missing("`revision` has no `created`", node)
                .help("write when it was made, as `created \"2026-11-21T09:30:00Z\"`");
        }
        head.revision = Some(revision);
        head
    }

    fn created(&mut self, node: &KdlNode) -> String {
        let created = self.argument(node, "a time").unwrap_or_default();
        if !created.is_empty() && created.parse::<jiff::Timestamp>().is_err() {
            let message = format!("`{created}` is not a time");
            self.problem("RC0305", message, range(node))
                .help("write it as `2026-11-21T09:30:00Z`");
        }
        created
    }

    fn phase(&mut self, node: &KdlNode) -> Option<Phase> {
        let word = self.argument(node, "`expand` or `contract`")?;
        let phase = Phase::ALL.into_iter().find(|phase| phase.word() == word);
        if phase.is_none() {
            let message = format!("`phase` is `expand` or `contract`, not `{word}`");
            self.problem("RC0305", message, range(node));
        }
        phase
    }

    fn half(&mut self, node: &KdlNode, properties: &[&str]) -> Half {
        self.only_properties(node, properties);
        self.no_argument(node);
        if node.children().is_none() {
            let message = format!("`{}` has no braces", node.name().value());
            self.problem("RC0302", message, range(node))
                .help("write `{` and `}` even where nothing is to be done; the file may be cut off");
        }
        let foreign_keys_off = match self.text(node, "foreign-keys").as_deref() {
            None | Some("on") => false,
            Some("off") => true,
            Some(other) => {
                let message = format!("`foreign-keys` is `on` or `off`, not `{other}`");
                self.problem("RC0305", message, range(node));
                false
            }
        };
        let mut steps = Vec::new();
        for child in children(node) {
            match child.name().value() {
                "step" => steps.push(self.step(child)),
                _ => self.unknown(child, &["step"]),
            }
        }
        Half {
            engine: self.text(node, "engine"),
            place: Place {
                version: self.text(node, "version"),
                from: self.text(node, "from"),
                or_from: self.text(node, "or-from"),
                was: self.text(node, "was"),
                to: self.text(node, "to"),
                proof: self.text(node, "proof"),
            },
            script: Script {
                foreign_keys_off,
                steps,
            },
            span: Span::new(self.source, range(node)),
        }
    }

    fn step(&mut self, node: &KdlNode) -> Step {
        self.only_properties(
            node,
            &[
                "lock",
                "cost",
                "rows",
                "bytes",
                "rebuilds",
                "one-way",
                "loses",
                "agreed",
                "transaction",
                "batch",
            ],
        );
        let mut step = Step {
            title: self.argument(node, "what the step does").unwrap_or_default(),
            lock: self.text(node, "lock"),
            loses: self.text(node, "loses").into_iter().collect(),
            rows: number(node, "rows"),
            bytes: number(node, "bytes"),
            rebuilds_indexes: node.entry("rebuilds").is_some(),
            one_way: node.entry("one-way").is_some(),
            consent: match node.entry("agreed") {
                Some(_) => Consent::Given,
                None => Consent::Needed,
            },
            ..Step::default()
        };
        if let Some(word) = self.text(node, "cost") {
            step.cost = Cost::from_word(&word).unwrap_or_else(|| {
                let message = format!("`cost` is `instant`, `brief`, `scan` or `rewrite`, not `{word}`");
                self.problem("RC0305", message, range(node));
                Cost::default()
            });
        }
        step.txn = match self.text(node, "transaction").as_deref() {
            None => Txn::Inside,
            Some("none") => Txn::Outside,
            Some("commit-after") => Txn::CommitAfter,
            Some("own") => Txn::Alone,
            Some(other) => {
                let message = format!("`transaction` is `none`, `own` or `commit-after`, not `{other}`");
                self.problem("RC0305", message, range(node))
                    .help("leave it out where the step shares the transaction of its neighbours");
                Txn::Inside
            }
        };
        let batch = self.text(node, "batch");
        for child in children(node) {
            match child.name().value() {
                "sql" | "whole" if batch.is_some() => {}
                "sql" => {
                    self.only_properties(child, &[]);
                    step.items
                        .extend(self.argument(child, "a statement").map(Item::Sql));
                }
                "expect" => step.items.extend(self.expect(child)),
                "done-when" => step.items.extend(self.done_when(child)),
                "loses" => step.loses.extend(self.argument(child, "what is lost")),
                _ => self.unknown(child, &["sql", "expect", "done-when", "loses"]),
            }
        }
        if let Some(size) = batch {
            step.items.extend(self.batched(node, &size).map(Item::Batched));
        }
        if !children(node)
            .iter()
            .any(|child| child.name().value() == "sql" || child.name().value() == "expect")
        {
            let message = format!("step `{}` has no statement", step.title);
            self.problem("RC0308", message, range(node))
                .help("write `sql \"…\"` into it, or remove the step");
        }
        step
    }

    /// The two statements of a step that goes by batches.
    fn batched(&mut self, node: &KdlNode, size: &str) -> Option<Batched> {
        let size = size.parse().ok().filter(|size| *size > 0);
        if size.is_none() {
            self.problem("RC0305", "`batch` is a number of rows", range(node))
                .help("write how many rows are taken at a time, as `batch=5000`");
        }
        let mut one = |name: &str, what: &str| {
            let mut found = children(node).iter().filter(|child| child.name().value() == name);
            match (found.next(), found.next()) {
                (Some(child), None) => {
                    self.only_properties(child, &[]);
                    self.argument(child, what)
                }
                _ => {
                    let message = format!("a step with `batch` has one `{name}`");
                    self.missing(&message, node).help(
                        "`sql` takes the next $2 rows behind $1; `whole` does the same for all rows at once",
                    );
                    None
                }
            }
        };
        let sql = one("sql", "a statement")?;
        let whole = one("whole", "a statement")?;
        Some(Batched {
            sql,
            whole,
            size: size?,
        })
    }

    fn done_when(&mut self, node: &KdlNode) -> Option<Item> {
        self.only_properties(node, &["value"]);
        let sql = self.argument(node, "a query")?;
        let Some(value) = self.text(node, "value") else {
            self.missing("`done-when` has no `value`", node)
                .help("write the answer that shows that the step is done, as `value=\"1\"`");
            return None;
        };
        Some(Item::DoneWhen { sql, value })
    }

    fn expect(&mut self, node: &KdlNode) -> Option<Item> {
        self.only_properties(node, &[]);
        let label = self.argument(node, "what is expected")?;
        let [query] = children(node) else {
            self.missing("`expect` holds one query", node)
                .help("write it as `expect \"no NULL in t.c\" { sql \"SELECT …\" value=\"0\" }`");
            return None;
        };
        if query.name().value() != "sql" {
            self.unknown(query, &["sql"]);
            return None;
        }
        self.only_properties(query, &["value"]);
        let sql = self.argument(query, "a query")?;
        let Some(value) = self.text(query, "value") else {
            self.missing("the query of `expect` has no `value`", query)
                .help("write the only right answer, as `value=\"0\"`");
            return None;
        };
        Some(Item::Expect { label, sql, value })
    }

    fn scripts(&mut self, head: &Head, ups: Vec<Half>, mut downs: Vec<Half>) -> Vec<EngineScript> {
        let mut scripts: Vec<EngineScript> = Vec::new();
        if ups.is_empty() {
            let end = self.source.text.trim_end().len();
            self.problem("RC0304", "this file has no `upgrade`", end.saturating_sub(1)..end)
                .help(CUT_OFF);
        }
        for up in ups {
            let Some(engine) = up.engine.clone().or_else(|| head.engine.clone()) else {
                self.problem(
                    "RC0304",
                    "this script does not say for which engine it is",
                    up.span.range,
                )
                .help("write `upgrade engine=postgres … {`, or `engine` in `revision`");
                continue;
            };
            if scripts.iter().any(|script| script.engine == engine) {
                let message = format!("there are two `upgrade` for {engine}");
                self.problem("RC0306", message, up.span.range);
                continue;
            }
            let same = |down: &Half| down.engine.as_ref().or(head.engine.as_ref()) == Some(&engine);
            let Some(at) = downs.iter().position(same) else {
                let message = format!("there is no `downgrade` for {engine}");
                self.problem("RC0304", message, up.span.range).help(
                    "every `upgrade` has one, an empty one if nothing is taken back; the file may be cut off",
                );
                continue;
            };
            let down = downs.remove(at);
            let mut part = |name: &str, own: Option<String>, shared: &Option<String>| {
                own.or_else(|| shared.clone()).unwrap_or_else(|| {
                    let message = format!("the script for {engine} has no `{name}`");
                    self.problem("RC0304", message, up.span.range.clone())
                        .help("the version and the fingerprints say where it may run: plan it again");
                    String::new()
                })
            };
            let version = part("version", up.place.version.clone(), &head.place.version);
            let from = part("from", up.place.from.clone(), &head.place.from);
            let to = part("to", up.place.to.clone(), &head.place.to);
            scripts.push(EngineScript {
                version,
                from: Fingerprint::from_text(from),
                or_from: optional(up.place.or_from, head.place.or_from.as_ref()),
                was: optional(up.place.was, head.place.was.as_ref()),
                to: Fingerprint::from_text(to),
                proof: up.place.proof.or_else(|| head.place.proof.clone()),
                upgrade: up.script,
                downgrade: down.script,
                engine,
            });
        }
        for down in downs {
            self.problem("RC0304", "this `downgrade` has no `upgrade`", down.span.range)
                .help("say for which engine it is, as its `upgrade` does, and only once");
        }
        scripts
    }

    /// The texts without a name after the node's name.
    fn arguments(&mut self, node: &KdlNode) -> Vec<String> {
        let entries: Vec<&KdlEntry> = node.entries().iter().filter(|e| e.name().is_none()).collect();
        entries
            .into_iter()
            .filter_map(|entry| self.value(entry))
            .collect()
    }

    /// The one text without a name.
    fn argument(&mut self, node: &KdlNode, what: &str) -> Option<String> {
        let mut found = self.arguments(node);
        if found.len() > 1 {
            let message = format!("`{}` takes one text, not {}", node.name().value(), found.len());
            self.problem("RC0305", message, range(node));
        }
        if found.is_empty() && node.entries().iter().all(|entry| entry.name().is_some()) {
            let message = format!("`{}` does not say {what}", node.name().value());
            self.missing(&message, node);
        }
        (!found.is_empty()).then(|| found.swap_remove(0))
    }

    fn no_argument(&mut self, node: &KdlNode) {
        if let Some(entry) = node.entries().iter().find(|entry| entry.name().is_none()) {
            let message = format!("`{}` takes no text", node.name().value());
            self.problem("RC0305", message, span(entry));
        }
    }

    /// The text of a property.
    fn text(&mut self, node: &KdlNode, name: &str) -> Option<String> {
        let entry = node
            .entries()
            .iter()
            .find(|entry| entry.name().is_some_and(|found| found.value() == name))?;
        self.value(entry)
    }

    fn value(&mut self, entry: &KdlEntry) -> Option<String> {
        match entry.value() {
            KdlValue::String(text) => Some(text.clone()),
            KdlValue::Integer(number) => Some(number.to_string()),
            KdlValue::Bool(truth) => Some(truth.to_string()),
            KdlValue::Float(_) | KdlValue::Null => {
                self.problem("RC0305", "this must be a text", span(entry))
                    .help("put it between quotes");
                None
            }
        }
    }

    fn only_properties(&mut self, node: &KdlNode, known: &[&str]) {
        let mut seen: Vec<&str> = Vec::new();
        for entry in node.entries() {
            let Some(name) = entry.name().map(kdl::KdlIdentifier::value) else {
                continue;
            };
            let node = node.name().value();
            if seen.contains(&name) {
                let message = format!("`{name}` stands twice at `{node}`");
                self.problem("RC0306", message, span(entry));
            } else if !known.contains(&name) {
                let message = format!("`{node}` has no property `{name}`");
                let help = suggestion(name, known);
                self.problem("RC0303", message, span(entry)).help_opt(help);
            }
            seen.push(name);
        }
    }

    fn unknown(&mut self, node: &KdlNode, known: &[&str]) {
        let name = node.name().value();
        let help = suggestion(name, known);
        self.problem("RC0303", format!("`{name}` is not known here"), range(node))
            .help_opt(help);
    }

    fn twice(&mut self, node: &KdlNode) {
        let message = format!("`{}` stands twice", node.name().value());
        self.problem("RC0306", message, range(node))
            .help("remove one of them");
    }

    fn missing(&mut self, message: &str, node: &KdlNode) -> Helped<'_> {
        self.problem("RC0304", message, range(node))
    }

    fn problem(&mut self, code: &'static str, message: impl Into<String>, range: Range<usize>) -> Helped<'_> {
        let at = self.problems.len();
        let span = Span::new(self.source, range);
        self.problems.push(Diagnostic::error(code, message).at(span));
        Helped(&mut self.problems[at])
    }
}

/// A problem that can still be given advice.
struct Helped<'a>(&'a mut Diagnostic);

impl Helped<'_> {
    fn help(self, text: &str) {
        self.0.help = Some(text.to_owned());
    }

    fn help_opt(self, text: Option<String>) {
        self.0.help = text;
    }
}

fn optional(own: Option<String>, shared: Option<&String>) -> Option<Fingerprint> {
    own.or_else(|| shared.cloned()).map(Fingerprint::from_text)
}

/// What may stand in `revision`.
const HEAD: &[&str] = &[
    "message",
    "down-revision",
    "branch-labels",
    "depends-on",
    "created",
    "phase",
    "engine",
    "from",
    "or-from",
    "was",
    "replaces",
    "to",
    "proof",
    "note",
];

fn suggestion(word: &str, known: &[&str]) -> Option<String> {
    let near = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(word, name), *name))
        .filter(|(distance, name)| *distance <= name.len() / 3 + 1)
        .min();
    match near {
        Some((_, name)) => Some(format!("did you mean `{name}`?")),
        None if known.is_empty() => None,
        None => Some(format!("known here: {}", known.join(", "))),
    }
}

/// A hint for the reader, who may have changed it: what is no number is none.
fn number(node: &KdlNode, name: &str) -> Option<u64> {
    let value = node.entry(name)?.value().as_integer()?;
    u64::try_from(value).ok()
}

fn children(node: &KdlNode) -> &[KdlNode] {
    node.children().map_or(&[], KdlDocument::nodes)
}

/// The name of a node: marking the whole of a script would hide what is meant.
fn range(node: &KdlNode) -> Range<usize> {
    let span = node.name().span();
    span.offset()..span.offset() + span.len()
}

fn span(entry: &KdlEntry) -> Range<usize> {
    entry.span().offset()..entry.span().offset() + entry.span().len()
}
