#!/bin/sh
# What tests/editors/test_emacs.py needs, on Debian 12 and newer.
set -eu
apt-get install -y --no-install-recommends emacs-nox elpa-eglot elpa-package-lint
