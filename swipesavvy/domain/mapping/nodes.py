"""A document as a tree that remembers where each part stands, and the complaints made about it.

Belongs here: places, nodes, complaints, suggestions for misspelt names. Not here: what any key means.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

Literal = str | int | float | bool | None


@dataclass(frozen=True, order=True)
class Place:
    """Line and column in the mapping file, both counted from 1."""

    line: int
    column: int

    def right(self, characters: int) -> "Place":
        """The place so many characters further on the same line."""
        return Place(self.line, self.column + characters)


@dataclass(frozen=True)
class Scalar:
    """A single value. `inside` is where its text begins (after a quotation mark)."""

    value: Literal
    place: Place
    inside: Place


@dataclass(frozen=True)
class Listing:
    """A list of nodes."""

    items: tuple["Node", ...]
    place: Place


@dataclass(frozen=True)
class Section:
    """`key: value` pairs in the order written; a repeated key is kept here and complained about by the reader."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    place: Place


Node = Scalar | Listing | Section


@dataclass(frozen=True)
class Complaint:
    """Something wrong at one place of a mapping; a warning does not stop the import."""

    place: Place
    text: str
    is_warning: bool = False

    def line(self, file: str) -> str:
        """The one line shown to people."""
        label = "warning: " if self.is_warning else ""
        return f"{file}:{self.place.line}:{self.place.column}: {label}{self.text}"


@dataclass
class Complaints:
    """Collects complaints, so that all of them can be shown at once."""

    found: list[Complaint] = field(default_factory=list)

    def error(self, place: Place, text: str) -> None:
        """Note something that must be mended; the same words at the same place count once."""
        self._add(Complaint(place, text))

    def warn(self, place: Place, text: str) -> None:
        """Note something that may be a slip."""
        self._add(Complaint(place, text, is_warning=True))

    def _add(self, complaint: Complaint) -> None:
        if complaint not in self.found:
            self.found.append(complaint)

    @property
    def errors(self) -> list[Complaint]:
        """What must be mended, in the order of the file."""
        return sorted((c for c in self.found if not c.is_warning), key=lambda c: c.place)

    @property
    def warnings(self) -> list[Complaint]:
        """What may be a slip, in the order of the file."""
        return sorted((c for c in self.found if c.is_warning), key=lambda c: c.place)


def nearest(name: str, names: Iterable[str], count: int = 3, cutoff: float = 0.6) -> list[str]:
    """The names most like a misspelt one, best first, whatever their case."""
    by_lower = {known.lower(): known for known in names}
    return [by_lower[match] for match in get_close_matches(name.lower(), list(by_lower), count, cutoff)]


def hint(name: str, names: Iterable[str]) -> str:
    """`; did you mean X?` for a misspelt name, else the possible names, at most twelve."""
    known = list(names)
    close = nearest(name, known)
    if close:
        return f"; did you mean {' or '.join(close)}?"
    listed = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")  # noqa: PLR2004 - said above
    return f"; known: {listed}" if known else ""
