"""Deliveries belong to books; what people expect of a book, explain, close."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    collation = "" if sqlite else 'COLLATE "C" '
    op.execute(  # SQLite takes a reference with a new column only in one statement
        f"ALTER TABLE deliveries ADD COLUMN book TEXT {collation}CONSTRAINT fk_deliveries_book REFERENCES books (id)"
    )
    op.create_index("ix_deliveries_book", "deliveries", ["book"])
    op.create_table(
        "book_standings",
        sa.Column("book", KEY, nullable=False),
        *(sa.Column(name, sa.Integer) for name in ("first_number", "last_number", "events", "pages")),
        sa.Column("closed_by", sa.Text, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.PrimaryKeyConstraint("book", name="pk_book_standings"),
        sa.ForeignKeyConstraint(["book"], ["books.id"], name="fk_book_standings_book"),
    )
    op.create_table(
        "book_explanations",
        sa.Column("book", KEY, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "numbers", "pages", "reason", "explained_by")),
        sa.Column("explained_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("book", "ordinal", name="pk_book_explanations"),
        sa.ForeignKeyConstraint(["book"], ["books.id"], name="fk_book_explanations_book"),
    )
    guard("book_standings", ("DELETE",), sqlite=sqlite)
    guard("book_explanations", ("UPDATE", "DELETE"), sqlite=sqlite)


def guard(table: str, verbs: tuple[str, ...], *, sqlite: bool) -> None:
    if sqlite:
        for verb in verbs:
            op.execute(
                f"CREATE TRIGGER guard_{table}_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'the ledger keeps {table}: no {verb}'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER guard_{table} BEFORE {' OR '.join(verbs)} OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_keeps()"
        )


def downgrade() -> None:
    raise NotImplementedError("a ledger only grows")
