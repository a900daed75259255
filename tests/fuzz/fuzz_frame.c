/*
 * handlers/api/publish_frame.c and app/registry/publish_meta.c: the body of a publish. What is taken is what was sent, to the byte;
 * what was announced and not sent is refused.
 */
#include "app/base/config.h"
#include "app/registry/publish_meta.h"
#include "app/server/req.h"
#include "app/server/transport.h"
#include "app/storage/storage.h"
#include "handlers/api/publish_frame.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CRATE_MAX = 4096 };

struct wire {
	struct text left;
};

static size_t wire_read(void *ctx, void *p, size_t n)
{
	struct wire *w = ctx;
	size_t got = n < w->left.n ? n : w->left.n;

	if (got)
		memcpy(p, w->left.p, got);
	w->left = text_sub(w->left, got, w->left.n);
	return got;
}

static bool wire_failed(void *ctx)
{
	(void)ctx;
	return false;
}

static char folder[] = "/tmp/fuzz-frame-XXXXXX";

static void remove_folder(void)
{
	static const char *const names[] = { "data/public/crates",
					     "data/public/readmes",
					     "data/public/feeds",
					     "data/public/og",
					     "data/public/dump",
					     "data/public/archives",
					     "data/public",
					     "data/blobs",
					     "data/index",
					     "data/lock",
					     "data/tmp",
					     "data",
					     "" };
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)rmdir(path);
	}
}

static const struct config *config_of_fuzz(void)
{
	static struct config cfg;
	static char dir[64];

	if (!cfg.data.dir.p) {
		BUG_ON(!mkdtemp(folder));
		(void)snprintf(dir, sizeof(dir), "%s/data", folder);
		cfg.data.dir = text_from(dir);
		cfg.limits.metadata_bytes = 1024;
		BUG_ON(atexit(remove_folder));
	}
	return &cfg;
}

static struct storage *storage_of_fuzz(struct arena *a)
{
	static struct storage *s;
	struct text why;

	if (!s)
		s = storage_open(a, config_of_fuzz(), &why);
	BUG_ON(!s);
	return s;
}

static uint32_t number_at(struct text in, size_t at)
{
	const unsigned char *p = (const unsigned char *)in.p + at;

	BUG_ON(at + 4 > in.n);
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void check_crate(struct arena *a, struct text in, size_t at, const struct publish_file *f)
{
	struct text sent = text_sub(in, at + 4, at + 4 + f->bytes), kept;
	struct sha256 sha = sha256_of(sent);
	struct stat st;
	char *p;

	BUG_ON(f->bytes != number_at(in, at) || f->bytes > CRATE_MAX || sent.n != f->bytes);
	BUG_ON(!sha256_eq(&sha, &f->sha));
	BUG_ON(fstat(f->fd, &st) || (uint64_t)st.st_size != f->bytes);
	p = arena_alloc(a, sent.n);
	BUG_ON(pread(f->fd, p, sent.n, 0) != (ssize_t)sent.n);
	kept = (struct text){ p, sent.n };
	BUG_ON(!text_eq(kept, sent) && sent.n);
}

/* extra: bytes announced that never come. */
static void run(struct text in, uint64_t extra)
{
	struct arena *a = fuzz_arena();
	struct wire wire = { in };
	struct transport t = { .ctx = &wire, .read = wire_read, .read_failed = wire_failed };
	struct req_server server = { .t = &t, .has_length = true, .body_left = in.n + extra };
	struct app app = { .cfg = config_of_fuzz(), .storage = storage_of_fuzz(a) };
	struct req r = { .arena = a,
			 .app = &app,
			 .cfg = app.cfg,
			 .content_length = in.n + extra,
			 .server = &server };
	struct publish_meta meta;
	struct publish_file file;
	const struct err *e;
	struct text json;

	e = publish_frame_metadata(&r, &json);
	if (e) {
		BUG_ON(e->kind != ERR_INVALID || !e->detail.n);
		return;
	}
	BUG_ON(json.n != number_at(in, 0) || json.n > app.cfg->limits.metadata_bytes);
	BUG_ON(!text_eq(json, text_sub(in, 4, 4 + json.n)) && json.n);
	e = publish_meta_read(a, json, &meta);
	BUG_ON(e && (e->kind != ERR_INVALID || !text_is_utf8(e->detail)));
	BUG_ON(!e && (!meta.name.n || !meta.vers.n || !text_is_utf8(meta.name)));
	e = publish_frame_crate(&r, CRATE_MAX, &file);
	BUG_ON(e && e->kind != ERR_INVALID);
	if (!e)
		check_crate(a, in, 4 + json.n, &file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	run(fuzz_text(data, size), 0);
	run(fuzz_text(data, size), 1 + size % 9);
	return 0;
}
