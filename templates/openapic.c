/*
 * openapic DOCUMENT.json >openapi_data.c: the OpenAPI document as C, twice and without white space: as it is, and less the
 * operations marked x-internal. Each comes with the tag of its validator. Runs at build time.
 */
#include "app/base/hash.h"
#include "app/base/text.h"

#include <json-c/json.h>
#include <stdio.h>

/* Takes the internal operations out, and the paths that have no others. */
static void leave_public(struct json_object *paths)
{
	json_object_object_foreach(paths, path, operations)
	{
		json_object_object_foreach(operations, method, operation)
		{
			if (json_object_object_get_ex(operation, "x-internal", NULL))
				json_object_object_del(operations, method);
		}
		if (!json_object_object_length(operations))
			json_object_object_del(paths, path);
	}
}

static bool print(struct json_object *document, const char *name)
{
	size_t n;
	const char *s = json_object_to_json_string_length(
		document, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
	struct sha256 sha = sha256_of((struct text){ s, n });

	if (printf("static const unsigned char %s_json[] = {", name) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (printf("%s%u,", i % 24 ? "" : "\n", (unsigned)(unsigned char)s[i]) < 0)
			return false;
	if (printf("\n};\nconst struct openapi_document openapi_%s = { { (const char *)%s_json, "
		   "sizeof(%s_json) }, TEXT_INIT(\"",
		   name, name, name) < 0)
		return false;
	for (size_t i = 0; i < 16; i++)
		if (printf("%02x", (unsigned)sha.b[i]) < 0)
			return false;
	return printf("\") };\n") >= 0;
}

int main(int argc, char **argv)
{
	struct json_object *document, *paths;

	document = argc == 2 ? json_object_from_file(argv[1]) : NULL;
	if (!document || !json_object_object_get_ex(document, "paths", &paths)) {
		(void)fprintf(stderr, "openapic: %s\n",
			      argc == 2 ? json_util_get_last_err() : "wants one file");
		return 1;
	}
	if (printf("/* made by templates/openapic from docs/openapi.json; do not edit */\n"
		   "#include \"templates/openapi.h\"\n\n") < 0 ||
	    !print(document, "all"))
		return 1;
	leave_public(paths);
	if (!print(document, "public") || fflush(stdout))
		return 1;
	(void)json_object_put(document);
	return 0;
}
