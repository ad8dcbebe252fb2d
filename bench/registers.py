"""All figures of register books, one benchmark after the other.

    .venv/bin/python -m bench.registers --data ../shared/data [--cases N] [--books N] [--seed N]

- :mod:`bench.editions`: every edition recognised, located and read; other pages refused;
- :mod:`bench.align`: what it helps to know a form's layout;
- :mod:`bench.layout`: folds and text lines of foreign registers;
- :mod:`bench.margins`: notes in margins, struck-out text and cancelled entries;
- :mod:`bench.seals`: whose book a page is of, by its seal;
- :mod:`bench.books`: missing, repeated and misread numbers;
- :mod:`bench.verdict`: what the scanner is told.
"""

import argparse
import subprocess
import sys


def main() -> int:
    """Run them all and return the first exit status that is not 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder of foreign registers and papers")
    parser.add_argument("--cases", type=int, default=4, help="entries in each book; pages in those with notes")
    parser.add_argument("--books", type=int, default=1, help="books of each edition")
    parser.add_argument("--seed", type=int, default=71)
    told = parser.parse_args()
    seed = ("--seed", str(told.seed))
    runs = (
        ("layout", "--data", told.data),
        ("align", *seed),
        ("margins", "--cases", str(told.cases), *seed),
        ("editions", "--data", told.data, "--cases", str(told.cases), "--books", str(told.books), *seed),
        ("seals", "--cases", str(told.cases), *seed),
        ("books",),
        ("verdict",),
    )
    status = 0
    for name, *options in runs:
        print(f"\n## {name}\n", flush=True)
        status = subprocess.run([sys.executable, "-m", f"bench.{name}", *options], check=False).returncode or status
    return status


if __name__ == "__main__":
    sys.exit(main())
