//! Every rule, one file each.

mod add_required_column;
mod blocking_constraint;
mod blocking_index;
mod blocking_key;
mod blocking_not_null;
mod blocking_scan;
mod body_names_what_goes;
mod data_loss;
mod drop_breaks_code;
mod drop_column;
mod drop_constraint;
mod drop_index;
mod drop_primary_key;
mod drop_table;
mod duplicate_index;
mod enum_type;
mod extension_update;
mod foreign_key_type_mismatch;
mod foreign_key_without_index;
mod json_instead_of_jsonb;
mod key_runs_out;
mod limited_text;
mod lock_held_while_working;
mod loose_table;
mod missing_primary_key;
mod money_type;
mod naming;
mod not_valid_for_ever;
mod optional_breaks_code;
mod padded_text;
mod policy_without_row_security;
mod published_without_identity;
mod redundant_index;
mod referential_action_fails;
mod rename_breaks_code;
mod reserved_word;
mod retype_breaks_code;
mod revision_for_one_engine;
mod revision_keeps_out;
mod revision_loses_data;
mod revision_without_downgrade;
mod revision_without_message;
mod row_security_without_policy;
mod search_path_of_definer;
mod sequence_instead_of_identity;
mod table_rewrite;
mod time_with_zone;
mod timestamp_without_zone;
mod two_risky_changes;
mod unique_with_null;
mod unlogged_table;
pub(super) mod unused_suppression;
mod wide_index;

use super::Rule;

/// Every rule, in the order of their codes.
pub static RULES: &[Rule] = &[
    missing_primary_key::RULE,
    foreign_key_without_index::RULE,
    duplicate_index::RULE,
    redundant_index::RULE,
    key_runs_out::RULE,
    foreign_key_type_mismatch::RULE,
    timestamp_without_zone::RULE,
    json_instead_of_jsonb::RULE,
    padded_text::RULE,
    limited_text::RULE,
    money_type::RULE,
    time_with_zone::RULE,
    reserved_word::RULE,
    naming::RULE,
    sequence_instead_of_identity::RULE,
    unique_with_null::RULE,
    wide_index::RULE,
    enum_type::RULE,
    search_path_of_definer::RULE,
    unlogged_table::RULE,
    loose_table::RULE,
    not_valid_for_ever::RULE,
    referential_action_fails::RULE,
    row_security_without_policy::RULE,
    policy_without_row_security::RULE,
    published_without_identity::RULE,
    blocking_index::RULE,
    blocking_key::RULE,
    blocking_constraint::RULE,
    blocking_not_null::RULE,
    table_rewrite::RULE,
    blocking_scan::RULE,
    add_required_column::RULE,
    drop_table::RULE,
    drop_column::RULE,
    drop_breaks_code::RULE,
    rename_breaks_code::RULE,
    data_loss::RULE,
    retype_breaks_code::RULE,
    optional_breaks_code::RULE,
    drop_index::RULE,
    drop_constraint::RULE,
    drop_primary_key::RULE,
    extension_update::RULE,
    two_risky_changes::RULE,
    lock_held_while_working::RULE,
    body_names_what_goes::RULE,
    revision_without_downgrade::RULE,
    revision_loses_data::RULE,
    revision_keeps_out::RULE,
    revision_without_message::RULE,
    revision_for_one_engine::RULE,
    unused_suppression::RULE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_are_single_and_in_order() {
        assert!(RULES.is_sorted_by(|one, other| one.code < other.code));
        for (at, rule) in RULES.iter().enumerate() {
            let plain = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(rule.id.chars().all(plain), "{}", rule.id);
            assert!(RULES[..at].iter().all(|other| other.id != rule.id), "{}", rule.id);
        }
    }
}
