"""veraPDF, the validator of PDF/A: an independent judge of the extracts we make. Fetched through Maven, run by Java."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from records.errors import IntegrityError, PartUnavailable
from records.messages import Message, message
from servers import cache, java

NAME = "verapdf"
VERSION = "1.28.2"
_JAVA = 11
_JARS = "43d1bbb66d83c7b038394419d37d0664f8634a3abc3bbbb8ad85302f6f398e17"
"""SHA-256 over the lines ``digest  name`` of all its libraries, by name."""
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>khongcho</groupId><artifactId>judges</artifactId><version>1</version>
<dependencies><dependency>
<groupId>org.verapdf.apps</groupId><artifactId>greenfield-apps</artifactId><version>{version}</version>
</dependency></dependencies></project>
"""


def missing() -> Message | None:
    """Java always; Maven only until the libraries are in the cache."""
    if java.find(_JAVA) is None:
        return message("SERVERS_NO_JAVA", lowest=_JAVA)
    if not (cache.folder() / _folder()).is_dir() and shutil.which("mvn") is None:
        return message("SERVERS_NO_MAVEN")
    return None


def fetch() -> Path:
    """Return the folder of its libraries, fetched at first use. Raises PartUnavailable, IntegrityError."""

    def get(workshop: Path) -> None:
        pom, jars = workshop / "pom.xml", workshop / _folder()
        pom.write_text(_POM.format(version=VERSION), encoding="utf-8")
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={jars}"]
        cache.run(NAME, ["mvn", "--batch-mode", "--quiet", "--file", str(pom), *goal], limit=900)
        lines = (f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  {jar.name}\n" for jar in sorted(jars.iterdir()))
        if (found := hashlib.sha256("".join(lines).encode()).hexdigest()) != _JARS:
            raise IntegrityError("SERVERS_WRONG_DIGEST", file=_folder(), expected=_JARS, found=found)

    return cache.kept(_folder(), get)


def faults(pdf: Path, flavour: str = "2b") -> list[str]:
    """Return the clauses of PDF/A that *pdf* breaks, each as veraPDF numbers it; none for a valid file."""
    runtime = java.find(_JAVA)
    if runtime is None:
        raise PartUnavailable("SERVERS_NO_JAVA", lowest=_JAVA)
    command = [str(runtime.home / "bin" / "java"), "-cp", f"{fetch()}/*", "org.verapdf.apps.GreenfieldCliWrapper"]
    done = subprocess.run(
        [*command, "--flavour", flavour, "--format", "text", "-v", str(pdf)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    said = done.stdout.splitlines()
    if said and said[0].startswith("PASS"):
        return []
    return [line.strip() for line in said] or [done.stderr.strip()[-300:] or f"exit {done.returncode}"]


def _folder() -> str:
    return f"{NAME}-{VERSION}"
