"""merge canned responses and locales

Revision ID: 71de9c206da7
Revises: 5fbc7a0e4b85, 60cd8b1f5c96
Create Date: 2025-03-20 12:00:00.000000

"""

revision = "71de9c206da7"
down_revision = (
    "5fbc7a0e4b85",  # canned responses
    "60cd8b1f5c96",
)
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
