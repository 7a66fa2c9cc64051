"""What the tables are made of: their metadata, and columns that come again and again."""

import datetime as dt
import enum
from typing import Any, Final

from sqlalchemy import CheckConstraint, Column, DateTime, Dialect, ForeignKey, MetaData, Text, TypeDecorator, Uuid

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class Moment(TypeDecorator[dt.datetime]):
    """Refuses a moment without a zone, and gives every moment back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is not None and value.tzinfo is None:
            raise TypeError(f"a moment without a zone: {value}")
        return value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        # The driver gives moments in UTC already, and looking is cheaper than converting.
        return value if value is None or value.tzinfo is dt.UTC else value.astimezone(dt.UTC)


def text_column(name: str, most: int, *arguments: Any, **options: Any) -> Column[str]:
    """Text of at most `most` characters: `text` with a check can be widened without rewriting the table."""
    check = CheckConstraint(f"length({name}) <= {most}", name=f"{name}_length")
    return Column(name, Text, check, *arguments, **options)


def choice_column(name: str, kind: type[enum.StrEnum], *arguments: Any, **options: Any) -> Column[str]:
    """One of an enumeration's values, as text with a check: a new value is a new check, not a new type."""
    values = ", ".join(f"'{member.value}'" for member in kind)
    check = CheckConstraint(f"{name} IN ({values})", name=f"{name}_known")
    return Column(name, Text, check, *arguments, **options)


def business_column(*, primary_key: bool = False) -> Column[Any]:
    return Column(
        "business_id", Uuid, ForeignKey("businesses.id", ondelete="CASCADE"), primary_key=primary_key, nullable=False
    )
