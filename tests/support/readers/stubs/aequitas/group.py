"""What the README of the export `results` uses of Aequitas, which Debian does not package.

Written from Aequitas' page on its input, without the code under test: `score` and `label_value` are 0 or 1, attributes are
texts, and get_crosstabs() gives a row for each value of each attribute, with its rates, and the attributes. `fpr` is how
many of those whose label is 0 have the score 1.
"""
import pandas as pd


class Group:
    def get_crosstabs(self, df, *, attr_cols):
        assert set(df["score"]) | set(df["label_value"]) <= {0, 1}
        rows = []
        for name in attr_cols:
            assert all(isinstance(value, str) for value in df[name]), name
            for value, members in df.groupby(name):
                negative = members[members["label_value"] == 0]
                rows.append({"attribute_name": name, "attribute_value": value, "group_size": len(members),
                             "fpr": (negative["score"] == 1).sum() / len(negative)})
        return pd.DataFrame(rows), attr_cols
