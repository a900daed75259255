/*
 * Reading the JSON that clients send, as strictly as serde_json and with its words and places,
 * because upstream shows them to clients (contract/api.md 2.3, contract/publish.md 2 row 4).
 *
 * Two ways in. json_parse gives a json-c tree: for JSON of our own, or of any shape. json_read
 * fills a C struct by a table of its fields and stops at the first thing that is wrong, which it
 * names: for the bodies of requests.
 *
 * Both refuse what serde_json refuses: anything but white space behind the value, single quotes,
 * comments, NaN, trailing commas, leading zeros, lone surrogates, control characters in strings,
 * what is no UTF-8, numbers that no double holds. Values nest at most JSON_MAX_DEPTH deep. The
 * caller limits the size of the input.
 */
#pragma once

#include "app/base/text.h"

enum { JSON_MAX_DEPTH = 64 };

struct arena;
struct json_object;

/*
 * The value, put when the arena is reset, or NULL and *ret_why ("expected value at line 1 column
 * 1"; arena). JSON's null is a NULL object in json-c: *ret_why tells them apart, it is absent on
 * success. depth: how deep arrays and objects may nest, at most JSON_MAX_DEPTH. A key that is
 * repeated has its last value, as in serde_json's Value; a key with a NUL inside is refused,
 * because json-c would cut it.
 */
struct json_object *json_parse(struct arena *a, struct text in, unsigned depth,
			       struct text *ret_why);

/* The text of a json-c string, absent for every other type and NULL; borrowed from o. */
struct text json_text(struct json_object *o);

/* The member of a json-c object, NULL where there is none, or o is none. Borrowed. */
struct json_object *json_member(struct json_object *o, const char *key);

/* ---- reading by a table of fields */

/* Members that may be null or not there; set says whether they were. */
struct json_bool {
	bool set, v;
};
struct json_i32 {
	bool set;
	int32_t v;
};
struct json_i64 {
	bool set;
	int64_t v;
};
struct json_u64 {
	bool set;
	uint64_t v;
};
struct json_time {
	bool set;
	int64_t us; /* since 1970 UTC */
};
struct json_list {
	void *v; /* n structs of the field's shape */
	size_t n;
	bool set;
};
struct json_texts {
	struct texts list;
	bool set;
};

enum json_read_type {
	JSON_TEXT,  /* struct text; absent when not given */
	JSON_BOOL,  /* struct json_bool */
	JSON_I32,   /* struct json_i32 */
	JSON_I64,   /* struct json_i64 */
	JSON_U64,   /* struct json_u64 */
	JSON_TEXTS, /* struct json_texts */
	JSON_TIME,  /* struct json_time; RFC 3339 in a string, refused in chrono's words */
	JSON_ANY,   /* struct json_object *, put when the arena is reset; NULL for null and when not
		       given */
	JSON_OBJECTS, /* struct json_list; needs .shape */
	JSON_OBJECT,  /* a pointer to the struct of .shape; arena, NULL when not given */
};

struct json_field {
	const char *name, *alias; /* alias: another key for the same field, NULL for none */
	enum json_read_type type;
	bool required; /* must be there, and not null */
	size_t offset;
	const struct json_shape *shape;
	/* Of a text: NULL where it will do, else why not, as a shape error in these words. */
	const char *(*wrong)(struct text value);
};

enum { JSON_FIELDS_MAX = 24 };

struct json_shape {
	const char *name; /* in "invalid type: integer `1`, expected struct {name}" */
	size_t size;
	struct json_field
		fields[JSON_FIELDS_MAX]; /* in upstream's order, which is that of the array form */
};

/*
 * A field named after its member, its type taken from the member's; WITH: and more behind it.
 *	.fields = {
 *		JSON_FIELD_WITH(struct metadata, name, .required = true),
 *		JSON_FIELD(struct metadata, readme),
 *	},
 */
#define JSON_FIELD_WITH(struct_type, member, ...)                                                  \
	{                                                                                          \
		.name = #member, .type = JSON_TYPE_OF(((struct_type *)0)->member),                 \
		.offset = offsetof(struct_type, member), __VA_ARGS__                               \
	}
#define JSON_FIELD(struct_type, member) JSON_FIELD_WITH(struct_type, member, .required = false)

#define JSON_TYPE_OF(member)                                                                       \
	_Generic((member), struct text                                                             \
		 : JSON_TEXT, struct json_bool                                                     \
		 : JSON_BOOL, struct json_i32                                                      \
		 : JSON_I32, struct json_i64                                                       \
		 : JSON_I64, struct json_u64                                                       \
		 : JSON_U64, struct json_time                                                      \
		 : JSON_TIME, struct json_texts                                                    \
		 : JSON_TEXTS, struct json_object *                                                \
		 : JSON_ANY, struct json_list                                                      \
		 : JSON_OBJECTS, default                                                           \
		 : JSON_OBJECT)

struct json_error {
	bool shape; /* JSON, but not what was asked for (422); else it is no JSON (400) */
	struct text
		path;    /* of the value: "api_token.crate_scopes[1]"; empty for the whole. arena */
	struct text why; /* with place: "missing field `name` at line 1 column 2". arena */
};

/*
 * Fills the struct at ret (zeroed by the caller) from an object, or from an array of the fields in
 * their order. Unknown keys are skipped, their values checked for syntax alone; a key given twice,
 * or beside its alias, is an error. The first error in the order of the text wins, as with serde: a
 * wrong type before a syntax error behind it. False and *ret_error on failure; ret is then partly
 * filled. Texts are in the arena or point into the input.
 */
bool must_use json_read(struct arena *a, struct text in, const struct json_shape *shape, void *ret,
			struct json_error *ret_error);

/* The same for a list of such objects. */
bool must_use json_read_list(struct arena *a, struct text in, const struct json_shape *shape,
			     struct json_list *ret, struct json_error *ret_error);

/* "{path}: {why}", or why alone where the path is empty. arena */
struct text json_error_text(struct arena *a, const struct json_error *e);
