//! The spelling of the engine's most used types by their numbers, so that the server need not format one a column.
//!
//! The numbers are fixed: <https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat>.
//! Must not: know a type that `format_type` spells with its modifier in the middle, other than those below.

/// The types that [`spell`] knows, as a list for SQL.
pub(super) const KNOWN: &str = "16, 17, 18, 19, 20, 21, 23, 25, 26, 114, 142, 700, 701, 869, 1000, 1005, 1007, 1009, \
     1015, 1016, 1021, 1022, 1042, 1043, 1082, 1083, 1114, 1115, 1184, 1185, 1231, 1700, 2950, 2951, 3802, 3807, 1182, \
     1014, 650, 829, 3614, 199, 1001";

/// Bytes that the modifier of a text or number type counts in addition to its length.
const HEADER: i32 = 4;

/// What `format_type` prints for a type and its modifier, if it is one of [`KNOWN`].
pub(super) fn spell(type_id: u32, modifier: i32) -> Option<String> {
    let (base, array) = match element(type_id) {
        Some(element) => (element, "[]"),
        None => (type_id, ""),
    };
    let plain = |text: &str| Some(format!("{text}{array}"));
    match base {
        16 => plain("boolean"),
        17 => plain("bytea"),
        18 => plain("\"char\""),
        19 => plain("name"),
        20 => plain("bigint"),
        21 => plain("smallint"),
        23 => plain("integer"),
        25 => plain("text"),
        26 => plain("oid"),
        114 => plain("json"),
        142 => plain("xml"),
        650 => plain("cidr"),
        700 => plain("real"),
        701 => plain("double precision"),
        829 => plain("macaddr"),
        869 => plain("inet"),
        1082 => plain("date"),
        2950 => plain("uuid"),
        3614 => plain("tsvector"),
        3802 => plain("jsonb"),
        1042 if modifier < 0 => plain("bpchar"),
        1042 => plain(&format!("character({})", modifier - HEADER)),
        1043 if modifier < 0 => plain("character varying"),
        1043 => plain(&format!("character varying({})", modifier - HEADER)),
        1083 => plain(&timed("time", modifier, " without time zone")),
        1114 => plain(&timed("timestamp", modifier, " without time zone")),
        1184 => plain(&timed("timestamp", modifier, " with time zone")),
        1700 => plain(&numeric(modifier)),
        _ => None,
    }
}

/// The type of the elements of an array type.
fn element(type_id: u32) -> Option<u32> {
    Some(match type_id {
        1000 => 16,
        1001 => 17,
        1005 => 21,
        1007 => 23,
        1009 => 25,
        1014 => 1042,
        1015 => 1043,
        1016 => 20,
        1021 => 700,
        1022 => 701,
        199 => 114,
        1115 => 1114,
        1182 => 1082,
        1185 => 1184,
        1231 => 1700,
        2951 => 2950,
        3807 => 3802,
        _ => return None,
    })
}

fn timed(name: &str, modifier: i32, zone: &str) -> String {
    if modifier < 0 {
        format!("{name}{zone}")
    } else {
        format!("{name}({modifier}){zone}")
    }
}

/// The scale is signed, in eleven bits, since 15; before it was never negative.
fn numeric(modifier: i32) -> String {
    if modifier < 0 {
        return "numeric".to_owned();
    }
    let bits = modifier - HEADER;
    let precision = (bits >> 16) & 0xffff;
    let scale = ((bits & 0x7ff) ^ 1024) - 1024;
    format!("numeric({precision},{scale})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_are_spelled_as_the_engine_does() {
        for (type_id, modifier, text) in [
            (1043, 68, "character varying(64)"),
            (1015, 68, "character varying(64)[]"),
            (1043, -1, "character varying"),
            (1700, 655_366, "numeric(10,2)"),
            (1700, -1, "numeric"),
            (1184, -1, "timestamp with time zone"),
            (1114, 3, "timestamp(3) without time zone"),
            (1042, 5, "character(1)"),
            (1007, -1, "integer[]"),
        ] {
            assert_eq!(spell(type_id, modifier).as_deref(), Some(text));
        }
        assert_eq!(spell(600, -1), None);
    }

    #[test]
    fn every_known_number_is_spelled() {
        for number in KNOWN.split(',') {
            let number = number.trim().parse().unwrap();
            assert!(spell(number, -1).is_some(), "{number}");
        }
    }
}
