#!/bin/sh
# Install what the project needs: system packages that are missing, then .venv with everything else.
set -eu

PYTHON="${PYTHON:-python3}"

missing=""
command -v bwrap >/dev/null || missing="$missing bubblewrap"
"$PYTHON" -c "import ensurepip, venv" 2>/dev/null || missing="$missing python3-venv"
"$PYTHON" -c "import ctypes; ctypes.CDLL('libseccomp.so.2')" 2>/dev/null || missing="$missing libseccomp2"

if [ -n "$missing" ]; then
    command -v apt-get >/dev/null || {
        echo "Please install:$missing (this script knows only apt-get), then run it again." >&2
        exit 1
    }
    as_root=""
    [ "$(id -u)" -eq 0 ] || as_root="sudo"
    $as_root apt-get update -qq
    # shellcheck disable=SC2086 # a list of package names
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing
fi

"$PYTHON" -c "import sys; sys.exit(sys.version_info < (3, 11))" || {
    echo "gradloom needs Python 3.11 or newer: make PYTHON=python3.12 setup" >&2
    exit 1
}
[ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
