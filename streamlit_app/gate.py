"""The gate every run of the app passes, and every fragment that refreshes itself: who is looking?

The HTTP door (`account.door`) sends strangers to sign-in before a page loads; this gate catches sessions that end
while a page is open.
"""

import streamlit as st

from streamlit_app import composition
from streamlit_app.account.targets import ACCOUNT, SIGN_IN
from swipesavvy.domain.people import Person


def session_token() -> str:
    """The session cookie this browser opened the page with; empty if there is none."""
    return st.context.cookies.get(composition.services().session_cookie) or ""


def signed_in() -> Person | None:
    """Who holds this browser's session now; None also for somebody who still has to choose a password."""
    person = composition.services().people.person_for(session_token(), composition.now())
    return None if person is None or person.must_change_password else person


def enter() -> Person:
    """Let a signed-in person through; anybody else gets the way to sign in, and the run ends here."""
    person = signed_in()
    if person is None:
        _explain()
        st.stop()
    return person


def sign_out() -> None:
    """End this browser's session at once; the next run shows the way back in."""
    composition.services().people.sign_out(session_token())


def _explain() -> None:
    waiting = composition.services().people.person_for(session_token(), composition.now())
    with st.container(key="gate"):
        if waiting is not None:
            st.subheader("Choose a password first")
            st.html(f'<p>You have a one-time password. <a href="{ACCOUNT}" target="_self">Choose your own</a>.</p>')
        else:
            st.subheader("You are signed out")
            st.html(f'<p>Your session has ended. <a href="{SIGN_IN}" target="_self">Sign in again</a> to go on.</p>')
