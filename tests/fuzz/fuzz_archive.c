/*
 * app/inspect/gzip.c, tar.c, archive.c, answer.c: any bytes give a verdict, or a manifest that comes through the
 * inspector's answer unharmed. What does not begin like gzip is a tar, and gets a gzip member around it.
 */
#include "app/base/jw.h"
#include "app/inspect/answer.h"
#include "app/inspect/archive.h"
#include "app/inspect/browse.h"
#include "app/inspect/compare.h"
#include "app/inspect/work.h"
#include "tests/fuzz/fuzz.h"

#include <json.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>
#include <zlib.h>

enum { MAX_UNPACKED = 4 << 20, MAX_OUT = 1 << 20 };

static void put(int fd, const void *p, size_t n)
{
	BUG_ON(write(fd, p, n) != (ssize_t)n);
}

static void put_stored(int fd, const uint8_t *data, size_t size)
{
	static unsigned char out[MAX_OUT];
	z_stream z = { .next_in = (unsigned char *)(uintptr_t)data, .avail_in = (uInt)size };

	BUG_ON(deflateInit2(&z, 0, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK);
	z.next_out = out;
	z.avail_out = sizeof(out);
	BUG_ON(deflate(&z, Z_FINISH) != Z_STREAM_END);
	put(fd, out, sizeof(out) - z.avail_out);
	(void)deflateEnd(&z);
}

/* The texts of a TOML may hold NUL, which the client takes for no answer. */
static bool has_nul(struct text json)
{
	return text_find(json, TEXT("\\u0000")) < json.n;
}

static void check_answer(struct arena *a, const struct manifest *m)
{
	struct buf b = buf_init(a, 16 << 20);
	struct jw j = jw_init(&b);
	struct json_object *o;
	struct manifest again;

	answer_write_manifest(&j, NULL, m);
	BUG_ON(!buf_ok(&b) || !jw_done(&j));
	if (has_nul(buf_text(&b)))
		return;
	o = json_tokener_parse(text_z(a, buf_text(&b)));
	BUG_ON(!o || !answer_read_manifest(a, o, &again));
	BUG_ON(!text_eq(m->name, again.name) || !text_eq(m->links, again.links) ||
	       m->ndeps != again.ndeps || m->nfeatures != again.nfeatures ||
	       m->bin_names.n != again.bin_names.n);
	(void)json_object_put(o);
}

/* What was published can be looked into, and differs in nothing from itself. */
static void check_pages(struct arena *a, const struct archive_in *in, bool published)
{
	struct archive_in again = *in;
	struct comparison c;
	struct listing l;
	struct text t;

	BUG_ON(lseek(in->fd, 0, SEEK_SET) != 0);
	if (!browse_list(a, in, &l)) {
		BUG_ON(published);
		return;
	}
	for (size_t i = 0; i < l.n && i < 4; i++)
		BUG_ON(!browse_listed(a, in, &l, &l.files[i], MAX_UNPACKED, &t) ||
		       t.n != l.files[i].size);
	again.fd = memfd_create("again", MFD_CLOEXEC);
	BUG_ON(lseek(in->fd, 0, SEEK_SET) != 0);
	for (ssize_t n; (n = sendfile(again.fd, in->fd, NULL, MAX_OUT)) > 0;)
		;
	BUG_ON(lseek(in->fd, 0, SEEK_SET) != 0 || lseek(again.fd, 0, SEEK_SET) != 0);
	BUG_ON(!compare_archives(a, in, &again, TEXT_NONE, &c) || c.n != 0);
	(void)close(again.fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct archive_in in = { .name = TEXT("foo"),
				 .version = TEXT("1.0.0"),
				 .max_unpacked = MAX_UNPACKED };
	struct manifest m;
	const struct text *why;

	if (size > MAX_OUT / 2)
		return -1;
	in.fd = memfd_create("crate", MFD_CLOEXEC);
	if (size > 0 && data[0] == 0x1f)
		put(in.fd, data, size);
	else
		put_stored(in.fd, data, size);
	BUG_ON(lseek(in.fd, 0, SEEK_SET) != 0);
	why = archive_judge(a, &in, &m);
	check_pages(a, &in, why == NULL);
	(void)close(in.fd);
	BUG_ON(why && why->n == 0);
	if (!why)
		check_answer(a, &m);
	return 0;
}
