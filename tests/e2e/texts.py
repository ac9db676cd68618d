"""Post-mortems as teams write them, for the tests: the recalled products, in GitHub's Markdown and in Jira's wiki markup. Written by hand."""

SECTIONS = """## Review meeting

- Day: 2026-11-25
- Attendees: engineer on call, product owner of search, head of support

## Summary

The shop assistant of Nordlicht recommended products that had been recalled, because retrieval did not filter on product status.

- Model outputs involved: yes
- Data suspected: yes
- Groups affected differently: no

## Timeline

- 2026-11-18 09:00 UTC Began: release 41 went out with the new retriever
- 2026-11-23 14:00 UTC Detected: a customer asked about a recalled heater that the assistant had offered
- 2026-11-23 14:20 UTC Assistant switched to the old index
- 2026-11-23 18:20 UTC Resolved: recalled products are filtered at query time

## Impact

- Users affected: 312
- Money: none
- Data: none
- Downstream effects: none
- Reputation: one complaint
- Regulatory implications: none, counsel was asked

## Where else

| System | State |
|---|---|
| Hansen shop assistant | not affected, its retriever filters already (checked by query) |

## Root causes

1. Retrieval does not filter on product status
   - Category: data, rows that should be excluded
   - Phase: deployment
   - Version: release 41, index of 2026-11-17
   - Why? The index has no product status
   - Why? The status column was dropped when the catalogue was exported
   - Why? Nobody owns the export's schema
   - Why was it not caught? The evaluation set holds no recalled products
   - Why was it let through? The release check looks at relevance only
   - Evidence: the export of release 41 has no status column

## Contributing factors

- Monitoring: no alert on recalled products
- Communication: none
- Documentation: none
- Tooling: none
- Governance: none
- Leadership or resourcing: none

## Remediation actions

{actions}

## Lessons learned

A filter that everybody assumes has to be tested where the answer leaves the house.

## Governance recommendations

None, because the release checklist already asks for it.

## Model behaviour

- Comparison with the baseline: the index before release 41 offered no recalled product in 200 replayed questions, the one after it 61
- Segments: heaters and toys; other shelves have no recalls this year
- Confidence: the assistant was as sure of recalled products as of others
- Operating envelope: inside; questions about products are what it is for

## Data investigation

- Profile: 1,204 of 88,000 rows are recalled products
- Comparison with the training baseline: the ranker was trained on rows on sale only
- Quality checks: row counts and duplicates, none on the status
- Lineage: the catalogue, its nightly export, the index of release 41

## Monitoring gap

- What existed: a monitor of relevance
- Why it missed: it does not know product status
- What would catch it: a daily replay with recalled products
- Cost against benefit: a minute of computing a day, against a person's safety
"""

ACTIONS = """| ID | Action | Owner | Due | Horizon | Kind | Done when | Cause | Priority |
|---|---|---|---|---|---|---|---|---|
| A1 | Filter recalled products at query time | @dana | {soon} | immediate | technical | no recalled product among 1,000 replayed questions | 1 | highest |
| A2 | Alert when a recalled one is recommended | @omar | {later} | short-term | monitoring | a replay of 2026-11-18 raises the alert | 1, monitoring | high |
"""


def github_postmortem(soon: str, later: str) -> str:
    """Return the whole post-mortem with two complete actions due on these days."""
    return SECTIONS.format(actions=ACTIONS.format(soon=soon, later=later))
