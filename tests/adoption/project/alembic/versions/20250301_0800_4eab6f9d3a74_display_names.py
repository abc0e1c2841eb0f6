"""display names, made of the mail address where there is none

Revision ID: 4eab6f9d3a74
Revises: 3d9a5e8c2f63

"""
from alembic import op
import sqlalchemy as sa

revision = "4eab6f9d3a74"
down_revision = ("3d9a5e8c2f63",)
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("users", sa.Column("display_name", sa.String(100), nullable=True))
    users = sa.table("users", sa.column("id", sa.Integer), sa.column("email", sa.String), sa.column("display_name", sa.String))
    bind = op.get_bind()
    for row in bind.execute(sa.select(users.c.id, users.c.email)).all():
        bind.execute(users.update().where(users.c.id == row.id).values(display_name=row.email.split("@")[0]))
    with op.batch_alter_table("users") as batch:
        batch.alter_column("display_name", existing_type=sa.String(100), nullable=False)


def downgrade():
    with op.batch_alter_table("users") as batch:
        batch.drop_column("display_name")
