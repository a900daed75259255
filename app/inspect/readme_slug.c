/* Ids of headings as GitHub makes them: lower case, letters, marks, numbers, '_' and '-', blanks as
 * '-', then -1, -2, ... */
#include "app/inspect/readme.h"

#include "app/base/arena.h"
#include "app/inspect/unicode.h"

struct slot {
	struct text id; /* absent: free */
	uint64_t next;  /* number to try first when this id comes again */
};

struct slugs {
	struct arena *arena;
	struct slot *slots;
	size_t used, room; /* room is a power of two */
};

struct slugs *slugs_new(struct arena *a)
{
	struct slugs *s = arena_alloc(a, sizeof(*s));

	s->arena = a;
	s->room = 64;
	s->slots = arena_array(a, s->room, sizeof(*s->slots));
	return s;
}

/* FNV-1a. Who makes ids collide on purpose is stopped by the time limit of the process. */
static struct slot *find(struct slot *slots, size_t room, struct text id)
{
	uint64_t h = 14695981039346656037u;
	size_t i;

	for (size_t k = 0; k < id.n; k++)
		h = (h ^ (unsigned char)id.p[k]) * 1099511628211u;
	for (i = (size_t)h & (room - 1); slots[i].id.p && !text_eq(slots[i].id, id);)
		i = (i + 1) & (room - 1);
	return &slots[i];
}

static void grow(struct slugs *s)
{
	size_t room = s->room * 2;
	struct slot *slots = arena_array(s->arena, room, sizeof(*slots));

	for (size_t i = 0; i < s->room; i++)
		if (s->slots[i].id.p)
			*find(slots, room, s->slots[i].id) = s->slots[i];
	s->slots = slots;
	s->room = room;
}

static void put_utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80)
		buf_byte(b, (char)c);
	else if (c < 0x800)
		buf_byte(b, (char)(0xc0 | c >> 6));
	else if (c < 0x10000)
		buf_byte(b, (char)(0xe0 | c >> 12));
	else {
		buf_byte(b, (char)(0xf0 | c >> 18));
		buf_byte(b, (char)(0x80 | (c >> 12 & 0x3f)));
	}
	if (c >= 0x800)
		buf_byte(b, (char)(0x80 | (c >> 6 & 0x3f)));
	if (c >= 0x80)
		buf_byte(b, (char)(0x80 | (c & 0x3f)));
}

static struct text slug(struct arena *a, struct text heading)
{
	struct buf b = buf_init(a, heading.n * 2 + 16);
	uint32_t c;

	for (size_t at = 0; text_next_char(heading, &at, &c);) {
		if (c == 0x130) { /* the one letter whose lower case is two: i and a dot above */
			buf_byte(&b, 'i');
			c = 0x307;
		}
		c = unicode_lower(c);
		if (c == ' ' || c == '-')
			buf_byte(&b, '-');
		else if (unicode_is_word(c))
			put_utf8(&b, c);
	}
	return b.n ? buf_text(&b) : TEXT("");
}

struct text slugs_add(struct slugs *s, struct text heading)
{
	struct text base = slug(s->arena, heading), id = base;
	struct slot *slot;
	uint64_t n = 0;

	if (s->used * 2 >= s->room)
		grow(s);
	slot = find(s->slots, s->room, base);
	if (slot->id.p) {
		for (n = slot->next;; n++) {
			id = text_fmt(s->arena, "%.*s-%llu", TEXT_F(base), (unsigned long long)n);
			if (!find(s->slots, s->room, id)->id.p)
				break;
		}
		slot->next = n + 1;
	}
	*find(s->slots, s->room, id) = (struct slot){ id, 1 };
	s->used++;
	return id;
}
