"""The rows of a CSV file (RFC 4180) as JSON objects. Usage: csv_table.py FILE."""
import csv
import json
import sys

data = open(sys.argv[1], "rb").read().decode("utf-8")
if not data.endswith("\r\n"):
    sys.exit("csv_table.py: the last line has no end")
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    lines = list(csv.reader(file, strict=True))
header = lines[0]
if len(set(header)) != len(header) or any(len(line) != len(header) for line in lines):
    sys.exit("csv_table.py: a column twice, or rows of several lengths")
print(json.dumps([dict(zip(header, line)) for line in lines[1:]]))
