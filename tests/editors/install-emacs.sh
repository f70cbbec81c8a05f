#!/bin/sh
# What tests/editors/test_emacs*.py need, on Debian 12 and newer.
set -eu
apt-get install -y --no-install-recommends emacs-nox elpa-eglot elpa-package-lint \
  elpa-lsp-mode tmux
