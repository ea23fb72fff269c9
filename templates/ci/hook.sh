#!/bin/sh
# A hook of git's own: put it at .git/hooks/pre-commit and make it executable.
# It checks the files as they are, staged or not; the commits that bill makes itself ask no hook.
cd "$(git rev-parse --show-toplevel)" || exit 1
exec bill --ledger @QUOTED@ check --format short
