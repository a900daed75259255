#include "app/server/banner.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/time.h"
#include "app/server/app.h"

#include <stdlib.h>
#include <string.h>

struct kept {
	char message[BANNER_MAX_BYTES];
	size_t n; /* bytes; 0: there is none of this kind */
	struct opt_i64 until_us;
};

struct banners {
	struct kept v[BANNER_KINDS];
	int64_t due_us; /* when to read them again (monotonic) */
};

struct banners *banners_new(void)
{
	struct banners *b = calloc(1, sizeof(*b));

	BUG_ON(!b);
	return b;
}

void banners_free(struct banners *b)
{
	free(b);
}

static void keep(struct banners *b, const struct banner_row *rows, size_t n)
{
	for (size_t i = 0; i < BANNER_KINDS; i++)
		b->v[i].n = 0;
	for (size_t i = 0; i < n; i++) {
		struct kept *k = rows[i].kind < BANNER_KINDS ? &b->v[rows[i].kind] : NULL;

		if (!k || rows[i].message.n > sizeof(k->message))
			continue;
		memcpy(k->message, rows[i].message.p, rows[i].message.n);
		k->n = rows[i].message.n;
		k->until_us = rows[i].until_us;
	}
}

/* One that cannot be read is not tried again at once either: pages come without it. */
static void read_when_due(struct req *r, struct banners *b, bool ask)
{
	struct db_counts counts;
	struct banner_row *rows;
	size_t n;

	if (!r->db || time_monotonic_us() < b->due_us || (!ask && !db_connected(r->db)))
		return;
	counts = db_counts(r->db);
	if (!db_banners(r->db, &rows, &n))
		keep(b, rows, n);
	db_count_restore(r->db, counts);
	b->due_us = time_monotonic_us() + BANNER_FRESH_S * (int64_t)US_PER_S;
}

static struct text id_of(struct req *r, enum banner_kind kind, struct text message)
{
	struct sha256 h = sha256_of(text_fmt(r->arena, "%d %.*s", (int)kind, TEXT_F(message)));
	struct buf b = buf_init(r->arena, BANNER_ID_CHARS);

	buf_hex(&b, h.b, BANNER_ID_CHARS / 2);
	return buf_text(&b);
}

static struct text message_of(struct req *r, const struct kept *k, enum banner_kind kind)
{
	if (k->n && !(k->until_us.set && k->until_us.v <= time_now_us()))
		return text_dup(r->arena, (struct text){ k->message, k->n });
	return kind == BANNER_INFO ? r->cfg->server.banner : TEXT_NONE;
}

size_t banners_in_force(struct req *r, bool ask, struct banner ret[BANNER_KINDS])
{
	static const struct kept none;
	struct banners *b = r->app->banners;
	size_t n = 0;

	if (b)
		read_when_due(r, b, ask);
	for (size_t i = 0; i < BANNER_KINDS; i++) {
		enum banner_kind kind = (enum banner_kind)i;
		struct text message = message_of(r, b ? &b->v[i] : &none, kind);

		if (message.n)
			ret[n++] = (struct banner){ kind, message, id_of(r, kind, message) };
	}
	return n;
}

void banners_changed(struct req *r)
{
	if (r->app->banners)
		r->app->banners->due_us = 0;
}
