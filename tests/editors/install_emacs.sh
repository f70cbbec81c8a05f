#!/bin/sh
# Installs what tests/editors/test_emacs*.py need, as root on Debian 12 and newer.
# Run it again, and it does only what is not done yet.
set -eu
wanted="emacs-nox elpa-eglot elpa-package-lint elpa-lsp-mode tmux"
if ! dpkg-query -W $wanted >/dev/null 2>&1; then
    apt-get -o DPkg::Lock::Timeout=600 update || echo "going on with the package lists there are"
    DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends $wanted
fi
