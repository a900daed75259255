#include "app/server/metrics.h"

#include "app/base/buf.h"
#include "app/base/time.h"
#include "app/server/route.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Upper ends of a histogram's buckets, and how they are written. */
static const struct {
	int64_t us;
	const char *le;
} buckets[] = {
	{ 500, "0.0005" },  { 1000, "0.001" },  { 2500, "0.0025" }, { 5000, "0.005" },
	{ 10000, "0.01" },  { 25000, "0.025" }, { 50000, "0.05" },  { 100000, "0.1" },
	{ 250000, "0.25" }, { 500000, "0.5" },  { 1000000, "1" },   { 2500000, "2.5" },
	{ 5000000, "5" },   { 10000000, "10" },
};

enum {
	SEATS = 4096, /* as many as a master has children */
	STATUS_FIRST = 100,
	STATUS_COUNT = 500,
	BUCKETS = ARRAY_SIZE(buckets),
};

static const struct {
	const char *name, *type, *help;
} table[] = {
	[METRIC_CRATES] = { "cratesio_service_crates_total", "gauge", "Crates in the registry" },
	[METRIC_VERSIONS] = { "cratesio_service_versions_total", "gauge",
			      "Versions in the registry, yanked ones too" },
	[METRIC_JOBS] = { "cratesio_service_background_jobs", "gauge",
			  "Background jobs that wait, run or have failed" },
	[METRIC_IDLE_CONNS] = { "cratesio_instance_database_idle_conns", "gauge",
				"Database connections of workers that have no request in hand" },
	[METRIC_USED_CONNS] = { "cratesio_instance_database_used_conns", "gauge",
				"Database connections of workers that answer a request" },
	[METRIC_REQUESTS] = { "cratesio_instance_requests_total", "counter",
			      "Requests that were answered" },
	[METRIC_IN_FLIGHT] = { "cratesio_instance_requests_in_flight", "gauge",
			       "Requests in hand, this one too" },
	[METRIC_RESPONSE_TIMES] = { "cratesio_instance_response_times", "histogram",
				    "Seconds from a request's head to the end of its answer" },
	[METRIC_STATUS] = { "cratesio_instance_responses_by_status_code_total", "counter",
			    "Answers by their status" },
	[METRIC_QUERIES] = { "cratesio_instance_database_queries_total", "counter",
			     "Statements that requests had the database execute" },
	[METRIC_BYTES] = { "cratesio_instance_response_bytes_total", "counter",
			   "Bytes of the bodies of answers" },
};

struct endpoint {
	uint64_t count[BUCKETS + 1]; /* of each bucket alone; the last one is beyond them all */
	uint64_t us;
};

struct seat {
	int pid;        /* 0: nobody's */
	uint8_t busy;   /* answers a request */
	uint8_t linked; /* has a database connection */
};

/* What is shared. */
struct shared {
	uint64_t requests, queries, bytes;
	uint64_t status[STATUS_COUNT];
	struct seat seats[SEATS];
	struct endpoint endpoints[]; /* one a path; the last one is that of no route */
};

struct metrics {
	struct shared *shared;
	size_t size;        /* bytes of it */
	struct seat *seat;  /* this worker's; NULL: none */
	const char **paths; /* of the endpoints */
	size_t n;
};

static void add(uint64_t *counter, uint64_t v)
{
	(void)__atomic_fetch_add(counter, v, __ATOMIC_RELAXED);
}

static uint64_t get(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* Where the path's counters are; m->n for one that is not there. */
static size_t endpoint_of(const struct metrics *m, const char *path)
{
	size_t i = 0;

	while (i < m->n && strcmp(m->paths[i], path) != 0)
		i++;
	return i;
}

struct metrics *metrics_new(const struct route *const *lists)
{
	struct metrics *m = calloc(1, sizeof(*m));
	size_t routes = 0;
	void *p;

	BUG_ON(!m);
	for (size_t i = 0; lists[i]; i++)
		for (const struct route *r = lists[i]; r->path; r++)
			routes++;
	m->paths = calloc(routes + 1, sizeof(*m->paths));
	BUG_ON(!m->paths);
	for (size_t i = 0; lists[i]; i++)
		for (const struct route *r = lists[i]; r->path; r++)
			if (endpoint_of(m, r->path) == m->n)
				m->paths[m->n++] = r->path;
	m->size = sizeof(*m->shared) + (m->n + 1) * sizeof(m->shared->endpoints[0]);
	p = mmap(NULL, m->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	BUG_ON(p == MAP_FAILED);
	m->shared = p;
	return m;
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	(void)munmap(m->shared, m->size);
	free(m->paths);
	free(m);
}

/* ---- counting */

void metrics_sit(struct metrics *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < SEATS && !m->seat; i++) {
		int nobody = 0;

		if (__atomic_compare_exchange_n(&m->shared->seats[i].pid, &nobody, (int)getpid(),
						false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			m->seat = &m->shared->seats[i];
	}
}

void metrics_leave(struct metrics *m, pid_t pid)
{
	if (!m)
		return;
	for (size_t i = 0; i < SEATS; i++) {
		struct seat *s = &m->shared->seats[i];

		if (__atomic_load_n(&s->pid, __ATOMIC_RELAXED) != pid)
			continue;
		s->busy = s->linked = 0;
		__atomic_store_n(&s->pid, 0, __ATOMIC_RELEASE);
		return;
	}
}

void metrics_begin(struct metrics *m)
{
	if (m && m->seat)
		__atomic_store_n(&m->seat->busy, 1, __ATOMIC_RELAXED);
}

static void time_endpoint(struct endpoint *e, int64_t us)
{
	size_t i = 0;

	while (i < BUCKETS && us > buckets[i].us)
		i++;
	add(&e->count[i], 1);
	add(&e->us, us > 0 ? (uint64_t)us : 0);
}

void metrics_end(struct metrics *m, const struct metrics_request *r)
{
	struct shared *s = m ? m->shared : NULL;

	if (!m)
		return;
	add(&s->requests, 1);
	add(&s->queries, r->queries);
	add(&s->bytes, r->bytes);
	if (r->status >= STATUS_FIRST && r->status < STATUS_FIRST + STATUS_COUNT)
		add(&s->status[r->status - STATUS_FIRST], 1);
	time_endpoint(&s->endpoints[r->route ? endpoint_of(m, r->route->path) : m->n], r->us);
	if (!m->seat)
		return;
	__atomic_store_n(&m->seat->linked, r->connected, __ATOMIC_RELAXED);
	__atomic_store_n(&m->seat->busy, 0, __ATOMIC_RELAXED);
}

/* ---- writing */

void metric_head(struct buf *b, enum metric metric)
{
	buf_fmt(b, "# HELP %s %s\n# TYPE %s %s\n", table[metric].name, table[metric].help,
		table[metric].name, table[metric].type);
}

void metric_u64(struct buf *b, enum metric metric, const char *labels, uint64_t v)
{
	buf_fmt(b, "%s%s%s%s %" PRIu64 "\n", table[metric].name, *labels ? "{" : "", labels,
		*labels ? "}" : "", v);
}

static void write_family(struct buf *b, enum metric metric, const char *labels, uint64_t v)
{
	metric_head(b, metric);
	metric_u64(b, metric, labels, v);
}

static void write_endpoint(struct buf *b, const struct endpoint *e, const char *path)
{
	const char *name = table[METRIC_RESPONSE_TIMES].name;
	uint64_t sum = 0, us = get(&e->us);

	for (size_t i = 0; i <= BUCKETS; i++) {
		sum += get(&e->count[i]);
		buf_fmt(b, "%s_bucket{endpoint=\"%s\",le=\"%s\"} %" PRIu64 "\n", name, path,
			i < BUCKETS ? buckets[i].le : "+Inf", sum);
	}
	buf_fmt(b, "%s_sum{endpoint=\"%s\"} %" PRIu64 ".%06" PRIu64 "\n", name, path, us / US_PER_S,
		us % US_PER_S);
	buf_fmt(b, "%s_count{endpoint=\"%s\"} %" PRIu64 "\n", name, path, sum);
}

static bool was_asked(const struct endpoint *e)
{
	for (size_t i = 0; i <= BUCKETS; i++)
		if (get(&e->count[i]))
			return true;
	return false;
}

static void write_times(const struct metrics *m, struct buf *b)
{
	bool any = false;

	for (size_t i = 0; i <= m->n; i++) {
		const struct endpoint *e = &m->shared->endpoints[i];

		if (!was_asked(e))
			continue;
		if (!any)
			metric_head(b, METRIC_RESPONSE_TIMES);
		any = true;
		write_endpoint(b, e, i < m->n ? m->paths[i] : "<unknown>");
	}
}

static void write_statuses(const struct metrics *m, struct buf *b)
{
	bool any = false;
	char label[32];

	for (unsigned i = 0; i < STATUS_COUNT; i++) {
		uint64_t v = get(&m->shared->status[i]);

		if (!v)
			continue;
		if (!any)
			metric_head(b, METRIC_STATUS);
		any = true;
		(void)snprintf(label, sizeof(label), "status=\"%u\"", STATUS_FIRST + i);
		metric_u64(b, METRIC_STATUS, label, v);
	}
}

void metrics_write(const struct metrics *m, struct buf *b)
{
	static const char pool[] = "pool=\"async_primary\"";
	uint64_t idle = 0, used = 0, busy = 0;

	if (!m)
		return;
	for (size_t i = 0; i < SEATS; i++) {
		const struct seat *s = &m->shared->seats[i];
		bool works = __atomic_load_n(&s->busy, __ATOMIC_RELAXED),
		     linked = __atomic_load_n(&s->linked, __ATOMIC_RELAXED);

		if (!__atomic_load_n(&s->pid, __ATOMIC_ACQUIRE))
			continue;
		busy += works;
		used += works && linked;
		idle += !works && linked;
	}
	write_family(b, METRIC_IDLE_CONNS, pool, idle);
	write_family(b, METRIC_USED_CONNS, pool, used);
	write_family(b, METRIC_REQUESTS, "", get(&m->shared->requests));
	write_family(b, METRIC_IN_FLIGHT, "", busy);
	write_times(m, b);
	write_statuses(m, b);
	write_family(b, METRIC_QUERIES, "", get(&m->shared->queries));
	write_family(b, METRIC_BYTES, "", get(&m->shared->bytes));
}
