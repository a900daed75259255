#include "templates/admin_banner.h"

const struct banner_name banner_names[BANNER_KINDS] = {
	[BANNER_PROBLEM] = { "problem", "Problem: something does not work" },
	[BANNER_WARNING] = { "warning", "Warning: something is going to happen" },
	[BANNER_INFO] = { "info", "Information" },
};
