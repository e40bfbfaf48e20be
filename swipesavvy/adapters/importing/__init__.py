"""Importing someone's own file: the outside of `application.importing`.

Belongs here: YAML with the place of every part (`documents`), source files in chunks (`csv_rows`, `sources`), a mapping
compiled into vectorised expressions (`compiling`, `conversions`, `operations`, `times`, `entries`) and run (`engine`,
`table_rows`), files written whole or not at all (`outputs`). Not here: the language (`domain.mapping`).
"""
