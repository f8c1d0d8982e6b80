"""What the README of the export `results` uses of Fairlearn, which Debian does not package.

Written from Fairlearn's page on MetricFrame, without the code under test: each metric takes the true and the predicted
values of one group, groups are those of the sensitive features within each value of the control features, and the
difference is the largest between two groups within each of these.
"""


class MetricFrame:
    def __init__(self, *, metrics, y_true, y_pred, sensitive_features, control_features):
        assert len(y_true) == len(y_pred) == len(sensitive_features) == len(control_features)
        assert not set(sensitive_features) & set(control_features), "one name for two features"
        self.by_group = {}
        controls = list(control_features.itertuples(index=False, name=None))
        groups = list(sensitive_features.itertuples(index=False, name=None))
        for control, group in sorted(set(zip(controls, groups))):
            rows = [one == (control, group) for one in zip(controls, groups)]
            self.by_group[control, group] = {name: metric(y_true[rows], y_pred[rows]) for name, metric in metrics.items()}

    def difference(self, *, method):
        assert method == "between_groups"
        found = {}
        for (control, _), values in self.by_group.items():
            for name, value in values.items():
                found.setdefault((control, name), []).append(value)
        return {key: max(values) - min(values) for key, values in found.items()}
