#!/usr/bin/env bash
# The browser of the console tests, where it is not there yet and we may install it (Debian and its kin, as root).
set -euo pipefail
if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then
  exit 0
fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core fonts-noto-cjk >/dev/null
  exit 0
fi
echo "The console tests need Chromium: install your system's package 'chromium'." >&2
exit 1
