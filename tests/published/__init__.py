"""A small published home for tests of everything that reads snapshots: real DuckDB files, numbers easy to check."""
