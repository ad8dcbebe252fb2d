"""Parts that look alive and are not: each is really opened."""

import datetime as dt
import http.server
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extracts import default_fonts, open_fonts
from records.errors import ExitCode, PartUnavailable
from tests.extracts import pki
from wiring import House, Settings, open_house
from wiring.health import Health, Probe
from wiring.settings import FlowSettings, ReadingSettings, SearchSettings, SigningSettings

DAY = dt.timedelta(days=1)


def part(settings: Settings, name: str) -> Probe:
    return next(probe for probe in open_house(settings).doctor() if probe.part == name)


def test_a_search_engine_that_is_down_is_told_also_while_there_is_nothing_to_find(tmp_path: Path) -> None:
    search = SearchSettings(engine="elasticsearch", url="http://127.0.0.1:1")
    found = part(Settings(home=tmp_path, search=search), "Tra cứu (search)")
    assert (found.health, found.exit_code) == (Health.DOWN, ExitCode.PART_MISSING)
    assert "127.0.0.1:1" in found.detail


def test_an_index_that_was_lost_is_told(house: House, tmp_path: Path) -> None:
    assert part(house.settings, "Tra cứu (search)").health is Health.WORKS
    (house.settings.home / "index").rename(tmp_path / "gone")
    assert part(house.settings, "Tra cứu (search)").health is Health.DOWN


# --- signing


@pytest.fixture
def root(tmp_path: Path) -> pki.Holder:
    now = dt.datetime.now(dt.UTC)
    return pki.holder(tmp_path, "root", None, now - 9 * DAY, now + 9 * DAY, ca=True)


def office(tmp_path: Path, root: pki.Holder, *, days: tuple[int, int], passphrase: str = "hush") -> Settings:
    """An office whose certificate holds so many days before and after today."""
    now = dt.datetime.now(dt.UTC)
    signer = pki.holder(tmp_path, "UBND phường", root, now + days[0] * DAY, now + days[1] * DAY)
    pkcs12 = pki.pkcs12_file(tmp_path, signer, root, "hush")
    signing = SigningSettings(pkcs12=pkcs12, passphrase=passphrase, trust=(root.certificate_file,))
    return Settings(home=tmp_path / "home", signing=signing)


def test_a_key_that_signs_is_told_with_its_holder_and_its_end(tmp_path: Path, root: pki.Holder) -> None:
    found = part(office(tmp_path, root, days=(-1, 5)), "Ký số")
    assert found.health is Health.WORKS, found.detail
    assert "UBND phường" in found.detail and f"{dt.datetime.now(dt.UTC) + 5 * DAY:%d/%m/%Y}" in found.detail


@pytest.mark.slow
def test_a_key_that_does_not_sign_is_told(
    tmp_path: Path, root: pki.Holder, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    good = office(tmp_path, root, days=(-1, 5))
    pkcs12 = good.signing.pkcs12
    assert pkcs12 is not None
    wrong = tmp_path / "wrong.p12"
    wrong.write_bytes(b"no PKCS #12 at all")
    wrong.chmod(0o600)
    exposed = shutil.copyfile(pkcs12, tmp_path / "exposed.p12")
    exposed.chmod(0o644)
    for signing in (
        replace(good.signing, pkcs12=wrong),
        replace(good.signing, pkcs12=exposed),
        replace(good.signing, pkcs12=tmp_path / "nothing.p12"),
        replace(good.signing, passphrase="not it"),
        replace(good.signing, trust=(wrong,)),
    ):
        found = part(replace(good, signing=signing), "Ký số")
        assert found.health is Health.DOWN, signing
        assert found.exit_code is ExitCode.PART_MISSING
    assert "Traceback" not in capfd.readouterr().err + caplog.text


@pytest.mark.parametrize("days", [(-5, -1), (1, 5)])
def test_a_certificate_out_of_date_is_told(tmp_path: Path, root: pki.Holder, days: tuple[int, int]) -> None:
    found = part(office(tmp_path, root, days=days), "Ký số")
    assert (found.health, found.exit_code) == (Health.DOWN, ExitCode.INTEGRITY)
    assert "hết hạn" in found.detail


def test_a_certificate_of_an_authority_that_is_not_trusted_is_told(tmp_path: Path, root: pki.Holder) -> None:
    good = office(tmp_path, root, days=(-1, 5))
    other = pki.holder(tmp_path, "other", None, *(dt.datetime.now(dt.UTC) + n * DAY for n in (-1, 5)), ca=True)
    found = part(replace(good, signing=replace(good.signing, trust=(other.certificate_file,))), "Ký số")
    assert found.health is Health.DOWN


def test_the_demonstration_identity_is_looked_at_and_never_made(house: House) -> None:
    assert part(house.settings, "Ký số").health is Health.WEAK
    assert not (house.settings.home / "signing").exists()
    assert house.identity.demo
    assert part(house.settings, "Ký số").health is Health.WEAK
    for file in (house.settings.home / "signing" / "demo").iterdir():
        file.write_bytes(b"")
    assert part(house.settings, "Ký số").health is Health.DOWN


# --- services on the network


Answer = Callable[[http.server.BaseHTTPRequestHandler], tuple[str, bytes]]


@contextmanager
def listening(answer: Answer) -> Iterator[str]:
    """A server on loopback that gives *answer* (media type, body) to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = answer(self)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.slow
def test_a_time_stamp_service_is_asked_for_a_stamp(tmp_path: Path, root: pki.Holder) -> None:
    from asn1crypto import tsp  # type: ignore[import-untyped]

    now = dt.datetime.now(dt.UTC)
    stamper = pki.time_stamper(pki.holder(tmp_path, "clock", root, now - DAY, now + DAY, time_stamps=True), root, now)

    def stamp(asked: http.server.BaseHTTPRequestHandler) -> tuple[str, bytes]:
        request = tsp.TimeStampReq.load(asked.rfile.read(int(asked.headers["Content-Length"])))
        return "application/timestamp-reply", stamper.request_tsa_response(request).dump()

    def found(url: str) -> Probe:
        return part(Settings(home=tmp_path / "home", signing=SigningSettings(timestamp_url=url)), "Dấu thời gian")

    with listening(stamp) as url:
        assert found(url).health is Health.WORKS
    for answer in (("text/html", b"<p>hello</p>"), ("application/timestamp-reply", b"no stamp")):
        with listening(lambda _, said=answer: said) as url:  # type: ignore[misc]
            assert (found(url).health, found(url).exit_code) == (Health.DOWN, ExitCode.PART_MISSING)
    assert found("http://127.0.0.1:9/").health is Health.DOWN


@pytest.mark.parametrize(("said", "health"), [(b"true", Health.WORKS), (b"<p>hello</p>", Health.DOWN)])
def test_whatever_else_listens_is_no_prefect_server(tmp_path: Path, said: bytes, health: Health) -> None:
    with listening(lambda _: ("application/json", said)) as url:
        assert part(Settings(home=tmp_path, flows=FlowSettings(api_url=f"{url}/api")), "Prefect").health is health


# --- files of the product


def test_a_reader_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    name = "Đọc chữ viết tay"
    assert part(Settings(home=tmp_path), name).health is Health.WORKS
    assert part(Settings(home=tmp_path, reading=ReadingSettings(engine="nobody")), name).health is Health.DOWN
    (tmp_path / "own.onnx").write_bytes(b"no model")
    found = part(Settings(home=tmp_path, reading=ReadingSettings(engine="own.onnx")), name)
    assert (found.health, found.exit_code) == (Health.DOWN, ExitCode.PART_MISSING)
    assert "make setup" in found.remedy


def test_print_is_not_read_without_the_vietnamese_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr.tesseract.tessdata", lambda: tmp_path)
    assert part(Settings(home=tmp_path), "tesseract: đọc chữ in").health is Health.DOWN


@pytest.mark.parametrize("spoil", [Path.unlink, lambda file: file.write_bytes(b"")])
def test_a_face_that_is_missing_or_spoilt_is_named(tmp_path: Path, spoil: Callable[[Path], Any]) -> None:
    fonts = shutil.copytree(default_fonts(), tmp_path / "fonts")
    assert open_fonts(fonts).families() == ["Tinos"]
    spoil(fonts / "Tinos-Bold.ttf")
    with pytest.raises(PartUnavailable, match=r"Tinos Bold "):
        open_fonts(fonts)
