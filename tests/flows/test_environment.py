from pathlib import Path

from flows.environment import child_environment, environment, prepare
from wiring import Settings
from wiring.settings import FlowSettings


def test_telemetry_is_off_whatever_the_operator_set(tmp_path: Path) -> None:
    environ = {"DO_NOT_TRACK": "0", "PREFECT_SERVER_ANALYTICS_ENABLED": "true", "PREFECT_LOGGING_LEVEL": "DEBUG"}
    prepare(Settings(home=tmp_path), environ)
    assert environ["DO_NOT_TRACK"] == "1"
    assert environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environ["PREFECT_LOGGING_LEVEL"] == "DEBUG"


def test_private_server_gets_time_to_start_and_lives_in_the_home_folder(tmp_path: Path) -> None:
    environ = {"PREFECT_API_URL": "http://elsewhere/api"}
    prepare(Settings(home=tmp_path), environ)
    assert environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] == "120"
    assert "PREFECT_API_URL" not in environ
    assert environ["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert (tmp_path / "prefect").is_dir()


def test_named_server_is_never_replaced_by_a_private_one(tmp_path: Path) -> None:
    told = environment(Settings(home=tmp_path, flows=FlowSettings(api_url="http://127.0.0.1:4200/api")))
    assert told["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
    assert told["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] == "false"


def test_worker_finds_the_house_and_the_code(tmp_path: Path) -> None:
    child = child_environment(Settings(home=tmp_path), {"PYTHONPATH": "/elsewhere"})
    assert child["KHONGCHO_HOME"] == str(tmp_path)
    root, _, rest = child["PYTHONPATH"].partition(":")
    assert (Path(root) / "flows" / "environment.py").is_file()
    assert rest == "/elsewhere"
