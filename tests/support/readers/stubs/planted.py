"""A service for the README's table of answers, whose errors are known: of each recording it hears some words wrong.

How many is planted by condition and language, more in noise and more again on the ward for French, and never none.
"""
import json

records = {"out/ward/audio/" + record["file_name"]: record
           for record in map(json.loads, open("out/ward/audio/metadata.jsonl", encoding="utf-8"))}
wrong = {}  # words by variant


def recognise(path):
    record = records[path]
    words = record["text"].split()
    count = 1 + (record["noise"] != "none") + 2 * (record["noise"] == "ward" and record["language"] == "fr")
    count = min(count + len(wrong) % 2, len(words))
    wrong[record["variant_id"]] = count
    return " ".join(["misheard"] * count + words[count:])


def word_errors(said, heard):
    said, heard = said.split(), heard.split()
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        row, above = [i], row
        for j, other in enumerate(heard, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (word != other)))
    return row[-1]
