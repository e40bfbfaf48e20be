"""SwipeSavvy: the product itself, used by the Dagster project, the dashboard and the command line."""
