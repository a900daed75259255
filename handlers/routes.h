/* The arrays that routes.c lists, in its order; each is in the handler file of its name. */
#pragma once

#include "app/server/route.h"

extern const struct route admin_list_routes[];
extern const struct route crate_delete_routes[];
extern const struct route crate_follow_routes[];
extern const struct route crate_invitations_routes[];
extern const struct route crate_settings_routes[];
extern const struct route me_routes[];
extern const struct route me_tokens_routes[];
extern const struct route badge_routes[];
extern const struct route crate_stats_routes[];
extern const struct route feeds_routes[];
extern const struct route machine_routes[];
extern const struct route sitemap_routes[];
extern const struct route text_page_routes[];
extern const struct route session_routes[];
extern const struct route user_settings_routes[];
extern const struct route site_metadata_routes[];
extern const struct route openapi_routes[];
extern const struct route metrics_routes[];
extern const struct route version_files_routes[];
extern const struct route version_docs_routes[];
extern const struct route secret_scanning_routes[];
extern const struct route crate_owners_routes[];
extern const struct route crate_reverse_dependencies_routes[];
extern const struct route crate_search_routes[];
extern const struct route crate_show_routes[];
extern const struct route crate_versions_routes[];
extern const struct route me_invitations_routes[];
extern const struct route version_dependencies_routes[];
extern const struct route version_show_routes[];
extern const struct route crate_publish_routes[];
extern const struct route version_yank_routes[];
extern const struct route sign_in_routes[];
extern const struct route category_routes[];
extern const struct route downloads_routes[];
extern const struct route keyword_routes[];
extern const struct route summary_routes[];
extern const struct route team_show_routes[];
extern const struct route user_show_routes[];
extern const struct route trustpub_configs_routes[];
extern const struct route crate_changelog_routes[];
extern const struct route crate_code_routes[];
extern const struct route crate_diff_routes[];
extern const struct route crate_features_routes[];
extern const struct route crate_latest_routes[];
extern const struct route crate_raw_routes[];
extern const struct route theme_routes[];
extern const struct route trustpub_tokens_routes[];
extern const struct route unsubscribe_routes[];
extern const struct route home_routes[];
extern const struct route crate_page_routes[];
extern const struct route crate_go_routes[];
extern const struct route follow_routes[];
