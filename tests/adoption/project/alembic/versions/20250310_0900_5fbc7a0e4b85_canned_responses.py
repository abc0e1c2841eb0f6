"""canned responses"""

revision: str = "5fbc7a0e4b85"
down_revision: str = "4eab6f9d3a74"
branch_labels = ("canned",)
depends_on = None

import sqlalchemy as sa
from alembic import op


def upgrade():
    op.create_table(
        "canned_responses",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.CheckConstraint("length(title) > 0", name="canned_responses_title_check"),
    )


def downgrade():
    op.drop_table("canned_responses")
