"""What the parts of the ledger have in common: the database."""

from register.database import Database


class Part:
    """A part of the ledger: some of its methods, over one database."""

    def __init__(self, database: Database) -> None:
        self.database = database
