#!/bin/sh
# toml_test.sh DECODER: runs every TOML 1.0 case of the official toml-test suite and prints `N passed, N failed`.
# The suite is a Go module (github.com/toml-lang/toml-test): fetched once by go, kept in
# ${XDG_CACHE_HOME:-$HOME/.cache}/cratehouse-tests, never in the tree. Fails when a case fails or fewer than 500 ran; says SKIP where it cannot be fetched.
set -eu
version=v2.2.0
decoder=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cratehouse-tests

command -v go >/dev/null || {
	echo "go is missing (Debian: golang-go)" >&2
	exit 1
}
mkdir -p "$cache/toml-test"
suite=$cache/gomod/github.com/toml-lang/toml-test/v2@$version/tests
test -d "$suite" || (cd "$cache/toml-test" &&
	GOMODCACHE=$cache/gomod GOFLAGS=-modcacherw go mod download "github.com/toml-lang/toml-test/v2@$version") || {
	echo "SKIP the official suite cannot be fetched from the Go module proxy"
	exit 0
}
exec python3 "$(dirname "$0")/toml_test.py" "$decoder" "$suite"
