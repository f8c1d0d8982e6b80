"""Reads shards as WebDataset does, and prints what is in them as JSON.

Nothing of fairground is used: the tar is Python's, and samples are grouped by WebDataset's own rule, in which a key is all
up to the first dot behind the last slash, members of a sample stand side by side, and a member may come once.
"""

import hashlib
import json
import re
import sys
import tarfile

KEY_AND_EXTENSION = re.compile(r"^((?:.*/|)[^.]+)[.]([^/]*)$")


def samples_of(path):
    samples = []
    headers = set()
    with tarfile.open(path, "r|") as tar:
        for member in tar:
            if not member.isreg():
                raise ValueError(f"{path}: {member.name} is no regular file")
            match = KEY_AND_EXTENSION.match(member.name)
            if match is None:
                raise ValueError(f"{path}: {member.name} has no key and extension")
            key, extension = match.group(1), match.group(2).lower()
            data = tar.extractfile(member).read()
            if not samples or samples[-1]["key"] != key:
                if any(sample["key"] == key for sample in samples):
                    raise ValueError(f"{path}: the members of {key} do not stand side by side")
                samples.append({"key": key, "members": {}})
            members = samples[-1]["members"]
            if extension in members:
                raise ValueError(f"{path}: {key} has two members {extension}")
            members[extension] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            if extension in ("json", "txt"):
                members[extension]["text"] = data.decode("utf-8")
            headers.add((member.mode, member.uid, member.gid, member.uname, member.gname, member.mtime))
    with open(path, "rb") as file:
        sha256 = hashlib.sha256(file.read()).hexdigest()
    return {"samples": samples, "headers": sorted(headers), "sha256": sha256}


print(json.dumps({path.rsplit("/", 1)[-1]: samples_of(path) for path in sys.argv[1:]}))
