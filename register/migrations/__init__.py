"""Alembic migrations of the ledger, run by ``open_register``. Each states its tables by itself.

A new one: ``alembic -c register/migrations/alembic.ini revision -m "…"``, then written by hand, for
SQLite and PostgreSQL. Nothing that a person or an engine said is ever dropped by a migration.
"""
