#!/bin/sh
# Runs a suite with what it needs; says in one line which Debian packages are missing.
set -u
SUITE="${1:-default}"
[ "$SUITE" = slow ] && more=" nginx-light systemd" || more=""
PACKAGES="chromium postgresql-15 poppler-utils tesseract-ocr tesseract-ocr-vie libreoffice-writer-nogui$more"
[ "$SUITE" = ha ] && PACKAGES="postgresql-15 patroni etcd-server python3-etcd python3-psycopg2"
missing=""
for package in $PACKAGES; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
if [ -n "$missing" ]; then
    as_root=""
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null && as_root="sudo"; }
    if [ "$(id -u)" = 0 ] || [ -n "$as_root" ]; then
        echo "Cài gói Debian:$missing"
        $as_root env DEBIAN_FRONTEND=noninteractive sh -c \
            "apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing" >/dev/null 2>&1 \
            || echo "Không cài được gói Debian:$missing (các bài thử cần chúng sẽ bỏ qua)"
    else
        echo "Thiếu gói Debian:$missing (bỏ qua: trình duyệt cần chromium, cơ sở dữ liệu cần postgresql-15, giấy tờ cần poppler-utils)"
    fi
fi
export SAOLA_MODE=test
SAOLA_DATA="$(mktemp -d)"
export SAOLA_DATA
trap 'rm -rf "$SAOLA_DATA"' EXIT
# both databases at the same time, one on each core; what PostgreSQL said is shown behind
both() {
    said="$SAOLA_DATA/postgresql.log"
    mkdir "$SAOLA_DATA/pg"
    SAOLA_DATA="$SAOLA_DATA/pg" .venv/bin/python tools/with_postgres.py -- \
        .venv/bin/python -m pytest -q -m "$1" tests/server tests/browser >"$said" 2>&1 &
    postgresql=$!
    failed=0
    echo "— SQLite"
    .venv/bin/python -m pytest -m "$1" tests --ignore=tests/slow --ignore=tests/ha || failed=1
    echo "— PostgreSQL: máy chủ và trình duyệt"
    wait "$postgresql" || failed=1
    cat "$said"
    exit $failed
}
case "$SUITE" in
    slow) .venv/bin/python -m pytest tests/slow ;;
    ha) .venv/bin/python -m pytest tests/ha ;;
    journeys) both journey ;;
    *) both "not journey" ;;
esac
