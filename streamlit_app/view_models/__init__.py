"""From values to what a page shows: words, tones, order. Pure functions; nothing here knows Streamlit."""
