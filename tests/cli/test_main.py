"""The entry point: help, wrong usage, bugs, interruptions, and streams."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler import __version__
from reconciler.cli.commands import COMMANDS
from reconciler.cli.main import main
from tests.cli.conftest import Bench, Command


def test_help_lists_every_command(run: Command) -> None:
    ran = run("--help")
    assert ran.code == 0
    for name, entry in COMMANDS.items():
        assert f"  {name} " in ran.out
        assert entry.summary in ran.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_helps_with_examples(run: Command, name: str) -> None:
    ran = run(name, "-h")
    assert ran.code == 0
    assert f"Usage: reconciler {name}" in ran.out
    assert "Examples:\n    " in ran.out


def test_version(run: Command) -> None:
    assert run("--version").out == f"reconciler {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("paln",), "there is no command 'paln'; did you mean plan?"),
        (("xyzzy",), "`reconciler --help` lists them"),
        (("plan", "--nope"), "--nope"),
        (("plan", "a", "b"), "unexpected extra argument"),
        (("apply", "--timeout", "45"), "write it as 90s, 45m or 1h30m"),
        (("apply", "--timeout", ""), "write it as 90s, 45m or 1h30m"),
        (("apply", "--parallelism", "0"), "0 is not in the range"),
        (("plan", "--policy", "all"), "'all' is not one of"),
        ((), "Usage: reconciler"),
    ],
)
def test_wrong_usage_is_64(run: Command, arguments: tuple[str, ...], said: str) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (64, "")
    assert said in ran.err


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("45m", 2700), ("1h30m", 5400), ("1h1m1s", 3661)])
def test_durations(text: str, seconds: float) -> None:
    import click

    from reconciler.cli.duration import seconds as read

    assert read(click.Context(click.Command("x")), click.Option(["--timeout"]), text) == seconds


def test_a_bug_is_owned_up_to(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("never")

    monkeypatch.setattr("reconciler.cli.session.load", broken)
    assert main(["plan"]) == 1
    quiet = capsys.readouterr().err
    assert quiet == "Error: ZeroDivisionError: never; this is a bug in reconciler; run again with -vv and report it\n"
    assert main(["plan", "-vv"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_what_the_machine_refuses_is_no_bug(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "plan.json")

    monkeypatch.setattr("reconciler.cli.session.load", full)
    assert main(["plan"]) == 1
    assert capsys.readouterr().err.startswith("Error: plan.json: No space left on device; ")


def test_a_wrong_value_names_the_variable_it_comes_from(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "RECONCILER_PARALLELISM" not in run("apply", "--parallelism", "0").err
    monkeypatch.setenv("RECONCILER_PARALLELISM", "0")
    assert run("apply").err.endswith("1<=x<=8.\nThe value comes from RECONCILER_PARALLELISM.\n")


def test_a_user_without_a_home_has_no_cache(bench: Bench, run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    bench.declare("one")
    assert run("validate").code == 0
    assert not (bench.root / "relative").exists()


@pytest.mark.process
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_behind_stdout() -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "reconciler", "--help"],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert (ran.returncode, ran.stderr.count("No space left on device")) == (1, 1)
    assert "bug" not in ran.stderr


@pytest.mark.process
@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("plan >&-", 0, ""),
        ("plan --detailed-exitcode 2>&-", 2, "Plan: 1 to create"),
        ("plan <&- >&- 2>&-", 0, ""),
        ("plan - <&-", 1, "<stdin>: is empty"),
        ("apply <&-", 64, "there is no terminal to ask on"),
        ("apply --yes -q --no-wait >&- 2>&- <&-", 3, ""),
        ("apply --yes -q --no-wait 2>&-", 3, "1 training"),
        ("nonsense 2>&-", 64, ""),
        ("--help >&-", 0, ""),
    ],
)
def test_closed_streams_are_like_dev_null(bench: Bench, command: str, code: int, said: str) -> None:
    bench.declare("one")
    script = f"{sys.executable} -m reconciler {command}; code=$?; find . -name '*.sqlite3' | sort >&2; exit $code"
    environment = {**os.environ, "RECONCILER_EMULATOR_STEPS_PER_SECOND": "0.001"}
    ran = subprocess.run(
        ["/bin/sh", "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    assert ran.returncode == code, ran
    assert said in ran.stdout + ran.stderr
    assert said or "Error" not in ran.stdout + ran.stderr
    assert "bug" not in ran.stderr
    if "apply --yes" in command:
        after = subprocess.run(
            [sys.executable, "-m", "reconciler", "plan"], check=False, capture_output=True, text=True
        )
        assert "1 training" in after.stdout


def test_ctrl_c_outside_of_a_run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("reconciler.cli.session.load", interrupted)
    assert main(["plan"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_colour(bench: Bench, run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.declare("one")
    assert "\x1b[" not in run("plan").out
    assert "\x1b[" in run("plan", "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("plan").out
    assert "\x1b[" not in run("plan", "--no-color").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("plan").out


def test_quiet_and_loud(bench: Bench, run: Command) -> None:
    bench.declare("one")
    assert run("apply", "--yes", "-q").err == ""
    loud = run("plan", "-v").err
    assert "reconciler.gemini: http://emulator v1beta, with no credentials" in loud
    assert "GET /v1beta/tunedModels" in loud


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run: Command, shell: str) -> None:
    assert "_RECONCILER_COMPLETE" in run("completion", shell).out


@pytest.mark.process
def test_a_reader_that_leaves_is_no_error(bench: Bench) -> None:
    bench.declare(*(f"model-{n}" for n in range(300)))
    script = f"{sys.executable} -m reconciler plan; echo $? >&2"
    with subprocess.Popen(
        ["/bin/sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == "141\n"


@pytest.mark.process
def test_any_encoding_will_do(bench: Bench) -> None:
    bench.declare("one")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "RECONCILER_EMULATOR_STEPS_PER_SECOND": "0.001"}
    command = [sys.executable, "-m", "reconciler"]
    subprocess.run([*command, "apply", "--yes", "--no-wait", "-q"], env=environment, check=False, capture_output=True)
    ran = subprocess.run([*command, "plan"], env=environment, check=False, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "\\u2026 TunedModel/one" in ran.stdout
