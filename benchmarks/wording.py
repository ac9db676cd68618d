"""Scores the finding of blame against labelled sentences: ``python -m benchmarks.wording FILE.jsonl [--wrong]``.

A line holds ``sentence`` and ``label``: blameful, blameless, or something between, which is told apart and not scored. Leaves with 1 where
fewer than 0.98 of the blameless sentences are left alone, or fewer than 0.80 of the blaming ones are found.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from integration.postmortem.reading.markdown import read_markdown
from integration.postmortem.reading.wording import blaming
from mappings.loading import load_texts

LEFT_ALONE, FOUND = 0.98, 0.80


def main(path: str, show_wrong: bool) -> int:
    """Print how many of each label are pointed out; return 1 below the thresholds."""
    language = load_texts({}).policy.language
    flagged, whole = Counter[str](), Counter[str]()
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        found = next(blaming(read_markdown(case["sentence"]).blocks, language), None)
        whole[case["label"]] += 1
        flagged[case["label"]] += found is not None
        if show_wrong and (found is not None) != (case["label"] == "blameful"):
            print(f"{case['label']}: {found.kind if found else 'left alone'}: {case['sentence']}")
    for label, count in sorted(whole.items()):
        print(f"{label}: {flagged[label]} of {count} pointed out")
    left_alone = 1 - flagged["blameless"] / whole["blameless"]
    found_share = flagged["blameful"] / whole["blameful"]
    print(f"left alone {left_alone:.3f} (at least {LEFT_ALONE}), found {found_share:.3f} (at least {FOUND})")
    return 0 if left_alone >= LEFT_ALONE and found_share >= FOUND else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--wrong" in sys.argv))
