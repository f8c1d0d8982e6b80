"""Reads a folder as Hugging Face's `datasets` does with audiofolder and imagefolder, but takes less.

Written from the rules of datasets' folder_based_builder.py and load.py, without the code under test. Usage:
hugging_face.py ROOT [FOLDER], where FOLDER is what the head of ROOT/README.md must point to (`audio/`, or nothing).
Prints the columns and their types as they are loaded, and how many records there are.
"""
import fnmatch
import json
import os
import re
import sys

import yaml

root, inner = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
AUDIO = {".wav", ".flac", ".mp3", ".ogg", ".opus"}
IMAGE = {".jpg", ".jpeg", ".png", ".webp", ".tiff", ".tif", ".bmp"}


def fail(reason):
    sys.exit("hugging_face.py: " + reason)


readme = open(os.path.join(root, "README.md"), encoding="utf-8").read()
lines = readme.split("\n")
if lines[0] != "---" or "---" not in lines[1:]:
    fail("README.md has no head")
card = yaml.safe_load("\n".join(lines[1 : lines[1:].index("---") + 1]))
if len(card["configs"]) != 1:
    fail("one builder reads one kind of media, and there are configs: %r" % card["configs"])
config = card["configs"][0]
(files,) = config["data_files"]
if files != {"split": "test", "path": inner + "**"}:
    fail("other files: %r" % files)

# The builder is that of the most files below the pattern.
found = [os.path.relpath(os.path.join(at, name), root) for at, _, names in os.walk(root) for name in names]
found = [name for name in found if fnmatch.fnmatch(name, files["path"].replace("**", "*"))]
kinds = {"audio": AUDIO, "image": IMAGE}
counts = {kind: sum(os.path.splitext(name)[1].lower() in ends for name in found) for kind, ends in kinds.items()}
if min(counts.values()) > 0:
    fail("audio and images in one folder: %r" % counts)
base = max(counts, key=counts.get)
metadata = [name for name in found if os.path.basename(name) in ("metadata.csv", "metadata.jsonl", "metadata.parquet")]
if metadata != [inner + "metadata.jsonl"]:
    fail("other metadata: %r" % metadata)
if config["config_name"] != base:
    fail("config_name is not " + base)

PARSED = {str: "string", bool: "bool", int: "int64", float: "float64"}
declared = {feature["name"]: feature["dtype"] for feature in config["features"]}
if len(declared) != len(config["features"]):
    fail("a feature twice")
folder = os.path.join(root, inner)
columns = None
types = {}
records = 0
for number, line in enumerate(open(os.path.join(folder, "metadata.jsonl"), encoding="utf-8"), 1):
    pairs = json.loads(line, object_pairs_hook=list, parse_constant=lambda text: fail("no JSON: " + text))
    record = dict(pairs)
    if len(record) != len(pairs):
        fail("line %d has a key twice" % number)
    columns = columns or list(record)
    if list(record) != columns:
        fail("line %d has other columns: %r" % (number, list(record)))
    for name, value in record.items():
        kind = None if value is None else PARSED.get(type(value), "other")
        if kind == "other":
            fail("line %d: %s is no plain value" % (number, name))
        if kind is not None and types.setdefault(name, kind) != kind:
            fail("line %d: %s is %s, and was %s before" % (number, name, kind, types[name]))
        if name.endswith("_file_name") or name == "file_name":
            path = os.path.normpath(os.path.join(folder, value))
            if os.path.isabs(value) or not path.startswith(os.path.normpath(folder) + os.sep) or not os.path.isfile(path):
                fail("line %d: %s is no file below the records: %s" % (number, name, value))
            if os.path.splitext(value)[1].lower() not in kinds[base]:
                fail("line %d: %s is no %s" % (number, name, base))
    records += 1

loaded = {}
for name in columns:
    if name == "file_name" or name.endswith("_file_name"):
        column = name[: -len("_file_name")] or base
        kind = base
    else:
        column, kind = name, types.get(name)
    if column in loaded:
        fail("the builder makes two columns " + column)
    loaded[column] = kind
if list(declared) != list(loaded):
    fail("features %r are not the columns %r" % (list(declared), list(loaded)))
for column, kind in loaded.items():
    if kind is not None and declared[column] != kind:
        fail("%s is %s, and README.md says %s" % (column, kind, declared[column]))
print(json.dumps({"columns": declared, "records": records, "license": card.get("license"),
                  "license_name": card.get("license_name"), "pretty_name": card["pretty_name"]}))
