"""What people look for comes first: a made-up registry of crates as they are called and described in real life, some used by
everybody and some by nobody."""
import pytest

from lib import dump
from lib.instance import Instance

# Name, description, keywords, downloads a day.
CRATES = [
    ("serde", "A generic serialization and deserialization framework", "serde serialization no_std", 900_000),
    ("serde_json", "A JSON serialization file format", "json serde serialization", 800_000),
    ("serde_derive", "Macros for deriving Serialize and Deserialize", "serde serialization derive", 850_000),
    ("serde_yaml", "YAML data format for Serde", "yaml serde serialization", 200_000),
    ("toml", "A native Rust encoder and decoder of TOML files with Serde", "encoding toml", 500_000),
    ("json", "JSON implementation in Rust", "json parser serializer", 20_000),
    ("simd-json", "High performance JSON parser based on a port of simdjson", "simd json parser", 15_000),
    ("json5", "A JSON5 serializer and deserializer for Serde", "json5 json serde", 9_000),
    ("my-json", "JSON JSON JSON: json for my json", "json", 1),
    ("json-serde-thing", "Some JSON and serde experiments", "json serde", 2),
    ("serde-none", "serde serde serde, a serde of its own", "serde", 1),
    ("reqwest", "higher level HTTP client library", "http request client", 400_000),
    ("hyper", "A protective and efficient HTTP library for all", "http hyper hyperium", 600_000),
    ("ureq", "Simple, safe HTTP client", "web request https http client", 60_000),
    ("isahc", "The practical HTTP client that is fun to use", "http curl client async", 4_000),
    ("surf", "Surf the web - HTTP client framework", "http client futures async", 1_500),
    ("http", "A set of types for representing HTTP requests and responses", "http", 700_000),
    ("http-client", "Types and traits for http clients", "http service client futures async", 700),
    ("tiny-http-client-of-mine", "An http client", "http client", 1),
    ("tokio", "An event-driven, non-blocking I/O platform for writing asynchronous I/O backed applications",
     "io async non-blocking futures", 800_000),
    ("tokio-util", "Additional utilities for working with Tokio", "tokio", 500_000),
    ("async-std", "Async version of the Rust standard library", "async std futures await runtime", 30_000),
    ("smol", "A small and fast async runtime", "async await future io networking", 25_000),
    ("async-global-executor", "A global executor built on top of async-executor and async-io", "async await future executor", 30_000),
    ("async-runtime", "Another async runtime that nobody uses", "async runtime", 1),
    ("futures", "An implementation of futures and streams featuring zero allocations, composability, and iterator-like interfaces",
     "futures async future", 700_000),
    ("rand", "Random number generators and other randomness functionality", "random rng", 900_000),
    ("rand_core", "Core random number generator traits and tools for implementation", "random rng", 850_000),
    ("random", "The package provides sources of randomness", "random probability", 900),
    ("log", "A lightweight logging facade for Rust", "logging", 900_000),
    ("env_logger", "A logging implementation for log which is configured via an environment variable", "logging log logger", 400_000),
    ("tracing", "Application-level tracing for Rust", "logging tracing metrics async", 600_000),
    ("slog", "Structured, extensible, composable logging for Rust", "log logging structured hierarchical", 20_000),
    ("clap", "A simple to use, efficient, and full-featured Command Line Argument Parser", "argument cli arg parser parse", 600_000),
    ("structopt", "Parse command line argument by defining a struct", "clap cli derive docopt", 60_000),
    ("argh", "Derive-based argument parser optimized for code size", "args arguments derive cli", 8_000),
    ("regex", "An implementation of regular expressions for Rust. This implementation uses finite automata", "regex", 800_000),
    ("fancy-regex", "An implementation of regexes, supporting a relatively rich set of features", "regex", 40_000),
]


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quality")
    for path in (folder, folder.parent, folder.parent.parent):
        path.chmod(0o755)
    words = sorted({word for crate in CRATES for word in crate[2].split()})
    tables = {"users": [{"id": 5, "gh_id": 7001, "gh_login": "ann", "username": "ann"}],
              "keywords": [{"id": number, "keyword": word} for number, word in enumerate(words, 1)],
              "crates": [], "crates_keywords": [], "versions": [], "version_downloads": [], "crate_downloads": [],
              "metadata": [{"total_downloads": 1}]}
    for number, (name, description, keywords, downloads) in enumerate(CRATES, 1):
        tables["crates"].append({"id": number, "name": name, "description": description,
                                 "readme": f"# {name}\n\n{description}. Add `{name}` to your Cargo.toml; see the examples."})
        tables["versions"].append({"id": number, "crate_id": number, "num": "1.0.0"})
        tables["crate_downloads"].append({"crate_id": number, "downloads": downloads * 1000})
        tables["version_downloads"].append({"version_id": number, "date": dump.days_ago(3), "downloads": downloads})
        tables["crates_keywords"] += [{"crate_id": number, "keyword_id": words.index(word) + 1} for word in keywords.split()]
    instance = Instance(settings=["server.workers=1"])
    try:
        instance.start().ctl("import", "dump", dump.write(folder / "dump", tables))
        yield instance
    finally:
        instance.remove()


def found(registry, q):
    return [crate["name"] for crate in registry.anonymous.get(f"/api/v1/crates?q={q}&per_page=50").json()["crates"]]


@pytest.mark.parametrize("q,first", [
    ("serde", ["serde", "serde_json", "serde_derive", "serde_yaml"]),
    ("serde-json", ["serde_json"]),
    ("serde_json", ["serde_json"]),
    ("SERDE", ["serde"]),
    ("json", ["json", "serde_json", "simd-json"]),
    ("http client", ["http-client", "reqwest"]),
    ("http", ["http"]),
    ("async runtime", ["async-std", "smol"]),
    ("random", ["random", "rand"]),
    ("logging", ["log"]),
    ("regex", ["regex", "fancy-regex"]),
    ("command line", ["clap"]),
    ("argument parser", ["clap"]),
    ("tok", ["tokio"]),
    ("seri", ["serde"]),
])
def test_first(registry, q, first):
    """These are the first ones, the first of them first."""
    names = found(registry, q.replace(" ", "+"))
    assert names[:1] == first[:1], names
    assert set(names[:len(first)]) == set(first), names


@pytest.mark.parametrize("q,known,obscure", [
    ("json", "simd-json", "my-json"), ("json", "serde_json", "my-json"), ("json", "simd-json", "json-serde-thing"), ("serde", "serde_yaml", "serde-none"),
    ("http", "reqwest", "tiny-http-client-of-mine"), ("http client", "ureq", "tiny-http-client-of-mine"), ("http client", "isahc", "tiny-http-client-of-mine"),
    ("logging", "slog", "structopt"), ("json parser", "simd-json", "my-json"), ("yaml", "serde_yaml", "toml")])
def test_known_before_obscure(registry, q, known, obscure):
    names = found(registry, q.replace(" ", "+"))
    assert known in names
    assert obscure not in names or names.index(known) < names.index(obscure), names
