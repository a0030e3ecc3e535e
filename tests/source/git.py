"""Real git repositories in a temporary folder, made by git's own command with a configuration of nobody's."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

WHO = {f"GIT_{who}_{what}": "somebody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
PROGRAM = shutil.which("git") or "git"
ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


class Git:
    """One repository with a work tree."""

    def __init__(self, top: Path, *options: str) -> None:
        self.top = top
        top.mkdir(parents=True, exist_ok=True)
        self("init", "--quiet", "--initial-branch=main", *options)

    def __call__(self, *arguments: str, environ: dict[str, str] | None = None) -> str:
        """Run git; a failure fails the test."""
        ran = subprocess.run(
            [PROGRAM, *arguments],
            cwd=self.top,
            env={**os.environ, **ALONE, **WHO, **(environ or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def write(self, path: str, content: str) -> Path:
        """Write a file into the work tree."""
        file = self.top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        return file

    def commit(self, **files: str) -> str:
        """Commit all that is in the work tree, after writing files; give the hash."""
        for name, content in files.items():
            self.write(name, content)
        self("add", "--all")
        self("commit", "--quiet", "--allow-empty", "--message=work")
        return self("rev-parse", "HEAD")


def jsonl(pairs: Iterable[tuple[str, str]]) -> str:
    """Write pairs as JSONL."""
    return "".join(json.dumps({"text_input": left, "output": right}) + "\n" for left, right in pairs)


def csv(pairs: Iterable[tuple[str, str]]) -> str:
    """Write pairs as CSV."""
    return "text_input,output\r\n" + "".join(f'"{left}","{right}"\r\n' for left, right in pairs)


def pairs(count: int = 20) -> list[tuple[str, str]]:
    """Make pairs, all distinct."""
    return [(f"question {number}", f"answer {number}") for number in range(count)]
