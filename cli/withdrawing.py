"""``withdraw``: an entry is taken out of use, with the reason: one page was scanned twice, or something is no entry."""

from typing import Annotated

import typer

from cli.screen import Json, account, notice, opened, print_json


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.command("withdraw")(withdraw)


def withdraw(
    entry_id: Annotated[str, typer.Argument(metavar="ENTRY", help="Id of an entry, as `book report` tells it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in words that still tell somebody in twenty years.")],
    by: Annotated[str, typer.Option("--by", help="Who decides; default: the account of this machine.")] = "",
    as_json: Json = False,
) -> None:
    """Bỏ một mục thừa (trang quét hai lần, không phải mục) khỏi sổ và tra cứu; mọi bản của mục vẫn được giữ.

    Take an entry out of its book and the search, for ever. All its versions are kept. Not from a closed book.
    """
    house = opened()
    entry = house.withdraw_entry(entry_id, reason, by=account(by))
    if as_json:
        print_json({"entry": entry.id, "state": entry.state, "version": entry.version})
    else:
        notice(f"Đã bỏ mục {entry.id}; mục không còn được tra cứu và không tính vào sổ.")
