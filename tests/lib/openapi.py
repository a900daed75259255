"""Holds answers against docs/openapi.json: status, kind of body, each key, each type, and the order of the keys. lib/registry.py
asks for every answer that a test gets; a test does not have to."""
import functools
import json
import pathlib
import posixpath
import re

from jsonschema import Draft202012Validator, FormatChecker, RefResolver, ValidationError, validators

DOCUMENT = json.loads((pathlib.Path(__file__).resolve().parent.parent.parent / "docs/openapi.json").read_text())
OPERATIONS = {(method.upper(), path): operation for path, item in DOCUMENT["paths"].items() for method, operation in item.items()}

# What any route may answer before it is itself asked, or behind it: not for a document.
NOT_MODIFIED, WRONG_METHOD = 304, 405
CLOSED = 401  # of a private registry

formats = FormatChecker(formats=())
formats.checks("date-time")(lambda v: not isinstance(v, str) or bool(
    re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(?!000)\d{3}|\.\d{3}(?!000)\d{3})?Z", v)))  # contract/api.md 4.4
formats.checks("date")(lambda v: not isinstance(v, str) or bool(re.fullmatch(r"\d{4}-\d\d-\d\d", v)))
formats.checks("int32")(lambda v: not isinstance(v, int) or -2**31 <= v < 2**31)
formats.checks("int64")(lambda v: not isinstance(v, int) or -2**63 <= v < 2**63)


def in_order(validator, properties, instance, schema):
    """`properties`, and that they come as the schema has them: cargo does not care, but it is what crates.io sends."""
    yield from Draft202012Validator.VALIDATORS["properties"](validator, properties, instance, schema)
    if isinstance(instance, dict):
        found, wanted = [key for key in instance if key in properties], [key for key in properties if key in instance]
        if found != wanted:
            yield ValidationError(f"keys come as {found}, not {wanted}")


Validator = validators.extend(Draft202012Validator, {"properties": in_order})
resolver = RefResolver("", DOCUMENT)


def resolved(thing):
    return resolver.resolve(thing["$ref"])[1] if "$ref" in thing else thing


@functools.cache
def schema_of(method, path, status, kind):
    """The validator of an answer's body; None where there is no such body; KeyError where no such answer."""
    content = resolved(OPERATIONS[method, path]["responses"][str(status)]).get("content", {})
    return Validator(content[kind]["schema"], resolver=resolver, format_checker=formats) if kind or content else None


@functools.cache
def patterns():
    """Templates as expressions, what stands fixed before what varies (contract/api.md 1.3)."""
    paths = sorted(DOCUMENT["paths"], key=lambda path: [part.startswith("{") for part in path.split("/")])
    return [(re.compile("/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/"))), path)
            for path in paths]


def route_of(path):
    """The template of a path; None where there is none."""
    plain = path.split("?")[0]
    if "//" in plain or "/." in plain:  # contract/api.md 1.2
        plain = posixpath.normpath("/" + plain.lstrip("/"))
    return next((template for pattern, template in patterns() if pattern.fullmatch(plain)), None)


def sample(schema):
    """A value that the schema allows, with every property."""
    schema = resolved(schema)
    if "anyOf" in schema or "oneOf" in schema:
        return sample((schema.get("anyOf") or schema["oneOf"])[0])
    if "enum" in schema or "const" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    kind = schema["type"] if isinstance(schema["type"], str) else schema["type"][0]
    return {"object": lambda: {name: sample(inner) for name, inner in schema.get("properties", {}).items()}, "array": lambda: [sample(schema["items"])],
            "string": lambda: {"date-time": "2030-01-01T00:00:00Z", "email": "x@example.test"}.get(schema.get("format"), "x"), "integer": lambda: 1,
            "boolean": lambda: True}[kind]()


def body_schema(method, path):
    """What the JSON body of an operation is; None where it has none."""
    return OPERATIONS.get((method, path), {}).get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")


def once(pairs):
    assert len({key for key, _ in pairs}) == len(pairs), f"a key comes twice: {[key for key, _ in pairs]}"
    return dict(pairs)


def check(method, path, status, kind, body):
    """Fails the test where the document has no such answer. kind is the Content-Type; body are bytes."""
    template = route_of(path)
    where = f"{method} {path[:200]}: {status} {kind}"
    if template is None or (method, template) not in OPERATIONS and not (method == "HEAD" and ("GET", template) in OPERATIONS):
        return  # 404 and 405: tests/http/test_routes.py
    if status in (NOT_MODIFIED, WRONG_METHOD):
        assert body == b"", where
        return
    try:
        validator = schema_of("GET" if method == "HEAD" else method, template, status, (kind or "").split(";")[0])
    except KeyError as missing:
        if status == CLOSED and (b"errors" in body or method == "HEAD"):
            return
        raise AssertionError(f"{where}: docs/openapi.json has no such answer ({missing}): {body[:500]!r}") from None
    if method == "HEAD" or validator is None:
        assert body == b"", where
    elif kind == "application/json":
        assert b"\n" not in body and not body.startswith(b"{ "), f"{where}: not compact"
        for error in validator.iter_errors(json.loads(body, object_pairs_hook=once)):
            raise AssertionError(f"{where}: at {'/'.join(map(str, error.absolute_path))}: {error.message[:500]}")
