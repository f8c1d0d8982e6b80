"""The cells of one line of a CSV file, as JSON. Usage: csv_line.py LINE."""
import csv
import json
import sys

print(json.dumps(next(csv.reader([sys.argv[1].rstrip("\r")], strict=True))))
