"""``python -m cli`` is the command ``khongcho``."""

from cli.main import app

app(prog_name="khongcho")
