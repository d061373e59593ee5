"""What a database error means for the caller: run it again, come back later, or a defect."""

import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import SQLModel

RETRYABLE_STATES = frozenset({"40001", "40P01"})
BUSY_STATES = frozenset({"53300", "55P03", "57014", "57P01", "57P03"})
_SQLITE_UNIQUE = "UNIQUE constraint failed: "


def is_retryable(error: BaseException) -> bool:
    """Whether running the same thing again may succeed: a lost race, not a wrong request.

    Serialisation failure, deadlock, or a unique key of a table marked `info={"contended": True}`.
    """
    if not isinstance(error, DBAPIError):
        return False
    cause = error.orig
    if isinstance(cause, psycopg.errors.UniqueViolation):
        return _is_contended(cause.diag.table_name)
    if isinstance(cause, psycopg.Error):
        return cause.sqlstate in RETRYABLE_STATES
    if isinstance(cause, sqlite3.IntegrityError) and str(cause).startswith(_SQLITE_UNIQUE):
        return _is_contended(str(cause).removeprefix(_SQLITE_UNIQUE).partition(".")[0])
    return False


def is_busy(error: BaseException) -> bool:
    """Whether the database could not serve us now, and nothing is wrong with the request."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    cause = error.orig
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    if isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None:
        return True  # no answer at all: refused, or the connection broke
    return isinstance(cause, psycopg.Error) and cause.sqlstate in BUSY_STATES | RETRYABLE_STATES


def is_transient(error: BaseException) -> bool:
    """Whether the same may succeed a little later: the database was busy or away, or a race was lost."""
    if isinstance(error, DBAPIError):
        lost = error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
        return lost or is_retryable(error) or is_busy(error)
    return isinstance(error, OSError | TimeoutError) or is_busy(error)


def _is_contended(table: str | None) -> bool:
    found = SQLModel.metadata.tables.get(table or "")
    return found is not None and bool(found.info.get("contended"))
