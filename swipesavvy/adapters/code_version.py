"""What the code and the landing folder look like, as short hashes: the cheap answer to "has anything changed?"."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from swipesavvy.domain.home import EMITTED_PREFIX, REFERENCE_TABLES, Home

PACKAGE = Path(__file__).resolve().parent.parent
DBT_PROJECT = PACKAGE.parent / "dbt_project"
# Everything that can change a published number: formulas, rules, use cases, and how they are read and written.
ROOMS = (PACKAGE / "domain", PACKAGE / "application", PACKAGE / "adapters")
DBT_FILES = frozenset({".sql", ".yml", ".csv"})
GENERATED = frozenset({"target", "logs", "dbt_packages"})


def dbt_project_files(project: Path = DBT_PROJECT) -> Iterator[Path]:
    """Source files of the dbt project, in a fixed order, without what dbt generates."""
    for path in sorted(project.rglob("*")):
        if path.suffix in DBT_FILES and not GENERATED & set(path.relative_to(project).parts):
            yield path


def code_version() -> str:
    """A hash over the dbt project and the code whose change may change a published number."""
    digest = sha256()
    for path in (*dbt_project_files(), *(path for room in ROOMS for path in sorted(room.rglob("*.py")))):
        digest.update(path.relative_to(PACKAGE.parent).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def landing_signature(home: Home) -> str | None:
    """A hash over name, size and time of change of every landed file; nothing where no file has landed.

    What builds themselves emitted does not count: it must never be the reason for another build. Files are never read
    here: a million events cost one directory listing.
    """
    return _signature(home, home.landing)


def landing_signatures(home: Home) -> dict[str, str | None]:
    """The same hash for each source's folder by itself: events and every reference table."""
    folders = {"events": home.landing_events, **{table: home.landing_table(table) for table in REFERENCE_TABLES}}
    return {source: _signature(home, folder) for source, folder in folders.items()}


def _signature(home: Home, folder: Path) -> str | None:
    digest = sha256()
    found = False
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        try:
            stat = path.stat()
        except FileNotFoundError:  # a file may vanish between listing and looking
            continue
        own = path.parent == home.landing_events and path.name.startswith(EMITTED_PREFIX)
        if path.is_file() and not own and not path.name.startswith("."):
            found = True
            digest.update(f"{path.relative_to(home.landing).as_posix()}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16] if found else None
