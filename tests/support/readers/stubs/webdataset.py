"""What the README uses of WebDataset, which Debian does not package.

Written from the description of its format, without the code under test: members that stand side by side and share what is
before the first dot are a sample, and decode() makes an object of `json` and a text of `txt`; all else stays bytes.
"""
import json
import tarfile


class WebDataset:
    def __init__(self, path):
        self.path = path
        self.decodes = False

    def decode(self):
        self.decodes = True
        return self

    def __iter__(self):
        sample = {}
        with tarfile.open(self.path, "r|") as tar:
            for member in tar:
                key, extension = member.name.split(".", 1)
                if sample and sample["__key__"] != key:
                    yield sample
                    sample = {}
                data = tar.extractfile(member).read()
                if self.decodes and extension == "json":
                    data = json.loads(data)
                elif self.decodes and extension == "txt":
                    data = data.decode("utf-8")
                assert extension not in sample, member.name
                sample["__key__"] = key
                sample[extension] = data
        if sample:
            yield sample
