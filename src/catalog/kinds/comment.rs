//! The comment on another object.

use std::sync::Arc;

use crate::catalog::object::{Refers, payload};

payload! {
    /// A comment; its id is made of the id of what it is said about.
    Comment / CommentAttr {
        /// The text.
        text: Arc<str> => Text,
    }
}

impl Refers for Comment {}
