/* What a worker, a job runner or a command has for as long as it lives; handlers reach it as r->app. */
#pragma once

struct config;
struct db;
struct storage;
struct inspect;

struct app {
	const struct config *cfg;
	struct db *db;
	struct storage *storage; /* app/storage/storage.h */
	struct inspect *inspect; /* app/inspect/client.h: the way to cratehouse-inspect */
};
