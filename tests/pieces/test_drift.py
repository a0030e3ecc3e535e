"""The script behind the timer and cron: the newest commit is looked at, and a heartbeat means that all is well."""

import os
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from tests.pieces.conftest import Repository
from tests.pieces.runner import ROOT

pytestmark = [pytest.mark.process, pytest.mark.loopback]


class Watch:
    """The script with its state, and the heartbeats that it sent."""

    def __init__(self, repository: Repository, state: Path, environ: Mapping[str, str], beats: list[str]) -> None:
        self.beats = beats
        self.state = state
        self._environ = {
            **os.environ,
            **environ,
            "STATE_DIRECTORY": str(state),
            "DRIFT_REPOSITORY": str(repository.folder),
        }

    def run(self, *command: str, **environ: str) -> tuple[int, str]:
        """Run the script, or a command in its checkout."""
        ended = subprocess.run(
            command or [str(ROOT / "contrib/drift")],
            cwd=self.state / "checkout" if command else self.state,
            env={**self._environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout


@pytest.fixture
def watch(repository: Repository, tmp_path: Path, path_with_program: Mapping[str, str]) -> Iterator[Watch]:
    beats: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            beats.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    (tmp_path / "state").mkdir()
    environ = {**path_with_program, "DRIFT_HEARTBEAT": f"http://127.0.0.1:{server.server_address[1]}/beat"}
    yield Watch(repository, tmp_path / "state", environ, beats)
    server.shutdown()
    server.server_close()


def test_a_heartbeat_means_that_all_is_well(watch: Watch, repository: Repository) -> None:
    repository.commit()
    assert watch.run()[0] == 0
    assert watch.beats == ["/beat"]
    repository.declare("first")
    assert watch.run()[0] == 0, "what is not merged is not looked at"
    repository.commit()
    code, said = watch.run()
    assert code == 2, said
    assert "1 to create" in said
    assert len(watch.beats) == 2
    assert watch.run("reconciler", "apply", "--yes", "--no-wait", RECONCILER_EMULATOR_STEPS_PER_SECOND="0.01")[0] == 3
    code, said = watch.run(RECONCILER_EMULATOR_STEPS_PER_SECOND="0.01")
    assert (code, len(watch.beats)) == (0, 3), said


def test_without_a_plan_there_is_no_heartbeat(watch: Watch, repository: Repository) -> None:
    (repository.folder / "manifests/broken.yaml").write_text("kind: [")
    repository.commit()
    assert watch.run()[0] == 1
    assert watch.run(DRIFT_BRANCH="none")[0] not in (0, 2)
    code, said = watch.run(DRIFT_REPOSITORY="")
    assert (code, said.startswith("DRIFT_REPOSITORY is not set")) == (64, True)
    assert watch.beats == []


def test_a_heartbeat_that_is_not_heard_fails_the_run(watch: Watch, repository: Repository) -> None:
    repository.commit()
    assert watch.run(DRIFT_HEARTBEAT="http://127.0.0.1:1/")[0] not in (0, 2)


def test_cron_has_fields_a_user_and_the_script() -> None:
    lines = (ROOT / "contrib/cron/reconciler-drift").read_text(encoding="utf-8").splitlines()
    [job] = [line for line in lines if not re.match(r"#|[A-Z]+=", line)]
    assert re.match(r"[0-9]+ \* \* \* \* reconciler ", job)
    assert job.endswith(" /usr/local/lib/reconciler/drift")
    assert "%" not in job


def test_the_hook_of_pre_commit_checks_manifests(watch: Watch, repository: Repository) -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["pass_filenames"] is False
    repository.declare("first")
    repository.commit()
    watch.run()
    assert watch.run(*hook["entry"].split())[0] == 0
    (repository.folder / "manifests/first.yaml").write_text("kind: [")
    repository.commit()
    watch.run()
    assert watch.run(*hook["entry"].split())[0] == 1
    changed = ("manifests/a.yaml", "manifests/b.yml", "data/c.jsonl", "data/d.csv", "data/e.json", "data/f.tsv")
    assert all(re.search(hook["files"], name) for name in changed)
    assert not re.search(hook["files"], "README.md")


@pytest.mark.parametrize("file", sorted((ROOT / "contrib/kubernetes").iterdir()), ids=lambda file: file.name)
def test_jobs_in_a_cluster_are_locked_down(file: Path) -> None:
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    job = document["spec"]["jobTemplate"]["spec"] if document["kind"] == "CronJob" else document["spec"]
    pod = job["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in pod["initContainers"] + pod["containers"]:
        context = container["securityContext"]
        assert (context["allowPrivilegeEscalation"], context["readOnlyRootFilesystem"]) == (False, True)
        assert context["capabilities"] == {"drop": ["ALL"]}
    assert job["activeDeadlineSeconds"] > 0
