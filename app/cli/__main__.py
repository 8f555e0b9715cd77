"""`python -m app.cli`: the same as `goldgap`, where the program is not installed."""

from app.cli import main

main()
