"""Scores de-identified files as the MIDI-B benchmark does (its categories of actions; pixels are scored elsewhere).

    scoring.py KEY ORIGINALS OUTPUTS

KEY is a CSV of required actions: file, category, path, value. A path is keywords or tags with item numbers from 0, as in
RequestAttributesSequence[0].RequestedProcedureDescription; an empty one is the whole file.
Categories: tag_retained, text_notnull, text_removed, text_retained, date_shifted, uid_changed, uid_consistent, patid_consistent.
Prints JSON: for each category how many actions were required and done, the score in percent, and the first failures (category, file, path).
"""
import collections
import csv
import datetime
import json
import os
import re
import sys
import unicodedata
import warnings

import pydicom
from pydicom.tag import Tag

warnings.simplefilter("ignore")
CATEGORIES = ["tag_retained", "text_notnull", "text_removed", "text_retained", "date_shifted", "uid_changed", "uid_consistent", "patid_consistent"]


def find(dataset, path):
    """The element at a path; None where there is none."""
    where = dataset
    element = None
    for step in path.split("."):
        name, item = re.fullmatch(r"([^\[]+)(?:\[(\d+)\])?", step).groups()
        tag = Tag(*(int(part, 16) for part in name.split(","))) if "," in name else Tag(pydicom.datadict.tag_for_keyword(name))
        if tag.group == 2:
            where = dataset.file_meta
        if where is None or tag not in where:
            return None
        element = where[tag]
        where = element.value[int(item)] if item is not None and len(element.value) > int(item) else None
    return element


def text(element):
    value = element.value
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return "\\".join(str(part) for part in value) if isinstance(value, (list, pydicom.multival.MultiValue)) else str(value)


def fold(value):
    return "".join(part for part in unicodedata.normalize("NFKD", value.casefold()) if not unicodedata.combining(part))


def everything(dataset):
    """All values as texts, decoded, at every depth."""
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                yield from everything(item)
        elif not (element.tag.group == 0x7FE0):
            yield text(element)


def header_bytes(path, dataset):
    """The file's bytes but for its pixels, which are scored by looking at them."""
    with open(path, "rb") as file:
        data = file.read()
    if "PixelData" in dataset:
        pixels = dataset["PixelData"].value
        at = data.rfind(pixels[:4096])
        if at >= 0:
            data = data[:at] + data[at + len(pixels):]
    return data


class Holdings:
    """What of a file is searched for strings that had to go."""

    def __init__(self, path, dataset):
        self.raw = header_bytes(path, dataset).lower()
        self.decoded = fold("\n".join(everything(dataset)))

    def has(self, value):
        if len(value) < 4 and value.isascii():
            # Any header holds these letters somewhere; what counts is the word.
            return re.search(rf"(?<![^\W_]){re.escape(fold(value))}(?![^\W_])", self.decoded) is not None
        encodings = ("utf-8", "latin-1", "utf-16-le", "utf-16-be", "iso2022_jp", "cp1251", "iso8859_5", "euc_kr")
        for encoding in encodings:
            try:
                if value.lower().encode(encoding) in self.raw or value.upper().encode(encoding).lower() in self.raw:
                    return True
            except UnicodeEncodeError:
                pass
        return fold(value) in self.decoded


def days(value):
    digits = re.sub(r"[^0-9].*$", "", value)[:8]
    try:
        return datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).toordinal()
    except ValueError:
        return None


class Score:
    def __init__(self):
        self.required = collections.Counter()
        self.done = collections.Counter()
        self.failures = []
        self.maps = collections.defaultdict(lambda: collections.defaultdict(set))

    def count(self, category, done, file, path):
        self.required[category] += 1
        self.done[category] += bool(done)
        if not done and len(self.failures) < 40:
            self.failures.append([category, file, path])

    def action(self, category, path, value, original, output, holdings, file):
        element = find(output, path) if path else None
        now = text(element) if element is not None and element.VR != "SQ" else ""
        before = find(original, path) if path else None
        was = text(before) if before is not None and before.VR != "SQ" else ""
        if category == "tag_retained":
            self.count(category, element is not None, file, path)
        elif category == "text_notnull":
            self.count(category, now.strip(" \0") != "", file, path)
        elif category == "text_removed":
            self.count(category, not holdings.has(value), file, path)
        elif category == "text_retained":
            self.count(category, value in now, file, path)
        elif category == "date_shifted":
            moved = days(was) - days(now) if days(was) and days(now) else None
            key = str(original.get("PatientID", ""))
            shifts = self.maps["shift"][key]
            shifts.add(moved)
            self.count(category, moved and len(shifts) == 1 and now[8:] == was[8:], file, path)
        elif category == "uid_changed":
            self.count(category, now and now != was and re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))+", now) and len(now) <= 64, file, path)
        else:
            kind = "uid" if category == "uid_consistent" else "patient"
            there, back = self.maps[kind][was], self.maps[kind + " back"][now]
            there.add(now)
            back.add(was)
            self.count(category, now and len(there) == 1 and len(back) == 1, file, path)

    def result(self):
        required, done = sum(self.required.values()), sum(self.done.values())
        return {
            "categories": {c: {"required": self.required[c], "done": self.done[c]} for c in CATEGORIES},
            "required": required, "done": done, "percent": round(100 * done / required, 4) if required else None, "failures": self.failures,
        }


def main(key, originals, outputs):
    rows = collections.defaultdict(list)
    with open(key, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows[row["file"]].append(row)
    score = Score()
    for file, actions in rows.items():
        path = os.path.join(outputs, file)
        original = pydicom.dcmread(os.path.join(originals, file), force=True)
        output = pydicom.dcmread(path) if os.path.exists(path) else pydicom.Dataset()
        holdings = Holdings(path, output) if os.path.exists(path) else None
        for row in actions:
            if holdings is None:
                score.count(row["category"], False, file, "no output")
            else:
                score.action(row["category"], row["path"], row["value"], original, output, holdings, file)
    json.dump(score.result(), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:4])
