"""Brings a file's schema to the newest; loads Alembic, so import it only when there is something to do."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from workshop_tui.errors import StoreError
from workshop_tui.store.shape import broken, lacking

_SCRIPTS = Path(__file__).parent / "migrations"


def configuration() -> Config:
    """Alembic's, for the scripts that are shipped with us."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def upgrade(path: Path, busy_timeout_s: float, revision: str = "head") -> None:
    """All or nothing, in one transaction; of two programs at once, one waits and finds it done.

    Raises `StoreError` for a schema that is not one of ours, and SQLAlchemy's errors.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        connect_args={"isolation_level": None, "timeout": busy_timeout_s},
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise StoreError(f"{path} has a schema that no workshop-tui made ({error}): start with --db NEW") from error
        except DBAPIError as error:
            if getattr(error.orig, "sqlite_errorname", "") != "SQLITE_ERROR":
                raise
            raise broken(path, f"is not as its version says ({error.orig})") from error
        if revision == "head" and (hole := lacking(connection.exec_driver_sql)):
            raise broken(path, f"would lack {hole} in this version")
