#!/bin/sh
# Installs all editors that the tests type in, so that `pytest --every-editor` can pass: Emacs and
# VS Code with a browser for it. As root on Debian 12 and newer; Neovim comes with the extra `test`.
set -eu
cd "$(dirname "$0")"
./install_emacs.sh
./install_vscode.sh
