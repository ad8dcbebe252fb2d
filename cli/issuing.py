"""``issue`` and ``verify``: extracts out, and files back in."""

import secrets
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from cli.screen import Json, account, notice, opened, out, print_json, table
from records.errors import ExitCode, PartUnavailable
from records.extracts import CertifiedExtract, ExtractRequest, VerificationReport
from records.messages import message


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.command("issue")(issue)
    app.command("verify")(verify)


def issue(
    entry_id: Annotated[str, typer.Argument(metavar="ENTRY")],
    applicant: Annotated[str, typer.Option("--applicant", help="Full name of the applicant.")] = "",
    paper: Annotated[str, typer.Option("--paper", help="Identity paper of the applicant.")] = "",
    relation: Annotated[str, typer.Option("--relation", help="Relation to the person of the entry.")] = "",
    copies: Annotated[int, typer.Option("--copies", min=1, max=99, help="Printed copies.")] = 1,
    request_id: Annotated[
        str, typer.Option("--request", help="Name of the request: the same name again gives the same copy.")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="Who issues; default: the account of this machine.")] = "",
    out_file: Annotated[
        Path | None, typer.Option("--out", help="Where to write the PDF; default: `extracts` in the home folder.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Cấp trích lục (bản sao) từ một mục đã xác nhận. Issue a signed extract of a verified entry."""
    house, who = opened(), account(by)
    folder = house.settings.home / "extracts"
    refuse_unwritable(out_file or folder / "extract.pdf")  # before a number is used
    # a name of its own even where none was given: only by its name can the copy be had again
    request_id = request_id or f"cli-{secrets.token_hex(8)}"
    request = ExtractRequest(entry_id, applicant, paper, relation, copies, requested_by=who, request_id=request_id)
    certified = house.issue(request, by=who)
    number, path = certified.issued.number, out_file or folder / file_name(certified)
    try:
        write_extract(certified, path)
    except OSError as e:
        raise PartUnavailable(
            "EXTRACT_NOT_WRITTEN",
            number=number,
            lookup=number.code,
            where=path,
            detail=e.strerror or e,
            entry=entry_id,
            request=request_id,
        ) from e
    if as_json:
        print_json({"number": str(number), "code": number.code, "pdf": str(path.absolute())})
    else:
        notice(f"Đã cấp bản sao số {number}, mã xác minh {number.code}.")
        out.print(str(path))


def file_name(certified: CertifiedExtract) -> str:
    """Return a file name for an extract: year, authority, number and suffix, safe in every file system."""
    number = certified.issued.number
    return f"{number.year}-{number.authority}-{number.number:04d}-{number.suffix}.pdf"


def refuse_unwritable(path: Path) -> None:
    """Make the folder of *path*. Raises PartUnavailable where no file could be written there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.open("ab").close()
        else:
            tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as e:
        raise PartUnavailable("EXTRACT_NO_PLACE", where=path, detail=e.strerror or e) from e


def write_extract(certified: CertifiedExtract, path: Path) -> Path:
    """Write the signed file, byte for byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(certified.pdf)
    return path


def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)], as_json: Json = False
) -> None:
    """Kiểm tra một tệp trích lục. Verify a file that claims to be an extract of this office."""
    report = opened().verify_file(file.read_bytes())
    if as_json:
        print_json(verification(report))
    else:
        show_verification(report)
    if not report.ok:
        raise typer.Exit(int(ExitCode.INTEGRITY))


def verification(report: VerificationReport) -> dict[str, object]:
    """Return the report under its published keys."""
    return {
        "intact": report.intact,
        "valid": report.valid,
        "trusted": report.trusted,
        "covers_whole_file": report.covers_whole_file,
        "known_number": report.known_number,
        "superseded": report.superseded,
        "ok": report.ok,
        "number": report.number,
        "signer": report.signer,
        "signed_at": report.signed_at,
        "demo": report.demo,
        "findings": report.findings,
    }


def show_verification(report: VerificationReport, title: str = "Kiểm tra tệp") -> None:
    """Show each answer by itself, then what was found."""
    shown = table(title, "Câu hỏi", "Trả lời")
    for asked, good in (
        ("Nội dung đã ký còn nguyên vẹn", report.intact),
        ("Chữ ký đúng về mật mã", report.valid),
        ("Chứng thư được tin cậy", report.trusted),
        ("Chữ ký phủ toàn bộ tệp", report.covers_whole_file),
        ("Số do cơ quan này cấp, đúng tệp này", report.known_number),
        ("Chưa bị thay thế hoặc thu hồi", not report.superseded),
    ):
        shown.add_row(asked, "✓ đúng" if good else "✗ không đúng")
    out.print(shown)
    for code in report.findings:
        notice(f"  {finding(code)}")
    if report.demo:
        notice("  Chứng thư này chỉ để minh họa, không có giá trị pháp lý.")
    notice("Kết luận: tệp dùng được." if report.ok else "Kết luận: không dùng tệp này.")


def finding(code: str) -> str:
    """Return the words for a finding; findings carry no facts."""
    try:
        return f"{message(code).vi} ({code})"
    except KeyError:
        return code
