"""who closed a session

Revision ID: 82efad317eb8
Revises: 71de9c206da7
Create Date: 2025-04-02 11:00:00.000000

"""
from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

revision: str = "82efad317eb8"
down_revision: Union[str, Sequence[str], None] = "71de9c206da7"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    kind = sa.Enum("OPERATOR", "USER", "SYSTEM", name="closed_by")
    kind.create(op.get_bind(), checkfirst=True)
    op.add_column("chat_sessions", sa.Column("closed_by", kind, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("chat_sessions") as batch:
        batch.drop_column("closed_by")
    sa.Enum(name="closed_by").drop(op.get_bind(), checkfirst=True)
