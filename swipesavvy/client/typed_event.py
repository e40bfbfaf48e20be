"""What every typed event has in common: its type, and its properties the way they are sent.

Belongs here: turning fields into JSON values. The types themselves are in `events`, made from the contract.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import ClassVar, TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedEvent:
    """An event before it is sent: which type, with which properties."""

    event_type: ClassVar[str]

    def properties(self) -> dict[str, Json]:
        """The properties as they are sent; what is None is left out.

        Raises:
            ValueError: an instant has no zone.
        """
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: _sent(value) for name, value in own.items() if value is not None}


def _sent(value: "Json | datetime") -> Json:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError(f"{value}: the instant has no zone; give it one, for example tzinfo=UTC")
    return value.isoformat()
