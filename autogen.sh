#!/bin/sh
# Makes ./configure from configure.ac and Makefile.am; needs autoconf and automake.
set -eu
cd "$(dirname "$0")"
exec autoreconf --install --force --warnings=all
