"""One module per command-line topic; `swipesavvy.cli` puts them together. Dagster is imported lazily."""
