//! What a rule is: [`Rule`], the [`Level`] at which it speaks, and what it says, [`Remarks`].
//!
//! Must not: decide whether a remark is heard; that is `settings` and `suppression`.

use crate::catalog::ObjectId;
use crate::diagnostic::{Severity, Span};

use super::{Chain, Declarations, Planned};

/// How loudly a rule speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not at all.
    Allow,
    /// Worth knowing; does not change the exit status.
    Note,
    /// A finding.
    Warn,
    /// A finding.
    Error,
}

impl Level {
    /// Every level, the quietest first.
    pub const ALL: &'static [Self] = &[Self::Allow, Self::Note, Self::Warn, Self::Error];

    /// The word in `reconcile.kdl`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// The level that a word means.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|level| level.word() == word)
    }

    /// How a remark at this level is told; `None` if it is not.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Allow => None,
            Self::Note => Some(Severity::Note),
            Self::Warn => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// One file of an example.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// `schema.kdl`; `before.kdl` and `after.kdl`; `revision.kdl`; `reconcile.kdl` for settings.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// What a rule speaks of, and what it is content with.
#[derive(Clone, Copy, Debug)]
pub struct Examples {
    /// The rule speaks.
    pub bad: &'static [Example],
    /// The rule is silent.
    pub good: &'static [Example],
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// What is declared.
    Declarations(fn(&Declarations<'_>, &mut Remarks)),
    /// What is about to be done to a database.
    Plan(fn(&Planned<'_>, &mut Remarks)),
    /// The revisions.
    Chain(fn(&Chain<'_>, &mut Remarks)),
    /// The `allow` nodes, when everything else was looked at.
    Suppressions,
}

impl Check {
    /// What it looks at, as a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Declarations(_) => "declarations",
            Self::Plan(_) => "plan",
            Self::Chain(_) => "chain",
            Self::Suppressions => "suppressions",
        }
    }
}

/// One opinion: what it is called, why it is held, what to write instead, and how it is found.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name, in lower case with hyphens.
    pub id: &'static str,
    /// The code of what it finds.
    pub code: &'static str,
    /// What it is about, in one line.
    pub title: &'static str,
    /// Why, and what to do.
    pub explanation: &'static str,
    /// The names under which others warn of the same.
    pub also: &'static [&'static str],
    /// How loudly it speaks where nobody has chosen.
    pub level: Level,
    /// Both sides of it; they are files below `tests/lint`, which a test runs.
    pub examples: Examples,
    /// How it is found.
    pub check: Check,
}

/// Something that a rule has to say.
#[derive(Clone, Debug)]
pub struct Remark {
    /// The object.
    pub(super) subject: Option<ObjectId>,
    /// Where, if it is not where the object is declared.
    pub(super) span: Option<Span>,
    /// What it is, in one sentence.
    pub(super) message: String,
    /// What to write instead.
    pub(super) help: Option<String>,
}

impl Remark {
    /// Says what to write instead.
    pub fn help(&mut self, help: impl Into<String>) {
        self.help = Some(help.into());
    }
}

/// Everything that a rule has to say.
#[derive(Debug, Default)]
pub struct Remarks(pub(super) Vec<Remark>);

impl Remarks {
    /// A remark about an object.
    pub fn about(&mut self, subject: &ObjectId, message: impl Into<String>) -> &mut Remark {
        self.push(Remark {
            subject: Some(subject.clone()),
            span: None,
            message: message.into(),
            help: None,
        })
    }

    /// A remark about a place that is no declaration.
    pub fn at(&mut self, span: Option<Span>, message: impl Into<String>) -> &mut Remark {
        self.push(Remark {
            subject: None,
            span,
            message: message.into(),
            help: None,
        })
    }

    fn push(&mut self, remark: Remark) -> &mut Remark {
        let at = self.0.len();
        self.0.push(remark);
        &mut self.0[at]
    }
}

/// Both examples of a rule, which are the files that the test of it runs.
macro_rules! examples {
    ($rule:literal: $($file:literal),+) => {
        $crate::lint::Examples {
            bad: &[$($crate::lint::rule::example!($rule, "bad", $file)),+],
            good: &[$($crate::lint::rule::example!($rule, "good", $file)),+],
        }
    };
}

macro_rules! example {
    ($rule:literal, $side:literal, $file:literal) => {
        $crate::lint::Example {
            name: $file,
            text: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/lint/",
                $rule,
                "/",
                $side,
                "/",
                $file
            )),
        }
    };
}

pub(in crate::lint) use {example, examples};
