"""Nothing committed names a package registry, a path of one machine or a secret; the lock is host-free."""

import re

from rooms import ROOT, files

REGISTRY = re.compile(r"https?://[^\s\"']*(pypi|pythonhosted|npmjs|debian\.org)", re.IGNORECASE)
PRIVATE_KEY = re.compile(r"BEGIN (RSA |EC |OPENSSH )?PRIVATE KEY")


def test_lock_files_name_no_address() -> None:
    for name in ("requirements.lock", "requirements-uv.lock", "requirements-bench.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--hash=sha256:" in text


def test_no_file_names_a_registry_a_key_or_this_checkout() -> None:
    wrong = []
    here = str(ROOT.parent) + "/"
    for path in files("*"):
        if path.suffix in {".png", ".lock"} or path == ROOT / "LICENSE":
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if REGISTRY.search(text) or PRIVATE_KEY.search(text) or here in text:
            wrong.append(str(path.relative_to(ROOT)))
    assert not wrong
