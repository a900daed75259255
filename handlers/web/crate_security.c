/* handlers/web/crate_security.c - /crates/{name}/security: advisories (contract/web.md P15) */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "handlers/routes.h"
#include "handlers/web/crate_about.h"
#include "templates/readme.h"
#include "templates/security.h"

enum { WORDS_MAX_BYTES = 1024 * 1024, VERSIONS_SHOWN = 200 };

enum group { VULNERABLE, INFORMED, UNMAINTAINED, WITHDRAWN };

static enum group group_of(const struct advisory *a)
{
	if (a->withdrawn_us.set)
		return WITHDRAWN;
	if (advisory_is_unmaintained(a))
		return UNMAINTAINED;
	return a->informational.p ? INFORMED : VULNERABLE;
}

static struct text alias_href(struct req *r, struct text alias)
{
	if (text_starts(alias, TEXT("CVE-")))
		return text_fmt(r->arena, "https://nvd.nist.gov/vuln/detail/%.*s", TEXT_F(alias));
	if (text_starts(alias, TEXT("GHSA-")))
		return text_fmt(r->arena, "https://github.com/advisories/%.*s", TEXT_F(alias));
	return TEXT_NONE;
}

/* The page about it, where the operator says that there are such. */
static struct text advisory_href(struct req *r, struct text id)
{
	struct text url = r->cfg->advisories.page_url, hole = TEXT("{id}");
	size_t at = text_find(url, hole);

	if (!url.n || !text_starts(id, TEXT("RUSTSEC-")))
		return TEXT_NONE;
	return text_fmt(r->arena, "%.*s%.*s%.*s", TEXT_F(text_sub(url, 0, at)), TEXT_F(id),
			TEXT_F(text_sub(url, at + hole.n, url.n)));
}

static struct links aliases(struct req *r, const struct advisory *a)
{
	struct texts list = advisory_list(r->arena, a->aliases);
	struct link *v = arena_array(r->arena, list.n + 1, sizeof(*v));

	for (size_t i = 0; i < list.n; i++)
		v[i] = (struct link){ .href = alias_href(r, list.v[i]), .label = list.v[i] };
	return (struct links){ v, list.n };
}

/* "CVSS:3.1/AV:N/..." at the calculator of its version. */
static struct text cvss_href(struct req *r, struct text vector)
{
	struct text rest = vector, head = TEXT_NONE, version = TEXT("3.0");

	(void)text_cut(&rest, '/', &head);
	if (text_starts(head, TEXT("CVSS:")))
		version = text_sub(head, 5, head.n);
	return text_fmt(r->arena, "https://www.first.org/cvss/calculator/%.*s#%.*s",
			TEXT_F(version), TEXT_F(vector));
}

static void fill(struct req *r, const struct advisory *a, const struct version_key *keys,
		 size_t nkeys, struct advisory_shown *ret)
{
	struct buf b = buf_init(r->arena, WORDS_MAX_BYTES);
	struct text page = advisory_href(r, a->id);

	*ret = (struct advisory_shown){
		.id = a->id,
		.title = words_of(r->arena, a->title),
		.url = page.p ? page : a->url,
		.more = page.p ? a->url : TEXT_NONE,
		.more_shown = url_shown(a->url),
		.affected = affected_words(r->arena, &a->affected),
		.aliases = aliases(r, a),
		.cvss = a->cvss,
		.cvss_href = a->cvss.n ? cvss_href(r, a->cvss) : TEXT_NONE,
		.html = advisory_html(r->arena, a->id, a->html),
		.description = a->description,
		.published_us = a->published_us,
	};
	for (size_t i = 0; i < nkeys; i++) {
		if (!advisory_affects(a, keys[i].num))
			continue;
		if (ret->nversions++ < VERSIONS_SHOWN) {
			buf_add(&b, b.n ? TEXT(", ") : TEXT(""));
			buf_add(&b, keys[i].num);
		}
	}
	ret->versions = buf_text(&b);
}

static void fill_groups(struct req *r, const struct crate_frame *f, const struct advisory *all,
			size_t n, const struct version_key *keys, size_t nkeys,
			struct security_page *v)
{
	static const char *const titles[ADVISORY_GROUPS] = {
		[VULNERABLE] = "Vulnerabilities",
		[INFORMED] = "Notices",
		[UNMAINTAINED] = "Maintenance",
		[WITHDRAWN] = "Withdrawn",
	};

	for (size_t g = 0; g < ADVISORY_GROUPS; g++) {
		struct advisory_shown *rows = arena_array(r->arena, n + 1, sizeof(*rows));
		size_t m = 0;

		for (size_t i = 0; i < n; i++) {
			if ((size_t)group_of(&all[i]) != g)
				continue;
			fill(r, &all[i], keys, nkeys, &rows[m++]);
			if (g == VULNERABLE && f->has_version &&
			    advisory_affects(&all[i], f->version.num))
				v->latest_affected = true;
		}
		v->groups[g] = (struct advisory_group){ titles[g], rows, m };
		v->n += g == WITHDRAWN ? 0 : m;
	}
}

static struct reply security_get(struct req *r)
{
	struct security_page v = { 0 };
	struct advisory *all = NULL;
	struct version_key *keys = NULL;
	struct crate_frame f;
	size_t n = 0, nkeys = 0;
	const struct err *e = crate_frame(r, false, &f);

	if (!e)
		e = db_advisories_whole(r->db, f.crate.name, &all, &n);
	if (!e && n)
		e = db_version_keys(r->db, f.crate.id, &keys, &nkeys);
	if (e)
		return reply_err(r, e);
	v.head.title = text_fmt(r->arena, "Security of %.*s", TEXT_F(f.crate.name));
	crate_frame_head(r, &f, TAB_SECURITY, "/security", &v.head);
	v.crate = &f.head;
	v.name = f.crate.name;
	v.latest = f.has_version ? f.version.num : TEXT_NONE;
	fill_groups(r, &f, all, n, keys, nkeys, &v);
	return reply_page(r, 200, security_page, &v);
}

const struct route crate_security_routes[] = {
	ROUTE(GET, "/crates/{name}/security", security_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: advisories about a crate"),
	ROUTE_END,
};
