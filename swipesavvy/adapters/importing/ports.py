"""The ports of `application.importing` put together for one home. Nothing else belongs here."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from swipesavvy.adapters.importing.documents import load_document
from swipesavvy.adapters.importing.engine import MappingProgram
from swipesavvy.adapters.importing.outputs import open_landing
from swipesavvy.adapters.importing.sources import OpenSource, open_source
from swipesavvy.application.importing import ImportPorts
from swipesavvy.domain.home import Home
from swipesavvy.domain.mapping.checking import SourceShape
from swipesavvy.domain.mapping.model import Mapping, SourceOptions
from swipesavvy.domain.mapping.nodes import Complaints


class SourceFile:
    """An open source file that compiles mappings over itself."""

    def __init__(self, source: OpenSource) -> None:
        self._source = source
        self.size = source.size
        self.digest = source.digest
        self.shape: SourceShape = source.shape

    def compiled(self, mapping: Mapping, complaints: Complaints) -> MappingProgram:
        """The mapping as a program over this file."""
        return MappingProgram(self._source, mapping, complaints)


@contextmanager
def _open(path: Path, options: SourceOptions) -> Iterator[SourceFile]:
    with open_source(path, options) as source:
        yield SourceFile(source)


def import_ports(home: Home) -> ImportPorts:
    """What an import into this home needs from outside."""
    return ImportPorts(load_document, _open, partial(open_landing, home))
