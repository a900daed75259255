/* Downloads by day from the database into a chart, for the pages that show one. */
#pragma once

#include "app/server/req.h"
#include "templates/downloads.h"

/* The five highest versions and all others together, over the last days (0: since the crate is there; it begins the day
 * before it was in any case). Two queries, a third where there are more than five versions. */
const struct err *must_use download_chart(struct req *r, uint64_t crate_id, int64_t created_us,
					  unsigned days, struct chart *ret);

/*
 * The four highest compatible ranges of versions that are no pre-releases ("1.x", "0.3"), pre-releases of all of them
 * together, and all else. Two queries; the second reads up to CHART_POINTS_MAX rows for each version, one at a time.
 */
const struct err *must_use download_chart_by_track(struct req *r, uint64_t crate_id,
						   int64_t created_us, unsigned days,
						   struct chart *ret);

/* Of one version. One query. */
const struct err *must_use download_chart_of_version(struct req *r, uint64_t version_id,
						     struct text num, int64_t created_us,
						     unsigned days, struct chart *ret);

/* What ?chart= asks for: stacked where it is not sent. ERR_INVALID for another word. */
const struct err *must_use download_chart_mode(struct req *r, enum chart_mode *ret);
