"""Fills exports/results/audio-results_template.csv with simulated answers and runs the README's own lines for Python.

Errors are Poisson: 5 % of the words, twice as many in noise, and twice as many again in noise for `scots`; people differ
by a lognormal factor of 0.2. Usage: results_effect.py FOLDER COLUMN, that of the two groups. Prints the coefficients and
their standard errors.
"""
import contextlib
import csv
import io
import json
import os
import re
import sys

import numpy as np
import pandas as pd

reader = os.path.abspath(__file__)
os.chdir(sys.argv[1])
column = sys.argv[2]
random = np.random.default_rng(20260101)
answers = pd.read_csv("audio-results_template.csv", keep_default_na=False, dtype=str)
person = {name: random.lognormal(0, 0.2) for name in sorted(answers.cluster.unique())}
factor = np.where(answers.noise == "pink", np.where(answers[column] == "scots", 4.0, 2.0), 1.0)
rate = 0.05 * factor * answers.cluster.map(person) * answers.units.astype(int)
answers["errors"] = random.poisson(rate)
answers.to_csv("audio-results_template.csv", index=False)

# Indented lines of the README, section by section.
sections = re.split(r"\n(?=\S)", open("README", encoding="utf-8").read())
code = {section.split(",")[0]: "\n".join(line[4:] for line in section.split("\n") if line.startswith("    "))
        for section in sections}
names = {}
exec(code["Python"], names)
exec(code["statsmodels"].replace("print(model.fit().summary())", "fitted = model.fit()"), names)
fitted = names["fitted"]
(noise,) = [name for name in fitted.params.index if "[T.pink_none]" in name and ":" not in name]
(more,) = [name for name in fitted.params.index if "[T.pink_none]" in name and "scots" in name]
# The libraries that Debian does not package have stand-ins; what they find follows from the rows, counted another way.
sys.path.insert(0, os.path.join(os.path.dirname(reader), "stubs"))
with contextlib.redirect_stdout(io.StringIO()):
    exec(code["Fairlearn"], names)
    exec(code["Aequitas"], names)
errors, units, bad, sizes = {}, {}, {}, {}
for row in csv.DictReader(open("audio-results_template.csv", encoding="utf-8", newline="")):
    group = row["condition"], row[column], row["gender"]
    errors[group] = errors.get(group, 0) + int(row["errors"])
    units[group] = units.get(group, 0) + int(row["units"])
    for name in (column, "gender"):
        value = name, row[name]
        bad[value] = bad.get(value, 0) + (int(row["errors"]) > 3)  # a fifth of 15 words
        sizes[value] = sizes.get(value, 0) + 1
rates = {((group[0],), group[1:]): {"error_rate": errors[group] / units[group]} for group in errors}
if names["frame"].by_group.keys() != rates.keys() or len(rates) != 4:
    sys.exit("Fairlearn gets other groups: %r" % names["frame"].by_group)
for group, rate in rates.items():
    if abs(names["frame"].by_group[group]["error_rate"] - rate["error_rate"]) > 1e-12:
        sys.exit("Fairlearn gets other rates: %r" % names["frame"].by_group)
found = {(row["attribute_name"], row["attribute_value"]): (row["fpr"], row["group_size"])
         for _, row in names["counts"].iterrows()}
if found.keys() != bad.keys() or sum(bad.values()) == 0:
    sys.exit("Aequitas gets other groups: %r" % found)
for value, (share, size) in found.items():
    if size != sizes[value] or abs(share - bad[value] / size) > 1e-12:
        sys.exit("Aequitas gets other shares: %r" % found)
table = names["table"]
print(json.dumps({"noise": fitted.params[noise], "noise_error": fitted.bse[noise], "more_for_scots": fitted.params[more],
                  "more_for_scots_error": fitted.bse[more], "rows": len(table)}))
