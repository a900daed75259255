#include "app/base/config_parts.h"

#include "app/base/arena.h"
#include "app/base/buf.h"

static void print_text(struct buf *b, struct text t)
{
	buf_byte(b, '"');
	for (size_t i = 0; i < t.n; i++) {
		if (t.p[i] == '"' || t.p[i] == '\\')
			buf_byte(b, '\\');
		if ((unsigned char)t.p[i] < 0x20 || t.p[i] == 0x7f)
			buf_fmt(b, "\\u%04x", (unsigned)(unsigned char)t.p[i]);
		else
			buf_byte(b, t.p[i]);
	}
	buf_byte(b, '"');
}

static void print_value(struct buf *b, const struct config *cfg, const struct key *k)
{
	const void *p = (const char *)cfg + k->offset;

	switch (k->type) {
	case KEY_TEXT:
		print_text(b, *(const struct text *)p);
		break;
	case KEY_SECRET:
		buf_add(b, ((const struct secret *)p)->value.n ? TEXT("\"***\"") : TEXT("\"\""));
		break;
	case KEY_BOOL:
		buf_add(b, *(const bool *)p ? TEXT("true") : TEXT("false"));
		break;
	case KEY_U64:
		buf_u64(b, *(const uint64_t *)p);
		break;
	case KEY_SENDFILE:
		print_text(b, text_from(config_sendfile_words[*(const enum sendfile *)p]));
		break;
	}
}

bool config_value(struct buf *b, const struct config *cfg, struct text name)
{
	struct text section;
	const struct key *k;

	if (!text_cut(&name, '.', &section) || !name.p)
		return false;
	k = config_find(section, name);
	if (!k || k->type == KEY_SECRET)
		return false;
	if (k->type == KEY_TEXT)
		buf_add(b, *(const struct text *)(const void *)((const char *)cfg + k->offset));
	else
		print_value(b, cfg, k);
	return true;
}

size_t config_lines(struct arena *a, const struct config *cfg, struct config_line **ret)
{
	*ret = arena_array(a, config_n_keys, sizeof(**ret));
	for (size_t i = 0; i < config_n_keys; i++) {
		struct buf b = buf_init(a, 1024 * 1024);

		print_value(&b, cfg, &config_keys[i]);
		(*ret)[i] = (struct config_line){
			.name = text_fmt(a, "%s.%s", config_keys[i].section, config_keys[i].name),
			.value = buf_text(&b),
			.help = config_keys[i].help,
			.initial = config_keys[i].initial,
			.where = cfg->where[i],
		};
	}
	return config_n_keys;
}

struct text config_print(struct arena *a, const struct config *cfg)
{
	struct buf b = buf_init(a, 1024 * 1024);
	struct config_line *v;
	size_t n = config_lines(a, cfg, &v);

	for (size_t i = 0; i < n; i++)
		buf_fmt(&b, "%.*s = %.*s  # %s\n", TEXT_F(v[i].name), TEXT_F(v[i].value),
			v[i].help);
	return buf_text(&b);
}
