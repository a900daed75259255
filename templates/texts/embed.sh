#!/bin/sh
# embed.sh LIST FILE... >LIST_data.c: texts as C arrays named after their file (without .md), so that none can be missing.
set -eu

list=$1
shift
echo '/* made by templates/texts/embed.sh; do not edit */'
echo '#include "templates/text_page.h"'
name_of() { echo "${list}_$(basename "${1%.md}" | tr -- -. __)"; }
for file; do
	echo "static const unsigned char $(name_of "$file")[] = {"
	od -An -v -tx1 "$file" | sed 's/\([0-9a-f][0-9a-f]\)/0x\1,/g'
	echo '0x00 };'
done
echo "const struct text_file ${list}[] = {"
for file; do
	name=$(name_of "$file")
	echo "	{ \"$(basename "${file%.md}")\", $name, sizeof($name) - 1 },"
done
echo '	{ 0, 0, 0 },'
echo '};'
