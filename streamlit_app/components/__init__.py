"""Pieces of a page: how a view model looks in Streamlit. No number is computed here."""
