/* keep_orders: the orders of all crates that late pages of lists are found by, where they have changed. */
#include "app/base/time.h"
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "db/crate_order.h"

const struct err *job_keep_orders_run(struct job_run *r)
{
	uint64_t n;

	return db_crate_orders_keep(r->app->db, time_now_us(), &n);
}
