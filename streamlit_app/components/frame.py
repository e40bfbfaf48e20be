"""What surrounds every page: who is signed in, which build is shown, and what happens when a module fails."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from html import escape

import streamlit as st

from streamlit_app import composition, gate
from streamlit_app.account.targets import ACCOUNT
from swipesavvy.application.metric_queries import BuildInfo
from swipesavvy.domain import figures
from swipesavvy.domain.errors import NotBuiltYetError, SwipeSavvyError
from swipesavvy.domain.event_contract import REFRESH_LEVEL
from swipesavvy.domain.people import Person

log = logging.getLogger(__name__)
POLL_SECONDS = 10


def account_menu(person: Person) -> None:
    """Name and role, the way to another password, and out."""
    with st.container(key="account"), st.popover(person.name, help="Your account", type="tertiary"):
        st.html(f"<p><b>{escape(person.name)}</b><br>{escape(person.role.label)}</p>")
        st.html(f'<p><a href="{ACCOUNT}" target="_self">Change password</a></p>')
        st.button("Sign out", on_click=gate.sign_out, key="sign_out")


def open_desk() -> composition.Desk:
    """The published build to show; where there is none yet the page teaches how to get one and ends here."""
    reading = composition.services().reading
    try:
        desk = reading.desk()
    except NotBuiltYetError:
        _watch(reading.published())
        with st.container(key="nothing-yet", border=True):
            st.subheader("No numbers yet")
            st.markdown(
                "Here you will see what every campaign brings back, what it costs and what it really causes. "
                "To get there, let the platform take in what has landed and build:"
            )
            st.code("swipesavvy run", language="bash")
            st.markdown("No data at hand? `swipesavvy simulate` writes a market to try. This page fills by itself.")
        st.stop()
    return desk


def freshness(build: BuildInfo) -> None:
    """The small line that says which build this is and how old; it loads a newer one as soon as it is published."""
    _watch(build.build_id, build)


def staleness(build: BuildInfo, now: datetime) -> str:
    """What to say where the data is older than was promised; empty where it is not."""
    passed = now - build.data_as_of
    if passed <= REFRESH_LEVEL.acceptable:
        return ""
    return f"Based on data that is {figures.age(build.data_as_of, now).removesuffix(' ago')} old"


@st.fragment(run_every=POLL_SECONDS)
def _watch(shown: str | None, build: BuildInfo | None = None) -> None:
    reading = composition.services().reading
    if gate.signed_in() is None or reading.published() != shown:
        st.rerun()
    if build is not None:
        now = composition.now()
        old = f'<span class="is-old">! {escape(stale)}</span> · ' if (stale := staleness(build, now)) else ""
        st.html(
            f'<p class="freshness" title="Published {figures.moment(build.published_at)}">{old}'
            f"Data as of <b>{figures.moment(build.data_as_of)}</b> · updated "
            f"{figures.age(build.published_at, now)} · build <code>{escape(build.build_id)}</code></p>"
        )


@contextmanager
def module(title: str) -> Iterator[None]:
    """A failing module says so in its own place; its neighbours stay."""
    try:
        yield
    except SwipeSavvyError as error:
        st.warning(f"{title}: {error}")
    except Exception:
        # Whatever it is, the reader needs one calm line here and the log needs everything. Streamlit's own control
        # flow (stop, rerun) is no Exception and passes.
        log.exception("%s failed", title)
        st.error(f"{title} cannot be shown right now. The rest of the page is not affected; the log has the details.")
