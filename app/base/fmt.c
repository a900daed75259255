#include "app/base/fmt.h"

#include "app/base/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { SPEC_MAX = 16, NUMBER_MAX = 400 }; /* %f of the largest double has 317 characters */

struct out {
	char *p;
	size_t n, room;
};

struct args {
	va_list ap;
};

/* "%-08.3llu": the whole of it for snprintf, and what decides which argument it takes. */
struct spec {
	char whole[SPEC_MAX];
	char conversion;
	unsigned longs; /* how many l */
	bool size, star;
	int precision; /* -1: none */
};

static void add(struct out *o, const char *p, size_t n)
{
	size_t left = o->n + 1 < o->room ? o->room - o->n - 1 : 0;

	if (left && n)
		memcpy(o->p + o->n, p, n < left ? n : left);
	o->n += n;
}

/* fmt stands at the '%'; where it goes on is returned. */
static const char *read_spec(const char *fmt, struct spec *s)
{
	size_t n = 1;

	while (fmt[n] && strchr("-+ #0123456789.*lz", fmt[n]))
		n++;
	*s = (struct spec){ .conversion = fmt[n], .precision = -1 };
	BUG_ON(n + 2 > sizeof(s->whole) || !fmt[n]);
	memcpy(s->whole, fmt, n + 1);
	for (size_t i = 1; i < n; i++) {
		s->longs += fmt[i] == 'l';
		s->size |= fmt[i] == 'z';
		s->star |= fmt[i] == '*';
		if (fmt[i] == '.')
			s->precision = 0;
		else if (s->precision >= 0 && char_is_digit(fmt[i]))
			s->precision = s->precision * 10 + (fmt[i] - '0');
	}
	return fmt + n + 1;
}

static void add_string(struct out *o, const struct spec *s, struct args *a)
{
	int n = s->star ? va_arg(a->ap, int) : s->precision;
	const char *p = va_arg(a->ap, const char *);

	BUG_ON(!p || (s->whole[1] != 's' && s->whole[1] != '.')); /* no width: nobody pads texts */
	if (s->star && n >= 0)
		add(o, p, (size_t)n);
	else
		add(o, p, n >= 0 ? strnlen(p, (size_t)n) : strlen(p));
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static int print_number(char *p, size_t room, const struct spec *s, struct args *a)
{
	int digits;

	switch (s->conversion) {
	case 'f':
	case 'g':
		if (!s->star)
			return snprintf(p, room, s->whole, va_arg(a->ap, double));
		digits = va_arg(a->ap, int);
		return snprintf(p, room, s->whole, digits, va_arg(a->ap, double));
	case 'c':
		return snprintf(p, room, s->whole, va_arg(a->ap, int));
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
		BUG_ON(s->star);
		if (s->size)
			return snprintf(p, room, s->whole, va_arg(a->ap, size_t));
		if (s->longs == 2)
			return snprintf(p, room, s->whole, va_arg(a->ap, unsigned long long));
		if (s->longs)
			return snprintf(p, room, s->whole, va_arg(a->ap, unsigned long));
		return snprintf(p, room, s->whole, va_arg(a->ap, unsigned));
	default:
		BUG_ON(true);
		return 0;
	}
}
#pragma GCC diagnostic pop

/* "%.*s", what nearly all of them are. */
static void add_text(struct out *o, struct args *a)
{
	int n = va_arg(a->ap, int);
	const char *p = va_arg(a->ap, const char *);

	BUG_ON(!p);
	add(o, p, n >= 0 ? (size_t)n : strlen(p));
}

static void add_number(struct out *o, const struct spec *s, struct args *a)
{
	char number[NUMBER_MAX];
	int n = print_number(number, sizeof(number), s, a);

	BUG_ON(n < 0 || (size_t)n >= sizeof(number));
	add(o, number, (size_t)n);
}

size_t fmt_v(char *p, size_t room, const char *fmt, va_list ap)
{
	struct out o = { p, 0, room };
	struct args a;
	struct spec s;

	va_copy(a.ap, ap);
	while (*fmt) {
		size_t plain = (size_t)(strchrnul(fmt, '%') - fmt);

		add(&o, fmt, plain);
		fmt += plain;
		if (!*fmt)
			break;
		if (strncmp(fmt, "%.*s", 4) == 0) {
			add_text(&o, &a);
			fmt += 4;
			continue;
		}
		fmt = read_spec(fmt, &s);
		if (s.conversion == '%')
			add(&o, "%", 1);
		else if (s.conversion == 's')
			add_string(&o, &s, &a);
		else
			add_number(&o, &s, &a);
	}
	va_end(a.ap);
	if (room)
		p[o.n < room ? o.n : room - 1] = '\0';
	return o.n;
}
