#!/bin/sh
# embed.sh NAME.md... >texts_data.c: the texts as C arrays, so that a page cannot be missing.
set -eu

echo '/* made by templates/texts/embed.sh; do not edit */'
echo '#include "templates/text_page.h"'
for file; do
	base=${file##*/}
	echo "static const unsigned char text_$(echo "${base%.md}" | tr - _)[] = {"
	od -An -v -tx1 "$file" | sed 's/\([0-9a-f][0-9a-f]\)/0x\1,/g'
	echo '0x00 };'
done
echo 'const struct text_file text_files[] = {'
for file; do
	base=${file##*/}
	name=text_$(echo "${base%.md}" | tr - _)
	echo "	{ \"${base%.md}\", $name, sizeof($name) - 1 },"
done
echo '	{ 0, 0, 0 },'
echo '};'
