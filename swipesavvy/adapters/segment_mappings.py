"""Where the mapping of Segment's names comes from: the shipped file, with the entries of the home's own over it.

Belongs here: the two files. What they may say is `domain.segment_mapping`'s.
"""

from pathlib import Path

from swipesavvy.adapters.importing.documents import load_document
from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.home import Home
from swipesavvy.domain.mapping.nodes import Complaints
from swipesavvy.domain.segment_mapping import SegmentMapping, read_segment_mapping

SHIPPED = Path(__file__).with_name("segment_mapping.yaml")


def segment_mapping_file(home: Home) -> Path:
    """The home's own entries, if it has any."""
    return home.root / SHIPPED.name


def load_segment_mapping(home: Home) -> SegmentMapping:
    """The mapping in force in a home. BadInputError names the place of the first mistake in its own file."""
    mapping = _load(SHIPPED)
    own = segment_mapping_file(home)
    return _load(own).over(mapping) if own.exists() else mapping


def _load(path: Path) -> SegmentMapping:
    complaints = Complaints()
    root = load_document(path, complaints)
    mapping = SegmentMapping() if root is None else read_segment_mapping(root, complaints)
    if complaints.errors:
        more = len(complaints.errors) - 1
        tail = f" (and {more} more)" if more else ""
        raise BadInputError(f"{complaints.errors[0].line(str(path))}{tail}")
    return mapping
