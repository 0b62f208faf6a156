"""What every table shares: how constraints are named, and that a row belongs to one workspace."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    Text,
)
from sqlalchemy import (
    text as sql,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(constraint_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def workspace_key() -> Column[str]:
    """The first column of every tenant table and of its primary key."""
    return Column("workspace_id", Text, primary_key=True)


def number() -> Column[int]:
    """An id of ours. Unique in the whole database, keyed within the workspace."""
    return Column("id", BigInteger, Identity(), primary_key=True)


def moment(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def of_workspace() -> ForeignKeyConstraint:
    """No row outlives its workspace. There may be too many for one DELETE: see `storage/forgetting.py`."""
    return ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="workspace", ondelete="CASCADE")


def refers(column: str, table: str, *, cascade: bool = False, set_null: bool = False) -> ForeignKeyConstraint:
    """A reference within the workspace. With `cascade` the row goes with what it refers to, with `set_null` it forgets it."""
    name = column.removesuffix("_id")
    target = [f"{table}.workspace_id", f"{table}.id"]
    rule = "CASCADE" if cascade else f"SET NULL ({column})" if set_null else None
    return ForeignKeyConstraint(["workspace_id", column], target, name=name, ondelete=rule)


def found_by(table: str, column: str) -> Index:
    """For who deletes what the column refers to: without it, that looks at every row of the workspace."""
    named = sql(f"{column} IS NOT NULL")
    return Index(f"ix_{table}_{column}", "workspace_id", column, postgresql_where=named)


def one_of(column: str, values: type[StrEnum] | Iterable[str]) -> CheckConstraint:
    """The column holds one of the words, or nothing."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=column)
