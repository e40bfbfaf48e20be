from uuid import NAMESPACE_URL, uuid5

import pytest

from swipesavvy.domain.identifiers import SEGMENT_CODES, normalise_segment, segment_uuid


@pytest.mark.parametrize("code", SEGMENT_CODES)
def test_a_segment_and_its_uuid_mean_the_same(code: str) -> None:
    assert segment_uuid(code) == uuid5(NAMESPACE_URL, f"swipesavvy:segment:{code}")
    assert normalise_segment(str(segment_uuid(code)).upper()) == code
    assert normalise_segment(code) == code


def test_other_values_stay() -> None:
    assert normalise_segment("6f9619ff-8b86-d011-b42d-00c04fc964ff") == "6f9619ff-8b86-d011-b42d-00c04fc964ff"
