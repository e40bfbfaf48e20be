from uuid import UUID

import numpy as np
import pytest

from swipesavvy.simulation.identifiers import in_holdout, uuids


def test_uuids_are_version_4_and_distinct() -> None:
    made = uuids(np.random.default_rng(1), 5_000)
    assert made.n_unique() == 5_000
    for text in made.head(50):
        parsed = UUID(text)
        assert parsed.version == 4
        assert str(parsed) == text


def test_uuids_follow_their_seed() -> None:
    one, same, other = (uuids(np.random.default_rng(seed), 3).to_list() for seed in (1, 1, 2))
    assert one == same
    assert one != other
    assert uuids(np.random.default_rng(1), 0).to_list() == []


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25])
def test_holdouts_are_a_stable_share(share: float) -> None:
    users = np.arange(100_000)
    arm = in_holdout(7, 3, users, share)
    assert arm.mean() == pytest.approx(share, abs=0.004)
    assert (arm == in_holdout(7, 3, users, share)).all()
    assert (arm[500:600] == in_holdout(7, 3, np.arange(500, 600), share)).all()


def test_arms_of_two_campaigns_are_independent() -> None:
    users = np.arange(100_000)
    one, other = in_holdout(7, 1, users, 0.5), in_holdout(7, 2, users, 0.5)
    assert (one & other).mean() == pytest.approx(0.25, abs=0.01)
