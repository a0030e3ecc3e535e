"""What a pipeline shows of each pull request, as files: what reviewers read, and what later steps read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tests.cli.conftest import Ran
from tests.review.pipeline import Pipeline

FORMS = ("text", "github", "sarif")
SAMPLES = ("--show-examples", "3")


@dataclass(frozen=True)
class Review:
    """The runs for one pull request. `step` has the files that a step of GitHub Actions leaves."""

    markdown: Ran
    document: Ran
    log: Ran
    step: Mapping[str, str]
    samples: Ran
    """Markdown with some of the examples that differ."""
    validated: Mapping[str, Ran]
    """`validate`, by its forms."""

    @property
    def files(self) -> Mapping[str, str]:
        """All of it, by the names of golden files."""
        return {**self._plans, **self._findings}

    @property
    def _plans(self) -> Mapping[str, str]:
        """What came of planning; of what is not valid there is only a log."""
        github = f"{self.log.out}--- exit {self.log.code}, stderr\n{self.log.err}--- outputs\n{self.step['outputs']}"
        if not self.document.out:
            return {"github.txt": github}
        samples = {} if self.samples.out == self.markdown.out else {"samples.md": self.samples.out}
        return {"plan.md": self.markdown.out, "plan.json": self.document.out, "github.txt": github, **samples}

    @property
    def _findings(self) -> Mapping[str, str]:
        """What was found in manifests and data, if anything was; of SARIF only the results."""
        text, github, sarif = (self.validated[form] for form in FORMS)
        results = sarif.json["runs"][0]["results"]
        if not results:
            return {}
        written = json.dumps(results, indent=1, ensure_ascii=False)
        return {"validate.txt": text.out, "validate.github.txt": github.out, "validate.sarif.json": f"{written}\n"}


def review(pipeline: Pipeline, branch: str) -> Review:
    """Review a branch in every form."""
    pipeline.check_out(branch)
    markdown, document = (pipeline.plan("-o", form) for form in ("markdown", "json"))
    log, step = pipeline.in_step()
    samples = pipeline.plan("-o", "markdown", *SAMPLES)
    validated = {form: pipeline.run("validate", "-o", form) for form in FORMS}
    pipeline.check_out("main")
    return Review(markdown, document, log, step, samples, validated)
