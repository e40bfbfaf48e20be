"""A market with known truth: writes landing files as clients would, and the truth beside them."""
