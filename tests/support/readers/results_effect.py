"""Fills exports/results/audio-results_template.csv with simulated answers and runs the README's own lines for pandas and statsmodels.

Errors are Poisson: 5 % of the words, twice as many in noise, and twice as many again in noise for `scots`; people differ
by a lognormal factor of 0.2. Usage: results_effect.py FOLDER. Prints the coefficients and their standard errors.
"""
import json
import os
import re
import sys

import numpy as np
import pandas as pd

os.chdir(sys.argv[1])
random = np.random.default_rng(20260101)
answers = pd.read_csv("audio-results_template.csv", keep_default_na=False, dtype=str)
person = {name: random.lognormal(0, 0.2) for name in sorted(answers.cluster.unique())}
factor = np.where(answers.noise == "pink", np.where(answers.accent == "scots", 4.0, 2.0), 1.0)
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
# Fairlearn takes a metric of two columns; the one of the README must give rates.
rate = re.search(r"rate = (lambda .*)", code["Fairlearn"]).group(1)
table = names["table"]
for group, rows in table.groupby("accent"):
    if abs(eval(rate)(rows.units, rows.errors) - rows.errors.sum() / (15 * len(rows))) > 1e-12:
        sys.exit("the metric gives no rates")
print(json.dumps({"noise": fitted.params[noise], "noise_error": fitted.bse[noise], "more_for_scots": fitted.params[more],
                  "more_for_scots_error": fitted.bse[more], "rows": len(table)}))
