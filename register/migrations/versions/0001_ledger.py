"""The ledger: books, deliveries, entries with versions, extracts, accounts, audit chain, and its guards."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
LIVING_REQUEST = sa.text("request_id <> '' AND status <> 'cancelled'")

FROZEN = (
    "quarantined_files",
    "stage_results",
    "entry_versions",
    "readings",
    "field_versions",
    "note_versions",
    "audit_events",
)
KEPT = (
    *("books", "physical_copies", "deliveries", "delivered_pages", "entries"),
    *("issue_counters", "issued_extracts", "accounts", "chain_head"),
)


def key(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, KEY, nullable=nullable)


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def number(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable, autoincrement=False)


def moment(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, MOMENT, nullable=nullable)


def primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def foreign(table: str, columns: list[str], target: str, targets: list[str]) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        columns, [f"{target}.{column}" for column in targets], name=f"fk_{table}_{'_'.join(columns)}"
    )


def index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def upgrade() -> None:
    books_and_deliveries()
    entries_and_versions()
    extracts()
    accounts_and_audit()
    if op.get_bind().dialect.name == "sqlite":
        guard_sqlite()
    else:
        guard_postgresql()


def books_and_deliveries() -> None:
    op.create_table(
        "books",
        *(key("id"), text("authority"), text("kind"), number("year"), text("number"), text("opened"), text("closed")),
        primary("books", "id"),
    )
    op.create_table(
        "physical_copies",
        *(key("id"), key("book"), text("holder"), text("shelf"), text("condition")),
        primary("physical_copies", "id"),
        foreign("physical_copies", ["book"], "books", ["id"]),
    )
    index("physical_copies", "book")
    op.create_table(
        "deliveries",
        *(key("id"), text("kind"), text("label"), moment("received_at")),
        primary("deliveries", "id"),
    )
    op.create_table(
        "quarantined_files",
        *(key("delivery"), number("seq"), text("file"), text("digest"), text("code")),
        primary("quarantined_files", "delivery", "seq"),
        foreign("quarantined_files", ["delivery"], "deliveries", ["id"]),
    )
    op.create_table(
        "delivered_pages",
        *(key("delivery"), number("seq"), text("file"), key("page"), text("master"), number("page_in_file")),
        *(number("width"), number("height"), sa.Column("dpi", sa.Float), text("status")),
        *(text("problem", True), text("problem_facts", True), text("role", True), text("kind", True)),
        text("edition", True),
        primary("delivered_pages", "delivery", "seq"),
        unique("delivered_pages", "delivery", "file", "page"),
        foreign("delivered_pages", ["delivery"], "deliveries", ["id"]),
    )
    index("delivered_pages", "page")
    index("delivered_pages", "delivery", "status")
    op.create_table(
        "stage_results",
        *(key("page"), key("stage"), key("code_version"), text("payload")),
        *(sa.Column("seconds", sa.Float, nullable=False), moment("recorded_at")),
        primary("stage_results", "page", "stage", "code_version"),
    )


def entries_and_versions() -> None:
    op.create_table(
        "entries",
        *(key("id"), text("kind"), number("version"), text("state"), key("delivery", nullable=True)),
        *(key("book", nullable=True), text("book_number"), text("entry_number"), text("registered_on")),
        primary("entries", "id"),
        foreign("entries", ["delivery"], "deliveries", ["id"]),
        foreign("entries", ["book"], "books", ["id"]),
    )
    for column in ("state", "delivery", "book"):
        index("entries", column)
    op.create_index("ix_entries_claim", "entries", ["entry_number", "registered_on", "book_number", "kind"])
    op.create_table(
        "entry_versions",
        *(key("entry"), number("version"), text("changed_by"), moment("changed_at"), text("reason")),
        *(text("edition"), text("state"), key("delivery", nullable=True), key("book", nullable=True)),
        *(text("pages"), text("columns"), text("notes"), text("verified_by", True), moment("verified_at", True)),
        primary("entry_versions", "entry", "version"),
        foreign("entry_versions", ["entry"], "entries", ["id"]),
    )
    op.create_table(
        "readings",
        *(key("entry"), key("column_name"), number("ordinal"), text("digest"), text("text")),
        *(sa.Column("confidence", sa.Float, nullable=False), text("engine"), text("engine_version"), text("model")),
        *(sa.Column("calibrated", sa.Boolean, nullable=False), text("alternatives"), text("reason", True)),
        moment("recorded_at"),
        primary("readings", "entry", "column_name", "ordinal"),
        unique("readings", "entry", "column_name", "digest"),
        foreign("readings", ["entry"], "entries", ["id"]),
    )
    op.create_table(
        "field_versions",
        *(key("entry"), key("column_name"), number("version"), text("presence"), text("text"), text("value")),
        *(text("evidence", True), number("reading", True), text("decided_by", True), moment("decided_at", True)),
        *(sa.Column("simulated", sa.Boolean), text("doubts")),
        primary("field_versions", "entry", "column_name", "version"),
        foreign("field_versions", ["entry", "version"], "entry_versions", ["entry", "version"]),
        foreign("field_versions", ["entry", "column_name", "reading"], "readings", ["entry", "column_name", "ordinal"]),
    )
    op.create_table(
        "note_versions",
        *(key("entry"), key("note"), number("version"), text("text"), text("evidence", True)),
        *(text("read_by", True), moment("read_at", True)),
        primary("note_versions", "entry", "note", "version"),
        foreign("note_versions", ["entry", "version"], "entry_versions", ["entry", "version"]),
    )


def extracts() -> None:
    op.create_table(
        "issue_counters",
        *(key("authority"), number("year"), number("last")),
        primary("issue_counters", "authority", "year"),
    )
    op.create_table(
        "issued_extracts",
        *(key("authority"), number("year"), number("number"), text("suffix"), text("code"), text("status")),
        *(key("entry"), number("entry_version"), text("kind"), text("template"), text("applicant")),
        *(text("applicant_paper"), number("copies"), text("signer"), text("signer_title"), text("issued_by")),
        *(moment("issued_at"), text("pdf", True), text("reason"), text("superseded_by", True), text("request_id")),
        primary("issued_extracts", "authority", "year", "number"),
        unique("issued_extracts", "code"),
        unique("issued_extracts", "pdf"),
        foreign("issued_extracts", ["entry"], "entries", ["id"]),
    )
    index("issued_extracts", "entry")
    op.create_index(
        "uq_issued_extracts_request_id",
        "issued_extracts",
        ["request_id"],
        unique=True,
        sqlite_where=LIVING_REQUEST,
        postgresql_where=LIVING_REQUEST,
    )


def accounts_and_audit() -> None:
    op.create_table(
        "accounts",
        *(key("name"), text("full_name"), text("roles"), text("password_hash"), number("failures")),
        *(moment("locked_until", True), sa.Column("disabled", sa.Boolean, nullable=False)),
        primary("accounts", "name"),
    )
    op.create_table(
        "audit_events",
        *(number("seq"), text("event_type"), key("object_id"), text("agent"), moment("at"), text("detail")),
        *(text("previous"), text("digest")),
        primary("audit_events", "seq"),
        unique("audit_events", "previous"),
        unique("audit_events", "digest"),
    )
    index("audit_events", "object_id")
    head = op.create_table(
        "chain_head",
        *(number("id"), number("length"), text("digest")),
        primary("chain_head", "id"),
    )
    op.bulk_insert(head, [{"id": 1, "length": 0, "digest": "0" * 64}])


def guard_sqlite() -> None:
    for table in (*FROZEN, *KEPT):
        for verb in ("UPDATE", "DELETE") if table in FROZEN else ("DELETE",):
            op.execute(
                f"CREATE TRIGGER guard_{table}_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'the ledger keeps {table}: no {verb}'); END"
            )


def guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION ledger_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'the ledger keeps %: no %', TG_TABLE_NAME, TG_OP "
        "USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$"
    )
    for table in (*FROZEN, *KEPT):
        verbs = "UPDATE OR DELETE OR TRUNCATE" if table in FROZEN else "DELETE OR TRUNCATE"
        op.execute(
            f"CREATE TRIGGER guard_{table} BEFORE {verbs} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ledger_keeps()"
        )
