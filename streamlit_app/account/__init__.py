"""Signing in and out, over plain HTTP: pages that need a cookie no script can read. No Streamlit in here."""
