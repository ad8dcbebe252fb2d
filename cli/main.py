"""The command ``khongcho``.

Exit codes: 0 all well, 1 needs a person, 2 wrong use, 3 a part is missing, 4 integrity, 70 the programme failed.
"""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli import (
    books,
    checking,
    deciding,
    demonstrating,
    evaluating,
    finding,
    forms,
    ingesting,
    issuing,
    operating,
    recalling,
    sampling,
    scanning,
    training,
    withdrawing,
)
from cli.failing import tell
from cli.screen import log_to_stderr


class _HouseGroup(TyperGroup):
    """Turns every failure into its words and its exit code, at this one place."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BaseException as error:  # a panic inside a library written in Rust is no Exception
            raise typer.Exit(tell(error, as_json=bool(ctx.find_root().meta.get("json")))) from error


app = typer.Typer(
    name="khongcho",
    cls=_HouseGroup,
    help="Không Chờ: từ sổ hộ tịch cũ đến bản sao tại quầy. From old civil-status books to certified copies.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _root(
    verbose: Annotated[bool, typer.Option("--verbose", help="Write everything that happens to stderr.")] = False,
) -> None:
    log_to_stderr(verbose=verbose)


_ROOMS = (
    *(demonstrating, sampling, scanning, ingesting, books, evaluating, finding, deciding, forms, training),
    *(withdrawing, issuing, recalling, checking, operating),
)
for room in _ROOMS:
    room.register(app)
