"""Divide the addon's test modules into two halves that take equally long: two lines, each for Odoo's --test-tags.

The first half names its modules; the second is the whole addon without them. So every test is in exactly one of them,
whatever this program overlooks. How long a module takes is read from scripts/test_seconds; a module that is not there
yet is judged by its length.

Usage: split_tests.py <the addon's technical name>
       split_tests.py --check <seconds of half 1> <seconds of half 2>    afterwards: has each module run once?
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Seconds of what each half does besides its tests: the browser's assets, translations and life cycle; the crash test.
BESIDES = (22 + 8 + 43, 68)
#: Tests in a browser stay together in the first half: the assets are made once, and one browser runs at a time.
BROWSER = re.compile(r"\bHttp\w*Case\b")


def read_seconds(path):
    """{test module: seconds}"""
    rows = (line.split() for line in Path(path).read_text(encoding="utf-8").splitlines())
    return {module: float(seconds) for module, seconds in rows}


def read_modules():
    """{test module: its text} of those that have tests."""
    paths = (ROOT / "tests").rglob("test_*.py")
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return {module: text for module, text in texts.items() if re.search(r"^ +def test_", text, re.MULTILINE)}


def split():
    """The test modules of the first half."""
    texts = read_modules()
    measured = {
        module: seconds
        for module, seconds in read_seconds(ROOT / "scripts" / "test_seconds").items()
        if module in texts
    }
    per_line = sum(measured.values()) / max(1, sum(texts[module].count("\n") for module in measured))
    weights = {module: measured.get(module, text.count("\n") * per_line or 1) for module, text in texts.items()}
    browser = {module for module, text in texts.items() if BROWSER.search(text)}
    loads, first = list(BESIDES), set()
    # The browser's first, then the long ones, each to where there is less to do.
    for module in sorted(weights, key=lambda name: (name not in browser, -weights[name], name)):
        half = 0 if module in browser else loads.index(min(loads))
        loads[half] += weights[module]
        if half == 0:
            first.add(module)
    return sorted(first)


def check(first, second):
    """Say which modules have not run, or have run twice; 1 if there are any."""
    first, second, all_modules = set(read_seconds(first)), set(read_seconds(second)), set(read_modules())
    for module in sorted(all_modules - first - second):
        print(f"   no test of {module} has run: does the __init__.py beside it import it?")
    for module in sorted(first & second):
        print(f"   {module} has run in both halves")
    return int(bool(all_modules - first - second or first & second))


def main():
    if sys.argv[1] == "--check":
        return check(*sys.argv[2:])
    addon = sys.argv[1]
    first = [f"/{addon}/{module}" for module in split()]
    print(",".join(first))
    print(",".join([f"/{addon}", *(f"-{module}" for module in first)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
