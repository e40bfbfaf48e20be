"""Pure rules and values. No disk, network, clock or environment; no framework and no store."""
