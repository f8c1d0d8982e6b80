"""What the README uses of Lhotse, which Debian does not package.

Written from Lhotse's documentation of its manifests, without the code under test: a recording has sources, whose paths a
prefix can be put before; a supervision belongs to a recording; and from_manifests() makes a cut of each recording. Unlike
there, all files must exist.
"""
import json
import os


def lines(path):
    assert path.endswith(".jsonl"), path
    items = [json.loads(line) for line in open(path, encoding="utf-8")]
    assert len({item["id"] for item in items}) == len(items)
    return items


class RecordingSet:
    def __init__(self, items):
        self.items = items

    @classmethod
    def from_file(cls, path):
        return cls(lines(path))

    def with_path_prefix(self, prefix):
        return RecordingSet([{**item, "sources": [{**one, "source": os.path.join(prefix, one["source"])}
                                                  for one in item["sources"]]} for item in self.items])


class SupervisionSet:
    def __init__(self, items):
        self.items = items

    @classmethod
    def from_file(cls, path):
        return cls(lines(path))


class CutSet:
    def __init__(self, cuts):
        self.cuts = cuts

    @classmethod
    def from_manifests(cls, *, recordings, supervisions):
        cuts = {item["id"]: {"recording": item, "supervisions": []} for item in recordings.items}
        for item in recordings.items:
            for source in item["sources"]:
                assert source["type"] == "file" and os.path.isfile(source["source"]), source
            assert item["num_samples"] > 0 and item["sampling_rate"] > 0
        for item in supervisions.items:
            cuts[item["recording_id"]]["supervisions"].append(item)
        return cls(list(cuts.values()))

    def __len__(self):
        return len(self.cuts)

    def __iter__(self):
        return iter(self.cuts)
