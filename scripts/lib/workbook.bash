# shellcheck shell=bash
# How every script and test begins: at the workbook's root, and without what a
# caller's environment can do to bash, make, git, Python and the other tools. A git
# hook sets GIT_DIR, for example, and a login shell may export CDPATH.

set +o noclobber +o noglob
shopt -u nullglob failglob dotglob nocaseglob nocasematch
export -n SHELLOPTS BASHOPTS
unset BASH_ENV ENV CDPATH GLOBIGNORE POSIXLY_CORRECT "${!GREP_@}" "${!PYTHON@}" \
    GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_PREFIX LANGUAGE "${!LC_@}"
export LC_ALL=C.UTF-8 SHELL=/bin/bash HOME="${HOME:-/nonexistent}"
# Of the make that called this script only the variables, CC=clang for example.
if [[ ${MAKEFLAGS-} == *"-- "* ]]; then
    MAKEFLAGS="-- ${MAKEFLAGS#*-- }"
else
    unset MAKEFLAGS
fi
# Sanitizers split their options at ":", and a Unix socket's path has 107 bytes.
[[ -d ${TMPDIR-} && -w $TMPDIR && $TMPDIR =~ ^/[a-zA-Z0-9/._-]{1,50}$ ]] || unset TMPDIR
cd "${BASH_SOURCE[0]%/*}/../.." || exit
