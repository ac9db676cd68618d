"""The page's routes: overview, place, issue, new issue; who one is; and the version that is polled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response, abort, current_app, flash, g, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from integration.sandbox.page.board import StoryBoard
from integration.sandbox.page.github_desk import path_of
from integration.sandbox.page.tickets import Form, Place, Refused, TrackerDesk

routes = Blueprint("page", __name__, static_folder="static", static_url_path="/static")
TRACKERS = {"github": "GitHub", "jira": "Jira"}
COOKIE = "who"
DONE = {
    "comment": "Comment added.",
    "label": "Label added.",
    "unlabel": "Label removed.",
    "edit": "Changes saved.",
    "assign": "Assignee changed.",
    "move": "State changed.",
}


@dataclass(frozen=True)
class Shown:
    """What the page is over."""

    desks: Mapping[str, TrackerDesk]
    story: StoryBoard | None
    forms: Mapping[str, Form]
    people: tuple[str, ...]

    def everybody(self) -> tuple[str, ...]:
        """Return who can be chosen."""
        if self.people:
            return self.people
        return tuple(dict.fromkeys(name for desk in self.desks.values() for name in desk.people()))

    def version(self) -> str:
        """Return a text that differs after every change of anything shown."""
        counts = [desk.version() for desk in self.desks.values()]
        return "-".join(map(str, [*counts, self.story.version if self.story else 0]))


@dataclass(frozen=True)
class Frame:
    """What stands around every view: who one is and may be, the places seen, the story."""

    shown: Shown
    version: str
    who: str
    everybody: tuple[str, ...]
    places: tuple[Place, ...]

    def desk(self, tracker: str) -> TrackerDesk:
        """Return a tracker's desk; 404 when the page has none, or when one has no account there."""
        desk = self.shown.desks.get(tracker)
        if desk is None:
            abort(404, "There is no such tracker here.")
        if self.who not in desk.people():
            abort(404, f"{self.who} has no account on {TRACKERS[tracker]}. Choose somebody else above.")
        return desk

    def place(self, tracker: str, key: str) -> Place:
        """Return a place that one sees; 404 otherwise."""
        for place in self.places:
            if (place.tracker, place.key) == (tracker, key):
                return place
        return abort(404, f"{key} is not there, or {self.who} may not see it.")


@routes.before_request
def look_around() -> None:
    """Find out who one is and what is to be seen, except for the poll and for files."""
    shown = cast(Shown, current_app.extensions["page"])
    if request.endpoint in ("page.static", "page.version"):
        return
    everybody = shown.everybody()
    who = request.cookies.get(COOKIE, "")
    who = who if who in everybody else (everybody[0] if everybody else "")
    version = shown.version()
    places = [place for desk in shown.desks.values() if who in desk.people() for place in desk.places(who)]
    g.page = Frame(shown, version, who, everybody, tuple(places))


@routes.get("/")
def home() -> str:
    """Every place with its issues."""
    page = _page()
    lists = [(place, page.desk(place.tracker).rows(page.who, place)) for place in page.places]
    return render_template("home.html", lists=lists)


@routes.get("/version")
def version() -> Response:
    """What the script polls."""
    return jsonify(version=cast(Shown, current_app.extensions["page"]).version())


@routes.post("/who")
def become() -> Answer:
    """Become somebody else; back to where one was."""
    page, wanted = _page(), request.form.get("who", "")
    if wanted not in page.everybody:
        abort(400, "Nobody of that name is here.")
    back = request.form.get("back", "/")
    # Only a path of this page, never another site.
    answer = redirect(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/", 303)
    answer.set_cookie(COOKIE, wanted, samesite="Strict", httponly=True)
    return answer


@routes.get("/github/<owner>/<repo>")
def repository(owner: str, repo: str) -> str:
    """A repository's issues."""
    return _list("github", f"{owner}/{repo}")


@routes.route("/github/<owner>/<repo>/new", methods=["GET", "POST"])
def new_in_repository(owner: str, repo: str) -> str | Answer:
    """Open an issue in a repository."""
    return _new("github", f"{owner}/{repo}")


@routes.route("/github/<owner>/<repo>/<int:number>", methods=["GET", "POST"])
def github_issue(owner: str, repo: str, number: int) -> str | Answer:
    """One issue of a repository."""
    return _ticket("github", f"{owner}/{repo}#{number}")


@routes.route("/jira/<key>/new", methods=["GET", "POST"])
def new_in_project(key: str) -> str | Answer:
    """Open an issue in a project."""
    return _new("jira", key)


@routes.route("/jira/<key>", methods=["GET", "POST"])
def project_or_issue(key: str) -> str | Answer:
    """A project's issues, or one issue: only an issue's key has a dash and a number at its end."""
    if key.rpartition("-")[2].isdecimal() and "-" in key:
        return _ticket("jira", key)
    return _list("jira", key)


def _page() -> Frame:
    return cast(Frame, g.page)


def _list(tracker: str, key: str) -> str:
    page = _page()
    desk, place = page.desk(tracker), page.place(tracker, key)
    rows = desk.rows(page.who, place)
    wanted = request.args.get("state", "all")
    counts = {"all": len(rows), "open": sum(row.state != "closed" for row in rows)}
    counts["closed"] = counts["all"] - counts["open"]
    if wanted in ("open", "closed"):
        rows = tuple(row for row in rows if (row.state == "closed") == (wanted == "closed"))
    return render_template("place.html", place=place, rows=rows, wanted=wanted, counts=counts)


def _new(tracker: str, key: str) -> str | Answer:
    page = _page()
    desk, place = page.desk(tracker), page.place(tracker, key)
    form = page.shown.forms.get(key, Form(""))
    if request.method == "GET":
        given = {"title": form.title, "text": form.body, "labels": ", ".join(form.labels)}
        return render_template("new.html", place=place, given=given)
    try:
        ref = desk.open(page.who, place, request.form)
    except Refused as refused:
        flash(_refusal(tracker, refused), "refused")
        return render_template("new.html", place=place, given=request.form)
    flash("Issue opened.", "done")
    repo, _, number = ref.partition("#")
    return redirect(path_of(repo, int(number)) if tracker == "github" else f"/jira/{ref}", 303)


def _ticket(tracker: str, ref: str) -> str | Answer:
    page = _page()
    desk = page.desk(tracker)
    if request.method == "GET":
        return render_template("ticket.html", ticket=desk.ticket(page.who, ref))
    deed = request.form.get("do", "")
    try:
        desk.act(page.who, ref, deed, request.form)
        flash(DONE[deed], "done")
    except Refused as refused:
        flash(_refusal(tracker, refused), "refused")
    return redirect(request.path, 303)


def _refusal(tracker: str, refused: Refused) -> str:
    return f"{TRACKERS[tracker]} answered {refused.status}: {refused}"
