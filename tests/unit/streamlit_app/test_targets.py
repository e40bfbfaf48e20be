"""After signing in a person lands on a page of this dashboard, whatever the address says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlit_app.account.targets import safe_target, sign_in_for


@pytest.mark.parametrize("text", ["/", "/metrics", "/overview?sort=ctr&campaign=1", "/x/y?z=%2F%2F"])
def test_our_pages_are_kept(text: str) -> None:
    assert safe_target(text) == text


@pytest.mark.parametrize(
    "text",
    [
        None, "", "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil",
        "javascript:x", "evil", "/x\r\nSet-Cookie: a=b", "/\t/evil.example", "/sign-in", "/account", "/sign-out?x",
        "/health", "/" + "a" * 3000, "http:/evil.example",
    ],
)  # fmt: skip
def test_everything_else_leads_home(text: str | None) -> None:
    assert safe_target(text) == "/"


@given(st.text())
def test_a_target_never_leaves_us(text: str) -> None:
    target = safe_target(text)
    assert target.startswith("/")
    assert not target.startswith(("//", "/\\"))
    assert target.isprintable()


def test_the_wanted_page_comes_back_after_signing_in() -> None:
    assert sign_in_for("/") == "/sign-in"
    assert sign_in_for("/metrics", "a=1&b=2") == "/sign-in?next=%2Fmetrics%3Fa%3D1%26b%3D2"
    assert sign_in_for("//evil.example") == "/sign-in"
