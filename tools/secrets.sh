#!/bin/sh
# Fails where a key or a token lies in the tree (and with `history`, in any commit).
KEYS='-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,}|glpat-[A-Za-z0-9_-]{20}|xox[abprs]-[0-9A-Za-z-]{10}|npm_[A-Za-z0-9]{36}|pypi-AgEI[A-Za-z0-9_-]{20}|sk_live_[0-9A-Za-z]{16}|AIza[0-9A-Za-z_-]{35}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{8,}\.|^SAOLA_[A-Z_]*(KEYS?|SECRET|TOKEN|PASSWORD)=[A-Za-z0-9+/_=-]{12,}$'
if [ "${1:-}" = history ]; then ! git log -p --all --no-color --format=%h | grep -anE "^\+?($KEYS|.*($KEYS))"; else ! git grep --untracked -nIE -e "$KEYS"; fi
