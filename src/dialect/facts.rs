//! What an engine knows of its own types, locks and words, in terms that hold for all of them: [`Holds`], [`Blocks`].
//!
//! Facts for those who have opinions. Must not: have one.

/// What a type holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Whole numbers of so many bits, sign included.
    Integer {
        /// 16, 32 or 64.
        bits: u8,
    },
    /// Text without a limit.
    Text,
    /// Text up to a length, which an insert beyond it hits.
    LimitedText,
    /// Text that is padded with blanks.
    PaddedText,
    /// Numbers that are not exact.
    Float,
    /// An amount in a currency that the type does not say.
    Money,
    /// A date and a time of day.
    Timestamp {
        /// Whether it is a point in time, rather than what a clock on some wall says.
        zone: bool,
    },
    /// A time of day.
    Time {
        /// Whether it carries an offset from UTC.
        zone: bool,
    },
    /// JSON.
    Json {
        /// Whether it is stored taken apart, so that it can be compared and indexed.
        binary: bool,
    },
    /// A universally unique identifier.
    Uuid,
    /// Anything else.
    Other,
}

/// Who waits while a lock is held on a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blocks {
    /// Nobody but others who change the schema.
    #[default]
    Nobody,
    /// Who writes rows.
    Writers,
    /// Who reads rows, too.
    Everybody,
}
