#include "db/publish.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/fault.h"
#include "app/base/jw.h"
#include "app/base/semver.h"
#include "app/base/time.h"
#include "app/registry/marks.h"
#include "app/registry/metadata.h"
#include "app/registry/name.h"
#include "db/crate.h"
#include "db/crate_order.h"
#include "db/dependency.h"
#include "db/dependency_count.h"
#include "db/derived.h"
#include "db/feed.h"
#include "db/job.h"
#include "db/kept_name.h"
#include "db/link.h"
#include "db/mail.h"
#include "db/owner.h"
#include "db/search.h"
#include "db/stored.h"

#define DAY_US ((int64_t)24 * 3600 * US_PER_S)

struct number_row {
	uint64_t n;
};

static const struct db_stmt reserved = {
	.name = "publish_reserved",
	.sql = "SELECT CAST(COUNT(*) AS UNSIGNED) AS n FROM reserved_crate_names WHERE canon_name "
	       "= ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct number_row, n) },
};

struct lock_row {
	uint64_t id;
	struct text name;
	struct opt_u64 recent_downloads;
};

static const struct db_stmt lock = {
	.name = "publish_lock_crate",
	.sql = "SELECT id, name,"
	       "       COALESCE((SELECT r.downloads FROM recent_crate_downloads r"
	       "                  WHERE r.crate_id = crates.id),"
	       "                (SELECT d.downloads DIV 16 FROM crate_downloads d"
	       "                  WHERE d.crate_id = crates.id)) AS recent_downloads"
	       "  FROM crates"
	       " WHERE canon_name = ? FOR UPDATE",
	.in = { DB_TEXT },
	.out = { DB_COL(struct lock_row, id), DB_COL(struct lock_row, name),
		 DB_COL(struct lock_row, recent_downloads) },
};

static const struct db_stmt crate_insert = {
	.name = "publish_crate_insert",
	.sql = "INSERT INTO crates (name, canon_name, created_us, updated_us, description, "
	       "homepage, documentation,"
	       "                    repository, readme)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	.in = { DB_TEXT, DB_TEXT, DB_I64, DB_I64, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT },
};

static const struct db_stmt crate_update = {
	.name = "publish_crate_update",
	.sql = "UPDATE crates"
	       "   SET updated_us = ?, description = ?, homepage = ?, documentation = ?, "
	       "repository = ?, readme = ?"
	       " WHERE id = ?",
	.in = { DB_I64, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_U64 },
};

static const struct db_stmt downloads_insert = {
	.name = "publish_downloads_insert",
	.sql = "INSERT INTO crate_downloads (crate_id, downloads) VALUES (?, 0)",
	.in = { DB_U64 },
};

static const struct db_stmt recent_insert = {
	.name = "publish_recent_insert",
	.sql = "INSERT INTO recent_crate_downloads (crate_id, downloads) VALUES (?, NULL)",
	.in = { DB_U64 },
};

static const struct db_stmt dependents_insert = {
	.name = "publish_dependents_insert",
	.sql = "INSERT INTO dependents (crate_id, n) VALUES (?, 0)",
	.in = { DB_U64 },
};

static const struct db_stmt today = {
	.name = "publish_versions_today",
	.sql = "SELECT CAST(COUNT(*) AS UNSIGNED) AS n FROM versions WHERE crate_id = ? AND "
	       "created_us > ?",
	.in = { DB_U64, DB_I64 },
	.out = { DB_COL(struct number_row, n) },
};

static const struct db_stmt version_insert = {
	.name = "publish_version_insert",
	.sql = "INSERT INTO versions (crate_id, num, num_no_build, semver_ord, prerelease, "
	       "created_us, updated_us,"
	       "                      features, license, crate_size, published_by, tar_sha256, "
	       "links, rust_version,"
	       "                      has_lib, lib_name, bin_names, edition, description, "
	       "homepage, documentation,"
	       "                      repository, categories, keywords, trustpub_data, marks)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
	       "?, "
	       "?)",
	.in = { DB_U64,  DB_TEXT, DB_TEXT, DB_TEXT,    DB_BOOL,   DB_I64,  DB_I64,
		DB_TEXT, DB_TEXT, DB_U64,  DB_OPT_U64, DB_SHA256, DB_TEXT, DB_TEXT,
		DB_BOOL, DB_TEXT, DB_TEXT, DB_TEXT,    DB_TEXT,   DB_TEXT, DB_TEXT,
		DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT,    DB_U64 },
};

static const struct db_stmt published_by = {
	.name = "publish_published_by",
	.sql = "INSERT INTO versions_published_by (version_id, email) VALUES (?, ?)",
	.in = { DB_U64, DB_TEXT },
};

static const struct db_stmt action = {
	.name = "publish_action",
	.sql = "INSERT INTO version_owner_actions (version_id, user_id, api_token_id, action, "
	       "time_us)"
	       " VALUES (?, ?, ?, 0, ?)",
	.in = { DB_U64, DB_U64, DB_OPT_U64, DB_I64 },
};

static const struct db_stmt count_new = {
	.name = "publish_count_new",
	.sql = "UPDATE metadata SET num_crates = num_crates + ?, num_keywords = num_keywords + ? "
	       "WHERE id = 1",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt came_through = {
	.name = "publish_came_through",
	.sql = "SELECT CAST(COUNT(*) AS UNSIGNED) AS n FROM versions"
	       " WHERE id = ? AND crate_id = ? AND num = ? AND tar_sha256 = ? AND created_us = ?",
	.in = { DB_U64, DB_U64, DB_TEXT, DB_SHA256, DB_I64 },
	.out = { DB_COL(struct number_row, n) },
};

/* One run of the transaction; set up anew for each. */
struct run {
	const struct publish_in *in;
	const struct manifest *m;
	struct publish_out out;
	uint64_t recent_downloads, new_keywords;
	int64_t now_us;
};

/* ---- rows 40 to 44: the crate */

static const struct err *reserved_name(struct db *db)
{
	return err_new(db_arena(db), ERR_INVALID, "cannot upload a crate with a reserved name");
}

static const struct err *check_reserved(struct db *db, const struct run *r)
{
	struct number_row row;
	const struct err *e = db_one(db, &reserved, DB_ARGS(db_text(r->out.canon)), &row);

	if (e || !row.n)
		return e;
	return reserved_name(db);
}

static const struct err *new_crate(struct db *db, struct run *r)
{
	const struct manifest *m = r->m;
	struct db_val id;
	const struct err *e;
	bool kept = false;

	if (r->in->by_trustpub) /* it was there when the token was judged */
		return err_new(db_arena(db), ERR_AUTH,
			       "Trusted Publishing tokens do not support creating new crates. "
			       "Publish the crate manually, first");
	e = db_name_is_kept(db, r->out.canon, &kept);
	if (e || kept)
		return e ? e : reserved_name(db);
	e = r->in->import ? NULL : db_crate_check_deleted(db, m->name);
	if (e) /* it was there, or not yet deleted, when the caller looked */
		return e;
	e = db_exec(db, &crate_insert,
		    DB_ARGS(db_text(m->name), db_text(r->out.canon), db_i64(r->now_us),
			    db_i64(r->now_us), db_text(m->description), db_text(m->homepage),
			    db_text(m->documentation), db_text(m->repository),
			    db_text(r->in->readme)),
		    NULL);
	if (e)
		return e;
	r->out.crate_id = db_insert_id(db);
	r->out.name = m->name;
	r->out.is_new = true;
	id = db_u64(r->out.crate_id);
	e = db_exec(db, &downloads_insert, DB_ARGS(id), NULL);
	if (!e)
		e = db_exec(db, &recent_insert, DB_ARGS(id), NULL);
	if (!e)
		e = db_exec(db, &dependents_insert, DB_ARGS(id), NULL);
	if (!e && r->in->user_id)
		e = db_owner_put(db, r->out.crate_id, r->in->user_id,
				 (struct opt_u64){ true, r->in->user_id });
	if (!e)
		e = db_index_respell(db, r->out.canon, m->name);
	return e;
}

static const struct err *check_owner(struct db *db, const struct run *r)
{
	bool is_owner;
	const struct err *e;

	if (r->in->by_trustpub || r->in->import)
		return NULL;
	e = r->in->team_id ? db_owner_is_team(db, r->out.crate_id, r->in->team_id, &is_owner)
			   : db_owner_is_user(db, r->out.crate_id, r->in->user_id, &is_owner);
	if (e || is_owner)
		return e;
	return err_new(db_arena(db), ERR_AUTH,
		       "this crate exists but you don't seem to be an owner. If you believe this "
		       "is a mistake, perhaps "
		       "you need to accept an invitation to be an owner before publishing.");
}

static const struct err *check_daily(struct db *db, const struct run *r)
{
	struct number_row row;
	const struct err *e;

	if (!r->in->new_versions_daily || r->in->import)
		return NULL;
	e = db_one(db, &today, DB_ARGS(db_u64(r->out.crate_id), db_i64(r->now_us - DAY_US)), &row);
	if (e || row.n < r->in->new_versions_daily)
		return e;
	return err_new(db_arena(db), ERR_LIMIT,
		       "You have published too many versions of this crate in the last 24 hours");
}

static const struct err *known_crate(struct db *db, struct run *r)
{
	const struct manifest *m = r->m;
	const struct err *e = check_owner(db, r);

	if (e)
		return e;
	if (!text_eq(r->out.name, m->name))
		return err_new(db_arena(db), ERR_INVALID, "crate was previously named `%.*s`",
			       TEXT_F(r->out.name));
	e = check_daily(db, r);
	if (e)
		return e;
	return db_exec(db, &crate_update,
		       DB_ARGS(db_i64(r->now_us), db_text(m->description), db_text(m->homepage),
			       db_text(m->documentation), db_text(m->repository),
			       db_text(r->in->readme), db_u64(r->out.crate_id)),
		       NULL);
}

static const struct err *put_crate(struct db *db, struct run *r)
{
	struct lock_row row = { 0 };
	bool found;
	const struct err *e = db_index_changed(db, r->out.canon, r->m->name, time_now_us());

	if (!e)
		e = check_reserved(db, r);
	if (!e)
		e = db_maybe(db, &lock, DB_ARGS(db_text(r->out.canon)), &row, &found);
	if (e)
		return e;
	if (!found)
		return new_crate(db, r);
	r->out.crate_id = row.id;
	r->out.name = row.name;
	r->recent_downloads = row.recent_downloads.v;
	return known_crate(db, r);
}

/* ---- row 45: the version */

static const struct err *put_version(struct db *db, struct run *r)
{
	struct arena *a = db_arena(db);
	const struct publish_in *in = r->in;
	const struct manifest *m = r->m;
	struct semver v;
	const struct err *e;

	BUG_ON(!semver_parse(m->version, &v)); /* row 6 of contract/publish.md 2 */
	e = db_exec(db, &version_insert,
		    DB_ARGS(db_u64(r->out.crate_id), db_text(m->version),
			    db_text(semver_no_build(m->version)), db_text(semver_order_key(a, &v)),
			    db_bool(semver_is_prerelease(&v)), db_i64(r->now_us), db_i64(r->now_us),
			    db_text(stored_features(a, m)), db_text(metadata_license(m)),
			    db_u64(in->bytes),
			    db_opt_u64((struct opt_u64){ in->user_id != 0, in->user_id }),
			    db_sha(&in->sha), db_text(m->links), db_text(m->rust_version),
			    db_bool(m->has_lib), db_text(m->lib_name),
			    db_text(stored_list(a, m->bin_names)), db_text(m->edition),
			    db_text(m->description), db_text(m->homepage),
			    db_text(m->documentation), db_text(m->repository),
			    db_text(stored_list(a, m->categories)),
			    db_text(stored_list(a, m->keywords)), db_text(in->trustpub_data),
			    db_u64(marks_of(m))),
		    NULL);
	if (err_is(e, ERR_EXISTS))
		return err_new(a, ERR_INVALID, "crate version `%.*s` is already uploaded",
			       TEXT_F(semver_no_build(m->version)));
	if (!e)
		r->out.version_id = db_insert_id(db);
	return e;
}

static const struct err *put_publisher(struct db *db, const struct run *r)
{
	const struct publish_in *in = r->in;
	const struct err *e = NULL;

	if (!in->user_id)
		return NULL;
	if (in->email.p)
		e = db_exec(db, &published_by,
			    DB_ARGS(db_u64(r->out.version_id), db_text(in->email)), NULL);
	if (e)
		return e;
	return db_exec(db, &action,
		       DB_ARGS(db_u64(r->out.version_id), db_u64(in->user_id),
			       db_opt_u64((struct opt_u64){ in->token_id != 0, in->token_id }),
			       db_i64(r->now_us)),
		       NULL);
}

/* ---- row 47: what is derived */

static const struct err *put_links(struct db *db, struct run *r)
{
	const struct config *cfg = db_config(db);
	struct arena *a = db_arena(db);
	struct texts unknown = { NULL, 0 };
	struct buf b;
	const struct err *e =
		db_link_keywords(db, r->out.crate_id, r->m->keywords, &r->new_keywords);

	if (!e)
		e = db_link_categories(db, r->out.crate_id, r->m->categories, &unknown);
	if (e || !unknown.n || r->in->import)
		return e;
	b = buf_init(a, 1024 * 1024);
	for (size_t i = 0; i < unknown.n; i++) {
		buf_add(&b, i ? TEXT(", ") : TEXT(""));
		buf_add(&b, unknown.v[i]);
	}
	return err_new(a, ERR_INVALID,
		       "The following category slugs are not currently supported on %.*s: %.*s\n\n"
		       "See %.*s/category_slugs for a list of supported slugs.",
		       TEXT_F(cfg->site.domain), TEXT_F(buf_text(&b)), TEXT_F(cfg->site.url));
}

static const struct err *put_search(struct db *db, const struct run *r)
{
	struct arena *a = db_arena(db);
	struct texts words = { arena_array(a, r->m->keywords.n, sizeof(*words.v)),
			       r->m->keywords.n };
	struct search_source source = { .name = r->out.name,
					.description = r->m->description,
					.readme = r->in->readme,
					.keywords = words };

	for (size_t i = 0; i < words.n; i++)
		words.v[i] = text_lower(a, r->m->keywords.v[i]);
	return db_search_put(db, r->out.crate_id, r->out.canon, &source, r->recent_downloads);
}

static const struct err *put_derived(struct db *db, struct run *r)
{
	struct derived d = { .crate_id = r->out.crate_id, .added = 1 };
	const struct err *e = db_derive(db, &d);

	if (!e && r->out.is_new)
		e = db_resolve_dependencies(db, r->out.crate_id, r->out.name);
	if (!e)
		e = put_links(db, r);
	return e ? e : put_search(db, r);
}

/* ---- rows 48 and 50: jobs */

static const struct err *add_job(struct db *db, const struct job_kind *kind, const char *key,
				 uint64_t id)
{
	return db_job_add(db, kind,
			  text_fmt(db_arena(db), "{\"%s\":%llu}", key, (unsigned long long)id),
			  NULL);
}

static const struct err *add_readme_job(struct db *db, const struct run *r)
{
	const struct publish_in *in = r->in;
	struct text path = in->readme_file.p ? in->readme_file : TEXT("README.md"), data;
	struct buf b;
	struct jw j;
	const struct err *e;

	if (!in->readme.n)
		return NULL;
	b = buf_init(
		db_arena(db),
		8 * 1024 * 1024); /* the JSON of a publish is 1 MiB, six times that when escaped */
	j = jw_init(&b);
	jw_object(&j, NULL);
	jw_u64(&j, "version_id", r->out.version_id);
	jw_text(&j, "text", in->readme);
	jw_text(&j, "readme_path", path);
	jw_text_or_null(&j, "base_url", r->m->repository);
	jw_text_or_null(&j, "pkg_path_in_vcs", r->m->path_in_vcs);
	jw_end(&j);
	e = buf_done(&b, &data);
	return e ? e : db_job_add(db, &job_render_readme, data, NULL);
}

static const struct err *put_jobs(struct db *db, struct run *r)
{
	const struct err *e = add_readme_job(db, r);

	if (!e)
		e = db_index_settle_job(db, r->out.canon, r->now_us, &r->out.settle_job_id);
	if (!e)
		e = db_index_git_job(db, r->out.name);
	if (!e)
		e = add_job(db, &job_analyze_crate, "version_id", r->out.version_id);
	if (!e && db_config(db)->zip.enabled)
		e = add_job(db, &job_build_crate_zip, "version_id", r->out.version_id);
	if (!e && !r->in->import)
		e = db_mail_published(db, r->out.version_id);
	if (!e && r->out.is_new && !r->in->import)
		e = db_job_add(db, &job_check_typosquat,
			       text_fmt(db_arena(db), "{\"name\":\"%.*s\"}", TEXT_F(r->out.name)),
			       NULL);
	if (!e && r->in->created_us) /* not now: not before all others in orders by time */
		e = db_crate_orders_changed(db, CRATE_ORDERS_OF_TIME);
	return e ? e : db_feed_jobs(db, r->out.name, r->out.is_new);
}

/* ---- the whole */

static const struct err *run(struct db *db, void *ctx)
{
	struct run *r = ctx;
	struct arena *a = db_arena(db);
	const struct err *e;

	r->out =
		(struct publish_out){ .canon = canon_name(a, r->m->name), .created_us = r->now_us };
	r->recent_downloads = 0;
	r->new_keywords = 0;
	FAULT_POINT(a, PUBLISH_TX_BEGUN);
	e = put_crate(db, r);
	if (e)
		return e;
	FAULT_POINT(a, PUBLISH_TX_CRATE);
	e = put_version(db, r);
	if (!e)
		e = put_publisher(db, r);
	if (e)
		return e;
	FAULT_POINT(a, PUBLISH_TX_VERSION);
	e = db_dependencies_add(db, r->out.version_id, r->m->deps, r->m->ndeps, r->in->import);
	if (!e && r->m->ndeps)
		e = db_dependencies_counted(db, r->out.version_id);
	if (e)
		return e;
	FAULT_POINT(a, PUBLISH_TX_DEPENDENCIES);
	e = put_derived(db, r);
	if (e)
		return e;
	FAULT_POINT(a, PUBLISH_TX_DERIVED);
	e = put_jobs(db, r);
	if (!e && (r->out.is_new ||
		   r->new_keywords)) /* the one row that all publishes share comes last */
		e = db_exec(db, &count_new, DB_ARGS(db_u64(r->out.is_new), db_u64(r->new_keywords)),
			    NULL);
	if (e)
		return e;
	FAULT_POINT(a, PUBLISH_TX_JOBS);
	return NULL;
}

/* Whether a COMMIT whose answer was lost came through. */
static const struct err *read_back(struct db *db, const struct run *r, const struct err *lost)
{
	struct number_row row = { 0 };
	const struct err *e =
		db_one(db, &came_through,
		       DB_ARGS(db_u64(r->out.version_id), db_u64(r->out.crate_id),
			       db_text(r->m->version), db_sha(&r->in->sha), db_i64(r->now_us)),
		       &row);

	return !e && row.n ? NULL : lost;
}

const struct err *db_publish(struct db *db, const struct publish_in *in, struct publish_out *ret)
{
	struct run r = { .in = in,
			 .m = in->manifest,
			 .now_us = in->created_us ? in->created_us : time_now_us() };
	const struct err *e = db_tx(db, run, &r);

	if (e && db_commit_uncertain(db))
		e = read_back(db, &r, e);
	if (!e)
		*ret = r.out;
	return e;
}

const struct db_stmt *const db_publish_stmts[] = {
	&reserved,
	&lock,
	&crate_insert,
	&crate_update,
	&downloads_insert,
	&recent_insert,
	&dependents_insert,
	&today,
	&version_insert,
	&published_by,
	&action,
	&count_new,
	&came_through,
	NULL,
};
