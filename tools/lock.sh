#!/usr/bin/env bash
# Write the locks under requirements/ from pyproject.toml: exact versions, every file by its digest.
# The versions that stand there are kept unless told otherwise: tools/lock.sh --upgrade
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

lock() { # NAME [ARGUMENTS...]
  local name=$1
  shift
  echo "lock: requirements/$name.txt"
  .venv/bin/uv pip compile --quiet --system-certs --generate-hashes --no-header --no-annotate --no-emit-index-url \
    --universal --python-version 3.11 --output-file "requirements/$name.txt" "$@"
}

lock run pyproject.toml "$@"
lock dev pyproject.toml --group dev --group servers --constraints requirements/run.txt "$@"
lock train pyproject.toml --extra train --constraints requirements/run.txt "$@"
lock build --group build --constraints requirements/dev.txt "$@"
lock assets --group assets "$@"
