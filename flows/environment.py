"""The environment Prefect reads when it is imported: quiet, local, without telemetry."""

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from wiring import Settings

_ALWAYS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # Its own limit of 20 s fails on slow machines, where a first start with migrations takes up to 45 s.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}
_QUIET = {
    # An error reaches the operator as our own words; the scheduler's traceback beside it would only alarm.
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables with which Prefect is to be imported or started for this house."""
    told = {**_QUIET, **_ALWAYS, "PREFECT_HOME": str(settings.under_home(settings.flows.home, "prefect"))}
    if settings.flows.api_url:
        return {**told, "PREFECT_API_URL": settings.flows.api_url, "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false"}
    return {**told, "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true"}


def prepare(settings: Settings, environ: MutableMapping[str, str] | None = None) -> None:
    """Set *environ* (default: this process's) up for Prefect. Must come before Prefect is imported.

    Logging levels that the operator has set stay; a server address from elsewhere does not, since the
    settings of the house say which server is meant.
    """
    target = os.environ if environ is None else environ
    wanted = environment(settings)
    if not settings.flows.api_url:
        target.pop("PREFECT_API_URL", None)
    for name, value in wanted.items():
        if name not in _QUIET or name not in target:
            target[name] = value
    settings.home.mkdir(parents=True, exist_ok=True)  # workers start their runs in it
    Path(wanted["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)


def child_environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a worker: Prefect's variables, and where this house and its code are."""
    root = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join(part for part in (root, environ.get("PYTHONPATH", "")) if part)
    child = {**environ, "KHONGCHO_HOME": str(settings.home), "PYTHONPATH": path}
    child.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")
    prepare(settings, child)
    return child
