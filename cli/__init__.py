"""The use cases of the house for an operator at a terminal."""

from cli.main import app

__all__ = ["app"]
