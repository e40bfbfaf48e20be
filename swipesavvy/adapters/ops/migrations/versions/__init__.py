"""One module per change of the store's shape, in order; never edited after a release."""
