//! Opinions: rules over what is declared, over a plan, and over the chain, each with a name, a reason and both examples.
//!
//! In: declarations, plans, revisions, and what the project chose. Out: diagnostics, at the level that was chosen. Facts
//! (what an engine locks, what a type holds) stand in `dialect`; here stands what to think of them. To add a rule, write
//! `rules/NAME.rs`, a line in [`RULES`], and the files of both examples below `tests/lint/NAME`.
//!
//! Must not: touch a database, change what it looks at, or read the SQL text of a plan.

mod chain;
mod declarations;
mod names;
mod planned;
mod rule;
mod rules;
mod settings;
mod suppression;

use std::collections::HashSet;

use crate::catalog::QName;
use crate::declare::{Declared, SourceMap};
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::dialect::Server;
use crate::op::{Phase, Plan};
use crate::revision::{Origin, RevisionMap};

pub use chain::{Chain, Locate, Part};
pub use declarations::{Declarations, Keyed};
pub use names::{KINDS, Style};
pub use planned::{Act, Planned};
pub use rule::{Check, Example, Examples, Level, Remark, Remarks, Rule};
pub use rules::RULES;
pub use settings::{Choice, Settings, find, glob};

use names::NameRules;
use rules::unused_suppression;
use settings::Levels;
use suppression::Suppressions;

/// An `allow` node that names no rule.
const UNKNOWN_RULE: &str = "RC0700";

/// A rule, what it said, and where.
type Told = (&'static str, String, Option<(String, usize)>);

/// Asks the rules, and keeps what they find until everything was looked at.
pub struct Linter<'a> {
    settings: &'a Settings,
    levels: Levels<'a>,
    names: NameRules,
    suppressions: Suppressions,
    looked_at: HashSet<&'static str>,
    told: HashSet<Told>,
    found: Vec<Diagnostic>,
}

impl<'a> Linter<'a> {
    /// Has looked at nothing yet.
    pub fn new(settings: &'a Settings) -> Self {
        Self {
            settings,
            levels: Levels::new(settings),
            names: NameRules::new(&settings.names),
            suppressions: Suppressions::default(),
            looked_at: HashSet::new(),
            told: HashSet::new(),
            found: Vec::new(),
        }
    }

    /// Looks at what is declared for an engine.
    pub fn declarations(&mut self, declared: &Declared, server: &Server) {
        let mut all = Vec::new();
        let cx = Declarations::new(&declared.catalog, server.engine(), &self.names);
        for rule in RULES {
            if let Check::Declarations(check) = rule.check {
                let mut remarks = Remarks::default();
                check(&cx, &mut remarks);
                all.extend(remarks.0.into_iter().map(|remark| (rule, remark)));
            }
        }
        self.hear(all, declared, "declarations");
    }

    /// Looks at a plan that leads to what is declared, or at one phase of it. `has_rows` says whether a table that is there
    /// may have rows.
    pub fn plan(
        &mut self,
        plan: &Plan,
        phase: Option<Phase>,
        declared: &Declared,
        server: &Server,
        has_rows: &dyn Fn(&QName) -> bool,
    ) {
        let cx = Planned::new(plan, phase, server, has_rows);
        let mut all = Vec::new();
        for rule in RULES {
            if let Check::Plan(check) = rule.check {
                let mut remarks = Remarks::default();
                check(&cx, &mut remarks);
                all.extend(remarks.0.into_iter().map(|remark| (rule, remark)));
            }
        }
        self.hear(all, declared, "plan");
    }

    /// Looks at the revisions that are ours.
    pub fn chain(&mut self, map: &RevisionMap, locate: Locate<'_>) {
        let revisions = map.in_order().into_iter();
        let cx = Chain {
            revisions: revisions.filter(|one| one.origin == Origin::Native).collect(),
            engines: &self.settings.engines,
            locate,
        };
        let mut all = Vec::new();
        for rule in RULES {
            if let Check::Chain(check) = rule.check {
                let mut remarks = Remarks::default();
                check(&cx, &mut remarks);
                all.extend(remarks.0.into_iter().map(|remark| (rule, remark)));
            }
        }
        self.hear(all, &Declared::default(), "chain");
    }

    /// Keeps what is not silenced, by the project or in the declarations.
    fn hear(&mut self, remarks: Vec<(&'static Rule, Remark)>, declared: &Declared, what: &'static str) {
        self.looked_at.insert(what);
        self.suppressions.learn(&declared.allowances);
        for (rule, remark) in remarks {
            let span = place(&remark, &declared.sources);
            let subject = remark.subject.as_ref();
            let covered = self
                .suppressions
                .cover(&declared.allowances, rule, subject, span.as_ref());
            if !covered {
                self.tell(rule, remark, span, Level::Error);
            }
        }
    }

    /// Keeps a remark, at the level that was chosen for its rule and its place, or at most at this one.
    fn tell(&mut self, rule: &'static Rule, remark: Remark, span: Option<Span>, most: Level) {
        let level = self
            .levels
            .of(rule, span.as_ref().map(|span| span.source.name.as_str()));
        let Some(severity) = level.min(most).severity() else {
            return;
        };
        let mut diagnostic = Diagnostic::error(rule.code, remark.message).at_opt(span);
        diagnostic.severity = severity;
        diagnostic.subject = remark.subject.map(|subject| subject.to_string());
        diagnostic.help = remark.help;
        // What is declared for two engines is read twice.
        let place = diagnostic.span.as_ref();
        let place = place.map(|span| (span.source.name.clone(), span.range.start));
        if self.told.insert((rule.id, diagnostic.message.clone(), place)) {
            self.found.push(diagnostic);
        }
    }

    /// Everything that was found, in the order of the files; what stands in no file comes last.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        for (remark, most) in unused_suppression::remarks(&self.suppressions, &self.looked_at) {
            let span = remark.span.clone();
            self.tell(&unused_suppression::RULE, remark, span, most);
        }
        for (allowance, _) in self.suppressions.all() {
            self.found.extend(unknown_rule(&allowance.rule, &allowance.span));
        }
        let place = |found: &Diagnostic| {
            let span = found.span.as_ref();
            (
                span.is_none(),
                span.map(|span| (span.source.name.clone(), span.range.start)),
            )
        };
        self.found.sort_by_cached_key(place);
        self.found
    }
}

/// Where a remark is about: its own place, or where its object is declared.
fn place(remark: &Remark, sources: &SourceMap) -> Option<Span> {
    let declared = || remark.subject.as_ref().and_then(|subject| sources.get(subject));
    remark.span.clone().or_else(|| declared().cloned())
}

/// An `allow` node that names no rule.
fn unknown_rule(name: &str, span: &Span) -> Option<Diagnostic> {
    let near = find(name).err()?;
    let help = match near {
        Some(near) => format!("did you mean `{}`?", near.id),
        None => "`reconcile lint --rules` lists them".to_owned(),
    };
    Some(
        Diagnostic::error(UNKNOWN_RULE, format!("there is no rule `{name}`"))
            .at(span.clone())
            .help(help),
    )
}

/// The rule that found it, if a rule did: each has a code of its own.
pub fn rule_of(found: &Diagnostic) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == found.code)
}

/// Whether what was found is more than worth knowing.
pub fn is_finding(found: &Diagnostic) -> bool {
    found.severity >= Severity::Warning
}
