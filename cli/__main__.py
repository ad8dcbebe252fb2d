"""``python -m cli`` is the command ``khongcho``."""

from cli.main import app

if __name__ == "__main__":
    app(prog_name="khongcho")
