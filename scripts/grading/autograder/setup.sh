#!/usr/bin/env bash
# Run once by Gradescope, as root, as it makes the image: installs what the
# workbook needs. The workbook is in workbook/, beside this script.
set -euo pipefail
cd "$(dirname "$0")/workbook"
# Should the unpacking have lost which files are programs.
grep -rlZ '^#!/' Makefile scripts [0-9][0-9]-*/ | xargs -0 chmod +x
scripts/setup
