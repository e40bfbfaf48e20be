"""Runs the packaged Alembic migrations. Loaded only when there is something to run."""

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from swipesavvy.adapters.ops.migrations import HEAD
from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.home import Home

LOG = logging.getLogger(__name__)


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration for the packaged migrations, on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade_to_newest(connection: Connection, found: str | None, home: Home) -> None:
    """Run what is missing since revision `found`, inside the caller's transaction.

    BadInputError if `found` is unknown: the store was written by a newer version of this program.
    """
    config = alembic_config(connection)
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise BadInputError(
            f"{home.root}: the operational store has revision {found}, which this version does not know; "
            "install the version that wrote it, or a newer one"
        )
    command.upgrade(config, "head")
    LOG.info("operational store upgraded from %s to %s", found or "nothing", HEAD)
