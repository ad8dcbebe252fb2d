"""``recall``: an extract that no longer counts, or a number that was never issued."""

from typing import Annotated

import typer

from cli.screen import Json, account, notice, opened, print_json
from records.codes import IssueStatus


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.command("recall")(recall)


def recall(
    named: Annotated[
        str,
        typer.Argument(
            metavar="NUMBER-OR-CODE",
            help="As on the paper (12/TLKS-BS); the year and the authority may stand before it (2026/12/TLKS-BS).",
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why; it stays in the book of issued extracts.")],
    superseded_by: Annotated[
        str, typer.Option("--superseded-by", metavar="CODE", help="Code or number of the extract that takes its place.")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="Who recalls; default: the account of this machine.")] = "",
    as_json: Json = False,
) -> None:
    """Thu hồi một bản sao, hoặc hủy một số bị bỏ dở. Recall an extract, or cancel a number left without one."""
    row = opened().recall(named, reason, by=account(by), superseded_by=superseded_by)
    number = row.number
    if as_json:
        print_json(
            {
                "number": str(number),
                "code": number.code,
                "status": row.status,
                "reason": row.reason,
                "superseded_by": row.superseded_by,
            }
        )
    elif row.status is IssueStatus.SUPERSEDED:
        notice(f"Bản sao số {number}, mã xác minh {number.code}, đã được thay bằng bản sao số {row.superseded_by}.")
    else:
        notice(f"Bản sao số {number}, mã xác minh {number.code}, đã thu hồi. Số này không dùng lại.")
