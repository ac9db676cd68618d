"""The output of an issue form: labels, answers, and ticked boxes."""

from integration.postmortem.reading.form import answer_to, read_form, ticked
from integration.postmortem.reading.markdown import read_markdown

FORM = """Before the first field.

### Severity

SEV2

### Client

_No response_

### Criteria

- [x] harm to an individual
- [ ] client loss
  - [x] over 10,000 USD

### What happened?

## My own heading

Words.
"""


def test_each_label_has_its_answer() -> None:
    answers = read_form(read_markdown(FORM))
    assert [(answer.label, answer.text, answer.line) for answer in answers] == [
        ("Severity", "SEV2", 3),
        ("Client", "", 7),
        ("Criteria", "harm to an individual\nclient loss\nover 10,000 USD", 11),
        ("What happened?", "My own heading\nWords.", 17),
    ]


def test_an_answer_is_found_by_any_of_its_labels() -> None:
    document = read_markdown(FORM)
    assert answer_to(document, "How severe", "severity:") == "SEV2"
    assert answer_to(document, "Client") == ""
    assert answer_to(document, "Weather") == ""


def test_ticked_boxes_are_found_wherever_the_writer_ticked_them() -> None:
    document = read_markdown(
        FORM
        + "\n> - [x] quoted\n\n<details><summary>All criteria</summary>\n\n- [x] folded\n\n</details>\n\n"
        + "<details><summary>After-action template</summary>\n\n- [x] template\n\n</details>"
    )
    assert ticked(document) == ("harm to an individual", "over 10,000 USD", "folded")
