//! Foreign data wrappers, servers and tables, with their options.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-foreign-data-wrapper.html>,
//! <https://www.postgresql.org/docs/current/catalog-pg-foreign-server.html>. Values of options whose names say that they are
//! secret do not leave the server.

use std::sync::Arc;

use crate::catalog::kinds::{ForeignDataWrapper, ForeignServer, Options, is_secret};
use crate::catalog::{Ident, QName};
use crate::dialect::EngineError;

use super::batch::{Cells, Part, Raw};

/// A row of `pg_foreign_data_wrapper`.
pub(super) struct WrapperRow {
    pub(super) oid: u32,
    pub(super) name: Ident,
    pub(super) wrapper: ForeignDataWrapper,
    pub(super) secrets: Vec<Arc<str>>,
}

/// A row of `pg_foreign_server`.
pub(super) struct ServerRow {
    pub(super) oid: u32,
    pub(super) name: Ident,
    pub(super) server: ForeignServer,
    pub(super) secrets: Vec<Arc<str>>,
}

/// Options, and the names of those that are secret.
#[derive(Default)]
pub(super) struct OptionsRow {
    pub(super) options: Options,
    pub(super) secrets: Vec<Arc<str>>,
}

/// A row of `pg_foreign_table`.
pub(super) struct TableRow {
    pub(super) server: Ident,
    pub(super) said: OptionsRow,
}

/// Wrappers, a row an option.
pub(super) fn wrappers() -> Part {
    Part {
        what: "foreign data wrappers",
        sql: "SELECT w.oid, w.fdwname, hn.nspname, h.proname, vn.nspname, v.proname, o.option_name, o.option_value \
              FROM pg_catalog.pg_foreign_data_wrapper w \
              LEFT JOIN pg_catalog.pg_proc h ON h.oid = w.fdwhandler \
              LEFT JOIN pg_catalog.pg_namespace hn ON hn.oid = h.pronamespace \
              LEFT JOIN pg_catalog.pg_proc v ON v.oid = w.fdwvalidator \
              LEFT JOIN pg_catalog.pg_namespace vn ON vn.oid = v.pronamespace \
              LEFT JOIN LATERAL pg_catalog.pg_options_to_table(w.fdwoptions) o ON true \
              ORDER BY w.fdwname COLLATE \"C\", o.option_name COLLATE \"C\""
            .to_owned(),
        take: |raw, cells| {
            let oid = cells.number(0)?;
            if raw.wrappers.last().is_none_or(|row| row.oid != oid) {
                let row = WrapperRow {
                    oid,
                    name: raw.ident(cells.text(1)?),
                    wrapper: ForeignDataWrapper {
                        handler: function(raw, cells, 2)?,
                        validator: function(raw, cells, 4)?,
                        options: Options::new(),
                    },
                    secrets: Vec::new(),
                };
                raw.wrappers.push(row);
            }
            match raw.wrappers.last_mut() {
                Some(row) => option(cells, 6, &mut row.wrapper.options, &mut row.secrets),
                None => Ok(()),
            }
        },
    }
}

/// Servers, a row an option.
pub(super) fn servers() -> Part {
    Part {
        what: "foreign servers",
        sql: "SELECT s.oid, s.srvname, w.fdwname, s.srvtype, s.srvversion, o.option_name, o.option_value \
              FROM pg_catalog.pg_foreign_server s \
              JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw \
              LEFT JOIN LATERAL pg_catalog.pg_options_to_table(s.srvoptions) o ON true \
              ORDER BY s.srvname COLLATE \"C\", o.option_name COLLATE \"C\""
            .to_owned(),
        take: |raw, cells| {
            let oid = cells.number(0)?;
            if raw.servers.last().is_none_or(|row| row.oid != oid) {
                let row = ServerRow {
                    oid,
                    name: raw.ident(cells.text(1)?),
                    server: ForeignServer {
                        wrapper: raw.ident(cells.text(2)?),
                        sort: cells.opt(3)?.map(Arc::from),
                        version: cells.opt(4)?.map(Arc::from),
                        options: Options::new(),
                    },
                    secrets: Vec::new(),
                };
                raw.servers.push(row);
            }
            match raw.servers.last_mut() {
                Some(row) => option(cells, 5, &mut row.server.options, &mut row.secrets),
                None => Ok(()),
            }
        },
    }
}

/// Foreign tables, a row an option.
pub(super) fn tables() -> Part {
    Part {
        what: "foreign tables",
        sql: "SELECT t.ftrelid, s.srvname, o.option_name, o.option_value FROM pg_catalog.pg_foreign_table t \
              JOIN pg_catalog.pg_foreign_server s ON s.oid = t.ftserver \
              LEFT JOIN LATERAL pg_catalog.pg_options_to_table(t.ftoptions) o ON true ORDER BY t.ftrelid"
            .to_owned(),
        take: |raw, cells| {
            let server = raw.ident(cells.text(1)?);
            let said = OptionsRow::default();
            let row = raw
                .foreign_tables
                .entry(cells.number(0)?)
                .or_insert(TableRow { server, said });
            option(cells, 2, &mut row.said.options, &mut row.said.secrets)
        },
    }
}

/// Options of columns of foreign tables, a row an option.
pub(super) fn columns() -> Part {
    Part {
        what: "columns of foreign tables",
        sql: "SELECT a.attrelid, a.attnum, o.option_name, o.option_value FROM pg_catalog.pg_foreign_table t \
              JOIN pg_catalog.pg_attribute a ON a.attrelid = t.ftrelid AND a.attnum > 0 AND NOT a.attisdropped \
              CROSS JOIN LATERAL pg_catalog.pg_options_to_table(a.attfdwoptions) o ORDER BY a.attrelid, a.attnum"
            .to_owned(),
        take: |raw, cells| {
            let place = (cells.number(0)?, cells.number(1)?);
            let row = raw.column_options.entry(place).or_default();
            option(cells, 2, &mut row.options, &mut row.secrets)
        },
    }
}

/// The function whose schema and name stand from here on.
fn function(raw: &mut Raw, cells: &Cells<'_>, at: usize) -> Result<Option<QName>, EngineError> {
    let (Some(schema), Some(name)) = (cells.opt(at)?, cells.opt(at + 1)?) else {
        return Ok(None);
    };
    Ok(Some(QName::in_schema(raw.ident(schema), raw.ident(name))))
}

/// Takes the option whose name and value stand from here on; of a secret, only the name.
pub(super) fn option(
    cells: &Cells<'_>,
    at: usize,
    options: &mut Options,
    secrets: &mut Vec<Arc<str>>,
) -> Result<(), EngineError> {
    match cells.opt(at)? {
        None => {}
        Some(name) if is_secret(name) => secrets.push(Arc::from(name)),
        Some(name) => {
            let value = cells.opt(at + 1)?.unwrap_or_default();
            options.push((Arc::from(name), Arc::from(value)));
            options.sort();
        }
    }
    Ok(())
}
