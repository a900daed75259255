/* app/inspect/lines*.c: the first line of the input is the path, the rest the file. */
#include "app/inspect/lines.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct text rest = fuzz_text(data, size), path;
	struct lines *l = lines_begin(a);
	struct text json;
	bool wanted;

	if (!text_cut(&rest, '\n', &path) || !rest.p)
		return -1;
	wanted = lines_wants(path);
	lines_file(l, path, rest);
	json = lines_json(l);
	BUG_ON(!text_starts(json, TEXT("{\"languages\":{")) || !text_ends(json, TEXT("}")));
	BUG_ON(wanted != (text_find(json, TEXT("\"files\":1}")) < json.n));
	return wanted ? 0 : -1;
}
