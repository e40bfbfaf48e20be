"""Names under `serving/`: which snapshots there are and which is current. Opens none, so importing costs nothing."""

from pathlib import Path

from swipesavvy.domain.home import Home

SUFFIX = ".duckdb"


def snapshot_path(home: Home, build_id: str) -> Path:
    """Where the snapshot of a build lies once it is published."""
    return home.serving / f"{build_id}{SUFFIX}"


def published_builds(home: Home) -> list[str]:
    """Names of the snapshots of this home, oldest first."""
    return sorted(path.name.removesuffix(SUFFIX) for path in home.serving.glob(f"[!.]*{SUFFIX}"))


def current_build(home: Home) -> str | None:
    """The name of the build readers open now, if there is one whose file exists."""
    try:
        build_id = home.current_pointer.read_text(encoding="utf-8").strip().removesuffix(SUFFIX)
    except FileNotFoundError:
        return None
    return build_id if build_id and snapshot_path(home, build_id).is_file() else None
