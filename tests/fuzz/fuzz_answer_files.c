/* app/inspect/answer_files.c: what the inspector's bytes are read as, and that it is written again as it was. */
#include "app/base/buf.h"
#include "app/inspect/answer_files.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct text in = fuzz_text(data, size);
	struct buf b = buf_init(a, 2 * size + 64);
	struct listed_file *files;
	struct compared_file *compared;
	size_t n;
	bool ok = false;

	if (answer_read_files(a, in, &files, &n)) {
		ok = true;
		for (size_t i = 0; i < n; i++)
			BUG_ON(!text_is_utf8(files[i].path) || text_has_byte(files[i].path, '\0'));
		answer_write_files(&b, files, n);
	} else if (answer_read_compared(a, in, &compared, &n)) {
		ok = true;
		for (size_t i = 0; i < n; i++)
			BUG_ON(!text_is_utf8(compared[i].hunks) ||
			       compared[i].kind >= SOURCE_KINDS);
		answer_write_compared(&b, compared, n);
	}
	/* numbers may have had zeros in front */
	BUG_ON(ok && (!buf_ok(&b) || b.n > size));
	return ok ? 0 : -1;
}
