"""A note says what it changes, and a field keeps what was struck out in it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("note_versions", sa.Column("amendments", sa.Text, nullable=False, server_default="[]"))
    op.add_column("field_versions", sa.Column("struck", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("a ledger only grows")
