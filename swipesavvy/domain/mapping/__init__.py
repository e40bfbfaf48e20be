"""The mapping language: how someone's own rows become events and reference tables.

Belongs here: the language itself, pure. `nodes` is a document with the place of every part, `reading` turns it into the
typed `model` (`values` and `expressions` read its leaves), `checking` holds it against a file's columns and the
contracts in `targets`. Not here: YAML, files, and the execution on rows (`adapters.importing`). The reference for
people is `docs/importing.md`.
"""
