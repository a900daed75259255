#!/bin/sh
# embed.sh CATEGORIES.tsv NNNN-what.sql... >schema_data.c: the files as C arrays, so that one binary is all it takes.
set -eu

bytes() {
	od -An -v -tx1 "$1" | sed 's/\([0-9a-f][0-9a-f]\)/0x\1,/g'
}

echo '/* made by db/schema/embed.sh; do not edit */'
echo '#include "db/migrate.h"'
categories=$1
shift
for file; do
	base=${file##*/}
	echo "static const unsigned char file_${base%%-*}[] = {"
	bytes "$file"
	echo '0x00 };'
done
echo 'static const unsigned char categories[] = {'
bytes "$categories"
echo '0x00 };'
echo 'const struct schema_file schema_categories = { 0, "categories", categories, sizeof(categories) - 1 };'
echo 'const struct schema_file schema_files[] = {'
for file; do
	base=${file##*/}
	number=${base%%-*}
	name=${base#*-}
	version=$(echo "$number" | sed 's/^0*//')
	echo "	{ $version, \"${name%.sql}\", file_$number, sizeof(file_$number) - 1 },"
done
echo '	{ 0, NULL, NULL, 0 },'
echo '};'
