"""Run the command line: `python -m redress.cli`."""

from redress.cli import app

app()
