/*
 * cratehouse-git: writes the git index (design.md 2). Executed by a job or a command with a socket as its standard input and
 * output; it has no connection to the database and no secret. What it is told and answers: git_wire.h.
 *
 *   cratehouse-git DIR NAME MAIL GIT    DIR is the bare repository, NAME and MAIL are who commits, GIT the program that packs
 */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/jw.h"
#include "app/base/spawn.h"
#include "app/index/git/git.h"
#include "app/index/git_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct run {
	struct arena *arena;  /* of all of it */
	struct arena *record; /* of the one in hand */
	struct git_export *export;
	const char *dir, *git;
};

static int usage(void)
{
	(void)fputs("usage: cratehouse-git DIR NAME MAIL GIT\n"
		    "Started by cratehouse, with a socket as its standard input.\n",
		    stderr);
	return 2;
}

static const struct err *broken(struct run *r, const char *what)
{
	return err_new(r->arena, ERR_INTERNAL, "git index: %s", what);
}

static bool read_all(char *p, size_t n)
{
	for (size_t got = 0; got < n;) {
		ssize_t k = read(STDIN_FILENO, p + got, n - got);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		got += (size_t)k;
	}
	return true;
}

static const struct err *read_record(struct run *r, struct git_record *ret)
{
	struct git_wire_sizes s;
	char head[GIT_WIRE_HEAD];
	char *p;

	arena_reset(r->record);
	if (!read_all(head, sizeof(head)))
		return broken(r, "what it is told has no end");
	if (!git_wire_take(head, &s))
		return broken(r, "what it is told is no record");
	p = arena_alloc(r->record, s.name + s.path + s.bytes);
	if (!read_all(p, s.name + s.path + s.bytes))
		return broken(r, "what it is told has no end");
	*ret = (struct git_record){ .op = s.op,
				    .name = { p, s.name },
				    .path = { p + s.name, s.path },
				    .bytes = { p + s.name + s.path, s.bytes } };
	if (s.absent)
		ret->bytes = TEXT_NONE;
	return git_wire_ok(ret) ? NULL : broken(r, "what it is told is no record");
}

/* git itself does this better than a library: geometric packs, and bitmaps for whoever clones. */
static const struct err *repack(struct run *r, bool all)
{
	char *dir = text_z(r->arena, text_fmt(r->arena, "--git-dir=%s", r->dir));
	char *safe = text_z(r->arena, text_fmt(r->arena, "safe.directory=%s", r->dir));
	char *argv[] = { text_z(r->arena, text_from(r->git)),
			 text_z(r->arena, TEXT("-c")),
			 safe,
			 dir,
			 text_z(r->arena, TEXT("repack")),
			 text_z(r->arena, TEXT("-d")),
			 text_z(r->arena, TEXT("-q")),
			 text_z(r->arena, all ? TEXT("-a") : TEXT("--geometric=2")),
			 NULL };
	char *env[] = { text_z(r->arena, TEXT("PATH=/usr/local/bin:/usr/bin:/bin")),
			text_z(r->arena, TEXT("HOME=/nonexistent")),
			text_z(r->arena, TEXT("LC_ALL=C")), NULL };
	/* the lock of this run, until the packs are there */
	int held = fcntl(SPAWN_HELD, F_GETFD) < 0 ? -1 : SPAWN_HELD;
	int status = 0;
	pid_t pid;
	int rc = spawn_program(
		&(struct spawn){
			.argv = argv, .env = env, .in = -1, .out = STDERR_FILENO, .held = held },
		&pid);

	if (rc)
		return err_errno(r->arena, rc, "%s", r->git);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_errno(r->arena, errno, "%s", r->git);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return broken(r, "git repack failed");
	return NULL;
}

static const struct err *do_record(struct run *r, const struct git_record *in)
{
	switch (in->op) {
	case GIT_OP_CRATE:
		return git_export_crate(r->export, in->name, in->path, in->bytes);
	case GIT_OP_FILE:
		return git_export_file(r->export, in->path, in->bytes);
	case GIT_OP_WHOLE:
		return git_export_whole(r->export);
	case GIT_OP_COMMIT:
		return git_export_commit(r->export, in->bytes);
	case GIT_OP_COMPARE:
		return git_export_compare(r->export);
	case GIT_OP_SQUASH:
		return git_export_squash(r->export, in->name);
	case GIT_OP_PACK:
	case GIT_OP_PACK_ALL:
		return repack(r, in->op == GIT_OP_PACK_ALL);
	case GIT_OP_END:
		break;
	}
	return NULL;
}

static const struct err *do_all(struct run *r, struct git_export_out *ret)
{
	struct git_record in;
	const struct err *e;

	do {
		e = read_record(r, &in);
		if (!e)
			e = do_record(r, &in);
	} while (!e && in.op != GIT_OP_END);
	return e ? e : git_export_end(r->export, ret);
}

static struct text answer_of(struct run *r, const struct err *e, const struct git_export_out *out)
{
	struct buf b = buf_init(r->arena, GIT_WIRE_ANSWER_MAX);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	if (e) {
		struct text why = text_fmt(r->arena, "%.*s%s%.*s", TEXT_F(e->detail),
					   e->cause.p ? ": " : "", TEXT_F(e->cause));

		jw_text(&j, "error", text_lossy(r->arena, text_sub(why, 0, 2000)));
		jw_bool(&j, "busy", err_is(e, ERR_BUSY));
	} else {
		jw_u64(&j, "commits", out->commits);
		jw_u64(&j, "packs", out->packs);
		jw_text_or_null(&j, "head", out->head);
		jw_text_or_null(&j, "snapshot", out->snapshot);
		jw_u64(&j, "ndiffer", out->ndiffer);
		jw_array(&j, "differ");
		for (size_t i = 0; i < out->differ.n; i++)
			jw_text(&j, NULL, out->differ.v[i]);
		jw_end(&j);
	}
	jw_end(&j);
	return buf_text(&b);
}

static bool say(struct text t)
{
	while (t.n) {
		ssize_t n = write(STDOUT_FILENO, t.p, t.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		t = text_sub(t, (size_t)n, t.n);
	}
	return true;
}

int main(int argc, char **argv)
{
	struct run r = { .arena = arena_new(0), .record = arena_new(0) };
	struct git_export_out out = { 0 };
	const struct err *e;
	bool told;

	if (argc != 5)
		return usage();
	environ = NULL;
	(void)umask(022); /* the web server, which may be somebody else, reads all of it */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	r.dir = argv[1];
	r.git = argv[4];
	e = git_export_open(
		r.arena,
		&(struct git_export_in){ .dir = argv[1], .name = argv[2], .mail = argv[3] },
		&r.export);
	if (!e)
		e = do_all(&r, &out);
	told = say(answer_of(&r, e, &out));
	git_export_free(r.export);
	arena_free(r.record);
	arena_free(r.arena);
	return e || !told ? 1 : 0;
}
