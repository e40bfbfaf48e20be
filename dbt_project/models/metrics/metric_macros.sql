-- One row per table macro that a snapshot carries for custom date ranges: the same formulas over the served facts,
-- whose names are unqualified there, in the order of creation (DuckDB checks what a macro calls).
{{ table_macro_rows() }}
order by creation_order
