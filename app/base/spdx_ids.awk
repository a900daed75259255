# Makes spdx_ids.h from spdx-licenses.tsv (id, name, flags by tabs) and spdx-exceptions.txt (an id a line), each sorted by LC_ALL=C sort.
BEGIN { FS = "\t" }
/^#/ || NF == 0 { next }
FILENAME != table { next_table() }
{
	if (tables == 1)
		printf "\t{ TEXT_INIT(\"%s\"), %s },\n", $1, $3 ~ /G/ ? "true" : "false"
	else
		printf "\tTEXT_INIT(\"%s\"),\n", $1
}
END { print "};" }
function next_table() {
	table = FILENAME
	if (++tables == 1) {
		print "/* Made by app/base/spdx_ids.awk. */"
		print "static const struct spdx_license licenses[] = {"
	} else {
		print "};"
		print "static const struct text exceptions[] = {"
	}
}
