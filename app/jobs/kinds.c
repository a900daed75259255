#include "app/jobs/kinds.h"

#include "app/base/config.h"

#include <json-c/json.h>

#define JOB_RUNNER(name, ...) { &job_##name, job_##name##_run },
const struct job_runner job_runners[] = { JOB_KINDS(JOB_RUNNER){ NULL, NULL } };

static bool downloads_are_counted(const struct config *cfg)
{
	return !text_eq(cfg->downloads.count, TEXT("off"));
}

static bool has_git_index(const struct config *cfg)
{
	return cfg->git_index.enabled;
}

static int64_t hours_of_dumps(const struct config *cfg)
{
	return (int64_t)cfg->dump.every_h * 3600;
}

/* Once across all machines, but for what is local (contract/jobs.md 4). */
const struct job_period job_periods[] = {
	{ "count_downloads", 60, &job_count_downloads, "{}", downloads_are_counted, NULL },
	{ "update_downloads", 3600, &job_update_downloads, "{}", NULL, NULL },
	{ "archive_version_downloads", 24 * 3600, &job_archive_version_downloads, "{}", NULL,
	  NULL },
	{ "sum_dependencies", 600, &job_sum_dependencies, "{}", NULL, NULL },
	{ "update_search_steps", 24 * 3600, &job_update_search_steps, "{}", NULL, NULL },
	{ "make_git_index", 60, &job_make_git_index, "{}", has_git_index, NULL },
	{ "sweep", 6 * 3600, &job_sweep, "{}", NULL, NULL },
	{ "keep_orders", 60, &job_keep_orders, "{}", NULL, NULL },
	{ "count_words", 24 * 3600, &job_count_words, "{}", NULL, NULL },
	/* what a feed holds for being young goes some time, and there is one before the first publish */
	{ "sync_crates_feed", 3600, &job_sync_crates_feed, "{}", NULL, NULL },
	{ "sync_updates_feed", 3600, &job_sync_updates_feed, "{}", NULL, NULL },
	{ "send_token_expiry_notifications", 6 * 3600, &job_expiry_notifications, "{}", NULL,
	  NULL },
	{ "mirror_replacements", 24 * 3600, &job_mirror_replacements, "{}", NULL, NULL },
	{ "mirror_playground", 24 * 3600, &job_mirror_playground, "{}", NULL, NULL },
	/* for pages that have been looked at */
	{ "docs_status", 60, &job_docs_status, "{}", NULL, NULL },
	{ "mirror_advisories", 3600, &job_mirror_advisories, "{}", NULL, NULL },
	{ "update_user_batch", 3600, &job_update_user_batch, "{}", NULL, NULL },
	{ "sync_admins", 3600, &job_sync_admins, "{}", NULL, NULL },
	{ "dump_db", 24 * 3600, &job_dump_db, "{}", NULL, hours_of_dumps },
	{ "refresh_avatars", 3600, &job_refresh_avatars, "{}", NULL, NULL },
	{ NULL, 0, NULL, NULL, NULL, NULL },
};

static const struct err *wrong_data(const struct job_run *r, const char *key)
{
	return err_new(r->arena, ERR_INVALID, "job %llu: no `%s` in its data",
		       (unsigned long long)r->job->id, key);
}

const struct err *job_u64(const struct job_run *r, const char *key, uint64_t *ret)
{
	struct json_object *o;

	if (!json_object_object_get_ex(r->data, key, &o) ||
	    !json_object_is_type(o, json_type_int) || json_object_get_int64(o) < 0)
		return wrong_data(r, key);
	*ret = (uint64_t)json_object_get_int64(o);
	return NULL;
}

const struct err *job_text(const struct job_run *r, const char *key, struct text *ret)
{
	struct json_object *o;

	if (!json_object_object_get_ex(r->data, key, &o))
		return wrong_data(r, key);
	if (!o) {
		*ret = TEXT_NONE;
		return NULL;
	}
	if (!json_object_is_type(o, json_type_string))
		return wrong_data(r, key);
	*ret = (struct text){ json_object_get_string(o), (size_t)json_object_get_string_len(o) };
	return NULL;
}
