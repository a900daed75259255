"""toml_test.py DECODER SUITE: each case of SUITE/files-toml-1.0.0 through the decoder; see toml_test.sh."""

import datetime
import json
import math
import pathlib
import subprocess
import sys

LEAST_CASES = 500


def normal_date(text):
    """Dates as instants (with an offset) or without trailing zeros in the fraction; at most microseconds."""
    head, dot, fraction = text.partition(".")
    if dot:
        digits = len(fraction) - len(fraction.lstrip("0123456789"))
        head += "." + (fraction[:digits] + "000000")[:6] + fraction[digits:]
    for parse in (datetime.time.fromisoformat, datetime.date.fromisoformat, datetime.datetime.fromisoformat):
        try:
            return parse(head.replace("Z", "+00:00"))
        except ValueError:
            pass
    raise ValueError(text)


def normal(value):
    """The tagged JSON with its leaves made comparable."""
    if isinstance(value, list):
        return [normal(v) for v in value]
    if isinstance(value.get("type"), str) and isinstance(value.get("value"), str) and len(value) == 2:
        kind, text = value["type"], value["value"]
        if kind == "float":
            number = float(text)
            return (kind, "nan" if math.isnan(number) else number)
        if kind == "integer":
            return (kind, int(text))
        if kind in ("datetime", "datetime-local", "date-local", "time-local"):
            return (kind, normal_date(text))
        return (kind, text)
    return {k: normal(v) for k, v in value.items()}


def failure(decoder, suite, case):
    """What is wrong with a case, or None."""
    run = subprocess.run([decoder], input=case.read_bytes(), capture_output=True, timeout=10, check=False)
    if run.returncode not in (0, 1):
        return f"exit status {run.returncode}: {run.stderr.decode(errors='replace')}"
    if case.relative_to(suite).parts[0] == "invalid":
        if run.returncode == 0:
            return "is accepted"
        return None if run.stderr.startswith(b"TOML parse error at line ") else "has no error text"
    if run.returncode:
        return run.stderr.decode(errors="replace")
    got, want = json.loads(run.stdout), json.loads(case.with_suffix(".json").read_text(encoding="utf-8"))
    return None if normal(got) == normal(want) else f"got {got}\nwant {want}"


def main():
    decoder, suite = sys.argv[1], pathlib.Path(sys.argv[2])
    names = (suite / "files-toml-1.0.0").read_text(encoding="utf-8").split()
    passed = failed = 0
    for name in names:
        if not name.endswith(".toml"):
            continue
        why = failure(decoder, suite, suite / name)
        if why is None:
            passed += 1
        else:
            failed += 1
            print(f"FAIL {name}: {why}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed < LEAST_CASES else 0


if __name__ == "__main__":
    sys.exit(main())
