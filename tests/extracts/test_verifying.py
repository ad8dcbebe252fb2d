import asyncio
import dataclasses
import datetime as dt
import io
import re
import zlib
from pathlib import Path
from types import SimpleNamespace

import pypdf
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import NumberObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pypdf.annotations import FreeText
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from extracts import Verifier, inspect, make_demo_identity
from extracts.inspecting import MOST_BYTES, covers_whole_file
from records.entries import Entry
from records.errors import PartUnavailable
from records.messages import catalogue, message
from tests.extracts.office import Office

ALL = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def landmarks(pdf: bytes) -> dict[str, int]:
    """Places where a changed byte is easily missed."""
    contents = pdf.index(b"/Contents <") + len(b"/Contents <")
    end = pdf.index(b">", contents)
    return {
        "header": 5,
        "binary comment": 10,
        "first object": pdf.index(b" obj"),
        "first xref": pdf.index(b"xref"),
        "metadata": pdf.index(b"<?xpacket"),
        "contents, first digit": contents,
        "contents, middle": contents + 700,
        "contents, last digit of the space kept free": end - 1,
        "contents, case of a digit": next(i for i in range(contents, end) if pdf[i : i + 1] in b"ABCDEF"),
        "bracket before the contents": contents - 1,
        "bracket behind the contents": end,
        "byte range": pdf.rindex(b"/ByteRange") + 15,
        "signing time": pdf.rindex(b"/M (D") + 8,
        "subfilter": pdf.rindex(b"/ETSI") + 2,
        "trailer": pdf.rindex(b"trailer"),
        "size": pdf.rindex(b"/Size") + 6,
        "previous xref": pdf.rindex(b"/Prev") + 6,
        "startxref": pdf.rindex(b"startxref") + 11,
        "end": len(pdf) - 1,
        "end mark": len(pdf) - 3,
    }


def flipped(pdf: bytes, at: int, bits: int) -> bytes:
    changed = bytearray(pdf)
    changed[at] ^= bits
    return bytes(changed)


def test_a_certified_extract_passes_every_step(issued: tuple[Office, bytes]) -> None:
    office, pdf = issued
    report = office.verifier.verify(pdf)
    assert dataclasses.asdict(report) == {
        "intact": True,
        "valid": True,
        "trusted": True,
        "covers_whole_file": True,
        "known_number": True,
        "superseded": False,
        "number": "1/TLKS-BS",
        "signer": office.identity.subject,
        "signed_at": office.moment,
        "demo": True,
        "findings": (),
    }


@pytest.mark.parametrize("bits", [0x01, 0x20])
def test_a_flipped_byte_at_a_landmark_is_found(issued: tuple[Office, bytes], bits: int) -> None:
    office, pdf = issued
    for name, at in landmarks(pdf).items():
        report = office.verifier.verify(flipped(pdf, at, bits))
        assert not report.ok, name
        assert not report.known_number, name
        assert report.findings, name


@pytest.mark.slow
@ALL
@given(data=st.data())
def test_any_flipped_byte_is_found(issued: tuple[Office, bytes], data: st.DataObject) -> None:
    office, pdf = issued
    at = data.draw(st.integers(0, len(pdf) - 1))
    changed = flipped(pdf, at, data.draw(st.integers(1, 255)))
    report = office.verifier.verify(changed)
    assert not report.ok
    assert report.findings
    # Outside the value of the signature itself, the signature alone finds it, without any register.
    assert not inspect(changed, office.identity.roots, moment=office.moment).sound or (
        pdf.index(b"/Contents <") < at < pdf.rindex(b"/ByteRange")
    )


@pytest.mark.slow
@ALL
@example(tail=b"\n")
@example(tail=b"%%EOF")
@given(tail=st.binary(min_size=1, max_size=200))
def test_anything_appended_is_found_and_named(issued: tuple[Office, bytes], tail: bytes) -> None:
    office, pdf = issued
    report = office.verifier.verify(pdf + tail)
    assert not report.ok
    assert not report.covers_whole_file
    assert "EXTRACT_BYTES_DIFFER" in report.findings or "EXTRACT_UNREADABLE" in report.findings


@ALL
@given(cut=st.integers(1, 60_000))
def test_anything_cut_off_is_found(issued: tuple[Office, bytes], cut: int) -> None:
    office, pdf = issued
    assert not office.verifier.verify(pdf[:-cut]).ok


def test_an_overlay_by_incremental_update_is_found(issued: tuple[Office, bytes]) -> None:
    office, pdf = issued
    writer = pypdf.PdfWriter(io.BytesIO(pdf), incremental=True)
    writer.add_annotation(0, FreeText(text="NGUYỄN VĂN KHÁC", rect=(150, 600, 400, 640)))
    out = io.BytesIO()
    writer.write(out)
    laid_over = out.getvalue()
    assert laid_over.startswith(pdf)
    report = office.verifier.verify(laid_over)
    assert (report.intact, report.valid, report.trusted) == (True, True, True)
    assert (report.covers_whole_file, report.known_number, report.ok) == (False, False, False)
    assert report.findings == ("EXTRACT_NOT_COVERED", "EXTRACT_BYTES_DIFFER")


def test_a_changed_page_by_incremental_update_is_found(issued: tuple[Office, bytes]) -> None:
    office, pdf = issued
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    page[pdf_name("/Rotate")] = NumberObject(180)  # type: ignore[no-untyped-call]
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    report = office.verifier.verify(out.getvalue())
    assert (report.covers_whole_file, report.ok) == (False, False)


def test_a_stripped_signature_is_named(issued: tuple[Office, bytes]) -> None:
    office, pdf = issued
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    del writer.root_object["/AcroForm"]
    del writer.pages[0]["/Annots"]
    out = io.BytesIO()
    writer.write(out)
    report = office.verifier.verify(out.getvalue())
    assert report.findings == ("EXTRACT_NO_SIGNATURE", "EXTRACT_BYTES_DIFFER")


def test_a_second_signature_is_refused(issued: tuple[Office, bytes], tmp_path: Path) -> None:
    office, pdf = issued
    other = make_demo_identity(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("extracts.signing.FIELD", "Thu2")
        twice = other.sign(pdf, office.moment)
    report = office.verifier.verify(twice)
    assert not report.ok
    assert "EXTRACT_MANY_SIGNATURES" in report.findings


def test_a_signature_of_another_authority_is_not_trusted(issued: tuple[Office, bytes], tmp_path: Path) -> None:
    office, pdf = issued
    other = make_demo_identity(tmp_path)
    report = Verifier(office.register, other.roots, clock=lambda: office.moment).verify(pdf)
    assert (report.intact, report.valid, report.covers_whole_file, report.known_number) == (True, True, True, True)
    assert (report.trusted, report.ok) == (False, False)
    assert report.findings == ("EXTRACT_NOT_TRUSTED",)


def test_without_trusted_roots_nobody_is_trusted(issued: tuple[Office, bytes]) -> None:
    office, pdf = issued
    report = Verifier(office.register, ()).verify(pdf)
    assert (report.trusted, report.ok, report.findings) == (False, False, ("EXTRACT_NO_ROOTS",))


def test_a_forgery_signed_with_another_key_is_neither_trusted_nor_known(
    issued: tuple[Office, bytes], tmp_path: Path
) -> None:
    office, pdf = issued
    unsigned = pdf[: pdf.index(b"%%EOF") + len(b"%%EOF")]
    forged = make_demo_identity(tmp_path).sign(unsigned, office.moment)
    report = office.verifier.verify(forged)
    assert (report.intact, report.valid, report.trusted, report.known_number) == (True, True, False, False)
    assert report.findings == ("EXTRACT_NOT_TRUSTED", "EXTRACT_BYTES_DIFFER")


def test_a_number_used_twice_is_found_even_with_our_own_key(issued: tuple[Office, bytes]) -> None:
    office, pdf = issued
    unsigned = pdf[: pdf.index(b"%%EOF") + len(b"%%EOF")]
    again = office.identity.sign(unsigned, office.moment + dt.timedelta(seconds=1))
    report = office.verifier.verify(again)
    assert (report.trusted, report.known_number) == (True, False)
    assert report.findings == ("EXTRACT_BYTES_DIFFER",)


def test_a_number_that_names_another_row_is_found(office: Office, entry: Entry) -> None:
    first = office.issuer.issue(office.draft(entry), "can-bo")
    second = office.issuer.issue(office.draft(entry), "can-bo")

    class Crossed:
        """A ledger in which somebody exchanged two digests."""

        def issued(self, *, pdf: str | None = None, code: str | None = None) -> object:
            return second.issued if pdf == first.issued.pdf else None

    report = Verifier(Crossed(), office.identity.roots).verify(first.pdf)  # type: ignore[arg-type]
    assert (report.known_number, report.ok, report.findings) == (False, False, ("EXTRACT_NUMBER_DIFFERS",))


def test_an_expired_certificate_is_named(issued: tuple[Office, bytes]) -> None:
    office, pdf = issued
    in_20_years = office.moment + dt.timedelta(days=20 * 365)
    report = Verifier(office.register, office.identity.roots, clock=lambda: in_20_years).verify(pdf)
    assert (report.intact, report.valid, report.trusted) == (True, True, False)
    assert report.findings == ("EXTRACT_CERTIFICATE_EXPIRED",)


def test_when_the_register_is_silent_the_rest_is_still_answered(issued: tuple[Office, bytes]) -> None:
    class Away:
        def issued(self, **_: object) -> None:
            raise PartUnavailable("EXTRACT_REGISTER_SILENT")

    office, pdf = issued
    report = Verifier(Away(), office.identity.roots).verify(pdf)  # type: ignore[arg-type]
    assert (report.intact, report.valid, report.trusted, report.covers_whole_file) == (True, True, True, True)
    assert (report.known_number, report.ok, report.findings) == (False, False, ("EXTRACT_REGISTER_SILENT",))


def test_verification_works_inside_a_running_event_loop(issued: tuple[Office, bytes]) -> None:
    office, pdf = issued

    async def ask() -> bool:
        return office.verifier.verify(pdf).ok

    assert asyncio.run(ask())


def encrypted(pdf: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    writer.encrypt("x", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def loop(pdf: bytes) -> bytes:
    last = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    return re.sub(rb"/Prev \d+", b"/Prev %d" % last, pdf)


def fields_without_end() -> bytes:
    """A form whose field is its own child."""
    out = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    own = DictionaryObject({NameObject("/T"): TextStringObject("x")})
    field = writer._add_object(own)
    own[NameObject("/Kids")] = ArrayObject([field])
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([field])})
    writer.root_object[NameObject("/AcroForm")] = form
    writer.write(out)
    return out.getvalue()


BOMB = zlib.compress(b"0" * 50_000_000, 9)
HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "text": b"hello",
    "header only": b"%PDF-1.7\n",
    "zeros": bytes(5000),
    "startxref beyond": b"%PDF-1.7\nstartxref\n99999999999\n%%EOF",
    "startxref negative": b"%PDF-1.7\nstartxref\n-5\n%%EOF",
    "deep array": b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000 + b"\nxref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R>>"
    b"\nstartxref\n100018\n%%EOF",
    "bomb": b"%%PDF-1.7\n1 0 obj\n<</Type/XRef/W[1 4 2]/Size 9000000/Filter/FlateDecode/Length %d>>stream\n" % len(BOMB)
    + BOMB
    + b"\nendstream endobj\nstartxref\n9\n%%EOF",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_file_gives_a_report(issued: tuple[Office, bytes], name: str) -> None:
    report = issued[0].verifier.verify(HOSTILE[name])
    assert not report.ok
    assert report.findings == ("EXTRACT_UNREADABLE", "EXTRACT_UNKNOWN")


def test_more_hostile_files_give_reports(issued: tuple[Office, bytes]) -> None:
    office, pdf = issued
    assert office.verifier.verify(encrypted(pdf)).findings[0] == "EXTRACT_ENCRYPTED"
    assert office.verifier.verify(b"%PDF-1.7" + bytes(MOST_BYTES)).findings[0] == "EXTRACT_TOO_LARGE"
    for hostile in (loop(pdf), fields_without_end(), pdf.replace(b"/Prev", b"/Perv"), pdf.replace(b"/V ", b"/W ")):
        assert not office.verifier.verify(hostile).ok


@ALL
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_random_bytes_give_a_report(issued: tuple[Office, bytes], before: bytes, behind: bytes) -> None:
    office, pdf = issued
    assert not office.verifier.verify(before + behind).ok
    if before or behind:
        assert not office.verifier.verify(before + pdf + behind).ok


def signature_parts(pdf: bytes) -> tuple[list[int], bytes]:
    [found] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    return [int(n) for n in found.byte_range], found.pkcs7_content


def test_the_gap_may_hold_the_signature_and_nothing_else(issued: tuple[Office, bytes]) -> None:
    _, pdf = issued
    (start, before, behind, rest), contents = signature_parts(pdf)
    assert covers_whole_file(pdf, [start, before, behind, rest], contents)
    for other in (
        [1, before, behind, rest],
        [0, before - 1, behind, rest],
        [0, before, behind + 1, rest - 1],
        [0, before, behind, rest - 1],
        [0, before, behind, rest + 1],
        [0, behind, before, rest],
        [0, before, behind],
        [0, before, behind, rest, 0],
        [0, -1, behind, rest],
    ):
        assert not covers_whole_file(pdf, other, contents), other
    assert not covers_whole_file(pdf, [start, before, behind, rest], contents[:-1] + b"\x01")
    hidden = pdf[: behind - 3] + b"41" + pdf[behind - 1 :]
    assert not covers_whole_file(hidden, [start, before, behind, rest], signature_parts(hidden)[1])


def test_every_finding_has_words(issued: tuple[Office, bytes]) -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in Path("extracts").glob("*.py"))
    codes = set(re.findall(r'"(EXTRACT_[A-Z_]+)"', source))
    assert len(codes) >= 20
    for code in codes:
        gaps = re.findall(r"\{(\w+)\}", str(catalogue()[code]))
        words = message(code, **dict.fromkeys(gaps, "x"))
        assert words.vi.endswith(".")
        assert words.en.endswith(".")


def test_two_offices_do_not_know_each_others_extracts(office: Office, issued: tuple[Office, bytes]) -> None:
    report = office.verifier.verify(issued[1])
    assert (report.trusted, report.known_number, report.findings) == (True, False, ("EXTRACT_UNKNOWN",))


def test_a_signature_of_another_kind_is_refused(issued: tuple[Office, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    office, pdf = issued
    unsigned = pdf[: pdf.index(b"%%EOF") + len(b"%%EOF")]
    other = SimpleNamespace(PADES=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)
    with monkeypatch.context() as patch:
        patch.setattr("extracts.signing.SigSeedSubFilter", other)
        signed = office.identity.sign(unsigned, office.moment)
    report = office.verifier.verify(signed)
    assert report.findings == ("EXTRACT_SIGNATURE_KIND", "EXTRACT_BYTES_DIFFER")
    assert not (report.intact or report.valid or report.trusted)
