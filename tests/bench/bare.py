"""Get each address of a list, read it as a feed or as JSON, keep nothing: the least one can do.

`python -m tests.bench.bare FILE`, where FILE has an address in each line. The last line of
standard output is JSON: what the loop alone took of the processor, in seconds.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import feedparser
import httpx

from tests.bench.cost import own_cpu


def main(file: Path) -> None:
    items, began = 0, own_cpu()
    with httpx.Client(trust_env=False) as client:
        for url in file.read_text(encoding="utf-8").splitlines():
            items += _items(client.get(url))
    print(f"{items} items")
    print(json.dumps({"cpu": own_cpu() - began}))


def _items(answer: httpx.Response) -> int:
    kind = answer.headers.get("content-type", "")
    if "json" in kind:
        return len(answer.json())
    if "xml" in kind:
        return len(feedparser.parse(answer.content).entries)
    return len(answer.text) > 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
