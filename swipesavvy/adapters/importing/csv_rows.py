"""Rows of a CSV file one by one, where a broken row costs only itself.

Belongs here: splitting text into records, knowing the line of each. Not here: types and columns (`sources`).
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

_NOT_DECODED = re.compile("[\ud800-\udfff]")
_MOST_LINES = 1_000
"""A quoted field may span this many lines; a quote that is still open then was never meant to open one."""


class _OpenQuoteError(Exception):
    """A record has swallowed too many lines."""


@dataclass(frozen=True)
class BrokenRow:
    """A row that could not be read, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Row:
    """A row's cells; `line` is where it begins, counted from 1."""

    line: int
    cells: list[str]


class _Feed:
    """Hands lines to the csv reader and can take back those that a stray quote made it swallow."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._returned: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _MOST_LINES:
            raise _OpenQuoteError
        line = self._returned.popleft() if self._returned else next(self._lines)
        self.number += 1
        self.taken.append(line)
        return line

    def return_all_but_first(self) -> None:
        """Give back the lines after the first of the record being read."""
        self._returned.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1


def read_rows(lines: Iterator[str], separator: str, width: int | None) -> Iterator[Row | BrokenRow]:
    """Rows and broken rows in file order. `width` None takes that of the first row. Empty lines are nothing.

    A record that spans lines and has the wrong number of cells was opened by a stray quote: only its first line is
    broken, and reading starts anew at the second.
    """
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=separator, strict=True)
    while True:
        feed.taken.clear()
        reason = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = f"cannot be read: {error}"
        except _OpenQuoteError:
            reason = "a quotation mark is opened and not closed"
        line = feed.number - len(feed.taken) + 1
        if reason is None:
            if not cells:
                continue
            width = len(cells) if width is None else width
            reason = _problem(cells, width, feed.taken)
            if reason is None:
                yield Row(line, cells)
                continue
        yield BrokenRow(line, reason)
        feed.return_all_but_first()


def _problem(cells: list[str], width: int, lines: list[str]) -> str | None:
    if len(cells) != width:
        return f"has {len(cells)} cells where the header has {width}"
    for line in lines:
        if "\0" in line:
            return "holds a NUL character"
        if not line.isascii() and _NOT_DECODED.search(line):
            return "cannot be decoded; set source.encoding"
    return None
