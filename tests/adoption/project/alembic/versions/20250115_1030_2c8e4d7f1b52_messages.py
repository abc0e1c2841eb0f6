"""messages of a chat session

With the payload as the channel sent it.

Revision ID: 2c8e4d7f1b52
Revises: 1b6f0c2d9a41
Create Date: 2025-01-15 10:30:00.000000

"""
from typing import Union

from alembic import op
import sqlalchemy as sa

revision: str = "2c8e4d7f1b52"
down_revision: Union[str, None] = "1b6f0c2d9a41"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_sessions",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id", ondelete="CASCADE", name="chat_sessions_user_id_fkey"), nullable=False),
        sa.Column("status", sa.Enum("WAITING", "ACTIVE", "CLOSED", name="session_status"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["chat_sessions.id"], ondelete="CASCADE", name="messages_session_id_fkey"),
    )
    op.create_index("ix_messages_session_id", "messages", ["session_id"])


def downgrade() -> None:
    op.drop_index("ix_messages_session_id", table_name="messages")
    op.drop_table("messages")
    op.drop_table("chat_sessions")
    sa.Enum(name="session_status").drop(op.get_bind(), checkfirst=True)
