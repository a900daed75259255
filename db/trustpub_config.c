#include "db/trustpub_config.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/jw.h"
#include "app/base/time.h"
#include "app/registry/trustpub_link.h"
#include "db/audit.h"
#include "db/mail.h"

struct one {
	uint64_t n;
};

#define GITHUB "trustpub_configs_github"
#define GITLAB "trustpub_configs_gitlab"

/* A row of either table by the names of struct trustpub_config; f: the configuration, c: its crate. */
#define GITHUB_SQL                                                                                 \
	"f.id, f.crate_id, f.created_us, c.name AS crate, f.issuer,"                               \
	" f.repository_owner AS owner,"                                                            \
	" CAST(NULLIF(f.repository_owner_id, 0) AS CHAR) AS owner_id,"                             \
	" f.repository_name AS project, f.workflow_filename AS workflow, f.environment"
#define GITLAB_SQL                                                                                 \
	"f.id, f.crate_id, f.created_us, c.name AS crate, f.issuer,"                               \
	" f.namespace AS owner, f.namespace_id AS owner_id,"                                       \
	" f.project AS project, f.workflow_filepath AS workflow, f.environment"
#define CONFIG_COLS                                                                                \
	{                                                                                          \
		DB_COL(struct trustpub_config, id), DB_COL(struct trustpub_config, crate_id),      \
			DB_COL(struct trustpub_config, created_us),                                \
			DB_COL(struct trustpub_config, crate),                                     \
			DB_COL(struct trustpub_config, issuer),                                    \
			DB_COL(struct trustpub_config, owner),                                     \
			DB_COL(struct trustpub_config, owner_id),                                  \
			DB_COL(struct trustpub_config, project),                                   \
			DB_COL(struct trustpub_config, workflow),                                  \
			DB_COL(struct trustpub_config, environment)                                \
	}

/* The same statements over each of the tables. */
#define BOTH(what, github, gitlab, ...)                                                            \
	{                                                                                          \
		[TRUSTPUB_GITHUB] = { .name = what "_github", .sql = github, __VA_ARGS__ },        \
		[TRUSTPUB_GITLAB] = { .name = what "_gitlab", .sql = gitlab, __VA_ARGS__ },        \
	}

static const struct db_stmt lock_crate = {
	.name = "trustpub_config_lock_crate",
	.sql = "SELECT id AS n FROM crates WHERE id = ? FOR UPDATE",
	.in = { DB_U64 },
	.out = { DB_COL(struct one, n) },
};

#define COUNT_SQL(table) "SELECT CAST(COUNT(*) AS UNSIGNED) AS n FROM " table " WHERE crate_id = ?"
static const struct db_stmt count[] =
	BOTH("trustpub_config_count", COUNT_SQL(GITHUB), COUNT_SQL(GITLAB), .in = { DB_U64 },
	     .out = { DB_COL(struct one, n) });

static const struct db_stmt insert[] = BOTH(
	"trustpub_config_insert",
	"INSERT INTO " GITHUB " (created_us, crate_id, issuer, repository_owner,"
	" repository_owner_lower, repository_owner_id, repository_name, repository_name_lower,"
	" workflow_filename, environment) VALUES (?, ?, ?, ?, ?, COALESCE(?, '0'), ?, ?, ?, ?)",
	"INSERT INTO " GITLAB " (created_us, crate_id, issuer, namespace, namespace_lower,"
	" namespace_id, project, project_lower, workflow_filepath, environment)"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	.in = { DB_I64, DB_U64, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT,
		DB_TEXT });

#define BY_ID_SQL(cols, table)                                                                     \
	"SELECT " cols "  FROM " table " f JOIN crates c ON c.id = f.crate_id WHERE f.id = ?"
static const struct db_stmt by_id[] =
	BOTH("trustpub_config_by_id", BY_ID_SQL(GITHUB_SQL, GITHUB), BY_ID_SQL(GITLAB_SQL, GITLAB),
	     .in = { DB_U64 }, .out = CONFIG_COLS);

static const struct db_stmt delete_id[] =
	BOTH("trustpub_config_delete", "DELETE FROM " GITHUB " WHERE id = ?",
	     "DELETE FROM " GITLAB " WHERE id = ?", .in = { DB_U64 });

#define OF_CRATE_SQL(cols, table)                                                                  \
	"SELECT " cols "  FROM " table " f JOIN crates c ON c.id = f.crate_id"                     \
	" WHERE f.crate_id = ? ORDER BY f.id LIMIT 50000"
static const struct db_stmt of_crate[] =
	BOTH("trustpub_configs_of_crate", OF_CRATE_SQL(GITHUB_SQL, GITHUB),
	     OF_CRATE_SQL(GITLAB_SQL, GITLAB), .in = { DB_U64 }, .out = CONFIG_COLS);

/* clang-format off */
static const struct db_stmt of_crate_all = {
	.name = "trustpub_configs_of_crate_all",
	.sql = "SELECT CAST(0 AS UNSIGNED) AS provider, " GITHUB_SQL
	       "  FROM " GITHUB " f JOIN crates c ON c.id = f.crate_id WHERE f.crate_id = ?"
	       " UNION ALL SELECT CAST(1 AS UNSIGNED), " GITLAB_SQL
	       "  FROM " GITLAB " f JOIN crates c ON c.id = f.crate_id WHERE f.crate_id = ?"
	       " ORDER BY provider, id LIMIT 200",
	.in = { DB_U64, DB_U64 },
#define OF_ALL(member) DB_COL_AS(struct trustpub_of_crate, config.member, #member)
	.out = { DB_COL(struct trustpub_of_crate, provider), OF_ALL(id), OF_ALL(crate_id), OF_ALL(created_us), OF_ALL(crate),
		 OF_ALL(issuer), OF_ALL(owner), OF_ALL(owner_id), OF_ALL(project), OF_ALL(workflow), OF_ALL(environment) },
#undef OF_ALL
};
/* clang-format on */

#define OF_USER_SQL(cols, table)                                                                   \
	"SELECT " cols "  FROM crate_owners o"                                                     \
	"  JOIN " table " f ON f.crate_id = o.crate_id"                                            \
	"  JOIN crates c ON c.id = f.crate_id"                                                     \
	" WHERE o.owner_kind = 0 AND o.owner_id = ? AND o.deleted = 0"                             \
	" ORDER BY f.id LIMIT 50000"
static const struct db_stmt of_user[] =
	BOTH("trustpub_configs_of_user", OF_USER_SQL(GITHUB_SQL, GITHUB),
	     OF_USER_SQL(GITLAB_SQL, GITLAB), .in = { DB_U64 }, .out = CONFIG_COLS);

#define OF_REPOSITORY_SQL(cols, table, owner, project)                                             \
	"SELECT " cols "  FROM " table " f JOIN crates c ON c.id = f.crate_id"                     \
	" WHERE f." owner " = ? AND f." project " = ? AND f.issuer = ?"                            \
	" ORDER BY f.id LIMIT 5000"
static const struct db_stmt of_repository[] = BOTH(
	"trustpub_configs_of_repository",
	OF_REPOSITORY_SQL(GITHUB_SQL, GITHUB, "repository_owner_lower", "repository_name_lower"),
	OF_REPOSITORY_SQL(GITLAB_SQL, GITLAB, "namespace_lower", "project_lower"),
	.in = { DB_TEXT, DB_TEXT, DB_TEXT }, .out = CONFIG_COLS);

static const struct db_stmt learn[] =
	BOTH("trustpub_configs_learn",
	     "UPDATE " GITHUB " SET repository_owner_id = ?"
	     " WHERE repository_owner_lower = ? AND repository_name_lower = ? AND issuer = ?"
	     "   AND repository_owner_id = 0",
	     "UPDATE " GITLAB " SET namespace_id = ?"
	     " WHERE namespace_lower = ? AND project_lower = ? AND issuer = ?"
	     "   AND namespace_id IS NULL",
	     .in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT });

const struct err *db_trustpub_config_room(struct db *db, enum trustpub_provider p,
					  uint64_t crate_id)
{
	struct one row;
	const struct err *e = db_one(db, &count[p], DB_ARGS(db_u64(crate_id)), &row);

	if (e || row.n < TRUSTPUB_CONFIGS_MAX)
		return e;
	return err_new(db_arena(db), ERR_EXISTS,
		       "This crate already has the maximum number of %s Trusted Publishing "
		       "configurations (%d)",
		       p == TRUSTPUB_GITHUB ? "GitHub" : "GitLab", TRUSTPUB_CONFIGS_MAX);
}

static const struct err *note(struct db *db, const char *action, const struct trustpub_actor *who,
			      const struct trustpub_config *c)
{
	struct buf b = buf_init(db_arena(db), 16 * 1024);
	struct jw j = jw_init(&b);
	struct audit_entry a = {
		.user_id = who->user_id,
		.actor = who->login,
		.action = action,
		.crate = c->crate,
		.address = who->address,
	};

	jw_object(&j, NULL);
	jw_u64(&j, "id", c->id);
	jw_text(&j, "issuer", c->issuer);
	jw_text(&j, "owner", c->owner);
	jw_text(&j, "project", c->project);
	jw_text(&j, "workflow", c->workflow);
	jw_text_or_null(&j, "environment", c->environment);
	jw_end(&j);
	a.detail = buf_text(&b);
	return db_audit(db, &a);
}

/* To the owners of the crate. */
static const struct err *tell(struct db *db, bool created, enum trustpub_provider p,
			      const struct trustpub_actor *who, const struct trustpub_config *c)
{
	struct mail_trustpub_config m = {
		.crate_id = c->crate_id,
		.actor_id = who->user_id,
		.provider = trustpub_provider_name(p),
		.repository =
			text_fmt(db_arena(db), "%.*s/%.*s", TEXT_F(c->owner), TEXT_F(c->project)),
		.workflow = c->workflow,
		.workflow_url = trustpub_workflow_url(db_arena(db), p, c),
		.environment = c->environment,
	};

	return db_mail_trustpub_config(db, created, &m);
}

struct changing {
	enum trustpub_provider p;
	const struct trustpub_actor *who;
	struct trustpub_config c;
};

static const struct err *add_tx(struct db *db, void *ctx)
{
	struct changing *in = ctx;
	struct trustpub_config *c = &in->c;
	struct arena *a = db_arena(db);
	struct one row;
	const struct err *e = db_one(db, &lock_crate, DB_ARGS(db_u64(c->crate_id)), &row);

	if (!e)
		e = db_trustpub_config_room(db, in->p, c->crate_id);
	if (!e)
		e = db_exec(db, &insert[in->p],
			    DB_ARGS(db_i64(c->created_us), db_u64(c->crate_id), db_text(c->issuer),
				    db_text(c->owner), db_text(text_lower(a, c->owner)),
				    db_text(c->owner_id), db_text(c->project),
				    db_text(text_lower(a, c->project)), db_text(c->workflow),
				    db_text(c->environment)),
			    NULL);
	if (e)
		return e;
	c->id = db_insert_id(db);
	e = note(db, "trustpub_config_create", in->who, c);
	return e ? e : tell(db, true, in->p, in->who, c);
}

const struct err *db_trustpub_config_add(struct db *db, enum trustpub_provider p,
					 const struct trustpub_actor *who,
					 struct trustpub_config *c)
{
	struct changing in = { p, who, *c };
	const struct err *e;

	in.c.created_us = time_now_us();
	e = db_tx(db, add_tx, &in);
	if (!e)
		*c = in.c;
	return e;
}

const struct err *db_trustpub_config(struct db *db, enum trustpub_provider p, uint64_t id,
				     struct trustpub_config *ret)
{
	return db_one(db, &by_id[p], DB_ARGS(db_u64(id)), ret);
}

static const struct err *delete_tx(struct db *db, void *ctx)
{
	const struct changing *in = ctx;
	uint64_t n;
	const struct err *e = db_exec(db, &delete_id[in->p], DB_ARGS(db_u64(in->c.id)), &n);

	if (!e && !n)
		e = err_new(db_arena(db), ERR_NOT_FOUND, "Not Found");
	if (!e)
		e = note(db, "trustpub_config_delete", in->who, &in->c);
	return e ? e : tell(db, false, in->p, in->who, &in->c);
}

const struct err *db_trustpub_config_delete(struct db *db, enum trustpub_provider p,
					    const struct trustpub_actor *who,
					    const struct trustpub_config *c)
{
	struct changing in = { p, who, *c };

	return db_tx(db, delete_tx, &in);
}

struct walk {
	struct arena *arena;
	const struct trustpub_query *q;
	struct trustpub_config *v;
	size_t n;
	uint64_t total;
};

/* Counts what is wanted, and keeps what is of the page. */
static const struct err *look(void *ctx, const void *row)
{
	struct walk *w = ctx;
	const struct trustpub_config *c = row;
	struct trustpub_config *kept;

	if (w->q->wanted && !w->q->wanted(w->q->ctx, c->crate))
		return NULL;
	w->total++;
	if (c->id <= w->q->after_id || w->n == w->q->max)
		return NULL;
	kept = &w->v[w->n++];
	*kept = *c;
	kept->crate = text_dup(w->arena, c->crate);
	kept->issuer = text_dup(w->arena, c->issuer);
	kept->owner = text_dup(w->arena, c->owner);
	kept->owner_id = text_dup(w->arena, c->owner_id);
	kept->project = text_dup(w->arena, c->project);
	kept->workflow = text_dup(w->arena, c->workflow);
	kept->environment = text_dup(w->arena, c->environment);
	return NULL;
}

const struct err *db_trustpub_configs(struct db *db, const struct trustpub_query *q,
				      struct trustpub_config **ret, size_t *ret_n,
				      uint64_t *ret_total)
{
	struct walk w = { .arena = db_arena(db), .q = q };
	struct trustpub_config row;
	const struct err *e;

	BUG_ON(q->max > TRUSTPUB_PAGE_MAX);
	w.v = arena_array(w.arena, q->max, sizeof(*w.v));
	if (q->crate_id)
		e = db_each(db, &of_crate[q->provider], DB_ARGS(db_u64(q->crate_id)), &row, look,
			    &w);
	else
		e = db_each(db, &of_user[q->provider], DB_ARGS(db_u64(q->user_id)), &row, look, &w);
	if (e)
		return e;
	*ret = w.v;
	*ret_n = w.n;
	*ret_total = w.total;
	return NULL;
}

const struct err *db_trustpub_configs_of_crate(struct db *db, uint64_t crate_id,
					       struct trustpub_of_crate **ret, size_t *ret_n)
{
	return db_all(db, &of_crate_all, DB_ARGS(db_u64(crate_id), db_u64(crate_id)), sizeof(**ret),
		      ret, ret_n);
}

const struct err *db_trustpub_configs_of_repository(struct db *db, enum trustpub_provider p,
						    struct text issuer, struct text owner,
						    struct text project,
						    struct trustpub_config **ret, size_t *ret_n)
{
	struct arena *a = db_arena(db);

	return db_all(db, &of_repository[p],
		      DB_ARGS(db_text(text_lower(a, owner)), db_text(text_lower(a, project)),
			      db_text(issuer)),
		      sizeof(**ret), ret, ret_n);
}

const struct err *db_trustpub_configs_learn(struct db *db, enum trustpub_provider p,
					    struct text issuer, struct text owner,
					    struct text project, struct text owner_id)
{
	struct arena *a = db_arena(db);

	return db_exec(db, &learn[p],
		       DB_ARGS(db_text(owner_id), db_text(text_lower(a, owner)),
			       db_text(text_lower(a, project)), db_text(issuer)),
		       NULL);
}

const struct db_stmt *const db_trustpub_config_stmts[] = {
	&lock_crate,       &count[0],     &count[1],     &insert[0],    &insert[1],
	&by_id[0],         &by_id[1],     &delete_id[0], &delete_id[1], &of_crate[0],
	&of_crate[1],      &of_crate_all, &of_user[0],   &of_user[1],   &of_repository[0],
	&of_repository[1], &learn[0],     &learn[1],     NULL,
};
