"""Whatever step a process dies at, doing the same again gives the lake an undisturbed run would have given."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from dying import OPERATIONS, market
from killing import State, Work, program, state
from landed import content, land, line, take_in

from swipesavvy.domain.home import Home


@pytest.fixture(scope="module")
def work() -> Iterator[Work]:
    with program() as found:
        yield found


@dataclass(frozen=True)
class Scene:
    """One operation: a home before it, what an undisturbed run makes of it, and how many steps that takes."""

    operation: str
    before: Home
    whole: State
    steps: int

    def copy(self, folder: Path) -> Home:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.before.root, folder)
        return Home(folder)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory, work: Work) -> Callable[[str], Scene]:
    found: dict[str, Scene] = {}

    def scene(operation: str) -> Scene:
        if operation not in found:
            before = Home(tmp_path_factory.mktemp("before"))
            market(before)
            OPERATIONS[operation].prepare(before)
            whole = Home(tmp_path_factory.mktemp("whole") / "home")
            shutil.copytree(before.root, whole.root)
            steps = work(whole, operation).steps
            found[operation] = Scene(operation, before, state(whole), steps)
        return found[operation]

    return scene


def killed_and_done_again(scene: Scene, work: Work, folder: Path, step: int, *, careless: bool = False) -> State:
    home = scene.copy(folder)
    assert work(home, scene.operation, step, careless=careless).was_killed
    work(home, scene.operation)
    assert not [path for folder in (home.lake, home.landing) for path in folder.rglob("*.tmp")]
    return state(home)


def check_kills(scene: Scene, work: Work, folder: Path, steps: range | list[int]) -> None:
    for step in steps:
        again = killed_and_done_again(scene, work, folder, step)
        assert again == scene.whole, f"{scene.operation} killed at step {step}"


def test_killed_in_the_middle_doing_it_again_gives_the_same_lake(
    tmp_path: Path, work: Work, scenes: Callable[[str], Scene]
) -> None:
    for operation in ("ingest", "replay"):
        scene = scenes(operation)
        assert scene.steps > 20
        check_kills(scene, work, tmp_path / "home", [scene.steps // 2, scene.steps - 2])


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS)
def test_killed_at_any_step_doing_it_again_gives_the_same_lake(
    tmp_path: Path, work: Work, scenes: Callable[[str], Scene], operation: str
) -> None:
    scene = scenes(operation)
    assert scene.steps > 10
    check_kills(scene, work, tmp_path / "home", range(1, scene.steps + 1))


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS)
def test_killed_from_outside_at_random_moments(
    tmp_path: Path, work: Work, scenes: Callable[[str], Scene], operation: str
) -> None:
    scene, random = scenes(operation), Random(20261121)
    home = scene.copy(tmp_path / "home")
    # The shortest first: once it has ended undisturbed there is little left to kill.
    pauses = sorted(random.uniform(0.01, 0.8) for _ in range(8))
    killed = sum(work(home, operation, seconds=seconds).was_killed for seconds in pauses)
    work(home, operation)
    assert state(home) == scene.whole
    assert killed > 0


@pytest.mark.slow
@pytest.mark.parametrize("operation", ["ingest", "replay"])
def test_without_one_transaction_a_kill_loses_lines(
    tmp_path: Path, work: Work, scenes: Callable[[str], Scene], operation: str
) -> None:
    """The control: the same kills show at once when a batch is committed in two parts."""
    scene = scenes(operation)
    home = scene.copy(tmp_path / "count")
    steps = work(home, operation, careless=True).steps
    assert state(home) == scene.whole
    undisturbed = len(scene.whole.content.events)
    assert any(
        len(killed_and_done_again(scene, work, tmp_path / "home", step, careless=True).content.events) < undisturbed
        for step in range(1, steps + 1)
    )


@pytest.mark.slow
def test_ids_of_a_killed_ingest_are_all_known(tmp_path: Path, work: Work, scenes: Callable[[str], Scene]) -> None:
    """Every event once more, long after: all are copies, whatever day they claim."""
    scene = scenes("ingest")
    home = scene.copy(tmp_path / "home")
    for step in (scene.steps // 3, scene.steps // 3, scene.steps // 2):
        work(home, "ingest", step)
    work(home, "ingest")
    land(home, "z.jsonl", [line(n, 80_000, hours=n % 40) for n in range(70)])
    assert take_in(home).clean == 0
    assert len(content(home).events) == len(scene.whole.content.events)
