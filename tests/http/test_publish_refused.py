"""PUT /api/v1/crates/new, refused: status, words (contract/publish.md), and nothing left behind: no row, no file, no index line."""
import gzip
import io
import struct
import tarfile

import pytest

from lib.census import census, settled
from lib.registry import Client, Crate, archive, detail, frame

NEW = "/api/v1/crates/new"
FAILED = "failed to parse `Cargo.toml` manifest file\n\n"


@pytest.fixture(scope="module", autouse=True)
def quiet(registry):
    """What went before may have left jobs, which write rows of their own."""
    settled(registry)


def refused(registry, client, body, status, words):
    """words may end in «…» for a text that quotes more than is compared."""
    words = words.replace("{site}", registry.site)
    before = census(registry)
    answer = client.put(NEW, body)
    assert answer.status_code == status, (answer.status_code, answer.text[:500])
    assert answer.headers["Content-Type"] == "application/json"
    said = detail(answer)
    if words.endswith("…"):
        assert said.startswith(words[:-1]), said
    else:
        assert said == words
    assert answer.json() == {"errors": [{"detail": said}]}
    assert census(registry) == before


# ---- rows 1 to 7: the frame, the JSON, name and version; judged before who asks

def raw(meta_length, meta, rest=b""):
    return struct.pack("<I", meta_length) + meta + rest


FRAMES = {
    "empty": (b"", 400, "invalid metadata length"),
    "three bytes": (b"abc", 400, "invalid metadata length"),
    "length 2**32 - 1 with a short body": (raw(2 ** 32 - 1, b"{}"), 413, "JSON metadata blob too large"),
    "length 1 MiB + 1": (raw(2 ** 20 + 1, b"{}"), 413, "JSON metadata blob too large"),
    "length past the end": (raw(100, b"{}"), 400, "invalid metadata length for remaining payload: 100"),
    "not JSON": (raw(5, b"{nope"), 400, "invalid upload request: …"),
    "empty JSON": (raw(0, b""), 400, "invalid upload request: EOF while parsing a value at line 1 column 0"),
    "no name": (raw(2, b"{}"), 400, "invalid upload request: missing field `name` at line 1 column 2"),
    "no version": (raw(12, b'{"name":"a"}'), 400, "invalid upload request: missing field `vers` at line 1 column 12"),
    "name a number": (raw(21, b'{"name":5,"vers":"1"}'), 400, "invalid upload request: invalid type: integer `5`, expected a string…"),
    "name twice": (raw(37, b'{"name":"a","name":"b","vers":"1.0.0"}'[:37]), 400, "invalid upload request: …"),
    "trailing characters": (raw(29, b'{"name":"a","vers":"1.0.0"}xx'), 400, "invalid upload request: trailing characters…"),
    "NUL inside": (raw(28, b'{"name":"a\x00","vers":"1.0.0"}'), 400, "invalid upload request: …"),
    "invalid UTF-8": (raw(28, b'{"name":"a\xff","vers":"1.0.0"}'), 400, "invalid upload request: …"),
    "a hundred levels": (raw(200 + 26, b'{"x":' + b"[" * 100 + b"]" * 100 + b',"name":"a","vers":"1"}' [:21]), 400,
                         "invalid upload request: …"),
}


@pytest.mark.parametrize("case", FRAMES)
def test_frame(registry, alice, anon, case):
    refused(registry, alice.token, *FRAMES[case])
    refused(registry, anon, *FRAMES[case])  # the frame is judged before who asks


NAMES = {
    "": "crate name cannot be empty",
    "1abc": "the name `1abc` cannot be used as a crate name, the name cannot start with a digit",
    "-abc": "invalid character `-` in crate name: `-abc`, the first character must be an ASCII character",
    "_abc": "invalid character `_` in crate name: `_abc`, the first character must be an ASCII character",
    "krätze": "invalid character `ä` in crate name: `krätze`, characters must be an ASCII alphanumeric characters, `-`, or `_`",
    "a.b": "invalid character `.` in crate name: `a.b`, characters must be an ASCII alphanumeric characters, `-`, or `_`",
    "a/b": "invalid character `/` in crate name: `a/b`, characters must be an ASCII alphanumeric characters, `-`, or `_`",
    "a\0b": "invalid character `…",
    "a" * 65: f"the crate name `{'a' * 65}` is too long (max 64 characters)",
    "é" * 65: f"the crate name `{'é' * 65}` is too long (max 64 characters)",
}


@pytest.mark.parametrize("name", NAMES)
def test_name(registry, anon, name):
    refused(registry, anon, frame({"name": name, "vers": "1.0.0"}, b""), 400, NAMES[name])


@pytest.mark.parametrize("vers", ["", "1", "1.0", "01.0.0", "1.0.0-", "1.0.0-01", "v1.0.0", " 1.0.0", "1.0.99999999999999999999"])
def test_version(registry, anon, vers):
    refused(registry, anon, frame({"name": "buoy", "vers": vers}, b""), 400, f'"{vers}" is an invalid semver version')


def test_version_too_long(registry, anon):
    refused(registry, anon, frame({"name": "buoy", "vers": "1.0.0-" + "a" * 145}, b""), 400,
            "the version number is too long (max 150 characters)")


# ---- rows 10 to 14: who asks

def with_token(registry, token):
    return Client(registry.url, Authorization=token)


def test_who_asks(registry, anon, carol):
    body = Crate("buoy").body
    for client, status, words in (
            (anon, 403, "this action requires authentication"),
            (with_token(registry, "cio" + "x" * 32), 403, "authentication failed"),
            (with_token(registry, "cht_" + "x" * 32), 403, "authentication failed"),
            (with_token(registry, "nonsense"), 401, "The given API token does not match the format used by …"),
            (with_token(registry, "Basic YTpi"), 401,
             "Invalid `Authorization` header: Found unexpected authentication scheme `Basic`"),
            (carol.token, 400, "A verified email address is required to publish crates to …")):
        refused(registry, client, body, status, words)


def test_token_scopes(registry, alice, new_name):
    words = "this token does not have the required permissions to perform this action"
    name = new_name("scoped")
    for scope in ("yank", "publish-update", "change-owners"):
        refused(registry, with_token(registry, registry.token("alice", scope, "--scope", scope)), Crate(name).body, 403, words)
    shouting = registry.token("alice", "shouting", "--scope", "publish-new", "--crate", name.upper())
    refused(registry, with_token(registry, shouting), Crate(name).body, 403, words)
    new = with_token(registry, registry.token("alice", "new", "--scope", "publish-new", "--crate", name[:4] + "*"))
    assert new.publish(Crate(name)).status_code == 200
    settled(registry)
    refused(registry, new, Crate(name, "2.0.0").body, 403, words)


# ---- rows 15 to 18: the archive's frame and the archive

def archives():
    good = Crate("buoy")
    meta, data, root = good.metadata, good.archive, "buoy-1.0.0"
    manifest = (f"{root}/Cargo.toml", good.manifest)

    def special(kind, name=f"{root}/thing"):
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "elsewhere"
        return frame(meta, archive([manifest, (info, None)]))

    big = 10 << 20
    return {
        "no length": (frame(meta, b"")[:-4], 400, "invalid tarball length"),
        "half a length": (frame(meta, b"")[:-2], 400, "invalid tarball length"),
        "longer than sent": (frame(meta, data, crate_size=len(data) + 9), 400,
                             f"invalid tarball length for remaining payload: {len(data) + 9}"),
        "too large": (frame(meta, b"", crate_size=big + 1), 413, f"max upload size is: {big}"),
        "empty": (frame(meta, b""), 400, "uploaded tarball is malformed or too large when decompressed"),
        "no gzip": (frame(meta, b"not a gzip file"), 400, "uploaded tarball is malformed or too large when decompressed"),
        "cut off": (frame(meta, data[:len(data) // 2]), 400, "uploaded tarball is malformed or too large when decompressed"),
        "no manifest": (frame(meta, archive([(f"{root}/src/lib.rs", "")])), 400,
                        "uploaded tarball is missing a `Cargo.toml` manifest file"),
        "other spelling": (frame(meta, archive([(f"{root}/CARGO.toml", good.manifest)])), 400,
                           "uploaded tarball is missing a `Cargo.toml` manifest file; `CARGO.toml` was found, but must be named `Cargo.toml` with that exact casing"),
        "two spellings": (frame(meta, archive([manifest, (f"{root}/cargo.toml", good.manifest)])), 400,
                          "uploaded tarball contains more than one `Cargo.toml` manifest file; found `Cargo.toml`, `cargo.toml`"),
        "other root": (frame(meta, archive([("other-1.0.0/Cargo.toml", good.manifest)])), 400,
                       "invalid path found: other-1.0.0/Cargo.toml"),
        "longer root": (frame(meta, archive([(f"{root}x/Cargo.toml", good.manifest)])), 400,
                        f"invalid path found: {root}x/Cargo.toml"),
        "parent": (frame(meta, archive([manifest, (f"{root}/../x", "")])), 400, f"invalid path found: {root}/../x"),
        "absolute": (frame(meta, archive([(f"/{root}/Cargo.toml", good.manifest)])), 400,
                     f"invalid path found: /{root}/Cargo.toml"),
        "symlink": (special(tarfile.SYMTYPE), 400, f"unexpected tar entry type Symlink found: {root}/thing"),
        "hard link": (special(tarfile.LNKTYPE), 400, f"unexpected tar entry type Link found: {root}/thing"),
        "device": (special(tarfile.CHRTYPE), 400, f"unexpected tar entry type Char found: {root}/thing"),
        "fifo": (special(tarfile.FIFOTYPE), 400, f"unexpected tar entry type Fifo found: {root}/thing"),
        "bad manifest": (frame(meta, archive([(f"{root}/Cargo.toml", "this is not toml")])), 400, FAILED + "…"),
        "empty manifest": (frame(meta, archive([(f"{root}/Cargo.toml", "")])), 400, FAILED + "missing field `name`\n"),
        "other name": (frame(meta, archive([(f"{root}/Cargo.toml", Crate("other").manifest)])), 400,
                       "metadata name `buoy` does not match manifest name `other`"),
        "other version": (frame(meta, archive([(f"{root}/Cargo.toml", Crate("buoy", "2.0.0").manifest)])), 400,
                          "metadata version `1.0.0` does not match manifest version `2.0.0`"),
    }


@pytest.mark.parametrize("case", archives())
def test_archive(registry, alice, case):
    refused(registry, alice.token, *archives()[case])


def test_half_a_gibibyte_of_zeros(registry, alice):
    root = "buoy-1.0.0"
    raw_tar = io.BytesIO()
    with gzip.GzipFile(fileobj=raw_tar, mode="wb", compresslevel=1, mtime=0) as out:
        info = tarfile.TarInfo(f"{root}/zeros")
        info.size = 600 << 20
        out.write(info.tobuf(tarfile.GNU_FORMAT))
        for _ in range(600):
            out.write(bytes(1 << 20))
    refused(registry, alice.token, frame(Crate("buoy").metadata, raw_tar.getvalue()), 400,
            "uploaded tarball is malformed or too large when decompressed")


# ---- rows 19 to 32: what the manifest says

META = {
    "no description, no license": (Crate("buoy", package={"description": None, "license": None}),
                                   "missing or empty metadata fields: description, license. Please see …"),
    "empty description": (Crate("buoy", package={"description": ""}), "missing or empty metadata fields: description. Please see …"),
    "description of 1001 bytes": (Crate("buoy", package={"description": "é" * 501}),
                                  "The `description` is too long. A maximum of 1000 characters are currently allowed."),
    "unknown license": (Crate("buoy", package={"license": "Not-A-License"}), "unknown or invalid license expression; …"),
    "homepage": (Crate("buoy", package={"homepage": "not a url"}),
                 "URL for field `homepage` must begin with http:// or https:// (url: not a url)"),
    "empty homepage": (Crate("buoy", package={"homepage": ""}), "URL for field `homepage` must begin with http:// or https:// (url: )"),
    "documentation": (Crate("buoy", package={"documentation": "http://"}), "`documentation` is not a valid url: `http://`"),
    "repository": (Crate("buoy", package={"repository": "javascript:alert(1)"}),
                   "URL for field `repository` must begin with http:// or https:// (url: javascript:alert(1))"),
    "rust-version": (Crate("buoy", package={"rust-version": "1.70.0-nightly"}), FAILED + "…"),
    "six keywords": (Crate("buoy", package={"keywords": list("abcdef")}), "expected at most 5 keywords per crate"),
    "long keyword": (Crate("buoy", package={"keywords": ["k" * 21]}),
                     f'"{"k" * 21}" is an invalid keyword (keywords must have less than 20 characters)'),
    "keyword with a space": (Crate("buoy", package={"keywords": ["two words"]}), '"two words" is an invalid keyword'),
    "six categories": (Crate("buoy", package={"categories": list("abcdef")}), "expected at most 5 categories per crate"),
    "unknown category": (Crate("buoy", package={"categories": ["science", "no-such-category"]}),
                         "The following category slugs are not currently supported on …"),
    "301 features": (Crate("buoy", tables={"features": {f"f{i}": [] for i in range(301)}}),
                     "{site} only allows a maximum number of 300 features, but your crate is declaring 301 features.…"),
    "301 values": (Crate("buoy", tables={"features": {"all": [f"f{i}" for i in range(301)]}}),
                   '{site} only allows a maximum number of 300 features or dependencies that another feature can enable, but the "all" feature…'),
    "feature name": (Crate("buoy", tables={"features": {"bad name!": []}}),
                     "invalid character ` ` in feature `bad name!`, characters must be Unicode XID characters, `+`, `-`, or `.` …"),
    "feature value": (Crate("buoy", tables={"features": {"good": ["dep:x/y"]}}),
                      "invalid character `:` in dependency name: `dep:x`, characters must be …"),
    "501 dependencies": (Crate("buoy", tables={"dependencies": {f"d{i}": "1" for i in range(501)}}),
                         "{site} only allows a maximum number of 500 dependencies.…"),
    "dependency name": (Crate("buoy", tables={"dependencies": {"pi er": "1"}}), "invalid character ` ` in dependency name: `pi er`, …"),
    "dependency requirement": (Crate("buoy", tables={"dependencies": {"pier": "not a req"}}),
                               '"not a req" is an invalid version requirement'),
    "wildcard": (Crate("buoy", tables={"dependencies": {"pier": "*"}}),
                 "wildcard (`*`) dependency constraints are not allowed on {site}. Crate with this problem: `pier` …"),
    "git only": (Crate("buoy", tables={"dependencies": {"pier": {"git": "https://example.test/x"}}}),
                 "wildcard (`*`) dependency constraints are not allowed on {site}. Crate with this problem: `pier` …"),
    "33 comparators": (Crate("buoy", tables={"dependencies": {"pier": ", ".join([">=1"] * 33)}}), "…"),
    "unknown dependency": (Crate("buoy", tables={"dependencies": {"no-such-crate-here": "1"}}),
                           "no known crate named `no-such-crate-here`"),
}


@pytest.mark.parametrize("case", META)
def test_metadata(registry, alice, case):
    crate, words = META[case]
    refused(registry, alice.token, crate.body, 400, words)


# ---- rows 40 to 47: what is there already

@pytest.mark.parametrize("name", ["std", "Std", "core", "CON", "nul", "com0", "Compiler_Builtins", "proc-macro", "test"])
def test_reserved(registry, alice, name):
    refused(registry, alice.token, Crate(name).body, 400, "cannot upload a crate with a reserved name")


def test_collisions(registry, alice, bob, new_name):
    name = new_name("pier-head")
    twin = name.replace("-", "_")
    assert alice.token.publish(Crate(name, "1.0.0+a")).status_code == 200
    settled(registry)
    refused(registry, alice.token, Crate(name, "1.0.0+b").body, 400, "crate version `1.0.0` is already uploaded")
    refused(registry, alice.token, Crate(twin, "2.0.0").body, 400, f"crate was previously named `{name}`")
    words = ("this crate exists but you don't seem to be an owner. If you believe this is a mistake, perhaps you need to "
             "accept an invitation to be an owner before publishing.")
    refused(registry, bob.token, Crate(twin, "2.0.0").body, 403, words)
    refused(registry, bob.token, Crate(name, "2.0.0").body, 403, words)
    refused(registry, alice.token, Crate(new_name("other"), tables={"dependencies": {twin: "1"}}).body, 400,
            f"no known crate named `{twin}`")
