"""The tables of the ledger as they are now. The migrations lead here; a test compares the two.

Nothing is ever deleted, and versions, readings and audit events are never changed: triggers made by the
migrations refuse it (see ``migrations/versions/0001_ledger.py``). What changes are the small head rows.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from register.columns import KEY, Json, UtcTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

books = Table(
    "books",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("authority", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("number", Text, nullable=False),
    Column("opened", Text, nullable=False),
    Column("closed", Text, nullable=False),
)

physical_copies = Table(
    "physical_copies",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("book", KEY, ForeignKey("books.id"), nullable=False, index=True),
    Column("holder", Text, nullable=False),
    Column("shelf", Text, nullable=False),
    Column("condition", Text, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("authority", Text, nullable=False, server_default=""),
    Column("book", KEY, ForeignKey("books.id"), index=True),  # none: the delivery is a book of its own
)

book_standings = Table(  # what is expected of a book, and who closed it
    "book_standings",
    metadata,
    Column("book", KEY, ForeignKey("books.id"), primary_key=True),
    Column("first_number", Integer),
    Column("last_number", Integer),
    Column("events", Integer),
    Column("pages", Integer),
    Column("closed_by", Text, nullable=False),
    Column("closed_at", UtcTime),
)

book_explanations = Table(
    "book_explanations",
    metadata,
    Column("book", KEY, ForeignKey("books.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("numbers", Text, nullable=False),
    Column("pages", Json, nullable=False),
    Column("reason", Text, nullable=False),
    Column("explained_by", Text, nullable=False),
    Column("explained_at", UtcTime, nullable=False),
)

quarantined_files = Table(
    "quarantined_files",
    metadata,
    Column("delivery", KEY, ForeignKey("deliveries.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("file", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("code", Text, nullable=False),
)

delivered_pages = Table(
    "delivered_pages",
    metadata,
    Column("delivery", KEY, ForeignKey("deliveries.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("file", Text, nullable=False),
    Column("page", KEY, nullable=False, index=True),
    Column("master", Text, nullable=False),
    Column("page_in_file", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("dpi", Float),
    Column("status", Text, nullable=False),
    Column("problem", Text),
    Column("problem_facts", Json),
    Column("role", Text),
    Column("kind", Text),
    Column("edition", Text),
    UniqueConstraint("delivery", "file", "page"),
    Index(None, "delivery", "status"),
)

stage_results = Table(
    "stage_results",
    metadata,
    Column("page", KEY, primary_key=True),
    Column("stage", KEY, primary_key=True),
    Column("code_version", KEY, primary_key=True),
    Column("payload", Json, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
)

entries = Table(  # the head: where an entry stands, and what it is asked by
    "entries",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("delivery", KEY, ForeignKey("deliveries.id"), index=True),
    Column("book", KEY, ForeignKey("books.id"), index=True),
    Column("book_number", Text, nullable=False),
    Column("entry_number", Text, nullable=False),
    Column("registered_on", Text, nullable=False),
    Index("ix_entries_claim", "entry_number", "registered_on", "book_number", "kind"),
)

entry_versions = Table(  # one row for each version: who made it, and what it consists of
    "entry_versions",
    metadata,
    Column("entry", KEY, ForeignKey("entries.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("delivery", KEY),
    Column("book", KEY),
    Column("pages", Json, nullable=False),
    Column("columns", Json, nullable=False),
    Column("notes", Json, nullable=False),
    Column("verified_by", Text),
    Column("verified_at", UtcTime),
)

readings = Table(  # every machine reading there ever was, numbered from 1 within its field
    "readings",
    metadata,
    Column("entry", KEY, ForeignKey("entries.id"), primary_key=True),
    Column("column_name", KEY, primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("engine", Text, nullable=False),
    Column("engine_version", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("calibrated", Boolean, nullable=False),
    Column("alternatives", Json, nullable=False),
    Column("reason", Text),
    Column("recorded_at", UtcTime, nullable=False),
    UniqueConstraint("entry", "column_name", "digest"),
)

field_versions = Table(  # a row for each version in which the field changed; it holds until the next
    "field_versions",
    metadata,
    Column("entry", KEY, primary_key=True),
    Column("column_name", KEY, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("presence", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("evidence", Json),
    Column("reading", Integer),
    Column("decided_by", Text),
    Column("decided_at", UtcTime),
    Column("simulated", Boolean),
    Column("doubts", Json, nullable=False),
    Column("struck", Text, nullable=False, server_default=""),
    ForeignKeyConstraint(["entry", "version"], ["entry_versions.entry", "entry_versions.version"]),
    ForeignKeyConstraint(
        ["entry", "column_name", "reading"], ["readings.entry", "readings.column_name", "readings.ordinal"]
    ),
)

note_versions = Table(
    "note_versions",
    metadata,
    Column("entry", KEY, primary_key=True),
    Column("note", KEY, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("evidence", Json),
    Column("read_by", Text),
    Column("read_at", UtcTime),
    Column("amendments", Json, nullable=False, server_default="[]"),
    ForeignKeyConstraint(["entry", "version"], ["entry_versions.entry", "entry_versions.version"]),
)

LIVING_REQUEST = text("request_id <> '' AND status <> 'cancelled'")

issue_counters = Table(  # the last number given out, over all suffixes
    "issue_counters",
    metadata,
    Column("authority", KEY, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

issued_extracts = Table(
    "issued_extracts",
    metadata,
    Column("authority", KEY, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("suffix", Text, nullable=False),
    Column("code", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("entry", KEY, ForeignKey("entries.id"), nullable=False, index=True),
    Column("entry_version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("applicant", Text, nullable=False),
    Column("applicant_paper", Text, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("signer", Text, nullable=False),
    Column("signer_title", Text, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("issued_at", UtcTime, nullable=False),
    Column("pdf", Text, unique=True),
    Column("reason", Text, nullable=False),
    Column("superseded_by", Text),
    Column("request_id", Text, nullable=False),
    Index(  # one living copy for one request
        "uq_issued_extracts_request_id",
        "request_id",
        unique=True,
        sqlite_where=LIVING_REQUEST,
        postgresql_where=LIVING_REQUEST,
    ),
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", KEY, primary_key=True),
    Column("full_name", Text, nullable=False),
    Column("roles", Json, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", UtcTime),
    Column("disabled", Boolean, nullable=False),
)

audit_events = Table(
    "audit_events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("event_type", Text, nullable=False),
    Column("object_id", KEY, nullable=False, index=True),
    Column("agent", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("detail", Json, nullable=False),
    Column("previous", Text, nullable=False, unique=True),
    Column("digest", Text, nullable=False, unique=True),
)

chain_head = Table(  # one row: the end of the chain. Locked by every writer on PostgreSQL
    "chain_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("length", Integer, nullable=False),
    Column("digest", Text, nullable=False),
)
