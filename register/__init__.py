"""The ledger, system of record: books, pages, entries and their versions, extracts, accounts, audit chain.

``open_register`` is the door. SQLite by default, PostgreSQL in service; both keep the same promises.
"""

from register.ledger import SqlRegister, open_register

__all__ = ["SqlRegister", "open_register"]
