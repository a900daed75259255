/* app/inspect/zip.c, crate_zip.c: the zip archives of crates. tests/http/test_zip.py has others read them. */
#include "app/base/buf.h"
#include "app/inspect/crate_zip.h"
#include "tests/unit/check.h"
#include "tests/unit/make_archive.h"

#include <fcntl.h>

struct made {
	struct text bytes, list;
	enum crate_zip_result result;
};

/* Of an archive of path and content, path and content, NULL. */
static struct made zip_of(struct arena *a, const char *const *files)
{
	int fd, out = memfd_create("zip", MFD_CLOEXEC);
	gzFile z = new_archive(&fd);
	struct buf list = buf_init(a, 1 << 20);
	struct archive_in in = {
		.fd = fd, .name = TEXT("a"), .version = TEXT("1.0.0"), .max_unpacked = 64 << 20
	};
	struct made r;
	char *p;
	off_t n;

	for (; *files; files += 2)
		tar_add(z, files[0], text_from(files[1]));
	gzclose(z);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	r.result = crate_zip(a, &in, out, 1483712591, &list);
	n = lseek(out, 0, SEEK_END);
	p = arena_alloc(a, (size_t)n);
	assert_int_equal(pread(out, p, (size_t)n, 0), n);
	r.bytes = (struct text){ p, (size_t)n };
	r.list = buf_text(&list);
	close(fd);
	close(out);
	return r;
}

/* Paths of the list, in its order. */
static struct text paths_in(struct arena *a, struct text list)
{
	struct buf b = buf_init(a, 4096);
	size_t at;

	while ((at = text_find(list, TEXT("{\"path\":\""))) < list.n) {
		list = text_sub(list, at + 9, list.n);
		buf_fmt(&b, "%.*s ", TEXT_F(text_sub(list, 0, text_find_byte(list, '"'))));
	}
	return buf_text(&b);
}

/* The local heads, in their order: by the path behind each. */
static struct text paths_on_disk(struct arena *a, struct text zip)
{
	struct buf b = buf_init(a, 4096);
	size_t at;

	while ((at = text_find(zip, TEXT("PK\x03\x04"))) < zip.n) {
		zip = text_sub(zip, at, zip.n);
		buf_fmt(&b, "%.*s ", TEXT_F(text_sub(zip, 30, 30 + (unsigned char)zip.p[26])));
		zip = text_sub(zip, 4, zip.n);
	}
	return buf_text(&b);
}

static void order(void **state)
{
	static const char *const files[] = { "a-1.0.0/src/lib.rs",
					     "old",
					     "a-1.0.0/B.txt",
					     "b",
					     "a-1.0.0/Cargo.toml",
					     "[package]",
					     "a-1.0.0/a.txt",
					     "a",
					     "other/x",
					     "outside",
					     "a-1.0.0/src/lib.rs",
					     "new",
					     NULL };
	struct arena *a = check_arena(state);
	struct made m = zip_of(a, files);

	assert_int_equal(m.result, CRATE_ZIP_OK);
	check_text_of("zip", paths_on_disk(a, m.bytes), "Cargo.toml B.txt a.txt src/lib.rs ");
	check_text_of("list", paths_in(a, m.list), "a.txt B.txt Cargo.toml src/lib.rs ");
	assert_true(text_find(m.list, TEXT("\"uncompressed_size\":3,\"compression\":\"deflate\"")) <
		    m.list.n);
	/* 2017-01-06 14:23:10, in each head */
	assert_int_equal(memcmp(m.bytes.p + 10, "\xe5\x72\x26\x4a", 4), 0);
}

static void empty_ones(void **state)
{
	static const char *const files[] = { "a-1.0.0/empty", "", NULL }, *const none[] = { NULL };
	struct arena *a = check_arena(state);
	struct made m = zip_of(a, files);

	assert_int_equal(m.result, CRATE_ZIP_OK);
	check_text_of("list", m.list,
		      "{\"files\":[{\"path\":\"empty\",\"data_offset\":35,\"compressed_size\":0,"
		      "\"uncompressed_size\":0,\"compression\":\"store\",\"sha256\":"
		      "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]}");
	m = zip_of(a, none);
	assert_int_equal(m.result, CRATE_ZIP_OK);
	check_text_of("list", m.list, "{\"files\":[]}");
	assert_int_equal(m.bytes.n, 22);
}

static void what_cannot_be_made(void **state)
{
	struct arena *a = check_arena(state);
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC), in_fd;
	struct archive_in in = {
		.fd = fd, .name = TEXT("a"), .version = TEXT("1.0.0"), .max_unpacked = 64 << 20
	};
	struct buf list = buf_init(a, 1 << 20);
	gzFile z;

	assert_int_equal(crate_zip(a, &in, fd, 0, &list), CRATE_ZIP_MALFORMED);
	z = new_archive(&in_fd);
	tar_add(z, "a-1.0.0/x", TEXT("content"));
	gzclose(z);
	in.fd = in_fd;
	assert_int_equal(lseek(in_fd, 0, SEEK_SET), 0);
	assert_int_equal(crate_zip(a, &in, -1, 0, &list), CRATE_ZIP_NO_ROOM);
	close(in_fd);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(empty_ones),
		cmocka_unit_test(what_cannot_be_made),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
