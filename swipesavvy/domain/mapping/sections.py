"""Reading a section of `key: value` lines strictly: unknown, repeated and missing keys are complaints.

Belongs here: the shape of sections. Not here: what any key means (`reading`, `values`).
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from swipesavvy.domain.mapping.nodes import Complaints, Listing, Literal, Node, Place, Scalar, Section, hint

Choice = TypeVar("Choice", bound=StrEnum)


def describe(node: Node) -> str:
    """What a node is, in words for a complaint."""
    if isinstance(node, Section):
        return "a section of `key: value` lines"
    if isinstance(node, Listing):
        return "a list"
    return "nothing" if node.value is None else f"`{node.value}`"


class Keys:
    """The entries of a section by key. With `allowed`, any other key is a complaint."""

    def __init__(self, section: Section, complaints: Complaints, allowed: Iterable[str] | None = None) -> None:
        self.place = section.place
        self._complaints = complaints
        self.entries: dict[str, tuple[Scalar, Node]] = {}
        known = None if allowed is None else list(allowed)
        for key, node in section.entries:
            name = str(key.value)
            if name in self.entries:
                first = self.entries[name][0].place
                complaints.error(key.place, f"`{name}` is given twice; the first is in line {first.line}")
            elif known is not None and name not in known:
                complaints.error(key.place, f"unknown key `{name}`{hint(name, known)}")
            else:
                self.entries[name] = (key, node)

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def node(self, name: str) -> Node | None:
        """The node of a key, or None."""
        return self.entries[name][1] if name in self.entries else None

    def place_of(self, name: str) -> Place:
        """Where a key stands; the section's own place if it is absent."""
        return self.entries[name][0].place if name in self.entries else self.place

    def require(self, name: str, what: str) -> Node | None:
        """The node of a key that must be there."""
        if name not in self.entries:
            self._complaints.error(self.place, f"{what} needs `{name}`")
        return self.node(name)

    def text(self, name: str, default: str = "") -> str:
        """A text that is not empty, or the default where the key is absent."""
        node = self.node(name)
        if node is None:
            return default
        if isinstance(node, Scalar) and isinstance(node.value, str) and node.value:
            return node.value
        self._complaints.error(node.place, f"`{name}` must be a text, not {describe(node)}")
        return default

    def choice(self, name: str, choices: type[Choice]) -> Choice | None:
        """One of an enumeration's values, or None where the key is absent or wrong."""
        text = self.text(name)
        if not text:
            return None
        if text in [str(choice) for choice in choices]:
            return choices(text)
        node = self.node(name)
        place = node.place if node else self.place
        self._complaints.error(place, f"`{text}` is no {name}{hint(text, [str(choice) for choice in choices])}")
        return None

    def section(self, name: str) -> Section | None:
        """A section under a key, or None."""
        node = self.node(name)
        if node is None or isinstance(node, Section):
            return node
        self._complaints.error(node.place, f"`{name}` must be a section of `key: value` lines, not {describe(node)}")
        return None

    def items(self, name: str) -> tuple[Node, ...]:
        """The items of a list under a key; none where it is absent."""
        node = self.node(name)
        if node is None:
            return ()
        if isinstance(node, Listing):
            return node.items
        self._complaints.error(node.place, f"`{name}` must be a list, not {describe(node)}")
        return ()

    def literals(self, name: str) -> tuple[Literal, ...]:
        """A list of single values."""
        found: list[Literal] = []
        for item in self.items(name):
            if isinstance(item, Scalar):
                found.append(item.value)
            else:
                self._complaints.error(item.place, f"`{name}` lists single values, not {describe(item)}")
        return tuple(found)
