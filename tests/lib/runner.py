# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a build's tests through meson and counts single cases, not programs.

A program says how many cases it held in one of three ways: check's closing
line, a line "N passed, N failed", or TAP. One that says nothing is one case;
one that ends badly without naming a failed case (a crash, a time-out, a leak)
is one failed case more.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

CHECK = re.compile(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)", re.M)
CLOSING = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)
TAP = re.compile(r"^(not ok|ok)\b(.*)$", re.M)
PROGRESS = re.compile(r"^\s*\d+/\d+ ")
SUITE = re.compile(r"^(\s*\d+/\d+ )?(\S+) / (?=\S)")
# How each of the three says which case failed.
CULPRIT = re.compile(r"^(not ok\b|[^ ]+:\d+:[FE]:|FAULT )")
TAIL_LINES = 25


def count(test):
    """(passed, failed, skipped) of one program's run."""
    out = test.get("stdout", "")
    passed = failed = skipped = 0
    checks, closings = CHECK.findall(out), CLOSING.findall(out)
    if checks:
        failed = sum(int(f) + int(e) for _, f, e in checks)
        passed = sum(int(n) for n, _, _ in checks) - failed
    elif closings:
        passed, failed = map(int, closings[-1])
    elif TAP.search(out):
        for verdict, rest in TAP.findall(out):
            skip = re.search(r"#\s*skip", rest, re.I)
            skipped += bool(skip)
            failed += verdict == "not ok" and not skip
            passed += verdict == "ok" and not skip
    elif test["result"] == "OK":
        passed = 1
    if test["result"] == "SKIP" and not skipped:
        skipped = 1
    if test["result"] not in ("OK", "SKIP", "EXPECTEDFAIL") and not failed:
        failed = 1
    if test["result"] == "OK" and passed + failed + skipped == 0:
        failed = 1  # a program without a single case proves nothing
    return passed, failed, skipped


def introspect(build):
    out = subprocess.run(["meson", "introspect", "--tests", build],
                         check=True, capture_output=True, text=True).stdout
    tests = []
    for test in json.loads(out):
        suite = test["suite"][0].split(":")[-1]
        tests.append((suite, test["name"]))
    return sorted(tests)


def wanted(tests, names):
    if not names:
        return tests
    chosen = []
    for suite, name in tests:
        full = f"{suite}/{name}"
        for want in names:
            want = want.rstrip("/")
            if (want == suite or name.startswith(want)
                    or full.startswith(want)):
                chosen.append((suite, name))
                break
    return chosen


def sanitizer_env(kind, build, source):
    env = dict(os.environ)
    data = source / "tests" / "data"
    if kind == "plain":
        return env
    env["G_SLICE"] = "always-malloc"
    env["G_DEBUG"] = "gc-friendly"
    env["CK_TIMEOUT_MULTIPLIER"] = "4"
    env["UBSAN_OPTIONS"] = "print_stacktrace=1:halt_on_error=1"
    runtime = {"asan": "libasan.so", "tsan": "libtsan.so"}[kind]
    env["SANITIZER_PRELOAD"] = subprocess.run(
        ["cc", "-print-file-name=" + runtime], check=True,
        capture_output=True, text=True).stdout.strip()
    if kind == "asan":
        # GLib has no frame pointers: without the slow unwinder a leak's stack
        # ends in g_malloc, and no suppression could tell one from another.
        env["ASAN_OPTIONS"] = ("detect_stack_use_after_return=1:"
                               "fast_unwind_on_malloc=0:malloc_context_size=16")
        env["LSAN_OPTIONS"] = (
            f"suppressions={data}/lsan.supp:print_suppressions=0")
    else:
        # Bugs of a mutex cannot be told: GLib's are futexes, see tsan-glib.c.
        env["TSAN_OPTIONS"] = (f"report_mutex_bugs=0:"
                               f"suppressions={data}/tsan.supp")
    return env


def warm_registry(build, env):
    """Scans the plugins once, so that no two tests do it at the same time.

    GStreamer's scanner is a program without the sanitizer's run time, so in a
    sanitized build that has to be loaded before it."""
    env = dict(env,
               GST_PLUGIN_PATH_1_0=f"{build}/gst/elements",
               GST_REGISTRY_1_0=f"{build}/tests/registry.bin")
    if "SANITIZER_PRELOAD" in env:
        env["LD_PRELOAD"] = env["SANITIZER_PRELOAD"]
        env["ASAN_OPTIONS"] = "detect_leaks=0"
    done = subprocess.run(["gst-inspect-1.0", "ice"], env=env,
                          capture_output=True, text=True)
    if done.returncode != 0:
        print(f"the plugin does not load:\n{done.stdout}{done.stderr}",
              file=sys.stderr)


def run_meson(build, chosen, env):
    names = sorted({name for _, name in chosen})
    command = ["meson", "test", "-C", str(build), "--no-rebuild",
               "--print-errorlogs"]
    if "SANITIZER_PRELOAD" in env:
        command += ["--timeout-multiplier", "4"]
    shutil.rmtree(build / "meson-logs", ignore_errors=True)
    (build / "meson-logs").mkdir()
    with subprocess.Popen(command + names, env=env, text=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as meson:
        for line in meson.stdout:
            if line.startswith("Summary of Failures"):
                break  # what follows says the failed ones once more
            if PROGRESS.match(line):
                print(SUITE.sub(r"\1", line.rstrip()), flush=True)
        meson.stdout.read()
    log = build / "meson-logs" / "testlog.json"
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text().splitlines()]


def keep_log(logs, test):
    name = SUITE.sub("", test["name"])
    path = logs / (re.sub(r"[^\w.-]+", "-", name) + ".log")
    text = test.get("stdout", "") + test.get("stderr", "")
    path.write_text(f"# {' '.join(test['command'])}\n"
                    f"# {test['result']}, {test['returncode']}\n{text}")
    lines = text.rstrip().splitlines()
    print(f"\nFAILED {name} ({test['result']}): {path}")
    named = [line for line in lines[:-TAIL_LINES] if CULPRIT.match(line)]
    for line in named + lines[-TAIL_LINES:]:
        print("    " + line)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--sanitizer", default="plain")
    args = parser.parse_args()
    build = args.build.resolve()
    source = Path(__file__).resolve().parents[2]

    # The simulation has one thread; Python has not the sanitizer's run time.
    names = args.names
    if args.sanitizer == "tsan" and not names:
        names = ["check", "elements", "slow"]
    chosen = wanted(introspect(build), names)
    if args.list:
        print("\n".join(f"{suite}/{name}" for suite, name in chosen))
        return 0

    logs = build / "test-logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir()
    env = sanitizer_env(args.sanitizer, build, source)
    if chosen:
        warm_registry(build, env)
    passed = failed = 0
    skips = []
    for test in run_meson(build, chosen, env) if chosen else []:
        ok, bad, skip = count(test)
        passed, failed = passed + ok, failed + bad
        if skip:
            skips.append(f"{SUITE.sub('', test['name'])} ({skip})")
        if bad:
            keep_log(logs, test)
    if skips:
        print("\nskipped: " + ", ".join(skips))
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


sys.exit(main())
