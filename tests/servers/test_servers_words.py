import re
import tomllib
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_code_has_its_words_and_every_word_its_use() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "servers").glob("*.py")))
    used = set(re.findall(r'"(SERVERS_[A-Z0-9_]+)"', sources))
    with (ROOT / "records" / "catalogue" / "servers.toml").open("rb") as file:
        told = tomllib.load(file)
    assert used == set(told)
    assert all(words["vi"] != words["en"] for words in told.values())
    assert all(unicodedata.is_normalized("NFC", words["vi"]) for words in told.values())
