"""Which errors files have that those they were made of did not have, by dciodvfy.

    validity.py LIST

LIST has a line for each pair: the original, a tab, what was made of it. Prints JSON: how many pairs could be compared, and the new errors.
"""
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor


def errors(path):
    """Its errors; None where the program itself gives up, as on deflated, some big-endian and damaged objects."""
    run = subprocess.run(["dciodvfy", "-new", path], capture_output=True, timeout=60)
    said = run.stderr.decode("latin-1")
    if run.returncode < 0 or any(re.search(r"out of order|bad |failed|Illegal|Can't", line) for line in said.splitlines() if "</" not in line):
        return None
    # Of a wrong value only how it is wrong is compared, not the value.
    return {re.sub(r"<[^<>/]*>\s*$|\d{5,}", "#", line) for line in said.splitlines() if line.startswith("Error")}


def compare(line):
    before, after = line.rstrip("\n").split("\t")
    had = errors(before)
    if had is None:
        return None
    has = errors(after)
    return [f"{before}: {error}" for error in sorted({"it cannot be read"} if has is None else has - had)]


def main(path):
    with open(path, encoding="utf-8") as file, ThreadPoolExecutor(2) as pool:
        found = [result for result in pool.map(compare, file) if result is not None]
    json.dump({"compared": len(found), "new": [error for result in found for error in result]}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
