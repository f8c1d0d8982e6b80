"""Reads COCO's annotations after its format page (cocodataset.org), and prints boxes and key points of each file as JSON.

What the page demands is checked: ids that are given once, references that lead somewhere, sizes and boxes that are sound.
"""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    data = json.load(file)


def by_id(items, what):
    index = {item["id"]: item for item in items}
    assert len(index) == len(items), f"two {what} have one id"
    assert list(index) == sorted(index), f"the ids of {what} do not ascend"
    return index


assert list(data) == ["info", "images", "annotations", "categories", "licenses"], list(data)
images = by_id(data["images"], "images")
annotations = by_id(data["annotations"], "annotations")
categories = by_id(data["categories"], "categories")
licences = by_id(data["licenses"], "licenses")
assert len({category["name"] for category in categories.values()}) == len(categories)

files = {}
for image in images.values():
    assert image["width"] > 0 and image["height"] > 0
    assert "license" not in image or image["license"] in licences
    files[image["file_name"]] = {"image": image, "boxes": [], "keypoints": []}
assert len(files) == len(images)

for annotation in annotations.values():
    image = images[annotation["image_id"]]
    category = categories[annotation["category_id"]]
    x, y, width, height = annotation["bbox"]
    assert width >= 0 and height >= 0 and x >= 0 and y >= 0
    assert x + width <= image["width"] + 1e-6 and y + height <= image["height"] + 1e-6
    assert abs(annotation["area"] - width * height) < 1e-6
    assert annotation["iscrowd"] == 0
    entry = files[image["file_name"]]
    entry["boxes"].append({"label": category["name"], "x": x, "y": y, "width": width, "height": height})
    assert ("keypoints" in annotation) == ("keypoints" in category)
    if "keypoints" in annotation:
        names, values = category["keypoints"], annotation["keypoints"]
        assert len(values) == 3 * len(names)
        found = [
            {"name": name, "x": values[3 * i], "y": values[3 * i + 1]}
            for i, name in enumerate(names)
            if values[3 * i + 2] > 0
        ]
        assert len(found) == annotation["num_keypoints"]
        assert all(values[3 * i + 2] in (0, 1, 2) for i in range(len(names)))
        entry["keypoints"] += found

print(json.dumps({"files": files, "info": data["info"], "categories": data["categories"], "licenses": data["licenses"]}))
