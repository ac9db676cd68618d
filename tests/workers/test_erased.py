"""An incident whose words were erased from the ledger is left alone, whatever happens in its tracker; the other ones go on."""

from datetime import timedelta

from tests.e2e.stage import REPOSITORY, Stage


def test_an_erased_incident_is_left_alone_when_it_is_commented_on_and_opened_again(service: Stage) -> None:
    ledger = service.parts.engine.ledger
    dana, tom = service.github.as_person("dana"), service.github.as_person("tom")
    number = dana.open_issue(
        REPOSITORY, "Wrong answers about recalled products", "It does.", labels=["incident", "sev4"]
    )["number"]
    service.settle()
    tom.comment(REPOSITORY, number, "/criteria none")
    service.settle()
    dana.close(REPOSITORY, number)
    service.settle()
    assert dana.issue(REPOSITORY, number)["state"] == "closed"
    case = ledger.called("github", f"{REPOSITORY}#{number}")
    assert case is not None
    assert ledger.erase_case(case, service.clock())
    comments = len(dana.comments(REPOSITORY, number))

    dana.comment(REPOSITORY, number, "/status")
    service.settle()
    dana.reopen(REPOSITORY, number)
    service.settle()
    service.clock.forward(days=8)
    service.settle()

    assert len(dana.comments(REPOSITORY, number)) == comments + 1
    assert "recalled" not in str(ledger.dossier(case.key))
    assert ledger.due_cases(service.clock() + timedelta(days=30), 10) == ()
    assert ledger.verify_audit().ok
