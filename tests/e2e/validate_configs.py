#!/usr/bin/env python3
"""Asks an independent validator about configs: validate_configs.py SCHEMA CONFIG...

Prints a line of JSON for each config: {"file": ..., "faults": [...]}, where a fault is its place and what is wrong.
"""
import json
import re
import sys

import jsonschema
import yaml


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema, which editors use: `off` is text, and a date too."""


CoreLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
):
    CoreLoader.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile("^(?:" + pattern + ")$"), list(first))
# PyYAML's own take 0x10 and 1_000 too, and 010 as 8.
CoreLoader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
CoreLoader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))


def with_text_keys(value):
    """JSON's keys are text; a level may be called 8."""
    if isinstance(value, dict):
        return {str(key): with_text_keys(one) for key, one in value.items()}
    if isinstance(value, list):
        return [with_text_keys(one) for one in value]
    return value


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    # Editors know the older draft best; what is valid must be so in both.
    validators = [jsonschema.Draft202012Validator, jsonschema.Draft7Validator]
    for validator in validators:
        validator.check_schema(schema)
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            config = with_text_keys(yaml.load(file, Loader=CoreLoader))
        verdicts = []
        for validator in validators:
            errors = validator(schema).iter_errors(config)
            verdicts.append(sorted(error.json_path + ": " + error.message[:300] for error in errors))
        if verdicts[0] != verdicts[1]:
            sys.exit(f"{path}: the drafts disagree: {verdicts}")
        print(json.dumps({"file": path, "faults": verdicts[0]}))


if __name__ == "__main__":
    main()
