"""Use cases by topic: queries that read, operations that change, and the ports they need. No SQL, no framework."""
