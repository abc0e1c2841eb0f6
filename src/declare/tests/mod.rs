//! Tests of loading, writing and formatting together.

mod catalogs;
mod errors;
mod language;
mod round_trip;

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};
use crate::dialect::{Dialect, Server};

use super::{Declared, Naming, load};

fn source(name: &str, text: &str) -> Arc<Source> {
    Arc::new(Source {
        name: name.to_owned(),
        text: text.to_owned(),
    })
}

fn server(name: &str) -> Server {
    Dialect::from_name(name).unwrap().engine().default_server()
}

fn read(engine: &str, text: &str) -> Result<Declared, Vec<Diagnostic>> {
    load(&[source("a.kdl", text)], &server(engine), &Naming::default())
}

/// The findings, one a line: place, code, message, help.
fn told(found: &[Diagnostic]) -> String {
    found
        .iter()
        .map(|found| {
            let place = found
                .span
                .as_ref()
                .map(|span| format!("{span} "))
                .unwrap_or_default();
            let help = found
                .help
                .as_ref()
                .map(|help| format!(" | {help}"))
                .unwrap_or_default();
            format!("{place}{} {}{help}\n", found.code, found.message)
        })
        .collect()
}
