#!/bin/sh
# Writes the locks: exact versions with hashes and no addresses (docs/adr/0002).
set -eu
compile() {
    "$UV" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links --no-annotate "$@"
}
echo "uv==0.13.9" | compile - -o requirements/uv.txt
echo "hatchling==1.29.0" > "${TMPDIR:-/tmp}/saola-build.in"
echo "editables" >> "${TMPDIR:-/tmp}/saola-build.in"
compile pyproject.toml "${TMPDIR:-/tmp}/saola-build.in" --extra server -o requirements/run.txt
compile pyproject.toml "${TMPDIR:-/tmp}/saola-build.in" --extra server --extra watching --extra scans --group test --group dev \
    -c requirements/run.txt -o requirements/dev.txt
# OR-Tools and the exporter of traces want different protobufs: `make bench` has no traces
compile pyproject.toml "${TMPDIR:-/tmp}/saola-build.in" --extra server --extra scans --group test --group bench \
    -c requirements/run.txt -o requirements/bench.txt
compile --group assets -o requirements/assets.txt
compile tools/node.in -o requirements/node.txt
