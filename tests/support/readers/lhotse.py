"""Reads recordings and supervisions as Lhotse's RecordingSet and SupervisionSet and its `validate` do, and prints them.

Written from Lhotse's documentation, without the code under test. Usage: lhotse.py RUN_FOLDER.
"""
import json
import os
import sys
import wave

run = sys.argv[1]


def fail(reason):
    sys.exit("lhotse.py: " + reason)


def lines(name):
    with open(os.path.join(run, "exports", "lhotse", name), encoding="utf-8") as file:
        return [json.loads(line, parse_constant=lambda text: fail("no JSON: " + text)) for line in file]


def shape(path):
    """Rate, channels and samples as the file's own header has them."""
    data = open(path, "rb").read(64)
    if data[:4] == b"fLaC":  # RFC 9639: STREAMINFO is the first block, four bytes behind the marker
        bits = int.from_bytes(data[18:26], "big")
        return bits >> 44, (bits >> 41 & 7) + 1, bits & (1 << 36) - 1
    with wave.open(path, "rb") as file:
        return file.getframerate(), file.getnchannels(), file.getnframes()


recordings = {}
for recording in lines("recordings.jsonl"):
    if set(recording) != {"id", "sources", "sampling_rate", "num_samples", "duration"}:
        fail("other fields: %r" % recording)
    if recording["id"] in recordings:
        fail("twice: " + recording["id"])
    recordings[recording["id"]] = recording
    if len(recording["sources"]) != 1:
        fail("not one source: %r" % recording)
    source = recording["sources"][0]
    if set(source) != {"type", "channels", "source"} or source["type"] != "file":
        fail("other source: %r" % source)
    rate, channels, samples = shape(os.path.join(run, source["source"]))
    if (recording["sampling_rate"], source["channels"], recording["num_samples"]) != (rate, list(range(channels)), samples):
        fail("the file has %d Hz, %d channels, %d samples: %r" % (rate, channels, samples, recording))
    if not isinstance(recording["duration"], float) or abs(recording["duration"] * rate - samples) > 1e-3:
        fail("the duration is not that of the samples: %r" % recording)

types = None
supervisions = {}
for supervision in lines("supervisions.jsonl"):
    allowed = {"id", "recording_id", "start", "duration", "channel", "text", "language", "speaker", "gender", "custom",
               "alignment"}
    if not {"id", "recording_id", "start", "duration"} <= set(supervision) <= allowed:
        fail("other fields: %r" % supervision)
    recording = recordings[supervision["recording_id"]]
    if supervision["start"] < 0 or supervision["start"] + supervision["duration"] > recording["duration"] + 1e-6:
        fail("reaches out of the recording: %r" % supervision)
    channel = supervision["channel"]
    if (channel if isinstance(channel, list) else [channel]) != recording["sources"][0]["channels"]:
        fail("other channels: %r" % supervision)
    if "alignment" in supervision and set(supervision["alignment"]) != {"word"}:
        fail("other alignments: %r" % supervision)
    for symbol, start, duration in supervision.get("alignment", {}).get("word", []):
        if not isinstance(symbol, str) or start < 0 or duration < 0 or start + duration > recording["duration"] + 1e-6:
            fail("a word lies outside of the recording: %r" % supervision)
    now = {name: type(value).__name__ for name, value in supervision["custom"].items()}
    types = types or now
    if now != types:
        fail("custom fields have other types than before: %r" % supervision)
    supervisions[supervision["id"]] = supervision
if list(supervisions) != list(recordings):
    fail("recordings and supervisions are not of the same variants")
print(json.dumps({id: {**recordings[id], **supervisions[id]} for id in recordings}))
