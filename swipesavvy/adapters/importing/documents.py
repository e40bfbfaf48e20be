"""YAML as nodes with places. One document, no anchors, no tags; only true, false, null and numbers are not text.

Belongs here: YAML. Not here: what a mapping may say (`domain.mapping`).
"""

import re
from pathlib import Path
from typing import NoReturn

import yaml

from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.mapping.nodes import Complaints, Listing, Literal, Node, Place, Scalar, Section

_LARGEST_BYTES = 5_000_000
_MOST_DIGITS = 18
"""Longer whole numbers do not fit 64 bits; nobody counts with them, they are names, so they stay text."""
_PLAIN: tuple[tuple[re.Pattern[str], type], ...] = (
    (re.compile(r"[-+]?(0|[1-9]\d*)", re.ASCII), int),
    (re.compile(r"(?=.*[.eE])[-+]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII), float),
)
_WORDS: dict[str, Literal] = {"": None, "~": None, "null": None, "true": True, "false": False}


class _Composer(yaml.SafeLoader):
    """Refuses tags, anchors and aliases: a few lines of aliases can stand for gigabytes; `columns` does their work."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None):
            self._refuse("anchors and aliases are not part of a mapping; compute it once under `columns`", event)
        if getattr(event, "tag", None):
            self._refuse(f"tags such as {event.tag} are not part of a mapping", event)
        return super().compose_node(parent, index)

    def _refuse(self, text: str, event: yaml.Event) -> NoReturn:
        raise yaml.composer.ComposerError(None, None, text, event.start_mark)  # type: ignore[arg-type]


def load_document(path: Path, complaints: Complaints) -> Node | None:
    """The document of a mapping file, or None after a complaint. BadInputError if the file cannot be read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise BadInputError(f"no mapping file {path}: check the path given to --mapping") from None
    except OSError as error:
        raise BadInputError(f"cannot read the mapping {path}: {error.strerror or error}") from None
    if len(data) > _LARGEST_BYTES:
        raise BadInputError(f"{path} has {len(data):,} bytes and is no mapping: is it the data file?")
    try:
        return _compose(data.decode("utf-8-sig"), complaints)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        complaints.error(Place(line, column), "the file is not UTF-8")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        complaints.error(place, f"not valid YAML: {error.problem or error.context or 'cannot be read'}")
    except yaml.reader.ReaderError as error:
        complaints.error(Place(1, 1), f"not valid YAML: character {error.position + 1} is not allowed")
    except RecursionError:
        complaints.error(Place(1, 1), "not valid YAML: nested too deeply")
    return None


def _compose(text: str, complaints: Complaints) -> Node | None:
    loader = _Composer(text)
    try:
        root = loader.get_single_node()
    finally:
        loader.dispose()
    if root is None:
        complaints.error(Place(1, 1), "the mapping is empty")
        return None
    return _node(root, complaints)


def _node(node: yaml.Node, complaints: Complaints) -> Node:
    place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.SequenceNode):
        return Listing(tuple(_node(item, complaints) for item in node.value), place)
    if isinstance(node, yaml.MappingNode):
        entries = []
        for key, value in node.value:
            read = _node(key, complaints)
            if isinstance(read, Scalar):
                entries.append((read, _node(value, complaints)))
            else:
                complaints.error(read.place, "a key must be a single value")
        return Section(tuple(entries), place)
    return _scalar(node, place)


def _scalar(node: yaml.Node, place: Place) -> Scalar:
    style = getattr(node, "style", None)
    if style is not None:
        return Scalar(str(node.value), place, place.right(1) if style in "'\"" else place)
    return Scalar(_plain(str(node.value)), place, place)


def _plain(text: str) -> Literal:
    if text in _WORDS:
        return _WORDS[text]
    for pattern, kind in _PLAIN:
        if pattern.fullmatch(text) and (kind is float or len(text) <= _MOST_DIGITS):
            return kind(text)  # type: ignore[no-any-return]
    return text
