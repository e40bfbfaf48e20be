"""The outside world behind ports: landing, lake, warehouse, serving snapshots, operational store, clock."""
