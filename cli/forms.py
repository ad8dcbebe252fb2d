"""``forms``: the printed forms that the programme knows."""

import typer

from cli.screen import Json, out, print_json, table

forms_app = typer.Typer(help="Các mẫu sổ đã biết. The forms of register books that are known.", no_args_is_help=True)

_KNOWLEDGE = {"exact": "đúng mẫu in", "reconstructed": "dựng lại từ nhãn in", "guessed": "phỏng đoán"}


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.add_typer(forms_app, name="forms")


@forms_app.command("list")
def list_(as_json: Json = False) -> None:
    """Liệt kê các mẫu sổ đã biết, thời gian dùng và căn cứ pháp lý.

    List the editions of register books that are known, when they were in use, and on what legal basis.
    """
    from forms import editions

    if as_json:
        rows = [
            {
                "id": edition.id,
                "kind": edition.kind,
                "name": edition.name,
                "valid_from": edition.valid_from.isoformat(),
                "valid_to": edition.valid_to.isoformat() if edition.valid_to else None,
                "basis": edition.basis,
                "layout": edition.layout,
            }
            for edition in editions()
        ]
        print_json({"editions": rows})
        return
    shown = table("Các mẫu sổ đã biết", "Mẫu", "Tên", "Từ ngày", "Đến ngày", "Căn cứ", "Bố cục", whole=("Mẫu",))
    for edition in editions():
        days = (edition.valid_from, edition.valid_to)
        first, last = (day.strftime("%d/%m/%Y") if day else "" for day in days)
        shown.add_row(edition.id, edition.name, first, last, edition.basis, _KNOWLEDGE[edition.layout])
    out.print(shown)
