#!/bin/sh
# The command khongcho for root on an office's machine: as the account that owns the data, with the office's settings.
set -a
. /etc/khongcho/secrets.env
KHONGCHO_CONFIG=/etc/khongcho/khongcho.toml
set +a
exec runuser -u khongcho -- /opt/khongcho/venv/bin/khongcho "$@"
