"""Expands a Croissant description with a JSON-LD processor of its own (pyld), and prints as JSON what came of it.

For each term of the document: the IRI that the context makes of it; and of the expanded graph all ids that are defined and
all that are referred to. A term that no vocabulary has is an error, and so is any other document that would have to be
fetched.
"""

import json
import sys

from pyld import jsonld


def refuse(url, options):
    raise ValueError(f"the description asks for {url}")


jsonld.set_document_loader(refuse)

with open(sys.argv[1], encoding="utf-8") as file:
    document = json.load(file)
expanded = jsonld.expand(document, {"base": "https://example.org/set/exports/croissant/croissant.json"})

properties, types, defined, referred, data_types = {}, set(), [], set(), set()


def walk(node):
    if isinstance(node, list):
        for item in node:
            walk(item)
    elif isinstance(node, dict):
        if "@value" in node:
            return
        own = [key for key in node if not key.startswith("@")]
        if "@id" in node and (own or "@type" in node):
            defined.append(node["@id"])
        elif "@id" in node:
            referred.add(node["@id"])
        types.update(node.get("@type", []))
        for key in own:
            properties[key] = properties.get(key, 0) + 1
            if key == "http://mlcommons.org/croissant/dataType":
                data_types.update(item["@id"] for item in node[key])
            else:
                walk(node[key])


def count(node, name):
    """How often a key stands in the document, without its context and without JSON literals."""
    if isinstance(node, list):
        return sum(count(item, name) for item in node)
    if isinstance(node, dict):
        return sum((key == name) + count(value, name) for key, value in node.items() if key != "@context")
    return 0


def keys(node):
    if isinstance(node, list):
        return set().union(*map(keys, node)) if node else set()
    if isinstance(node, dict):
        names = {key for key in node if key != "@context" and not key.startswith("@")}
        return names.union(*(keys(value) for key, value in node.items() if key != "@context"))
    return set()


walk(expanded)
print(
    json.dumps(
        {
            "roots": len(expanded),
            "properties": properties,
            "types": sorted(types),
            "defined": sorted(defined),
            "referred": sorted(referred),
            "data_types": sorted(data_types),
            "keys_in_document": {key: count(document, key) for key in keys(document)},
        }
    )
)
