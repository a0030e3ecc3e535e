"""The commands beside plan and apply, and what they say to mistakes."""

from pathlib import Path

from tests.golden.stage import Stage
from tests.golden.stories.people import sentences_of_palm
from tests.golden.story import (
    LINES,
    MANIFEST,
    NUMBERS,
    SENTENCES,
    WORKSPACE,
    all_trained,
    sentences,
    story,
    three,
    trained,
    workspace,
)


@story()
def outputs(stage: Stage) -> None:
    """The ids for the programs that call the models: as text, JSON and dotenv; stale ones are said to be."""
    all_trained(stage)
    stage.run("outputs")
    stage.run("outputs -o json")
    stage.run("outputs -o dotenv")
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("outputs -o dotenv --target sentences")
    stage.run("outputs -o json -q --target sentences")


@story(steps_per_second=1)
def status(stage: Stage) -> None:
    """Every model with its state, progress, loss, and what serves; as JSON too."""
    trained(stage)
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 10")
    stage.run("apply --yes --no-wait", 3)
    stage.passes(20)
    stage.run("status")
    stage.run("status -o json")


@story()
def generate(stage: Stage) -> None:
    """The model that serves is asked; without one, or for a name nobody has, that is said."""
    sentences(stage, show=False)
    stage.run("generate sentences 7", 1)
    stage.quietly("apply --yes")
    stage.run("generate sentences 7")
    stage.run("generate sentences", piped="19")
    stage.run("generate sentense 7", 64)
    stage.edit(MANIFEST, "epochCount: 3", "epochCount: 5")
    stage.run("generate sentences 7")


@story(only="gemini")
def the_palm_generation(stage: Stage) -> None:
    """A workspace of v1beta3: what that version lacks is an error of the manifest; the rest goes as ever."""
    stage.write("manifests/workspace.yaml", WORKSPACE + "  serviceVersion: v1beta3\n", show=False)
    sentences_of_palm(stage)
    text = Path(MANIFEST).read_text()
    extra = '  readerProjectNumbers: ["12"]\n  hyperparameters:\n    learningRateMultiplier: 2\n'
    stage.write(MANIFEST, text + extra)
    stage.run("validate", 1)
    stage.write(MANIFEST, text + "  hyperparameters:\n    epochCount: 2\n")
    stage.run("apply --yes")
    stage.run("plan")
    stage.run("generate sentences 7")
    stage.write(MANIFEST, text + "  hyperparameters:\n    epochCount: 3\n")
    stage.run("apply --yes")


@story()
def destroy(stage: Stage) -> None:
    """Everything of the workspace goes, after its name was typed; what is protected stays."""
    all_trained(stage)
    stage.edit(MANIFEST, f"{LINES.cool}\n", f"{LINES.cool}\n  lifecycle:\n    protect: true\n")
    stage.run("destroy", 64)
    stage.run("destroy --workspace other", 64)
    stage.run("destroy", 1, typed="yes\n")
    stage.run("destroy", 5, typed="acme\n")
    assert len(stage.emulator.states()) == 1
    stage.run("destroy --workspace acme --unprotect sentences")
    assert not stage.emulator.states()


@story()
def mistakes_in_manifests(stage: Stage) -> None:
    """All mistakes at once, each with its place and what to do; nothing is asked of the service."""
    workspace(stage)
    stage.write("manifests/data/sentences.jsonl", NUMBERS + '{"text_input": 21, "output": "22"}\n', show=False)
    stage.write(
        MANIFEST,
        SENTENCES.replace(LINES.cool, LINES.cool[:4] + LINES.cool[5:]).replace("epochCount: 3", 'epochCount: "3"'),
    )
    stage.write("manifests/again.yaml", SENTENCES.replace("data/sentences.jsonl", "data/missing.jsonl"), show=False)
    stage.write("manifests/typing.yml", SENTENCES.replace("kind: TunedModel", "kind: TuneModel"), show=False)
    stage.tell("again.yaml has the same name and no data; typing.yml is of kind TuneModel.")
    stage.run("validate", 1)
    stage.run("plan", 1)
    stage.run("apply --yes", 1)
    stage.run("validate -o json", 1)
    stage.write(MANIFEST, SENTENCES)
    stage.write("manifests/again.yaml", SENTENCES, show=False)
    stage.remove("manifests/typing.yml")
    stage.tell("again.yaml is now a copy of sentences.yaml, and a value in the data is a number.")
    stage.run("plan", 1)
    assert not stage.emulator.exchanges


@story()
def mistakes_on_the_command_line(stage: Stage) -> None:
    """A missing folder, an empty one, a command or an option that does not exist: one clear message each."""
    stage.run("plan", 64)
    Path("manifests").mkdir()
    stage.tell("The folder manifests is there, and empty.")
    stage.run("plan", 1)
    stage.run("plan nowhere.yaml", 64)
    stage.run("paln", 64)
    stage.run("plan --tagret sentences", 64)
    stage.run("plan --max-deletes many", 64)
    sentences(stage, show=False)
    stage.run("plan --endpoint https://example.com", 64)
    stage.run("apply --yes --timeout soon", 64)


@story()
def not_let_in(stage: Stage) -> None:
    """Expired credentials, missing scopes, and a service that says no: what to do, and no traceback."""
    sentences(stage, show=False)
    for what, fault, command in (
        ("the token has expired", "any:401:always", "plan"),
        ("the token lacks a scope", "any:403=scope:always", "plan"),
        ("lists are forbidden", "list:403:always", "plan"),
        ("trainings are forbidden", "create:403:always", "apply --yes"),
        ("the quota is used up", "list:429=300:always", "plan"),
        ("a proxy answers instead", "list:html:always", "plan"),
    ):
        stage.fault(what, fault)
        stage.run(command, 1)
        stage.emulator.clear_faults()


@story(loopback=True)
def unreachable(stage: Stage) -> None:
    """Nobody listens at the endpoint: said after some tries, with the endpoint's name."""
    sentences(stage, show=False)
    stage.run("plan --endpoint http://127.0.0.1:9", 1)


@story()
def three_at_once(stage: Stage) -> None:
    """Waiting costs one list a look, however many models train."""
    stage.behaves("Trainings are slow.", steps_per_second=1)
    three(stage)
    stage.run("apply --yes")
    begun = max(number for number, each in enumerate(stage.emulator.exchanges) if each.creates)
    looks = [each for each in stage.emulator.exchanges[begun:] if each.request.path.endswith(stage.spoken.collection)]
    assert len(looks) < 12
