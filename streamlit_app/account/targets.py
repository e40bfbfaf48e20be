"""Where to go after signing in: only ever a page of this dashboard."""

from urllib.parse import quote, urlsplit

HOME = "/"
SIGN_IN, ACCOUNT, SIGN_OUT, HEALTH = "/sign-in", "/account", "/sign-out", "/health"
OWN = (SIGN_IN, ACCOUNT, SIGN_OUT, HEALTH)
LONGEST = 2_000


def safe_target(text: str | None) -> str:
    """The page a person wanted, or the first page if the text could lead anywhere else."""
    if not text or len(text) > LONGEST or not text.isprintable() or "\\" in text:
        return HOME
    parts = urlsplit(text)
    # `//host` has an empty scheme and still leaves us.
    is_ours = not parts.scheme and not parts.netloc and text.startswith("/") and not text.startswith("//")
    return text if is_ours and parts.path not in OWN else HOME


def sign_in_for(path: str, query: str = "") -> str:
    """The sign-in page's address that comes back to a page afterwards."""
    target = safe_target(f"{path}?{query}" if query else path)
    return SIGN_IN if target == HOME else f"{SIGN_IN}?next={quote(target, safe='')}"
