"""The project's own: as Alembic's template writes it, with the ways in which people treat an SQLite connection."""
import asyncio

import sqlalchemy as sa
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

request = context.config.attributes
url, manner = request["url"], request["manner"]
# Names are as the revisions have them, whatever the models of a project would be named by.
metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
asynchronous = "+asyncpg" in url or "+aiosqlite" in url


def run(connection):
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=manner == "per_migration",
    )
    seen = request["seen"] = []
    if connection.dialect.name == "sqlite":
        seen.append(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())
        connection.rollback()
    try:
        with context.begin_transaction():
            context.run_migrations()
    finally:
        if connection.dialect.name == "sqlite":
            seen.append(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())
            seen.append(connection.exec_driver_sql("PRAGMA legacy_alter_table").scalar())


def listen(engine):
    if manner in ("foreign_keys", "begin"):

        @sa.event.listens_for(engine, "connect")
        def connected(connection, record):
            if manner == "begin":
                connection.isolation_level = None
            cursor = connection.cursor()
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.close()

    if manner == "begin":

        @sa.event.listens_for(engine, "begin")
        def begun(connection):
            connection.exec_driver_sql("BEGIN")


async def run_async():
    engine = create_async_engine(url, poolclass=sa.pool.NullPool)
    listen(engine.sync_engine)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


if context.is_offline_mode():
    context.configure(
        url=url, target_metadata=metadata, literal_binds=True, dialect_opts={"paramstyle": "named"}
    )
    with context.begin_transaction():
        context.run_migrations()
elif asynchronous:
    asyncio.run(run_async())
else:
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    listen(engine)
    with engine.connect() as connection:
        run(connection)
