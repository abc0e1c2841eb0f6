"""users

Revision ID: 1b6f0c2d9a41
Revises:
Create Date: 2025-01-10 09:00:00.000000

"""
from alembic import op
import sqlalchemy as sa

revision = "1b6f0c2d9a41"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("role", sa.Enum("ADMIN", "AGENT", "USER", name="user_role"), nullable=False, server_default="USER"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="users_pkey"),
        sa.UniqueConstraint("email", name="users_email_key"),
    )


def downgrade():
    op.drop_table("users")
    sa.Enum(name="user_role").drop(op.get_bind(), checkfirst=True)
