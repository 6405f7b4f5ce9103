"""Reads pages as JSON lines on stdin, and answers each with what prometheus_client's parser made of it."""

import json
import sys

from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics

parsers = {
    "text": parser.text_string_to_metric_families,
    "openmetrics": openmetrics.text_string_to_metric_families,
}

for line in sys.stdin:
    page = json.loads(line)
    try:
        answer = [
            {
                "name": family.name,
                "type": family.type,
                "unit": family.unit,
                "help": family.documentation,
                "samples": [
                    {"name": sample.name, "labels": sorted(sample.labels.items()), "value": repr(float(sample.value))}
                    for sample in family.samples
                ],
                "timestamps": sum(sample.timestamp is not None for sample in family.samples),
            }
            for family in parsers[page["format"]](page["text"])
        ]
    except Exception as error:
        answer = f"{type(error).__name__}: {error}"
    print(json.dumps(answer), flush=True)
