//! Names of what is set aside instead of being dropped: `_rcn_20261221_users` may go from 21 December 2026 on.
//!
//! The name carries all that is known about it, so that nothing has to be kept beside the database: the same under every
//! engine, and for a person who looks at it with other tools. Must not: decide what is set aside, or read a clock.

use std::fmt;

use super::{Fingerprint, Ident, ObjectId};

/// What such names begin with.
const MARK: &str = "_rcn_";
/// The digits of a day: `20261221`.
const DIGITS: usize = 8;
/// The hex digits that stand for the rest of a name that is too long.
const DIGEST: usize = 8;

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(u32);

impl Day {
    /// The day of a year, a month and a day of the month.
    pub fn new(year: u16, month: u8, day: u8) -> Self {
        Self(u32::from(year) * 10_000 + u32::from(month) * 100 + u32::from(day))
    }
}

impl fmt::Display for Day {
    /// `2026-12-21`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.0 / 10_000, self.0 / 100 % 100, self.0 % 100);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// The parts of a name of something that is set aside: the day, what tells it from another of that day, and the rest.
fn parts(name: &str) -> Option<(Day, &str, &str)> {
    let dated = name.strip_prefix(MARK)?;
    let (digits, rest) = dated.split_at_checked(DIGITS)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (letters, rest) = rest.split_once('_')?;
    let is_place = letters.bytes().all(|byte| byte.is_ascii_lowercase());
    (is_place && !rest.is_empty()).then_some((Day(digits.parse().ok()?), letters, rest))
}

/// The names under which something can be set aside until a day, the first that is free being the one to take. `limit`
/// is the longest name in bytes.
pub fn names(name: &str, day: Day, limit: Option<usize>) -> impl Iterator<Item = String> {
    let places = std::iter::once(String::new()).chain(('b'..='z').map(String::from));
    places.map(move |place| {
        let head = format!("{MARK}{:08}{place}_", day.0);
        let room = limit.map(|limit| limit.saturating_sub(head.len()));
        format!("{head}{}", fitted(name, room))
    })
}

/// A name that fits: the beginning, and a digest of the whole in the place of what is cut off.
fn fitted(name: &str, room: Option<usize>) -> String {
    let Some(room) = room.filter(|room| *room < name.len()) else {
        return name.to_owned();
    };
    let digest = Fingerprint::of_bytes(name.as_bytes());
    let digest = digest.as_str().get(..DIGEST).unwrap_or_default();
    let end = name.floor_char_boundary(room.saturating_sub(DIGEST + 1));
    format!("{}_{digest}", &name[..end])
}

/// Whether `aside` is the name under which something of this name is set aside.
pub fn is_of(aside: &Ident, name: &Ident, limit: Option<usize>) -> bool {
    let Some((day, ..)) = parts(aside.key()) else {
        return false;
    };
    names(name.key(), day, limit).any(|candidate| candidate == aside.key())
}

/// The day from which something of this name may go.
pub fn day_of(name: &Ident) -> Option<Day> {
    parts(name.key()).map(|(day, ..)| day)
}

/// The day from which an object may go that is set aside, by itself or with the table that it is part of.
pub fn until(id: &ObjectId) -> Option<Day> {
    let whose = id.target().unwrap_or(id);
    let table = whose.relation().and_then(|table| day_of(&table.name));
    table.or_else(|| whose.name().and_then(day_of))
}

/// What an object that is set aside was called, as far as its name tells.
pub fn former(id: &ObjectId) -> Option<&str> {
    let (.., rest) = parts(id.name()?.text())?;
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Day = Day(20_261_221);

    fn name(of: &str, limit: Option<usize>) -> String {
        names(of, DAY, limit).next().unwrap()
    }

    #[test]
    fn a_name_carries_the_day() {
        assert_eq!(Day::new(2026, 12, 21), DAY);
        assert_eq!(name("users", None), "_rcn_20261221_users");
        let ident = Ident::exact(&name("users", None));
        assert_eq!(day_of(&ident).unwrap().to_string(), "2026-12-21");
        assert!(is_of(&ident, &Ident::exact("users"), None));
        assert!(!is_of(&ident, &Ident::exact("user"), None));
    }

    #[test]
    fn a_second_one_of_the_same_day_is_told_apart() {
        let second = names("users", DAY, None).nth(1).unwrap();
        assert_eq!(second, "_rcn_20261221b_users");
        let second = Ident::exact(&second);
        assert!(day_of(&second) == Some(DAY) && is_of(&second, &Ident::exact("users"), None));
    }

    #[test]
    fn a_long_name_is_cut_and_told_from_others_that_begin_so() {
        let (one, other) = (format!("{}1", "ü".repeat(31)), format!("{}2", "ü".repeat(31)));
        let (short, twin) = (name(&one, Some(63)), name(&other, Some(63)));
        assert!(short.len() <= 63 && twin.len() <= 63 && short != twin);
        assert!(is_of(&Ident::exact(&short), &Ident::exact(&one), Some(63)));
        assert!(!is_of(&Ident::exact(&short), &Ident::exact(&other), Some(63)));
    }

    #[test]
    fn other_names_are_no_names_of_what_is_set_aside() {
        for other in [
            "users",
            "_rcn_users",
            "_rcn_2026122_users",
            "_rcn_20261221_",
            "_rcn_20261221",
            "_rcn_20261221ü_a",
            "_rcn_1",
        ] {
            assert_eq!(day_of(&Ident::exact(other)), None, "{other}");
        }
    }

    #[test]
    fn case_is_folded_as_the_engine_folds() {
        let aside = Ident::folded("_rcn_20261221_Users");
        assert!(is_of(&aside, &Ident::folded("USERS"), None));
    }
}
