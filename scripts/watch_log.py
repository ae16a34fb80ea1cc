"""Read an Odoo log from standard input while it is written: keep it, show progress, judge it at the end.

Odoo's own exit status knows failed tests only. Here a warning or an error in the log fails the run as well, and the
counts of the tests are handed on: `passed failed skipped problems` in the file named by --result.

Where two runs share the screen (--beside), what happens meanwhile goes to standard error, in whole lines with the run's
label; what there is to say at the end goes to standard output, as always.
"""

import argparse
import re
import sys
import time
from collections import Counter

RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (?P<level>[A-Z]+) (?P<db>\S+) (?P<logger>[\w.:-]+): (?P<text>.*)$"
)
STARTING = re.compile(r"^Starting (\S+) \.\.\.")
FAILED = re.compile(r"^(?:FAIL|ERROR): (?P<test>.+)$")
SKIPPED = re.compile(r"^skipped (?P<test>\S+)(?: \(.*?\))? : (?P<reason>.*)$")
TOTAL = re.compile(r"^(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading database")
# The addon's folder is the third part of its modules' names.
TEST_MODULE = re.compile(r"^odoo\.addons\.\w+\.((?:\w+\.)*test_\w+)$")
LOADING = re.compile(r"^Loading module (\S+) \((\d+)/(\d+)\)")
LOADED = re.compile(r"^Module \S+ loaded in ")

# Odoo's own summaries of failed tests, which are reported one by one here.
SUMMARY = re.compile(
    r"^Module \S+: \d+ failures, \d+ errors of \d+ tests|^At least one test failed when loading the modules"
)

# Lines that no change of this addon can cause or avoid, each with its reason.
EXPECTED = [
    # A run without a test of its tags: test.sh judges that itself.
    re.compile(r"0 failed, 0 error\(s\) of 0 tests when loading database"),
    # Debian's wkhtmltopdf is the unpatched build; our labels and lists need neither header nor footer.
    re.compile(
        r"You need Wkhtmltopdf to print a pdf version|upgrade wkhtmltopdf"
        r"|wkhtmltopdf: The switch --[\w-]+, is not support using unpatched qt",
        re.IGNORECASE,
    ),
    # The browser was told to leave the page while it still loaded a bundle: the test itself was over.
    re.compile(r"Error received after termination: AssetsLoadingError"),
]
SHOWN_LINES = 12


class Watch:
    def __init__(self, label, quiet=False, beside=False):
        self.label = label
        self.quiet = quiet
        self.beside = beside
        self.started = time.monotonic()
        self.last_shown = self.started
        self.terminal = sys.stdout.isatty() and not beside
        self.seconds = Counter()  # test module → seconds; what the log's own clock says is frozen by some tests
        self.module = None
        self.module_started = self.started
        self.run = 0
        self.current = ""
        self.failed = {}  # test → True when it was counted by Odoo as run
        self.failures = []  # (title, traceback): a test with subtests may fail several times
        self.skipped = {}
        self.problems = []  # [level, logger, text, further lines]
        self.totals = None
        self.stray = []
        self.further = None

    def read(self, line):
        match = RECORD.match(line)
        if not match:
            # A traceback belongs to the record above it.
            if self.further is not None:
                self.further.append(line)
            elif line and "Running as user 'root' is a security risk" not in line:
                self.stray.append(line)
            return
        self.further = None
        self.count_seconds(match["logger"], match["text"])
        self.record(match["level"], match["logger"], match["text"])
        self.show_progress()

    def count_seconds(self, logger, text):
        """A test module takes its time until another one starts: what prepares the next class counts here, too."""
        module = self.module
        if STARTING.match(text) and (found := TEST_MODULE.match(logger)):
            module = found[1].replace(".", "/") + ".py"
        elif TOTAL.match(text) or LOADED.match(text):
            module = None
        if module != self.module:
            now = time.monotonic()
            if self.module:
                self.seconds[self.module] += now - self.module_started
            self.module, self.module_started = module, now

    def record(self, level, logger, text):
        if total := TOTAL.match(text):
            self.totals = tuple(int(number) for number in total.groups())
            return
        if started := STARTING.match(text):
            self.run += 1
            self.current = started[1]
            return
        if loading := LOADING.match(text):
            self.current = f"loading {loading[1]} ({loading[2]}/{loading[3]})"
        if skipped := SKIPPED.match(text):
            self.skipped[skipped["test"]] = skipped["reason"].strip()
            return
        if level not in {"WARNING", "ERROR", "CRITICAL"} or any(expected.search(text) for expected in EXPECTED):
            return
        self.further = []
        if level == "ERROR" and (failed := FAILED.match(text)):
            test = failed["test"].removeprefix("Subtest ").split(" ")[0]
            # A class that cannot be prepared is an error of no test in particular: none of its tests has run.
            self.failed[failed["test"] if "setUpClass" in failed["test"] else test] = "setUpClass" not in failed["test"]
            self.tell(failed[0])
            self.failures.append((failed[0], self.further))
            return
        if not SUMMARY.match(text):
            self.problems.append((level, logger, text, self.further))

    def tell(self, text):
        """What is said while the run goes on."""
        if self.beside:
            print(f"   {self.label}: {text}", file=sys.stderr, flush=True)
        else:
            self.say(text)

    def say(self, text):
        if self.terminal:
            sys.stdout.write("\r\033[K")
        print(f"   {text}", flush=True)

    def show_progress(self):
        now = time.monotonic()
        if self.quiet or now - self.last_shown < (0.3 if self.terminal else 15):
            return
        self.last_shown = now
        seconds = int(now - self.started)
        text = f"[{seconds:4d} s] {self.run} tests started, {len(self.failed)} failed; {self.current}"
        if self.terminal:
            sys.stdout.write(f"\r\033[K   {text[:110]}")
            sys.stdout.flush()
        else:
            self.tell(text)

    def finish(self, want_tests):
        """Print what is wrong; return (passed, failed, skipped)."""
        if self.terminal and not self.quiet:
            sys.stdout.write("\r\033[K")
        for title, traceback in self.failures:
            for line in ["", title, *traceback]:
                if line.strip() or not line:
                    self.say(line)
        if self.problems:
            self.say(f"{self.label}: {len(self.problems)} warnings and errors in the log")
            for level, logger, text, further in self.problems:
                self.say(f"  {level} {logger}: {text}")
                for line in further[-SHOWN_LINES:]:
                    self.say(f"      {line}")
        passed = failed = 0
        if self.totals is None and want_tests:
            self.say(f"{self.label}: Odoo ended before it could count its tests; the last lines outside its log:")
            for line in self.stray[-SHOWN_LINES:] or ["(none)"]:
                self.say(f"      {line}")
            failed = len(self.failed)
        elif self.totals is not None:
            # Odoo counts each failed subtest; people count tests.
            failed = len(self.failed) or self.totals[0] + self.totals[1]
            run_and_failed = sum(self.failed.values())
            passed = max(0, self.totals[2] - run_and_failed - len(self.skipped))
        for test, reason in self.skipped.items():
            self.say(f"skipped: {test}: {reason}")
        return passed, failed, len(self.skipped)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", required=True, help="the file that keeps the whole log")
    parser.add_argument("--label", default="Odoo", help="what runs, for the messages")
    parser.add_argument("--result", help="the file for the counts of the tests: passed failed skipped problems")
    parser.add_argument("--seconds", help="the file for the seconds that each test module took")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.add_argument("--beside", action="store_true", help="another run writes to the same screen")
    options = parser.parse_args()
    watch = Watch(options.label, options.quiet, options.beside)
    with open(options.log, "w", encoding="utf-8") as log:
        for raw in sys.stdin.buffer:
            line = raw.decode("utf-8", "replace")
            log.write(line)
            log.flush()
            watch.read(line.rstrip("\n"))
    passed, failed, skipped = watch.finish(bool(options.result))
    if options.result:
        with open(options.result, "w", encoding="utf-8") as result:
            result.write(f"{passed} {failed} {skipped} {len(watch.problems)}\n")
    if options.seconds:
        with open(options.seconds, "w", encoding="utf-8") as seconds:
            seconds.writelines(f"{module} {number:.1f}\n" for module, number in sorted(watch.seconds.items()))
    return 1 if failed or watch.problems else 0


if __name__ == "__main__":
    sys.exit(main())
