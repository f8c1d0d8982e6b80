"""Reads a Kaldi data folder by the rules of Kaldi's utils/validate_data_dir.sh and utils/validate_text.pl, and prints it.

Written from those rules, without the code under test. Usage: kaldi.py RUN_FOLDER. Says what is wrong and exits with 1.
"""
import json
import os
import re
import subprocess
import sys

run = sys.argv[1]
folder = os.path.join(run, "exports", "kaldi")


def fail(reason):
    sys.exit("kaldi.py: " + reason)


def table(name, fields=None):
    """The lines of a file as [key, rest], sorted byte by byte without repeats."""
    data = open(os.path.join(folder, name), "rb").read()
    if not data.endswith(b"\n"):
        fail(name + ": the last line has no end")
    lines = [line.split(b" ", 1) for line in data[:-1].split(b"\n")]
    keys = [line[0] for line in lines]
    if keys != sorted(set(keys)):
        fail(name + ": is not sorted, or has a key twice")
    for line in lines:
        if line != [part for part in line if part == part.strip()] or not line[0]:
            fail(name + ": stray white space: " + repr(line))
        if fields is not None and len(b" ".join(line).split()) != fields:
            fail(name + ": does not have %d fields: %r" % (fields, line))
    return [(line[0].decode(), line[1].decode() if len(line) > 1 else "") for line in lines]


utt2spk = table("utt2spk", 2)
if sorted(utt2spk, key=lambda it: (it[1].encode(), it[0].encode())) != utt2spk:
    fail("utt2spk: is not sorted by speakers")
for utterance, speaker in utt2spk:
    if not utterance.startswith(speaker + "-"):
        fail("the speaker is not in front: " + utterance)
back = [(utterance, speaker) for speaker, rest in table("spk2utt") for utterance in rest.split(" ")]
if back != utt2spk:
    fail("spk2utt is not the inverse of utt2spk")
utterances = [utterance for utterance, _ in utt2spk]

text = table("text")
for utterance, words in text:
    if re.search(r"[^\S ]", words) or "  " in words or re.search(r"[\x00-\x1f\x7f-\x9f]", words):
        fail("text: other white space than single spaces: " + repr(words))
    for symbol in ("<s>", "</s>", "#0"):
        if re.search(r"(?<!\w)" + re.escape(symbol) + r"(?!\w)", words):
            fail("text: has " + symbol)

durations = table("utt2dur", 2)
if not all(float(seconds) > 0 for _, seconds in durations):
    fail("utt2dur: not above 0")
wavs = table("wav.scp")
groups = table("utt2group", 2)
conditions = table("utt2cond", 2)
for name, lines in [("text", text), ("utt2dur", durations), ("wav.scp", wavs), ("utt2group", groups),
                    ("utt2cond", conditions)]:
    if [key for key, _ in lines] != utterances:
        fail(name + " has other utterances than utt2spk")
genders = {}
if os.path.exists(os.path.join(folder, "spk2gender")):
    genders = dict(table("spk2gender", 2))
    if list(genders) != sorted({speaker for _, speaker in utt2spk}, key=str.encode):
        fail("spk2gender has other speakers")
    if not set(genders.values()) <= {"m", "f"}:
        fail("spk2gender: neither m nor f")

# What Kaldi would read, from the run's folder as README says: a WAV file of 16 bits.
for utterance, source in wavs[:: max(1, len(wavs) // 5)]:
    if source.endswith("|"):
        data = subprocess.run(source[:-1], shell=True, cwd=run, check=True, capture_output=True).stdout
    else:
        data = open(os.path.join(run, source), "rb").read()
    at = data.find(b"fmt ")
    if data[:4] != b"RIFF" or at < 0 or int.from_bytes(data[at + 22 : at + 24], "little") != 16:
        fail("wav.scp: no WAV file of 16 bits: " + source)

print(json.dumps({
    utterance: {"speaker": speaker, "text": dict(text)[utterance], "seconds": float(dict(durations)[utterance]),
                "wav": dict(wavs)[utterance], "group": dict(groups)[utterance], "condition": dict(conditions)[utterance],
                "gender": genders.get(speaker)}
    for utterance, speaker in utt2spk}))
