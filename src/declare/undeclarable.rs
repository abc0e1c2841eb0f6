//! Nodes that people look for and that cannot be declared: why, and what to do instead.
//!
//! Must not: know how anything that can be declared is read.

/// What belongs to more than one database, or holds what no file may.
const ELSEWHERE: &[(&[&str], &str, &str)] = &[
    (
        &["role", "user", "group", "member", "membership"],
        "roles and memberships belong to a server, not to one database",
        "make it there by hand: `grant … to=ROLE`, `owner=ROLE` and policies name roles that are there",
    ),
    (
        &["database", "tablespace"],
        "databases and tablespaces belong to a server, not to one database",
        "make it there by hand",
    ),
    (
        &["subscription"],
        "subscriptions hold passwords and belong to a server, not to one database",
        "make it by hand: what it subscribes to is a `publication`",
    ),
    (
        &["user-mapping"],
        "user mappings hold passwords",
        "make it by hand: a `foreign-server` that has one is never dropped or made anew",
    ),
];

/// What is not managed, and the words for it.
const UNMANAGED: &[(&[&str], &str)] = &[
    (
        &["text-search-parser", "text-search-template"],
        "parsers and templates of text search, which are written in C,",
    ),
    (&["conversion"], "conversions"),
    (&["transform"], "transforms"),
    (&["language"], "languages"),
    (&["access-method"], "access methods"),
    (&["base-type"], "base types, which are written in C,"),
    (&["security-label"], "security labels"),
];

/// What to say of a node that is none of those that can be declared, and the advice.
pub(super) fn why(node: &str) -> Option<(String, &'static str)> {
    if let Some((_, reason, help)) = ELSEWHERE.iter().find(|(words, ..)| words.contains(&node)) {
        return Some((format!("`{node}` cannot be declared: {reason}"), help));
    }
    let (_, several) = UNMANAGED.iter().find(|(words, _)| words.contains(&node))?;
    Some((
        format!("`{node}` cannot be declared: {several} are not managed"),
        "make it by hand, or by an extension: what there is of it is named by `inspect` and every plan, and never dropped",
    ))
}
