"""Is the process that wrote this name still the one running? A number alone is reused after a restart."""

import os
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def process_identity(pid: int | None = None) -> str | None:
    """A name no other process of this or an earlier boot has; nothing if the process does not run."""
    number = os.getpid() if pid is None else pid
    try:
        # Field 22 is the start time; the command in field 2 may hold spaces, so count from its closing bracket.
        started = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
        boot = BOOT_ID.read_text(encoding="utf-8").strip()
    except (OSError, IndexError):
        return f"{number}" if _is_alive(number) else None
    return f"{number}@{started}@{boot}"


def is_running(identity: str) -> bool:
    """Whether the very process that had this identity still runs."""
    number = identity.partition("@")[0]
    return number.isdigit() and process_identity(int(number)) == identity


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
