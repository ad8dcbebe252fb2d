"""``demo``: the whole road once, on embedded defaults, in a folder of its own."""

import typer


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
