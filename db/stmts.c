/* Every list of statements, for check-sql: a noun that is not here would never be checked. */
#include "db/account_event.h"
#include "db/activity.h"
#include "db/admin.h"
#include "db/advisory.h"
#include "db/advisory_write.h"
#include "db/audit.h"
#include "db/banner.h"
#include "db/bucket.h"
#include "db/category.h"
#include "db/crate.h"
#include "db/crate_letter.h"
#include "db/crate_list.h"
#include "db/crate_order.h"
#include "db/crate_page.h"
#include "db/crate_set.h"
#include "db/crate_settings.h"
#include "db/crate_traits.h"
#include "db/crate_view.h"
#include "db/dashboard.h"
#include "db/db.h"
#include "db/delete.h"
#include "db/deleted.h"
#include "db/dependency.h"
#include "db/dependency_count.h"
#include "db/dependency_page.h"
#include "db/dependency_view.h"
#include "db/dependent_list.h"
#include "db/derived.h"
#include "db/docs_build.h"
#include "db/download_archive.h"
#include "db/download_count.h"
#include "db/download_sum.h"
#include "db/download_view.h"
#include "db/elsewhere.h"
#include "db/email.h"
#include "db/expired.h"
#include "db/export.h"
#include "db/exposed.h"
#include "db/feed.h"
#include "db/follow.h"
#include "db/fsck.h"
#include "db/github.h"
#include "db/import.h"
#include "db/index.h"
#include "db/invitation.h"
#include "db/job.h"
#include "db/kept_name.h"
#include "db/keyword.h"
#include "db/link.h"
#include "db/log_position.h"
#include "db/mail_view.h"
#include "db/migrate.h"
#include "db/mirror.h"
#include "db/owned.h"
#include "db/owner.h"
#include "db/picture.h"
#include "db/publish.h"
#include "db/rendering.h"
#include "db/report.h"
#include "db/schedule.h"
#include "db/search.h"
#include "db/session.h"
#include "db/sitemap.h"
#include "db/suggest.h"
#include "db/summary.h"
#include "db/team_view.h"
#include "db/todo.h"
#include "db/token.h"
#include "db/trustpub.h"
#include "db/trustpub_config.h"
#include "db/trustpub_exchange.h"
#include "db/trustpub_grant.h"
#include "db/trustpub_keys.h"
#include "db/typosquat.h"
#include "db/unsubscribe.h"
#include "db/user.h"
#include "db/user_note.h"
#include "db/user_view.h"
#include "db/version_view.h"
#include "db/yank.h"
#include "db/zip.h"

#include <stddef.h>

/* clang-format off */
const struct db_stmt_list db_stmt_lists[] = { /* one a line */
	{ db_account_event_stmts },
	{ db_activity_stmts },
	{ db_deleted_stmts },
	{ db_admin_stmts },
	{ db_advisory_stmts },
	{ db_advisory_write_stmts },
	{ db_audit_stmts },
	{ db_banner_stmts },
	{ db_bucket_stmts },
	{ db_crate_stmts },
	{ db_crate_letter_stmts },
	{ db_crate_list_stmts },
	{ db_crate_page_stmts },
	{ db_crate_order_stmts },
	{ db_crate_order_keep_stmts },
	{ db_crate_set_stmts },
	{ db_crate_settings_stmts },
	{ db_crate_traits_stmts },
	{ db_crate_view_stmts },
	{ db_dashboard_stmts },
	{ db_todo_stmts },
	{ db_delete_stmts },
	{ db_dependency_stmts },
	{ db_dependency_page_stmts },
	{ db_dependent_list_stmts },
	{ db_dependency_view_stmts },
	{ db_dependency_count_stmts },
	{ db_derived_stmts },
	{ db_feed_stmts },
	{ db_follow_stmts },
	{ db_fsck_stmts },
	{ db_expired_stmts },
	{ db_exposed_stmts },
	{ db_import_stmts },
	{ db_github_stmts },
	{ db_index_stmts },
	{ db_invitation_stmts },
	{ db_job_stmts },
	{ db_schedule_stmts },
	{ db_link_stmts },
	{ db_log_position_stmts },
	{ db_docs_build_stmts },
	{ db_elsewhere_stmts },
	{ db_mirror_stmts },
	{ db_mail_view_stmts },
	{ db_migrate_stmts },
	{ db_owned_stmts },
	{ db_owner_stmts },
	{ db_picture_stmts },
	{ db_rendering_stmts },
	{ db_publish_stmts },
	{ db_search_stmts },
	{ db_search_write_stmts },
	{ db_search_rebuild_stmts },
	{ db_search_bulk_stmts },
	{ db_session_stmts },
	{ db_token_stmts },
	{ db_trustpub_stmts },
	{ db_trustpub_config_stmts },
	{ db_trustpub_exchange_stmts },
	{ db_trustpub_grant_stmts },
	{ db_trustpub_keys_stmts },
	{ db_typosquat_stmts },
	{ db_unsubscribe_stmts },
	{ db_user_stmts },
	{ db_email_stmts },
	{ db_user_note_stmts },
	{ db_user_view_stmts },
	{ db_version_view_stmts },
	{ db_yank_stmts },
	{ db_zip_stmts },
	{ db_category_stmts },
	{ db_download_archive_stmts },
	{ db_export_stmts },
	{ db_download_count_stmts },
	{ db_download_sum_stmts },
	{ db_download_view_stmts },
	{ db_kept_name_stmts },
	{ db_keyword_stmts },
	{ db_report_stmts },
	{ db_sitemap_stmts },
	{ db_suggest_stmts },
	{ db_summary_stmts },
	{ db_team_view_stmts },
	{ NULL },
};
/* clang-format on */
