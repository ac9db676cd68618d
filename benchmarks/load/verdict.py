"""Whether the loaded run came out as it should: the end of the quiet run, nothing lost, nothing doubled, no window of the budget exceeded."""

from collections import Counter

from benchmarks.load.ends import End
from benchmarks.load.people import Size
from benchmarks.load.running import Ran


def problems(size: Size, quiet: Ran, loaded: Ran) -> list[str]:
    """Return, in sentences, everything that is not as it should be; nothing where all is well."""
    found = [*quiet.problems, *loaded.problems]
    for name, ran in (("quiet", quiet), ("loaded", loaded)):
        for window, (most, limit) in ran.windows.items():
            if most > limit:
                found.append(f"{name}: {most} writes in {window}, of which {limit} are allowed")
        found += [f"{name}: twice the same on {where}" for where in _doubled(ran.end)]
        cared_for = sum("incident" in end[3] and bool(end[5]) and end[1].startswith("Issue ") for end in ran.end)
        if cared_for != size.on_github + size.on_jira:
            found.append(f"{name}: {cared_for} of {size.on_github + size.on_jira} incidents have a status comment")
    before, after = Counter(quiet.end), Counter(loaded.end)
    found += [f"only after the quiet run: {end}" for end in (before - after)]
    found += [f"only after the loaded run: {end}" for end in (after - before)]
    return found


def _doubled(ends: tuple[End, ...]) -> list[str]:
    """Return where there are two issues with one title, or two comments of ours with one text.

    Tickets of two incidents may share a title; that there is none too many is seen against the quiet run.
    """
    titles = Counter((place, title) for place, title, *_ in ends if title.startswith("Issue "))
    twice = [f"{place}: {title}" for (place, title), count in titles.items() if count > 1]
    return twice + [f"{end[0]}: {end[1]}" for end in ends if len(set(end[5])) < len(end[5])]
