"""line ids"""
from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = '3d9a5e8c2f63'
previous = '2c8e4d7f1b52'
down_revision = previous
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('users') as batch:
        batch.add_column(sa.Column('line_user_id', sa.String(64), nullable=True))
        batch.create_index('ix_users_line_user_id', ['line_user_id'], unique=True)


def downgrade():
    with op.batch_alter_table('users') as batch:
        batch.drop_index('ix_users_line_user_id')
        batch.drop_column('line_user_id')
