//! A view as its text tells it.

use crate::catalog::Ident;
use crate::catalog::kinds::View;
use crate::dialect::sqlite::text::statement;
use crate::dialect::sqlite::token::{Cursor, Reason};

/// Reads `CREATE VIEW name [(columns)] AS query`.
pub(super) fn parse(text: &str, is_relation: &dyn Fn(&Ident) -> bool) -> Result<View, Reason> {
    let mut cursor = Cursor::new(text);
    cursor.expect(&["CREATE"])?;
    cursor.expect(&["VIEW"])?;
    cursor.take(&["IF", "NOT", "EXISTS"]);
    cursor.qualified_name()?;
    let columns = if cursor.sees_punct("(") {
        cursor.names()?
    } else {
        Vec::new()
    };
    cursor.expect(&["AS"])?;
    Ok(View {
        columns,
        ..View::of_query(statement(cursor.rest(), is_relation))
    })
}
