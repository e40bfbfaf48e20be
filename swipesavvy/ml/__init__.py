"""Models: features in, results out. No I/O, no framework beyond the numerical libraries."""
