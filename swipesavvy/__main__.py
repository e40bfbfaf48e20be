"""`python -m swipesavvy`: the same command line, for processes that are started by this interpreter."""

from swipesavvy.cli import main

main()
