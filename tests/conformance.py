#!/usr/bin/env python3
"""conformance.py SCENARIO...: runs ../shared/conformance, each scenario against a fresh registry of CRATEHOUSE_BUILD.

Steps that are meant to differ stand in tests/conformance_differs.json with the reason for each; one that differs and is
not on that list fails, and so does one on the list that no longer differs. Ends with `N passed, N failed`.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from lib.instance import ROOT, Instance, end_in_order  # noqa: E402  (the path above is what makes it importable)

CHECKS = ROOT.parent / "shared/conformance/conformance.py"


def check(scenario):
    """How many steps passed, and how many did not."""
    meant = json.loads((ROOT / "tests/conformance_differs.json").read_text()).get(scenario, {})
    registry = Instance()
    try:
        registry.start()
        done = subprocess.run(
            [sys.executable, "-B", str(CHECKS), "check", scenario], capture_output=True, text=True, timeout=280,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "REGISTRY_URL": registry.url, "REGISTRY_INDEX": registry.url + "/index",
                 "REGISTRY_SITE": registry.site, "REGISTRY_CTL": str(registry.ctl_path)})
    finally:
        registry.remove()
    print(done.stdout, done.stderr, sep="")
    counts = re.search(r"^(\d+) passed, (\d+) failed$", done.stdout, re.M)
    if not counts:
        return 0, 1
    differing = set(re.findall(rf"^FAIL {re.escape(scenario)}/(\S+)", done.stdout, re.M))
    unexpected, mended = differing - set(meant), set(meant) - differing
    for step in sorted(differing & set(meant)):
        print(f"differs as it should: {step} ({meant[step]})")
    for step in sorted(unexpected):
        print(f"FAIL {step}: differs, and is not on the list")
    for step in sorted(mended):
        print(f"FAIL {step}: is on the list, and no longer differs")
    passed = int(counts.group(1)) + len(differing & set(meant)) - len(mended)
    return passed, len(unexpected) + len(mended)


def main(scenarios):
    passed, failed = map(sum, zip(*map(check, scenarios)))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    end_in_order()
    sys.exit(main(sys.argv[1:]))
