#!/usr/bin/env python3
"""The rules of the tree that a compiler does not know; `make lint` runs this. Prints FILE:LINE: WHAT for each breach,
and ends with `N passed, N failed`, counting rules.

    lint.py            everything
    lint.py --format   lets clang-format change the files, and checks nothing
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# Which folders a folder may include from, beside its own: handlers -> templates -> db -> app/registry -> app/base, with
# storage and the inspector's client beside db, the index above both, and the server below the handlers.
LOW = {"app/base", "app/registry"}
DATA = LOW | {"db", "app/storage", "app/inspect", "app/index", "app/outside"}
MAY_INCLUDE = {
    "app/base": set(),
    "app/registry": {"app/base"},
    "app/inspect": LOW,
    "app/storage": LOW,
    "app/outside": LOW,
    "db": LOW,
    "app/index": LOW | {"db", "app/storage"},
    "app/server": DATA,
    "templates": DATA | {"app/server"},
    "handlers": DATA | {"app/server", "templates"},
    "app/jobs": DATA | {"app/server", "templates"},
    "app/cli": DATA | {"app/server", "templates", "app/jobs"},
    "app": {"app/base", "app/cli", "app/server"},
}
# What a worker, a job and a command have at hand is a struct of pointers that also the index needs to see.
EVERYWHERE = {"app/server/app.h"}
# (file, what it includes) that are meant: who hands requests to handlers knows their table.
MEANT = {("app/server/dispatch.c", "handlers/routes.h"), ("app/server/router.c", "handlers/routes.h"),
         ("app/cli/routes.c", "handlers/routes.h")}
# Headers of libraries, and the only files (or folders, ending in /) that may see them.
GUARDED = {
    "mysql.h": ("db/db_parts.h",), "mysql/": (), "mariadb/": (),
    "fcgiapp.h": ("app/server/worker.c",), "fcgi": ("app/server/worker.c",),
    "git2": ("app/index/git/",),
    "cjose/": ("app/outside/jws.c",),
    "archive.h": ("app/jobs/pack.c",), "archive_entry.h": ("app/jobs/pack.c",),
    "curl/": ("app/outside/", "app/storage/s3.c"),
    "seccomp.h": ("app/inspect/",), "zlib.h": ("app/inspect/",), "cmark": ("app/inspect/",), "gumbo": ("app/inspect/",),
}
# Built in pieces, so that this file does not find itself.
UNWANTED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK|WI" r"P)\b|\bfor " r"now\b", re.ASCII)
MACHINE = re.compile(r"(?<![\w.])/wor" r"k/|/tmp/(?:deploy|toml|rules|archive|text|db|server|publish|api|jobs|tests)-")


def tracked():
    """Every file of the tree, from git where there is one (a tarball has none)."""
    done = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
    if done.returncode == 0 and (ROOT / ".git").exists():
        names = done.stdout.splitlines()
    else:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
    return sorted(name for name in names if (ROOT / name).is_file() and not name.startswith(("build", "autom4te.cache")))


FILES = tracked()
C_FILES = [name for name in FILES if name.endswith((".c", ".h"))]
SOURCES = [name for name in C_FILES if not name.startswith("tests/")]


def read(name):
    return (ROOT / name).read_text(errors="replace")


def folder(name):
    parts = name.split("/")
    return "/".join(parts[:2]) if parts[0] == "app" and len(parts) > 2 else parts[0]


def includes(name):
    for number, line in enumerate(read(name).splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def include_direction():
    for name in SOURCES:
        mine = folder(name)
        for number, ours, header in includes(name):
            theirs = folder(header)
            if not ours or "/" not in header or theirs == mine or (name, header) in MEANT \
                    or header in EVERYWHERE and mine != "app/base":
                continue
            if theirs not in MAY_INCLUDE.get(mine, set()):
                yield f"{name}:{number}: {mine} must not include {header}"


def guarded_headers():
    for name in SOURCES:
        for number, _, header in includes(name):
            for start, allowed in GUARDED.items():
                if header.startswith(start) and not name.startswith(allowed):
                    yield f"{name}:{number}: {header} is for {', '.join(allowed)} alone"


def in_makefile():
    text = read("Makefile.am")
    for name in C_FILES:
        # A program of one file is named without its ending.
        # (and a header's name begins that of a template, NAME.html.c)
        if not re.search(re.escape(name) + r"(?![\w.])", text) and not (name.startswith("tests/") and name[:-2] in text):
            yield f"{name}:1: is not in Makefile.am"


def documents_in_makefile():
    installed = re.search(r"^dist_doc_DATA = (.*)$", read("Makefile.am"), re.M).group(1).split()
    for name in tracked():
        if re.fullmatch(r"(?:docs/)?[^/]+\.md", name) and name not in installed:
            yield f"{name}:1: is not in dist_doc_DATA of Makefile.am"


def handlers_in_routes():
    table = read("handlers/routes.c")
    for name in SOURCES:
        if not name.startswith("handlers/"):
            continue
        for match in re.finditer(r"^const struct route (\w+)\[\]", read(name), re.M):
            if not re.search(rf"\b{match.group(1)}\b", table):
                yield f"{name}:1: {match.group(1)} is not in handlers/routes.c"


def routes_are_documented():
    """docs/openapi.json has every route below /api/ that the program has, and no other."""
    build = pathlib.Path(os.environ.get("CRATEHOUSE_BUILD", ROOT / "build"))
    document = json.loads(read("docs/openapi.json"))
    documented = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    done = subprocess.run([build / "cratehouse", "routes"], capture_output=True, text=True)
    there = {" ".join(line.split()[:2]) for line in done.stdout.splitlines() if line.split()[1].startswith("/api/")}
    if not there:
        yield f"{build}/cratehouse routes: {done.stderr.strip() or 'no routes'}"
    for route in sorted(there - documented):
        yield f"docs/openapi.json: {route} is missing: parameters, body, every status, the answer's keys in their order"
    for route in sorted(documented - there):
        yield f"docs/openapi.json: there is no {route}"


def headers_are_manuals():
    for name in SOURCES:
        if name.endswith(".h") and name != "app/base/banned.h":
            text = read(name)
            if not text.startswith("/*"):
                yield f"{name}:1: a header begins with what it is for"
            if "#pragma once" not in text:
                yield f"{name}:1: no #pragma once"


# Who may say that a text is HTML to be written as it is: templates/tmpl.h.
RAW_HTML = {"templates/readme.c", "templates/text_page.c", "templates/downloads.c"}


def raw_html():
    for name in SOURCES:
        for number, line in enumerate(read(name).splitlines(), 1):
            if re.search(r"\(struct safe_html\)\s*\{|struct safe_html \w+ = \{", line) and name not in RAW_HTML:
                yield f"{name}:{number}: only {', '.join(sorted(RAW_HTML))} make HTML that is written raw"


def finished():
    for name in FILES:
        if name.endswith((".c", ".h", ".py", ".sh", ".sql", ".html", ".md", ".conf", ".am", ".ac", ".awk")):
            for number, line in enumerate(read(name).splitlines(), 1):
                if UNWANTED.search(line):
                    yield f"{name}:{number}: {line.strip()[:80]}"


def no_paths_of_a_machine():
    for name in FILES:
        if name.startswith("tests/fuzz/corpus/"):
            continue
        for number, line in enumerate(read(name).splitlines(), 1):
            if MACHINE.search(line):
                yield f"{name}:{number}: {line.strip()[:80]}"


def c_format():
    tool = shutil.which("clang-format") or shutil.which("clang-format-14")
    if not tool:
        yield "clang-format is missing (Debian: clang-format)"
        return
    done = subprocess.run([tool, "--dry-run", "--Werror", "--ferror-limit=1", *C_FILES], cwd=ROOT, capture_output=True,
                          text=True)
    for line in done.stderr.splitlines():
        if ": error:" in line or ": warning:" in line:
            yield line.split(" [")[0]


def clang_tidy():
    """Needs the headers that configure and make write: of the build folder that CRATEHOUSE_BUILD names."""
    build = pathlib.Path(os.environ.get("CRATEHOUSE_BUILD", ROOT / "build"))
    tool = shutil.which("clang-tidy") or shutil.which("clang-tidy-14")
    if not tool or not (build / "config.h").exists():
        yield "clang-tidy is missing (Debian: clang-tidy)" if not tool else f"{build} is not configured"
        return
    found = subprocess.run(["pkg-config", "--cflags", "fcgi", "gumbo", "json-c", "libcmark-gfm", "libmariadb"],
                           capture_output=True, text=True)
    flags = ["-std=c17", "-D_GNU_SOURCE", f"-I{ROOT}", f"-I{build}", "-include", str(ROOT / "app/base/banned.h"),
             '-DCH_SYSCONFDIR=""', '-DCH_LIBEXECDIR=""', '-DCH_LOCALSTATEDIR=""', "-Wno-unknown-warning-option",
             *found.stdout.split()]
    # These see mysql.h before banned.h, by their own doing.
    files = [name for name in SOURCES if name.endswith(".c") and not name.startswith("db/db_")]

    def look(some):
        return subprocess.run([tool, "--quiet", *some, "--", *flags], cwd=ROOT, capture_output=True, text=True).stdout

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for output in pool.map(look, [files[at:at + 8] for at in range(0, len(files), 8)]):
            yield from (line.replace(f"{ROOT}/", "") for line in output.splitlines() if ": error:" in line)


def shell_scripts():
    tool = shutil.which("shellcheck")
    if not tool:
        yield "shellcheck is missing (Debian: shellcheck)"
        return
    scripts = [name for name in FILES if name.endswith(".sh")
               or re.match(r"#!\s*/(usr/)?bin/(env )?(ba|da)?sh\b", (ROOT / name).open(errors="replace").readline())]
    done = subprocess.run([tool, "-f", "gcc", "-e", "SC2317", *scripts], cwd=ROOT, capture_output=True, text=True)
    yield from done.stdout.splitlines()


def python_files():
    for name in FILES:
        if not name.endswith(".py"):
            continue
        text = read(name)
        try:
            compile(text, name, "exec")
        except SyntaxError as error:
            yield f"{name}:{error.lineno}: {error.msg}"
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > 170:
                yield f"{name}:{number}: {len(line)} columns"


RULES = {
    "includes point one way": include_direction,
    "each library is seen by one file or folder": guarded_headers,
    "every C file is in Makefile.am": in_makefile,
    "every document is installed": documents_in_makefile,
    "every list of routes is in routes.c": handlers_in_routes,
    "the OpenAPI document has every route": routes_are_documented,
    "headers say what they are for": headers_are_manuals,
    "raw HTML is made in few places": raw_html,
    "nothing is left unfinished": finished,
    "no paths of one machine": no_paths_of_a_machine,
    "C is formatted (make format)": c_format,
    "clang-tidy": clang_tidy,
    "shellcheck": shell_scripts,
    "Python compiles": python_files,
}


def main():
    if sys.argv[1:] == ["--format"]:
        subprocess.run([shutil.which("clang-format") or "clang-format-14", "-i", *C_FILES], cwd=ROOT, check=True)
        return 0
    passed = failed = 0
    for what, rule in RULES.items():
        breaches = list(rule())
        if breaches:
            failed += 1
            print(f"FAIL {what}")
            for line in breaches[:25]:
                print(f"  {line}")
            if len(breaches) > 25:
                print(f"  and {len(breaches) - 25} more")
        else:
            passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
