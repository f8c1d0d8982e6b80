"""Reads sclite's labelled utterance report: for each column words and error rate of `Set Sum/Avg`. Usage: lur.py FILE."""
import json
import re
import sys


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|") if cell != ""]


titles = None
for line in open(sys.argv[1], encoding="utf-8"):
    # Categories are parted by two bars, columns by one.
    if re.match(r"\|\s*SPKR\s*\|", line):
        titles = cells(line)[1:]
    if re.match(r"\|\s*Set Sum/Avg\s*\|", line):
        sums = cells(line)[1:]
if titles is None or len(titles) != len(sums):
    sys.exit("lur.py: no table")
found = {}
for title, text in zip(titles, sums):
    words, rate = re.fullmatch(r"\[(\d+)\]\s+(\d+\.\d)", text).groups()
    if title in found:
        sys.exit("lur.py: two columns " + title)
    found[title] = [int(words), float(rate)]
print(json.dumps(found))
