/* app/registry/download_log.c: a line of any web server is a stranger's input; what is taken for a download is one. */
#include "app/base/semver.h"
#include "app/registry/download_log.h"
#include "app/registry/name.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text rest = fuzz_text(data, size), line;
	struct download_log log = { .format = download_format_of(rest) };
	struct arena *a = fuzz_arena();
	struct download d;
	struct semver v;

	while (text_cut(&rest, '\n', &line))
		if (download_log_line(&log, a, line, &d))
			BUG_ON(!name_is_valid(NAME_CRATE, d.name) || !semver_parse(d.version, &v) ||
			       d.day < 0 || d.day > 2932896);
	return 0;
}
