"""GET /api/openapi.json (contract/api.md 31.1), and that the document is a sound one. That answers are as it says is tested with
each answer (lib/openapi.py)."""
import json

import pytest

from lib.openapi import DOCUMENT, OPERATIONS, Validator, check, resolved
from lib.registry import Client

URL = "/api/openapi.json"


def public(document):
    """The document less what is marked."""
    paths = {path: {method: operation for method, operation in item.items() if "x-internal" not in operation}
             for path, item in document["paths"].items()}
    return {**document, "paths": {path: item for path, item in paths.items() if item}}


def test_without_what_is_internal(registry, anon):
    answer = anon.get(URL)
    assert answer.json() == public(DOCUMENT)
    assert list(answer.json()["paths"]) == list(public(DOCUMENT)["paths"])
    assert answer.headers["Content-Type"] == "application/json"
    assert registry.queries(answer) == 0
    assert sum(len(item) for item in answer.json()["paths"].values()) == 51  # contract/api.md 31.1


@pytest.mark.parametrize("query", ["internal", "internal=", "internal=0", "x=1&internal=true", "%69nternal", "internal&internal"])
def test_with_what_is_internal(anon, query):
    answer = anon.get(f"{URL}?{query}")
    assert answer.json() == DOCUMENT and list(answer.json()["paths"]) == list(DOCUMENT["paths"])
    assert answer.text == json.dumps(DOCUMENT, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize("query", ["intern", "Internal", "x=internal", "internal[]=1", ""])
def test_other_words_do_not_count(anon, query):
    assert anon.get(f"{URL}?{query}").json() == public(DOCUMENT)


def test_validators(anon):
    small, whole = anon.get(URL).headers["ETag"], anon.get(URL + "?internal").headers["ETag"]
    assert small != whole
    for query, tag, status in (("", small, 304), ("?internal", whole, 304), ("", whole, 200), ("?internal", small, 200)):
        assert anon.get(URL + query, headers={"If-None-Match": tag}).status_code == status


def test_document_is_sound():
    """Each reference leads somewhere, each path parameter is declared, each name is used once."""
    def walk(thing):
        if isinstance(thing, dict):
            if "$ref" in thing:
                assert resolved(thing)
            for value in thing.values():
                walk(value)
        elif isinstance(thing, list):
            for value in thing:
                walk(value)
    walk(DOCUMENT)
    for schema in DOCUMENT["components"]["schemas"].values():
        Validator.check_schema(schema)
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(ids)) == len(ids)
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    for (method, path), operation in OPERATIONS.items():
        parameters = [resolved(parameter) for parameter in operation.get("parameters", [])]
        assert {p["name"] for p in parameters if p["in"] == "path"} == {part[1:-1] for part in path.split("/") if part[:1] == "{"}
        assert set(operation["tags"]) <= tags and operation["summary"] and "security" in operation, (method, path)
        if method == "GET":
            assert "requestBody" not in operation


@pytest.mark.parametrize("wrong", [
    ("GET", "/api/v1/site_metadata", 200, "application/json", b"{}"),
    ("GET", "/api/v1/site_metadata", 418, "application/json", b'{"errors":[{"detail":"x"}]}'),
    ("GET", "/api/v1/site_metadata", 503, "text/plain", b'x'),
    ("PUT", "/api/v1/confirm/x", 200, "application/json", b'{"ok":false}'),
    ("PUT", "/api/v1/confirm/x", 200, "application/json", b'{"ok":true,"more":1}'),
    ("PUT", "/api/v1/confirm/x", 200, "application/json", b'{"ok":true,"ok":true}'),
    ("PUT", "/api/v1/confirm/x", 200, "application/json", b'{ "ok": true}'),
    ("PUT", "/api/v1/confirm/x", 400, "application/json", b'{"errors":[]}'),
    ("GET", "/api/v1/category_slugs", 200, "application/json", b'{"category_slugs":[{"slug":"a","id":"a","description":""}]}'),
    ("DELETE", "/api/v1/tokens/current", 204, None, b"x"),
    ("HEAD", "/api/v1/site_metadata", 200, "application/json", b"{}"),
])
def test_what_is_checked_is_seen(wrong):
    with pytest.raises(AssertionError):
        check(*wrong)


def test_no_database_is_asked(registry):
    assert Client(registry.url, Cookie="cratehouse=x", Origin="http://elsewhere.test").get(URL).status_code == 200
