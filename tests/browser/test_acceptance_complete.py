"""No line of the acceptance list (contract/web.md 8, W001 to W150) is without a test: its number stands in the name of one, in this folder
or in tests/http, or here with the test that proves it under another name, and why that one is enough."""
import ast
import collections
import pathlib
import re

TESTS = pathlib.Path(__file__).resolve().parent.parent
LINES = [f"W{n:03}" for n in range(1, 151)]
# Line: (file, test, why no test has its number).
ELSEWHERE = {}
# Line: why there is none yet.
MISSING = {}


def names_of(file):
    return [node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def named():
    """{line: tests}"""
    found = collections.defaultdict(list)
    for folder in ("browser", "http"):
        for file in sorted((TESTS / folder).glob("test_*.py")):
            for test in names_of(file):
                for number in re.findall(r"_w(\d{3})(?=_|$)", test):
                    found[f"W{number}"].append(f"{folder}/{file.name}::{test}")
    return found


def test_every_line_has_a_test():
    found = named()
    assert [line for line in LINES if line not in found and line not in ELSEWHERE and line not in MISSING] == []
    assert [line for line in found if line not in LINES] == [], "no such line"
    assert [line for line in (*ELSEWHERE, *MISSING) if line in found] == [], "it has a test of its own"
    assert all(len(why) > 20 for *_, why in ELSEWHERE.values()) and all(len(why) > 20 for why in MISSING.values())


def test_what_proves_a_line_elsewhere_is_there():
    assert [(file, test) for file, test, _ in ELSEWHERE.values() if test not in names_of(TESTS / file)] == []


def test_both_kinds():
    """With JavaScript and without: a test of one kind alone has one of the other kind."""
    kinds = collections.defaultdict(set)
    for file in sorted((TESTS / "browser").glob("test_acceptance_*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.FunctionDef):
                continue
            marks = [ast.unparse(mark) for mark in node.decorator_list]
            only = [mark.endswith("(True)") for mark in marks if "mark.script" in mark]
            for number in re.findall(r"_w(\d{3})(?=_|$)", node.name):
                kinds[f"W{number}"] |= {only[0]} if only else {True, False}
    assert [line for line, kind in kinds.items() if len(kind) < 2] == []
