"""The source text of `swipesavvy.client.events`: one typed class for every event type, made from the declaration.

Belongs here: writing that module. What clients do with the classes is decided in `swipesavvy.client`.
"""

from swipesavvy.domain.event_contract import EventType, Kind, Property
from swipesavvy.domain.events import EVENT_TYPES

_TYPES = {
    Kind.UUID: "str",
    Kind.SEGMENT: "str",
    Kind.TEXT: "str",
    Kind.INTEGER: "int",
    Kind.NUMBER: "float",
    Kind.MONEY: "float",
    Kind.SCORE: "float",
    Kind.FLAG: "bool",
    Kind.INSTANT: "datetime",
    Kind.DOCUMENT: "Json",
    Kind.TEXT_OR_NUMBER: "str | float",
}
_WIDTH = 120
_HEAD = '''"""Every event type as a typed class. Made by `swipesavvy contracts --format python`; do not edit by hand.

An object gives the two things a client sends: `event_type` and `properties()`. Money is in USD, scores are from 0 to
1, instants must be aware; what is left None is not sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from swipesavvy.client.typed_event import Json, TypedEvent
'''


def constructors_source() -> str:
    """The whole module, formatted."""
    names = _choice_names()
    aliases = [_alias(name, choices) for choices, name in names.items()]
    classes = [_class(declared, names) for declared in EVENT_TYPES.values()]
    return _HEAD + "\n" + "\n".join(aliases) + "\n" + "".join(classes)


def class_name(event_type: str) -> str:
    """`campaign_viewed` -> `CampaignViewed`."""
    return "".join(word.capitalize() for word in event_type.split("_"))


def _choice_names() -> dict[tuple[str, ...], str]:
    """A name for every set of accepted values: that of its first property, of the type too where two sets share it."""
    names: dict[tuple[str, ...], str] = {}
    for declared in EVENT_TYPES.values():
        for prop in declared.properties:
            if prop.kind is Kind.CHOICE and prop.choices not in names:
                name = class_name(prop.name)
                names[prop.choices] = class_name(declared.name) + name if name in names.values() else name
    return names


def _alias(name: str, choices: tuple[str, ...]) -> str:
    words = ", ".join(f'"{choice}"' for choice in choices)
    line = f"{name} = Literal[{words}]"
    if len(line) <= _WIDTH:
        return line
    inner = f"    {words}"
    if len(inner) <= _WIDTH:
        return f"{name} = Literal[\n{inner}\n]"
    return f"{name} = Literal[\n" + "".join(f'    "{choice}",\n' for choice in choices) + "]"


def _class(declared: EventType, names: dict[tuple[str, ...], str]) -> str:
    ordered = sorted(declared.properties, key=lambda prop: not prop.required)
    fields = "".join(f"    {_field(prop, names)}\n" for prop in ordered)
    return f'''

@dataclass(frozen=True, kw_only=True, slots=True)
class {class_name(declared.name)}(TypedEvent):
    """{declared.when}."""

    event_type: ClassVar[str] = "{declared.name}"
{fields}'''


def _field(prop: Property, names: dict[tuple[str, ...], str]) -> str:
    kind = names[prop.choices] if prop.kind is Kind.CHOICE else _TYPES[prop.kind]
    if prop.members:
        kind = "Mapping[str, float]"
    if prop.required:
        return f"{prop.name}: {kind}"
    # Anything that is JSON includes None.
    return f"{prop.name}: {kind} = None" if kind == "Json" else f"{prop.name}: {kind} | None = None"
