"""``confirm``: a person says what stands in the fields of an entry."""

from typing import Annotated

import typer

from cli.screen import Json, account, notice, opened, out, print_json
from cli.tables import entry_table
from records.codes import EntryState, Presence
from records.entries import Entry
from records.errors import ExitCode, WrongUse
from wiring import House


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.command("confirm")(confirm)


def confirm(
    entry_id: Annotated[str, typer.Argument(metavar="ENTRY", help="Id of an entry, as `search` tells it.")],
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Confirm open fields as they were read; doubtful ones and notes stay open.",
        ),
    ] = False,
    fields: Annotated[
        list[str] | None, typer.Option("--field", metavar="COLUMN=TEXT", help="What stands in the book; repeatable.")
    ] = None,
    blank: Annotated[list[str] | None, typer.Option("--blank", metavar="COLUMN", help="Blank in the book.")] = None,
    illegible: Annotated[
        list[str] | None, typer.Option("--illegible", metavar="COLUMN", help="Cannot be read by a person.")
    ] = None,
    notes: Annotated[
        list[str] | None, typer.Option("--note", metavar="NOTE=TEXT", help="What a note says; repeatable.")
    ] = None,
    wordless: Annotated[
        list[str] | None, typer.Option("--no-words", metavar="NOTE", help="No words stand there: a stain; repeatable.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Who decides; default: the account of this machine.")] = "",
    as_json: Json = False,
) -> None:
    """Xác nhận các ô của một mục; khi không còn gì phải xem thì mục được xác nhận.

    Confirm fields of an entry. When nothing is open any more, the entry is verified.
    """
    house, who = opened(), account(by)
    told = _told(fields or [], blank or [], illegible or [])
    words = dict(_parted("--note NOTE=TEXT", given) for given in notes or [])
    words |= dict.fromkeys(wordless or [], "")
    if not told and not everything and not words:
        raise typer.BadParameter("--all, --field, --blank, --illegible, --note or --no-words is needed")
    entry = house.entry(entry_id)
    for column, (presence, text) in told.items():
        entry = house.confirm_field(entry_id, column, presence, text, by=who, expected_version=entry.version)
    for note, text in words.items():
        entry = house.read_note(
            entry_id,
            note,
            text,
            by=who,
            expected_version=entry.version,
            amendments=next((one.amendments for one in entry.notes if one.id == note), ()),
            wordless=note in (wordless or ()),
        )
    if everything:
        entry = confirm_open(house, entry, by=who)
    if not entry.open_questions() and entry.state is EntryState.DRAFT:
        entry = house.verify_entry(entry_id, by=who, expected_version=entry.version).entry
    if as_json:
        print_json({"entry": entry.id, "state": entry.state, "version": entry.version, "open": entry.open_questions()})
    else:
        out.print(entry_table(entry))
    if entry.open_questions():
        notice("Còn phải xem: " + ", ".join(entry.open_questions()))
        raise typer.Exit(int(ExitCode.NEEDS_PERSON))


def confirm_open(house: House, entry: Entry, *, by: str) -> Entry:
    """Confirm every open field as the machine read it; the unread, the doubtful and the notes stay."""
    for found in entry.fields:
        if not found.decided and not found.doubts and found.presence is not Presence.NOT_READ:
            entry = house.confirm_field(
                entry.id, found.column, found.presence, found.text, by=by, expected_version=entry.version
            )
    return entry


def _told(fields: list[str], blank: list[str], illegible: list[str]) -> dict[str, tuple[Presence, str]]:
    told: dict[str, tuple[Presence, str]] = {}
    for given in fields:
        column, text = _parted("--field COLUMN=TEXT", given)
        told[column] = (Presence.WRITTEN, text)
    for column in blank:
        told[column] = (Presence.BLANK, "")
    for column in illegible:
        told[column] = (Presence.ILLEGIBLE, "")
    if len(told) != len(fields) + len(blank) + len(illegible):
        raise WrongUse("FIELD_TOLD_TWICE")
    return told


def _parted(option: str, given: str) -> tuple[str, str]:
    name, equals, text = given.partition("=")
    if not equals:
        raise typer.BadParameter(f"it is {option}: {given}")
    return name.strip(), text
