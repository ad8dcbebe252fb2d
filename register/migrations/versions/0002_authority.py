"""A delivery says who kept the book."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("authority", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("a ledger only grows")
