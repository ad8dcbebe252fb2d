import datetime as dt
import io
import re
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pypdf
import pytest
from asn1crypto import tsp  # type: ignore[import-untyped]
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from extracts import Inspection, SigningIdentity, inspect, make_demo_identity
from extracts.signing import DEMO_WORDS
from records.codes import IssueStatus
from records.errors import IntegrityError, PartUnavailable, WrongUse
from tests.extracts import pki
from tests.extracts.office import AUTHORITY, ENTRY, NOON, Office, open_office
from tests.extracts.test_paper import draft, pdf_of

YEAR = dt.timedelta(days=365)
START, SOON, LATER = NOON - YEAR, NOON + YEAR, NOON + 10 * YEAR


@dataclass(frozen=True)
class World:
    """One root, its signer for a year, its time-stamp authority for ten, and somebody else's authority."""

    folder: Path
    root: pki.Holder
    signer: pki.Holder
    clock: pki.Holder
    other_root: pki.Holder
    other_clock: pki.Holder


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("pki")
    root = pki.holder(folder, "root", None, START, LATER, ca=True)
    other = pki.holder(folder, "other root", None, START, LATER, ca=True)
    return World(
        folder,
        root,
        pki.holder(folder, "UBND phường", root, START, SOON, use_rsa=True),
        pki.holder(folder, "clock", root, START, LATER, time_stamps=True),
        other,
        pki.holder(folder, "other clock", other, START, LATER, time_stamps=True),
    )


@pytest.fixture(scope="session")
def paper() -> bytes:
    return pdf_of(draft())


def seen(pdf: bytes, world: World, moment: dt.datetime = NOON, lists: tuple[bytes, ...] = ()) -> Inspection:
    roots = pki.identity(world.signer, world.root).roots
    return inspect(pdf, roots, moment=moment, revocation_lists=lists)


def test_the_demonstration_says_what_it_is_and_guards_its_key(tmp_path: Path) -> None:
    first = make_demo_identity(tmp_path / "demo")
    assert first.demo
    assert first.subject == f"CHỨNG THƯ THỬ NGHIỆM – {DEMO_WORDS}"
    assert "NO LEGAL VALUE" in str(first.signer.signing_cert.subject.native)  # type: ignore[union-attr]
    files = list((tmp_path / "demo").rglob("*.pem"))
    assert len(files) == 3
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = make_demo_identity(tmp_path / "demo")
    assert again.signer.signing_cert is not None
    assert first.signer.signing_cert is not None
    assert again.signer.signing_cert.dump() == first.signer.signing_cert.dump()


def test_a_real_certificate_is_not_taken_for_a_demonstration(world: World, paper: bytes) -> None:
    identity = pki.identity(world.signer, world.root)
    assert not identity.demo
    assert not seen(identity.sign(paper, NOON), world).demo


def test_the_signature_is_pades_baseline_b(world: World, paper: bytes) -> None:
    signed = pki.identity(world.signer, world.root).sign(paper, NOON)
    assert signed.startswith(paper)
    [one] = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    attributes = {a["type"].native for a in one.signer_info["signed_attrs"]}
    assert one.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert one.md_algorithm == "sha256"
    # ETSI EN 319 142-1, table 1: the certificate is bound by reference, and the time stands in the dictionary only
    assert {"content_type", "message_digest", "signing_certificate_v2"} <= attributes
    assert "signing_time" not in attributes
    result = seen(signed, world)
    assert (result.sound, result.findings, result.signed_at) == (True, (), NOON)


def test_a_key_in_pkcs12_signs_and_brings_its_own_root(world: World, paper: bytes) -> None:
    path = pki.pkcs12_file(world.folder, world.signer, world.root, "mật khẩu")
    identity = SigningIdentity.from_pkcs12(path, "mật khẩu", [])
    assert inspect(identity.sign(paper, NOON), identity.roots, moment=NOON).sound
    with pytest.raises(WrongUse, match="cannot be opened"):
        SigningIdentity.from_pkcs12(path, "sai", [])


def test_keys_that_are_missing_damaged_or_exposed_are_refused(world: World, tmp_path: Path) -> None:
    def opened(key: Path) -> SigningIdentity:
        return SigningIdentity.from_pem(key, world.signer.certificate_file, [world.root.certificate_file])

    with pytest.raises(WrongUse, match="cannot be opened"):
        opened(tmp_path / "none.pem")
    damaged = tmp_path / "damaged.pem"
    damaged.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    damaged.chmod(0o600)
    with pytest.raises(WrongUse, match="cannot be opened"):
        opened(damaged)
    damaged.chmod(0o640)
    with pytest.raises(WrongUse, match="read by others"):
        opened(damaged)
    with pytest.raises(WrongUse, match="cannot be opened"):
        SigningIdentity.from_pem(world.signer.key_file, world.signer.certificate_file, [damaged])


def test_without_a_time_stamp_an_expired_certificate_no_longer_counts(world: World, paper: bytes) -> None:
    signed = pki.identity(world.signer, world.root).sign(paper, NOON)
    late = seen(signed, world, SOON + YEAR)
    assert (late.intact, late.valid, late.trusted) == (True, True, False)
    assert late.findings == ("EXTRACT_CERTIFICATE_EXPIRED",)


def test_a_certificate_is_not_trusted_before_its_time(world: World, paper: bytes) -> None:
    signed = pki.identity(world.signer, world.root).sign(paper, NOON)
    assert seen(signed, world, START - YEAR).findings == ("EXTRACT_CERTIFICATE_EXPIRED",)


def test_a_revoked_certificate_is_named(world: World, paper: bytes) -> None:
    signed = pki.identity(world.signer, world.root).sign(paper, NOON)
    lists = (pki.revocation_list(world.root, [world.signer], NOON - YEAR / 12, SOON),)
    result = seen(signed, world, NOON, lists)
    assert (result.trusted, result.findings) == (False, ("EXTRACT_CERTIFICATE_REVOKED",))
    assert seen(signed, world, NOON, (pki.revocation_list(world.root, [], NOON - YEAR / 12, SOON),)).sound
    stale = pki.revocation_list(world.root, [], START, NOON - YEAR / 12)
    assert seen(signed, world, NOON, (stale,)).findings == ("EXTRACT_REVOCATION_STALE",)


def stamped(world: World, clock: pki.Holder, root: pki.Holder) -> SigningIdentity:
    identity = pki.identity(world.signer, world.root)
    return replace(identity, time_stamper=pki.time_stamper(clock, root, NOON), time_stamp_service="test")


def test_a_time_stamp_outlives_the_certificate(world: World, paper: bytes) -> None:
    signed = stamped(world, world.clock, world.root).sign(paper, NOON + dt.timedelta(minutes=1))
    for moment in (NOON, SOON + YEAR):
        result = seen(signed, world, moment)
        assert (result.sound, result.findings, result.signed_at) == (True, (), NOON)
    assert not seen(signed, world, LATER + YEAR).trusted, "the time-stamp authority's own certificate ends too"


def test_a_time_stamp_of_an_unknown_authority_proves_nothing(world: World, paper: bytes) -> None:
    signed = stamped(world, world.other_clock, world.other_root).sign(paper, NOON + dt.timedelta(minutes=1))
    now = seen(signed, world)
    assert (now.trusted, now.signed_at) == (True, NOON + dt.timedelta(minutes=1))
    assert seen(signed, world, SOON + YEAR).findings == ("EXTRACT_CERTIFICATE_EXPIRED",)


def test_long_term_data_stand_under_the_signature_too(world: World, paper: bytes) -> None:
    # B-LT collects validation data as of the machine's clock, so these certificates hold today.
    today = dt.datetime.now(dt.UTC).replace(microsecond=0)
    root = pki.holder(world.folder, "lt root", None, today - YEAR, today + 10 * YEAR, ca=True)
    signer = pki.holder(world.folder, "lt signer", root, today - YEAR, today + YEAR)
    clock = pki.holder(world.folder, "lt clock", root, today - YEAR, today + 10 * YEAR, time_stamps=True)
    clean = pki.revocation_list(root, [], today - YEAR / 365, today + YEAR)
    identity = replace(
        pki.identity(signer, root),
        time_stamper=pki.time_stamper(clock, root, today),
        revocation_lists=(clean,),
        fetch_revocation=False,
        long_term=True,
    )
    signed = identity.sign(paper, today)
    store = pypdf.PdfReader(io.BytesIO(signed)).trailer["/Root"]["/DSS"]  # type: ignore[index]
    assert len(store["/Certs"]) >= 2
    assert [c.get_object().get_data() for c in store["/CRLs"]] == [clean]
    result = inspect(signed, identity.roots, moment=today + 5 * YEAR)
    assert (result.sound, result.findings) == (True, ())
    revoked = pki.revocation_list(root, [signer], today - YEAR / 365, today + YEAR)
    with pytest.raises(IntegrityError, match="could not be signed"):
        replace(identity, revocation_lists=(revoked,)).sign(paper, today)


def test_long_term_needs_a_time_stamp_service(world: World) -> None:
    with pytest.raises(WrongUse, match="time-stamp"):
        pki.identity(world.signer, world.root, long_term=True)


@pytest.fixture
def time_stamp_service(world: World) -> Iterator[str]:
    """A responder of RFC 3161 on loopback."""
    stamper: DummyTimeStamper = pki.time_stamper(world.clock, world.root, NOON)

    class Responder(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Responder)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_configured_service_is_asked_over_http(world: World, paper: bytes, time_stamp_service: str) -> None:
    identity = pki.identity(world.signer, world.root, time_stamp_url=time_stamp_service)
    assert seen(identity.sign(paper, NOON), world, SOON + YEAR).sound


def test_when_the_time_stamp_service_is_away_nothing_is_handed_out(world: World, tmp_path: Path, ledger: Path) -> None:
    identity = pki.identity(world.signer, world.root, time_stamp_url="http://127.0.0.1:9/")
    office = open_office(tmp_path, identity, NOON, ledger)
    entry = office.register.entry(ENTRY)
    with pytest.raises(PartUnavailable, match=r"127\.0\.0\.1:9"):
        office.issue(entry)
    [row] = office.register.issue_book(AUTHORITY.code, NOON.year)
    assert (row.status, bool(re.match("EXTRACT_TIME_STAMP", row.reason))) == (IssueStatus.CANCELLED, True)
    assert not list(office.archive.digests())


def test_an_extract_of_a_real_office_bears_no_mark_of_a_demonstration(
    world: World, tmp_path: Path, ledger: Path
) -> None:
    office = open_office(tmp_path, pki.identity(world.signer, world.root), NOON, ledger)
    pdf = office.issue(office.register.entry(ENTRY))
    assert "không có giá trị pháp lý" not in pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().casefold()
    assert office.verifier.verify(pdf).ok


def test_a_demonstration_says_so_on_the_paper(issued: tuple[Office, bytes]) -> None:
    text = re.sub(r"\s+", " ", pypdf.PdfReader(io.BytesIO(issued[1])).pages[0].extract_text())
    assert "ký bằng chứng thư thử nghiệm, không có giá trị pháp lý" in text


def test_two_that_make_the_demonstration_at_once_get_the_same_one(tmp_path: Path) -> None:
    start = threading.Barrier(4)
    made: list[SigningIdentity] = []

    def make() -> None:
        start.wait()
        made.append(make_demo_identity(tmp_path))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    certificates = {one.signer.signing_cert.dump() for one in made if one.signer.signing_cert is not None}
    assert (len(made), len(certificates)) == (4, 1)
    assert [p.name for p in tmp_path.iterdir()] == ["demo"]
