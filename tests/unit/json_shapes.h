/* A struct of every kind of field, and one inside it: what test_json.c and fuzz_json.c read bodies into. */
#pragma once

#include "app/base/json.h"

struct inner {
	struct text name;
	struct json_texts scopes;
	struct json_bool yes;
};

struct outer {
	struct text name;
	struct json_i32 id;
	struct json_i64 big;
	struct json_u64 size;
	struct inner *inner;
	struct json_list list;
	struct json_object *any;
};

static const struct json_shape inner_shape = {
	.name = "Inner",
	.size = sizeof(struct inner),
	.fields = {
		JSON_FIELD_WITH(struct inner, name, .required = true),
		JSON_FIELD_WITH(struct inner, scopes, .alias = "users"),
		JSON_FIELD(struct inner, yes),
	},
};

static const struct json_shape outer_shape = {
	.name = "Outer",
	.size = sizeof(struct outer),
	.fields = {
		JSON_FIELD_WITH(struct outer, name, .required = true),
		JSON_FIELD(struct outer, id),
		JSON_FIELD(struct outer, big),
		JSON_FIELD(struct outer, size),
		JSON_FIELD_WITH(struct outer, inner, .shape = &inner_shape),
		JSON_FIELD_WITH(struct outer, list, .shape = &inner_shape),
		JSON_FIELD(struct outer, any),
	},
};
