/* The table of contents: every route of the program, in the order of the reference's router
 * (contract/api.md 8). */
#include "handlers/routes.h"

#include <stddef.h>

const struct route *const route_lists[] = {
	crate_search_routes,
	crate_publish_routes,
	crate_show_routes,
	crate_settings_routes,
	crate_delete_routes,
	crate_owners_routes,
	downloads_routes,
	crate_versions_routes,
	crate_follow_routes,
	crate_reverse_dependencies_routes,
	version_show_routes,
	version_yank_routes,
	version_dependencies_routes,
	keyword_routes,
	category_routes,
	user_show_routes,
	team_show_routes,
	summary_routes,
	user_settings_routes,
	me_routes,
	me_tokens_routes,
	me_invitations_routes,
	crate_invitations_routes,
	site_metadata_routes,
	openapi_routes,
	metrics_routes,
	session_routes,
	trustpub_configs_routes,
	admin_list_routes,
	version_files_routes,
	sign_in_routes,
	feeds_routes,
	theme_routes,
	sitemap_routes,
	machine_routes,
	NULL,
};
