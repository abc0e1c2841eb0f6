//! What a name is bound to, as far as it can be told without running anything.

use ruff_python_ast::{Expr, Number, Operator};

/// A tuple is what it is; a list and a set may be changed by whoever holds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Tuple,
    List,
    Set,
}

/// The value of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    None,
    Many {
        kind: Container,
        items: Vec<Value>,
        /// Which list or set it is: two names may hold the same one. `None` for a tuple.
        identity: Option<usize>,
    },
    /// A function or class of this file.
    Callable,
    /// A literal of another type: `a number`.
    Other(&'static str),
    /// It cannot be told, because it is `a call`, say.
    Unknown(String),
}

impl Value {
    pub(super) fn unknown(what: impl Into<String>) -> Self {
        Self::Unknown(what.into())
    }

    /// Whether some of it cannot be told.
    pub(super) fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown(_) => true,
            Self::Many { items, .. } => items.iter().any(Self::is_unknown),
            _ => false,
        }
    }

    /// The lists and sets in it.
    pub(super) fn identities(&self, found: &mut Vec<usize>) {
        if let Self::Many { items, identity, .. } = self {
            found.extend(identity);
            for item in items {
                item.identities(found);
            }
        }
    }

    /// How a person would call it.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Text(_) => "a string",
            Self::None => "None",
            Self::Many { kind, .. } => match kind {
                Container::Tuple => "a tuple",
                Container::List => "a list",
                Container::Set => "a set",
            },
            Self::Callable => "a function or class",
            Self::Other(name) => name,
            Self::Unknown(what) => what,
        }
    }
}

/// `left + right`.
pub(super) fn sum(left: Value, right: Value, identity: impl FnOnce() -> usize) -> Value {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Value::Text(left + &right),
        (
            Value::Many {
                kind: one,
                items: mut left,
                ..
            },
            Value::Many {
                kind: other,
                items: right,
                ..
            },
        ) if one == other && one != Container::Set => {
            left.extend(right);
            Value::Many {
                kind: one,
                items: left,
                identity: (one == Container::List).then(identity),
            }
        }
        _ => Value::unknown("the sum of something else than two strings, tuples or lists"),
    }
}

/// What a literal that holds no name and no other expression is.
pub(super) fn plain(expr: &Expr, text: &str) -> Option<Value> {
    Some(match expr {
        Expr::StringLiteral(literal) => {
            let value = literal.value.to_str();
            // Half of a surrogate pair is no character; the parser puts this one in its place.
            if value.contains(char::REPLACEMENT_CHARACTER) && !text.contains(char::REPLACEMENT_CHARACTER) {
                Value::unknown("a string with half of a surrogate pair")
            } else {
                Value::Text(value.to_owned())
            }
        }
        Expr::NoneLiteral(_) => Value::None,
        Expr::BooleanLiteral(_) => Value::Other("a boolean"),
        Expr::NumberLiteral(literal) => Value::Other(match literal.value {
            Number::Int(_) => "an integer",
            _ => "a number",
        }),
        Expr::BytesLiteral(_) => Value::Other("a bytes literal"),
        Expr::EllipsisLiteral(_) => Value::Other("`...`"),
        _ => return None,
    })
}

/// Whether an operator is `+`.
pub(super) fn is_plus(operator: Operator) -> bool {
    operator == Operator::Add
}

/// What an expression is that cannot be followed.
pub(super) fn kind_of(expr: &Expr) -> &'static str {
    match expr {
        Expr::Call(_) => "a call",
        Expr::FString(_) => "an f-string",
        Expr::TString(_) => "a template string",
        Expr::Attribute(_) => "an attribute of something else",
        Expr::Subscript(_) => "an item of something else",
        Expr::If(_) => "a conditional expression",
        Expr::BoolOp(_) | Expr::Compare(_) | Expr::UnaryOp(_) | Expr::BinOp(_) => "a computation",
        Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => "a comprehension",
        Expr::Lambda(_) => "a lambda",
        Expr::Dict(_) => "a dict",
        Expr::Starred(_) => "a starred expression",
        Expr::Named(_) => "bound by `:=`",
        Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_) => "what something else yields",
        _ => "an expression",
    }
}
