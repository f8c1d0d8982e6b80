"""What the README uses of Hugging Face's `datasets`, which Debian does not package: load_dataset() of a folder.

Written from the library's page on audio folders, without the code under test: the head of README.md says which files are
of the split, each line of their metadata.jsonl is a row, and a column `file_name` or `X_file_name` is the file itself,
under the name of the medium or `X`. Names that are not there are an error here as they are there.
"""
import glob
import json
import os

import yaml


class Dataset:
    def __init__(self, rows):
        self.rows = rows

    def filter(self, wanted):
        return Dataset([row for row in self.rows if wanted(row)])

    def __getitem__(self, number):
        return self.rows[number]

    def __len__(self):
        return len(self.rows)


def load_dataset(path, *, split):
    head = open(os.path.join(path, "README.md"), encoding="utf-8").read().split("---\n")[1]
    (config,) = yaml.safe_load(head)["configs"]
    (files,) = [files for files in config["data_files"] if files["split"] == split]
    found = glob.glob(os.path.join(path, files["path"]), recursive=True)
    (metadata,) = [name for name in found if os.path.basename(name) == "metadata.jsonl"]
    medium = {".flac": "audio", ".wav": "audio", ".png": "image", ".jpg": "image"}
    rows = []
    for line in open(metadata, encoding="utf-8"):
        row = {}
        for name, value in json.loads(line).items():
            if name == "file_name" or name.endswith("_file_name"):
                value = os.path.join(os.path.dirname(metadata), value)
                assert os.path.isfile(value) and value in found, value
                name = name[: -len("_file_name")] or medium[os.path.splitext(value)[1]]
            assert name not in row, name
            row[name] = value
        assert set(row) == {feature["name"] for feature in config["features"]}
        rows.append(row)
    return Dataset(rows)
