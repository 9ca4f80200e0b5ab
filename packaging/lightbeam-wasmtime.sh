#!/bin/sh
# lightbeam under stock wasmtime: lightbeam-wasmtime.sh send -c lightbeam.yaml
#
# The words are those of `lightbeam`. The component is granted the working folder, and what these variables name:
#   LIGHTBEAM_DIRS   further folders, separated by colons, as in PATH
#   LIGHTBEAM_ENV    variables that the configuration refers to, by their names, separated by blanks or commas
#   LIGHTBEAM_WASM   the component itself, where it is not beside this script
set -fu

# Wrong usage, as lightbeam tells it: exit code 2.
wrong() {
    printf 'error: %s\n\nhint: %s\n' "$1" "$2" >&2
    exit 2
}

command -v wasmtime >/dev/null 2>&1 ||
    wrong 'wasmtime is not on PATH' 'install version 46 or later from https://wasmtime.dev, or use the launcher, which needs none'

here=$0
[ ! -L "$here" ] || here=$(readlink -f -- "$here")
case $here in
*/*) here=${here%/*} ;;
*) here=. ;;
esac
wasm=${LIGHTBEAM_WASM:-$here/lightbeam.wasm}
[ -f "$wasm" ] || wrong "there is no $wasm" 'put lightbeam.wasm beside this script, or name it in LIGHTBEAM_WASM'

# From the last word to the first: what is put before the words keeps them whole, blanks and all.
set -- "$wasm" "$@"
IFS="$IFS,"
for name in ${LIGHTBEAM_ENV-}; do
    # wasmtime takes values, too, but every user of a machine can read its command lines.
    case $name in
    '') continue ;;
    *=*) wrong "LIGHTBEAM_ENV has a value for ${name%%=*}" 'name the variable alone, and export it with its value' ;;
    esac
    set -- --env "$name" "$@"
done
IFS=:
for folder in ${LIGHTBEAM_DIRS-}; do
    [ -n "$folder" ] || continue
    [ -d "$folder" ] || wrong "LIGHTBEAM_DIRS names $folder, which is no folder" 'make it, or name another one'
    set -- --dir "$folder" "$@"
done
exec wasmtime run -S http --dir . "$@"
