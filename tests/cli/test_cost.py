"""What trainings cost, at the command line: shown by plan and apply alike, and held against a budget."""

import pytest

from tests.cli.conftest import WORKSPACE, Bench, Command

BASE = "models/gemini-1.5-flash-001-tuning"


def price(bench: Bench, text: str = f"{{{BASE}: 1000}}", until: str = "9999-12-31", limits: str = "") -> None:
    """Put prices into the workspace."""
    prices = f"  prices: {{currency: EUR, asOf: '2026-11-01', validUntil: '{until}', perMillionTokens: {text}}}\n"
    (bench.folder / "workspace.yaml").write_text(WORKSPACE + prices + limits)


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes", "--no-wait")])
def test_costs_are_shown_and_within_the_budget(bench: Bench, run: Command, command: tuple[str, ...]) -> None:
    bench.declare("one")
    price(bench)
    ran = run(*command, "--max-cost", "0.05")
    assert ran.code in (0, 3), ran
    assert "an estimated 40 training tokens, about 0.04 EUR" in ran.out
    assert "Prices as of 2026-11-01." in ran.out
    assert "out of date" not in ran.out + ran.err


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes")])
@pytest.mark.parametrize("where", ["option", "workspace", "environment"])
def test_over_the_budget_nothing_is_done(
    bench: Bench,
    run: Command,
    monkeypatch: pytest.MonkeyPatch,
    methods: list[str],
    command: tuple[str, ...],
    where: str,
) -> None:
    bench.declare("one")
    price(bench, limits="  limits: {maxCost: 0.03}\n" if where == "workspace" else "")
    if where == "environment":
        monkeypatch.setenv("RECONCILER_MAX_COST", "0.03")
    ran = run(*command, *(["--max-cost", "0.03"] if where == "option" else []))
    assert ran.code == 4
    assert "cost: 0.04 is over the limit of 0.03 EUR" in ran.err
    assert "if that is meant, raise limits.maxCost, or `--max-cost` where that is lower" in ran.err
    assert ran.last == "Plan: 1 to create, 0 to update, 0 to replace, 0 to delete."
    assert set(methods) == {"GET"}


def test_an_option_only_tightens(bench: Bench, run: Command) -> None:
    bench.declare("one")
    price(bench, limits="  limits: {maxCost: 0.03}\n")
    assert run("plan", "--max-cost", "9").code == 4


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes")])
def test_a_missing_price_refuses_under_a_budget_and_warns_without(
    bench: Bench, run: Command, command: tuple[str, ...]
) -> None:
    bench.declare("one")
    price(bench, "{models/other: 1}")
    ran = run(*command, "--max-cost", "1000000")
    assert ran.code == 4
    assert "cost: what TunedModel/one costs is not known, so the limit of 1000000 EUR cannot be kept" in ran.err
    assert f"needed: a price for {BASE} in spec.prices; or take the limit away" in ran.err
    ran = run("plan")
    assert (ran.code, ran.err) == (0, "")
    assert f"Warning: spec.prices has no price for {BASE}, so nobody knows what one training will cost" in ran.out


def test_a_budget_without_prices_refuses(bench: Bench, run: Command) -> None:
    bench.declare("one")
    ran = run("plan", "--max-cost", "5")
    assert ran.code == 4
    assert "needed: spec.prices in the workspace; or" in ran.err


def test_prices_of_yesterday_are_told(bench: Bench, run: Command) -> None:
    bench.declare("one")
    price(bench, until="2001-01-01")
    told = "Warning: the prices are out of date: looked up on 2026-11-01, valid until 2001-01-01"
    assert told in run("plan").out
    assert told in run("plan", "-o", "markdown").out
    assert run("plan", "-o", "json").json["warnings"][0].startswith("the prices are out of date")
    assert "out of date" not in run("apply", "--target", "one", "--yes", "--quiet").err


@pytest.mark.parametrize("text", ["-1", "1e3", "12,50", "12 EUR", "", "1234567890", "0.1234567", "nan", "1٣"])
def test_what_is_no_amount(bench: Bench, run: Command, text: str) -> None:
    bench.declare("one")
    ran = run("plan", f"--max-cost={text}")
    assert ran.code == 64
    assert "is no amount of money" in ran.err


def test_a_training_that_is_thrown_away_is_told_with_and_without_prices(bench: Bench, run: Command) -> None:
    bench.declare("one")
    assert run("apply", "--yes", "--no-wait", "--quiet").code == 3
    bench.declare("one", epochs=3)
    for said, cents in (("", "0"), (", about 0.04 EUR", "0.04"), (", of unknown cost", "0")):
        if said:
            price(bench, "{models/other: 1}" if cents == "0" else f"{{{BASE}: 1000}}")
        for form in ("text", "markdown"):
            lines = [line.strip(" -") for line in run("plan", "-o", form).out.splitlines()]
            assert f"1 training under way is thrown away{said}" in lines  # of the row
            assert f"1 training under way is thrown away{said}." in lines  # of the plan
        total = run("plan", "-o", "json").json["total"]
        assert (total["thrownAway"], total["wasted"], total["unknownWasted"]) == (1, cents, int(cents == "0"))


def test_a_second_training_knows_how_long_the_first_one_took(applied: Bench, run: Command) -> None:
    """Both models of the bench were trained, so a third one of the same data can be judged."""
    applied.declare("three")
    text = run("plan", "--target", "three").out
    assert ", about " not in text  # the models that were trained are not in this plan
    total = run("plan", "-o", "json").json["total"]
    assert total["seconds"] > 0
    assert total["unknownSeconds"] == 0
