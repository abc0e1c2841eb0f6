//! Whatever stands in a file, the answer is the file's meaning or an error with its place: never a panic, and never an
//! error without a place or a word on what to do.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use reconcile::declare::{self, Naming};
use reconcile::diagnostic::{Diagnostic, Severity, Source};
use reconcile::dialect::Dialect;
use reconcile::revision;

/// One change of a text: what stands between two places is replaced.
#[derive(Clone, Debug)]
struct Slip {
    file: prop::sample::Index,
    from: prop::sample::Index,
    length: usize,
    instead: String,
}

fn slips() -> impl Strategy<Value = Vec<Slip>> {
    let instead = prop_oneof![
        Just(String::new()),
        "[a-z \"{}();=#/\\\\\n]{1,6}",
        prop::sample::select(vec![
            "#null",
            "#true",
            "\"\"\"",
            "{",
            "}",
            "\n",
            "(sql)\"\"",
            "/-",
            "name=",
            "on=postgres",
            "was=x",
            "references=t",
            "primary-key",
            "column c",
            "rows t key=c",
            "\u{feff}",
            "\u{202e}",
            "é",
            "1e999",
        ])
        .prop_map(str::to_owned),
    ];
    let slip = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        0..24usize,
        instead,
    );
    let slip = slip.prop_map(|(file, from, length, instead)| Slip {
        file,
        from,
        length,
        instead,
    });
    prop::collection::vec(slip, 1..4)
}

fn texts(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut out: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the example")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a text");
            (path.display().to_string(), text)
        })
        .collect();
    out.sort();
    out
}

fn slipped(mut texts: Vec<(String, String)>, slips: &[Slip]) -> Vec<Arc<Source>> {
    for slip in slips {
        let (_, text) = slip.file.get(&texts).clone();
        let characters: Vec<char> = text.chars().collect();
        let from = slip.from.index(characters.len() + 1);
        let to = (from + slip.length).min(characters.len());
        let at = slip.file.index(texts.len());
        texts[at].1 = characters[..from]
            .iter()
            .copied()
            .chain(slip.instead.chars())
            .chain(characters[to..].iter().copied())
            .collect();
    }
    let sources = texts
        .into_iter()
        .map(|(name, text)| Arc::new(Source { name, text }));
    sources.collect()
}

/// Every error says where, and what to do.
fn told(diagnostics: &[Diagnostic]) -> Result<(), TestCaseError> {
    prop_assert!(!diagnostics.is_empty(), "refused without a word");
    for diagnostic in diagnostics {
        prop_assert!(!diagnostic.message.is_empty());
        if diagnostic.severity == Severity::Error {
            let placed = diagnostic.span.as_ref();
            prop_assert!(placed.is_some(), "no place: {diagnostic:?}");
            let fits = placed.is_some_and(|span| span.source.text.get(span.range.clone()).is_some());
            prop_assert!(fits, "a place that is not in the file: {diagnostic:?}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn declarations(slips in slips()) {
        let sources = slipped(texts("schema"), &slips);
        for dialect in Dialect::ALL {
            if let Err(found) = declare::load(&sources, &dialect.engine().default_server(), &Naming::default()) {
                told(&found)?;
            }
        }
    }

    #[test]
    fn revisions(slips in slips()) {
        for source in slipped(texts("plans"), &slips) {
            if let Err(found) = revision::parse(&source) {
                told(&found)?;
            }
        }
    }
}
