"""Secrets a home makes for itself, one file each in its `keys` folder; what they are for is the caller's matter."""

import os
import secrets

from swipesavvy.adapters.durable import sync_folder
from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.home import Home

USER_IDS = "user_ids"
"""Name of the secret that turns identifying user ids into pseudonyms."""

_BYTES = 32


def home_secret(home: Home, name: str) -> bytes:
    """The 32 random bytes of this name, made when first asked for; every process gets the same ones.

    Raises BadInputError if the file is there but does not hold a secret.
    """
    path = home.keys / name
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        home.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(home, name)
        found = path.read_bytes()
    if len(found) != _BYTES:
        raise BadInputError(f"{path}: holds {len(found)} bytes instead of {_BYTES}; restore it from its backup")
    return found


def _create(home: Home, name: str) -> None:
    """Whole or absent, and the first of several makers wins: a link fails where the name is taken."""
    temporary = home.keys / f".{name}.{os.getpid()}.{secrets.token_hex(4)}.tmp"
    file = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(file, "wb") as handle:
            handle.write(secrets.token_bytes(_BYTES))
            handle.flush()
            os.fsync(handle.fileno())
        os.link(temporary, home.keys / name)
    except FileExistsError:
        # Another process made it in the meantime: theirs is the secret.
        return
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(home.keys)
