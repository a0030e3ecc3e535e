"""Why a row of a plan is what it is: every act, refusal and skip names at least one Reason."""

from enum import StrEnum


class Reason(StrEnum):
    """One word for each cause; the sentences that people read are made in `render`."""

    ABSENT = "ABSENT"  # declared, and no model of ours has these inputs
    DRIFTED = "DRIFTED"  # a declared mutable value differs
    IMMUTABLE_FIELD = "IMMUTABLE_FIELD"  # a declared value differs that only training can change
    DATA_CHANGED = "DATA_CHANGED"  # the examples are not those the model was trained on
    SERVER_DEFAULT = "SERVER_DEFAULT"  # the service echoes another value than was sent: a note
    NEXT_TRAINING = "NEXT_TRAINING"  # a declared input differs that matters to the next training only: a note
    IGNORED = "IGNORED"  # lifecycle.ignoreChanges, or the policy, leaves a difference alone
    UNDECLARED = "UNDECLARED"  # ours, and its manifest is gone
    DESTROYED = "DESTROYED"  # ours, and the whole workspace is to go, whatever its manifests say
    UNSETTLED = "UNSETTLED"  # no longer declared, and stays while a declared model is missing and cannot be trained
    NOT_SELECTED = "NOT_SELECTED"  # outside of what this run was asked to look at
    SUPERSEDED = "SUPERSEDED"  # another model of the address is the wanted one
    DUPLICATE = "DUPLICATE"  # a second training for one request
    RETAINED = "RETAINED"  # superseded, and kept by lifecycle.keepSuperseded
    KEPT = "KEPT"  # manifest gone, lifecycle.onRemoval: keep
    TRAINING = "TRAINING"  # the wanted model is being trained
    FAILED = "FAILED"  # the wanted model's training failed
    UNKNOWN_STATE = "UNKNOWN_STATE"  # the service reports a state this version does not know
    PROTECTED = "PROTECTED"  # lifecycle.protect
    NO_DATASET = "NO_DATASET"  # the manifest names no data, so nothing can be trained
    DATA_UNKNOWN = "DATA_UNKNOWN"  # imported: nobody knows what it was trained on
    DATA_MOVED = "DATA_MOVED"  # the dataset changed between plan and apply
    MARK_LOST = "MARK_LOST"  # our model, by its id; its mark of ownership was wiped
    MARK_REFUSED = "MARK_REFUSED"  # the service did not keep the mark
    COPIED_MARK = "COPIED_MARK"  # carries a mark made for another model
    NEWER_MARK = "NEWER_MARK"  # marked by a newer version of this program
    FOREIGN_OWNER = "FOREIGN_OWNER"  # the model belongs to another owner
    FORMER_OWNER = "FORMER_OWNER"  # marked by an owner that this workspace succeeds
    RENAMED = "RENAMED"  # the same model under a new metadata.name
    AMBIGUOUS_RENAME = "AMBIGUOUS_RENAME"  # may be a rename, may be a new model
    REQUESTED = "REQUESTED"  # asked for on the command line
    BASE_NOT_TUNABLE = "BASE_NOT_TUNABLE"  # the service does not tune this base model (any more)
    ADOPTED = "ADOPTED"  # ours because a person said so: never deleted
    IRREPLACEABLE = "IRREPLACEABLE"  # could never be trained again
    GRANTS_LOST = "GRANTS_LOST"  # who may use the old model could not be copied to the new one
    ID_TAKEN = "ID_TAKEN"  # the id exists and is invisible to this identity
    UNCERTAIN = "UNCERTAIN"  # it cannot yet be known whether a create happened
    DEPENDENCY = "DEPENDENCY"  # waits for, or is needed by, another address
    NOT_SERVING = "NOT_SERVING"  # the model exists and nothing serves it
    STALE = "STALE"  # changed between plan and apply
    GUARD = "GUARD"  # a limit was exceeded
