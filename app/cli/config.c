/* config check, check-sql: what is in force, and whether the statements fit the database. */
#include "app/base/config.h"
#include "app/base/arena.h"
#include "app/base/logrotate.h"
#include "app/cli/commands.h"
#include "app/server/app.h"
#include "db/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROTATION_MAX_BYTES = 1024 * 1024, ROTATION_FILES_MAX = 1000 };

/* All of a file of at most ROTATION_MAX_BYTES; absent where it cannot be read. */
static struct text read_some(struct arena *a, const char *path)
{
	char *p = arena_alloc(a, ROTATION_MAX_BYTES);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, p, ROTATION_MAX_BYTES);

	if (fd >= 0)
		(void)close(fd);
	return n < 0 ? TEXT_NONE : (struct text){ p, (size_t)n };
}

static bool copied_by(struct arena *a, const struct config *cfg, const char *file, bool *copies)
{
	if (!logrotate_copies(a, read_some(a, file), cfg->downloads.log, copies))
		return false;
	(void)fprintf(stderr,
		      "%s: downloads.log is rotated with copytruncate: downloads would be lost. "
		      "Let it be renamed (create).\n",
		      file);
	return true;
}

static bool copied_below(const struct config *cfg, const char *folder, bool *copies)
{
	struct dirent **files;
	int n = scandir(folder, &files, NULL, alphasort);
	bool found = false;

	for (int i = 0; i < n; i++) {
		if (i < ROTATION_FILES_MAX && files[i]->d_name[0] != '.') {
			struct arena *one = arena_new(0);
			struct text path = text_fmt(one, "%s/%s", folder, files[i]->d_name);

			found = copied_by(one, cfg, text_z(one, path), copies) || found;
			arena_free(one);
		}
		free(files[i]);
	}
	if (n >= 0)
		free(files);
	return found;
}

/* False where it can be seen that lines of the log will be lost. folder: absent for that of this machine. */
static bool downloads_ok(struct cli *c, const struct config *cfg, struct text folder)
{
	bool copies = false, found = false;

	if (!text_eq(cfg->downloads.count, TEXT("log")))
		return true;
	if (!folder.p)
		found = copied_by(c->arena, cfg, "/etc/logrotate.conf", &copies);
	found = copied_below(cfg, folder.p ? text_z(c->arena, folder) : "/etc/logrotate.d",
			     &copies) ||
		found;
	if (access(text_z(c->arena, cfg->downloads.log), R_OK) != 0 && errno != ENOENT)
		(void)fprintf(stderr, "downloads.log: %.*s cannot be read by this user: %s\n",
			      TEXT_F(cfg->downloads.log), strerror(errno));
	return !found;
}

/* Jobs would say so, later. */
static void look_for_git(struct cli *c, const struct config *cfg)
{
	const char *git = text_z(c->arena, cfg->git_index.git);

	if (cfg->git_index.enabled && access(git, X_OK) != 0)
		(void)fprintf(stderr, "git_index.git: %s cannot be executed: %s\n", git,
			      strerror(errno));
}

static int config_check(struct cli *c)
{
	struct text rotation = TEXT_NONE;
	const struct cli_option options[] = { { "--logrotate", .value = &rotation }, { NULL } };
	const struct config *cfg;
	struct texts none;
	struct text all;

	if (!cli_parse(c, options, 0, 0, &none))
		return 2;
	cfg = cli_config(c);
	if (!cfg || !downloads_ok(c, cfg, rotation))
		return 1;
	look_for_git(c, cfg);
	all = config_print(c->arena, cfg);
	return cli_print(text_sub(all, 0, all.n - 1));
}

static int config_check_sql(struct cli *c)
{
	const struct err *e;
	struct texts none;

	if (!cli_parse(c, NULL, 0, 0, &none))
		return 2;
	if (!cli_open(c))
		return 1;
	e = db_check_sql(c->app->db);
	return e ? cli_fail(e) : cli_print(TEXT("every statement fits the schema"));
}

const struct cli_command config_commands[] = {
	{ "config check", "[--logrotate FOLDER]",
	  "prints every key with the value in force, or what is wrong with the file",
	  config_check },
	{ "config check-sql", "", "prepares every statement and compares it with the schema",
	  config_check_sql },
	CLI_END,
};
