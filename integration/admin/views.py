"""The pages: sign in, the files, one file with its errors and its preview, the history, and one earlier version. Plain forms, no script."""

from dataclasses import dataclass
from typing import cast

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Answer

from integration.admin.desk import ChangedMeanwhile, Desk, File
from integration.admin.doorkeeping import Doorkeeper, TooMany, readable_name
from integration.work.rehearsing import Edit
from mappings.errors import MappingError
from mappings.loading import is_mapping_file

routes = Blueprint("admin", __name__, static_folder="static", static_url_path="/static")
AROUND = 3  # lines shown before and after one that needs a change
KINDS = {
    "policy.published": "published",
    "policy.rolled_back": "rolled back to",
    "policy.edited": "edited, values unchanged",
}
View = str | Answer | tuple[str, int] | tuple[str, int, dict[str, str]]


@dataclass(frozen=True)
class Line:
    """A line of a text, with what is wrong in it; ``follows`` is false where lines before it are not shown."""

    number: int
    text: str
    problems: tuple[MappingError, ...]
    follows: bool


def _desk() -> Desk:
    return cast(Desk, current_app.extensions["desk"])


def _door() -> Doorkeeper:
    return cast(Doorkeeper, current_app.extensions["door"])


@routes.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> View:
    """Ask for a name and the token; the printed link brings its key along."""
    if request.method == "GET":
        return render_template("sign_in.html", key=request.args.get("key", "")[:200], name="", problem="")
    given = request.form.get("name", "")
    name = readable_name(given)
    if name is None:
        return render_template(
            "sign_in.html", key="", name="", problem="Please give your name: up to 80 characters."
        ), 422
    try:
        found = _door().sign_in(name, request.form.get("token", "").strip())
    except TooMany as wait:
        problem = f"Too many attempts. Please try again in {wait.seconds} seconds."
        return (
            render_template("sign_in.html", key="", name=name, problem=problem),
            429,
            {"Retry-After": str(wait.seconds)},
        )
    if found is None:
        problem = (
            "This is not the token, or the link was used already. A new link is printed when the page is started again."
        )
        return render_template("sign_in.html", key="", name=name, problem=problem), 401
    session.clear()
    session["id"], session.permanent = found, True
    return redirect(url_for("admin.overview"))


@routes.post("/sign-out")
def sign_out() -> View:
    """End the session."""
    _door().sign_out(session.get("id"))
    session.clear()
    return redirect(url_for("admin.sign_in"))


@routes.get("/")
def overview() -> View:
    """Show the files, the policy in force, and what the service refused."""
    desk = _desk()
    problems = desk.problems()
    return render_template(
        "overview.html",
        files=desk.files(),
        problems=problems,
        bad=frozenset(problem.file for problem in problems),
        policy=desk.in_force(),
        refused=desk.refused(),
        folder=desk.folder,
    )


@routes.get("/new")
def new_project() -> View:
    """Open an empty project file of a name."""
    name = f"projects/{request.args.get('name', '').strip()}.yaml"
    if not is_mapping_file(name):
        flash("Name it with small letters, digits, - and _, beginning with a letter, such as shop.")
        return redirect(url_for("admin.overview"))
    return redirect(url_for("admin.show_file", name=name))


@routes.get("/files/<path:name>")
def show_file(name: str) -> View:
    """Show a file to be edited."""
    file = _known(name)
    return _page(file, file.text, _desk().problems() if file.is_there else ())


@routes.post("/files/<path:name>")
def edit_file(name: str) -> View:
    """Check, preview or publish what was written."""
    file, deed = _known(name), request.form.get("deed", "check")
    text, base = _text(request.form.get("text", "")), request.form.get("base", "")
    problems = _desk().problems(name, text)
    if problems:
        return _page(file, text, problems, base=base), 422
    if deed == "preview":
        return _page(file, text, (), base=base, edit=_desk().preview(name, text))
    if deed != "publish":
        return _page(file, text, (), base=base, said="Nothing is wrong with it. Preview shows what it would change.")
    try:
        policy = _desk().publish(name, text, base, g.signed_in.name)
    except ChangedMeanwhile:
        return _page(file, text, (), base=base, other=file.text), 409
    flash(f"{name} is published. The policy in force is {policy[:7]}.")
    return redirect(url_for("admin.show_file", name=name))


@routes.get("/history")
def history() -> View:
    """Show who put which policy in force, and when."""
    return render_template("history.html", entries=_desk().history(), kinds=KINDS, policy=_desk().in_force())


@routes.get("/history/<policy>")
def show_version(policy: str) -> View:
    """Show what going back to an earlier policy would change."""
    desk = _desk()
    return render_template(
        "version.html", policy=policy, edit=desk.version(policy, over_incidents=False), base=desk.base(), judged=False
    )


@routes.post("/history/<policy>")
def go_back(policy: str) -> View:
    """Preview or do it."""
    desk, base = _desk(), request.form.get("base", "")
    if request.form.get("deed") != "roll-back":
        return render_template(
            "version.html", policy=policy, edit=desk.version(policy, over_incidents=True), base=base, judged=True
        )
    now = desk.roll_back(policy, base, g.signed_in.name)
    flash(f"Rolled back. The policy in force is {now[:7]}.")
    return redirect(url_for("admin.history"))


def _known(name: str) -> File:
    if not is_mapping_file(name):
        abort(404, "There is no mapping file of this name.")
    return _desk().file(name)


def _page(
    file: File,
    text: str,
    problems: tuple[MappingError, ...],
    *,
    base: str | None = None,
    edit: Edit | None = None,
    said: str = "",
    other: str | None = None,
) -> str:
    return render_template(
        "file.html",
        file=file,
        text=text,
        base=file.base if base is None else base,
        problems=problems,
        lines=_excerpt(text, tuple(problem for problem in problems if problem.file == file.name)),
        edit=edit,
        said=said,
        other=other,
    )


def _excerpt(text: str, problems: tuple[MappingError, ...]) -> tuple[Line, ...]:
    """Return the lines around those that need a change."""
    wanted = {
        near for problem in problems if problem.line for near in range(problem.line - AROUND, problem.line + AROUND + 1)
    }
    return tuple(
        Line(
            number,
            line,
            tuple(problem for problem in problems if problem.line == number),
            number - 1 in wanted or number == 1,
        )
        for number, line in enumerate(text.splitlines(), start=1)
        if number in wanted
    )


def _text(given: str) -> str:
    """Return a text as a file holds it: browsers send other ends of lines."""
    text = given.replace("\r\n", "\n").replace("\r", "\n")
    return text if not text or text.endswith("\n") else f"{text}\n"
