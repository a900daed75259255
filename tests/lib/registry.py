"""What cargo sends to a registry, made by hand: manifests, archives, the body of a publish; and a client that remembers
which request was which, so that its line can be found in the registry's log, and that holds every answer against
docs/openapi.json (lib/openapi.py)."""
import gzip
import hashlib
import io
import json
import struct
import tarfile
import uuid

import requests

from lib import openapi

USER_AGENT = "cratehouse-tests (tests/lib/registry.py)"
KINDS = {"dependencies": "normal", "dev-dependencies": "dev", "build-dependencies": "build"}


def toml(value):
    """One value in TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    return "[" + ", ".join(toml(v) for v in value) + "]"


def archive(files, compress=6):
    """A .crate of (path, content) pairs, or (TarInfo, content) for what is no plain file. The same bytes each time."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, compresslevel=compress) as stream:
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for name, content in files:
                content = content.encode() if isinstance(content, str) else content
                entry = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
                if content is not None and not isinstance(name, tarfile.TarInfo):
                    entry.size, entry.mode = len(content), 0o644
                tar.addfile(entry, io.BytesIO(content) if content is not None else None)
    return packed.getvalue()


def frame(metadata, crate, json_size=None, crate_size=None):
    """The body of PUT /api/v1/crates/new: two parts, each behind its length in 32 bits. The lengths can be lies."""
    text = metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode()
    return b"".join((struct.pack("<I", len(text) if json_size is None else json_size), text,
                     struct.pack("<I", len(crate) if crate_size is None else crate_size), crate))


class Crate:
    """A crate to publish.

    package: keys of [package] beside name and version; None takes a default away. tables: further tables by their header,
    such as {"dependencies": {"serde": "1"}}. files: further members. metadata: keys to change in the JSON part.
    """

    def __init__(self, name, version="1.0.0", package=None, tables=None, files=None, metadata=None):
        self.name, self.version, self.changed = name, version, metadata or {}
        self.package = {"name": name, "version": version, "edition": "2021", "description": f"About {name}",
                        "license": "MIT", **(package or {})}
        self.package = {key: value for key, value in self.package.items() if value is not None}
        self.tables = tables or {}
        self.files = {"src/lib.rs": "pub fn answer() -> u32 {\n    42\n}\n", **(files or {})}

    @property
    def manifest(self):
        parts = ["[package]"] + [f"{json.dumps(k)} = {toml(v)}" for k, v in self.package.items()]
        for header, table in self.tables.items():
            parts += ["", f"[{header}]"] + [f"{json.dumps(k)} = {toml(v)}" for k, v in table.items()]
        return "\n".join(parts) + "\n"

    @property
    def archive(self):
        members = {"Cargo.toml": self.manifest, **self.files}
        return archive([(f"{self.name}-{self.version}/{path}", text) for path, text in members.items()])

    @property
    def checksum(self):
        return hashlib.sha256(self.archive).hexdigest()

    @property
    def metadata(self):
        package, readme = self.package, self.package.get("readme")
        return {"name": self.name, "vers": self.version, "deps": list(self._dependencies()),
                "features": self.tables.get("features", {}), "authors": package.get("authors", []),
                "description": package.get("description"), "documentation": package.get("documentation"),
                "homepage": package.get("homepage"), "readme": self.files.get(readme) if readme else None,
                "readme_file": readme, "keywords": package.get("keywords", []),
                "categories": package.get("categories", []), "license": package.get("license"),
                "license_file": package.get("license-file"), "repository": package.get("repository"), "badges": {},
                "links": package.get("links"), "rust_version": package.get("rust-version"), **self.changed}

    def _dependencies(self):
        for header, table in self.tables.items():
            target, _, kind = header.rpartition(".")
            if kind not in KINDS:
                continue
            for key, spec in table.items():
                spec = {"version": spec} if isinstance(spec, str) else spec
                yield {"name": spec.get("package", key), "version_req": spec.get("version", "*"),
                       "features": spec.get("features", []), "optional": spec.get("optional", False),
                       "default_features": spec.get("default-features", True),
                       "target": target[len("target."):].strip("'\"") if target else None, "kind": KINDS[kind],
                       "registry": None, "explicit_name_in_toml": key if "package" in spec else None}

    @property
    def body(self):
        return frame(self.metadata, self.archive)

    @property
    def file_name(self):
        return f"{self.name}-{self.version}.crate"


def index_path(name):
    """Where the index keeps a crate: contract/index.md 2."""
    name = name.lower()
    if len(name) < 4:
        return "/".join([str(len(name))] + ([name[0]] if len(name) == 3 else []) + [name])
    return f"{name[:2]}/{name[2:4]}/{name}"


class Client:
    """Requests to one registry with some credentials: headers such as Authorization or Cookie."""

    def __init__(self, url, **headers):
        self.url, self.headers = url, headers

    def request(self, method, path, body=None, headers=None, timeout=60):
        """A requests.Response; path goes out as it is written. Its .sent_id finds the line in the log."""
        sent = {"User-Agent": USER_AGENT, "Accept": "application/json", "X-Request-Id": uuid.uuid4().hex, **self.headers,
                **(headers or {})}
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        with requests.Session() as session:
            session.trust_env = False
            prepared = session.prepare_request(requests.Request(method, self.url, data=body))
            prepared.url = self.url + path
            prepared.headers.update(sent)
            for name in [name for name, value in sent.items() if value is None]:
                del prepared.headers[name]
            answer = session.send(prepared, allow_redirects=False, timeout=timeout)
        answer.sent_id = sent["X-Request-Id"]
        if path.startswith("/api/"):
            openapi.check(method, path, answer.status_code, answer.headers.get("Content-Type"), answer.content)
        return answer

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def put(self, path, body=b"", **more):
        return self.request("PUT", path, body, **more)

    def post(self, path, body=b"", **more):
        return self.request("POST", path, body, **more)

    def patch(self, path, body=b"", **more):
        return self.request("PATCH", path, body, **more)

    def delete(self, path, body=None, **more):
        return self.request("DELETE", path, body, **more)

    def publish(self, crate, **more):
        return self.put("/api/v1/crates/new", crate.body if isinstance(crate, Crate) else crate, **more)


def detail(answer):
    """The words of an error answer."""
    return answer.json()["errors"][0]["detail"]
