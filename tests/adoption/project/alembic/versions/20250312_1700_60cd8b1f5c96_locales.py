"""locales

Revision ID: 60cd8b1f5c96
Revises: 4eab6f9d3a74
Create Date: 2025-03-12 17:00:00.000000

"""
from alembic import op
import sqlalchemy as sa

revision, down_revision = "60cd8b1f5c96", "4eab6f9d3a74"
branch_labels = depends_on = None


def upgrade():
    op.add_column("users", sa.Column("locale", sa.String(8), server_default="en", nullable=False))


def downgrade():
    with op.batch_alter_table("users") as batch:
        batch.drop_column("locale")
