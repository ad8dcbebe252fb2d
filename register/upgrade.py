"""Brings a database to the schema of this version, by Alembic; an empty one gets all of it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from records.errors import WrongUse
from register.database import Database

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Create or migrate, in one transaction; several processes may try at once.

    Raises PartUnavailable, and WrongUse for a database that a later version has already migrated.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with database.read() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
    with database.change_schema() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise WrongUse("REGISTER_NEWER", where=database.where, detail=error) from error
