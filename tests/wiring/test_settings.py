from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.errors import ExitCode, WrongUse
from wiring import Settings, read_settings
from wiring.settings_reader import documentation


def told(home: Path, text: str) -> dict[str, str]:
    (home / "khongcho.toml").write_text(text, encoding="utf-8")
    return {"KHONGCHO_HOME": str(home)}


def test_without_a_file_everything_lies_in_the_home_folder(tmp_path: Path) -> None:
    settings = read_settings({"KHONGCHO_HOME": str(tmp_path)})
    assert settings == Settings(home=tmp_path)
    assert settings.register_url == f"sqlite:///{tmp_path}/register.db"
    assert settings.under_home(settings.archive.folder, "archive") == tmp_path / "archive"
    assert settings.workers >= 1


def test_home_is_var_where_nothing_is_said() -> None:
    assert read_settings({}).home == Path.cwd() / "var"


def test_file_and_environment_the_environment_wins(tmp_path: Path) -> None:
    environ = told(tmp_path, '[search]\nengine = "elasticsearch"\nurl = "http://a:1"\n[flows]\nbatch = 25\n')
    environ["KHONGCHO_SEARCH__URL"] = "http://b:2"
    environ["KHONGCHO_ARCHIVE__SECURE"] = "no"
    settings = read_settings(environ)
    assert (settings.search.engine, settings.search.url) == ("elasticsearch", "http://b:2")
    assert settings.flows.batch == 25
    assert settings.archive.secure is False


def test_a_config_file_elsewhere_may_name_the_home_folder(tmp_path: Path) -> None:
    config = tmp_path / "etc.toml"
    config.write_text(f'home = "{tmp_path / "state"}"\n[signing]\ntrust = ["a.pem", "/b.pem"]\n', encoding="utf-8")
    settings = read_settings({"KHONGCHO_CONFIG": str(config)})
    assert settings.home == tmp_path / "state"
    assert settings.signing.trust == (tmp_path / "state" / "a.pem", Path("/b.pem"))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("serch = 1", "serch"),
        ("[search]\nengin = 'x'", "search.engin"),
        ("[search]\nengin = 'x'\n[sarch]\nx = 1", "sarch"),
    ],
)
def test_an_unknown_key_of_the_file_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(WrongUse) as caught:
        read_settings(told(tmp_path, text))
    assert caught.value.code == "SETTING_UNKNOWN"
    assert named in str(caught.value.facts["keys"])
    assert "khongcho.toml" in str(caught.value.facts["where"])
    assert caught.value.exit_code is ExitCode.WRONG_USE


@pytest.mark.parametrize(
    "variable", ["KHONGCHO_SERCH", "KHONGCHO_SEARCH", "KHONGCHO_SEARCH__ENGIN", "KHONGCHO_HOME__X", "KHONGCHO_"]
)
def test_an_unknown_variable_is_named(variable: str) -> None:
    with pytest.raises(WrongUse) as caught:
        read_settings({variable: "x"})
    assert (caught.value.code, caught.value.facts["keys"]) == ("SETTING_UNKNOWN", variable)


@pytest.mark.parametrize(
    "text",
    [
        "[search]\nengine = 'solr'",
        "[flows]\nbatch = 'many'",
        "[flows]\nbatch = true",
        "[archive]\nsecure = 'perhaps'",
        "[signing]\ntrust = 3",
        "search = 3",
        "[desk]\nhost = 8",
        "not toml",
        "[archive]\nfolder = '~nobody-of-that-name/x'",
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongUse) as caught:
        read_settings(told(tmp_path, text))
    assert caught.value.code == "SETTING_INVALID"


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("flows.batch", 0, "1–100"),
        ("flows.batch", 101, "1–100"),
        ("desk.port", 0, "1–65535"),
        ("desk.port", 99_999, "1–65535"),
        ("reading.workers", -1, "0–256"),
        ("archive.retention_days", 0, "1–36500"),
        ("limits.max_megapixels", 0, "1–2000"),
        ("limits.max_file_mb", -1, "1–1048576"),
        ("limits.max_pages_per_file", 0, "1–1000000"),
        ("limits.page_seconds", -5, "1–86400"),
    ],
)
def test_a_number_outside_its_range_is_refused_with_name_value_and_range(
    tmp_path: Path, name: str, value: int, allowed: str
) -> None:
    section, _, key = name.partition(".")
    for environ in (
        {"KHONGCHO_" + name.upper().replace(".", "__"): str(value)},
        told(tmp_path, f"[{section}]\n{key} = {value}\n"),
    ):
        with pytest.raises(WrongUse) as caught:
            read_settings(environ)
        assert caught.value.code == "SETTING_INVALID"
        detail = str(caught.value.facts["detail"])
        assert name in detail and str(value) in detail and allowed in detail


def test_every_number_has_a_range_in_which_its_default_lies() -> None:
    numbers = [row for row in documentation(Settings) if row.default.lstrip("-").isdigit()]
    assert len(numbers) >= 8
    for row in numbers:
        least, most = row.allowed.split("–")
        assert int(least) <= int(row.default) <= int(most), row.name


def test_a_config_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(WrongUse):
        read_settings({"KHONGCHO_CONFIG": str(tmp_path / "nothing.toml")})


def test_every_setting_is_documented_under_both_its_names() -> None:
    rows = list(documentation(Settings))
    assert len({row.name for row in rows}) == len(rows) > 30
    for row in rows:
        assert row.help and not row.help.endswith("."), row.name
        assert row.variable.startswith("KHONGCHO_")


KNOWN = st.sampled_from([row.name for row in documentation(Settings) if row.name != "home"])


@given(name=KNOWN, value=st.text(st.characters(codec="ascii", exclude_characters="\x00"), max_size=20))
def test_any_text_in_any_variable_is_taken_or_refused_in_words(name: str, value: str) -> None:
    variable = "KHONGCHO_" + name.upper().replace(".", "__")
    try:
        settings = read_settings({variable: value})
    except WrongUse as e:
        assert e.code == "SETTING_INVALID"
        assert variable in str(e.facts["where"])
    else:
        assert isinstance(settings, Settings)


@given(batch=st.integers(1, 100), secure=st.booleans(), alias=st.text("abcdefgh-", min_size=1))
def test_file_and_environment_mean_the_same(
    tmp_path_factory: pytest.TempPathFactory, batch: int, secure: bool, alias: str
) -> None:
    home = tmp_path_factory.mktemp("home")
    text = f"[flows]\nbatch = {batch}\n[archive]\nsecure = {str(secure).lower()}\n[search]\nalias = '{alias}'\n"
    by_file = read_settings(told(home, text))
    (home / "khongcho.toml").unlink()
    by_environment = read_settings(
        {
            "KHONGCHO_HOME": str(home),
            "KHONGCHO_FLOWS__BATCH": str(batch),
            "KHONGCHO_ARCHIVE__SECURE": str(secure),
            "KHONGCHO_SEARCH__ALIAS": alias,
        }
    )
    assert by_file == by_environment


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    names = ("KHONGCHO_ARCHIVE__SECRET_KEY", "KHONGCHO_SEARCH__PASSWORD", "KHONGCHO_SIGNING__PASSPHRASE")
    settings = read_settings({"KHONGCHO_HOME": str(tmp_path), **dict.fromkeys(names, "hush-hush")})
    assert settings.signing.passphrase == "hush-hush"
    assert "hush-hush" not in repr(settings)
