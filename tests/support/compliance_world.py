"""A store in which checks have spoken, people attest, and time passes as the test says."""

import copy
import json
from collections.abc import Mapping
from unittest.mock import patch

from support.finding_world import ANN, BOB, CAT, DAY, FindingWorld
from tui_ops.actions.compliance import ACTS
from tui_ops.actions.protocol import Request
from tui_ops.engine import acting
from tui_ops.engine.acting import Kept
from tui_ops.engine.finders import FINDERS
from tui_ops.model.compliance import Framework
from tui_ops.model.facts import Field
from tui_ops.model.people import Who
from tui_ops.model.security import CheckResult
from tui_ops.practices.compliance.acts import COMPLIANCE_ACTS, Terms
from tui_ops.practices.compliance.frameworks import shipped
from tui_ops.store.tables import CheckVerdict
from tui_ops.store.verdicts import VerdictWrite, write_verdicts


class ComplianceWorld(FindingWorld):
    """A store with a fleet, whose checks say what the test wants."""

    frameworks: Mapping[str, Framework] = shipped()

    def says(
        self, check: str, host: str, result: CheckResult = CheckResult.PASS, text: str = "", judged_ago_s: float = 0.0,
        objects: tuple[str, ...] = ("",), parts: tuple[str, ...] = (), unread: tuple[str, ...] = (),
        in_use: tuple[str, ...] | None = None,
    ) -> None:  # fmt: skip
        """Let a check say something of a host; where it fails, a finding of each object is opened, too."""
        number, at = self.host_id(host), self.at - judged_ago_s
        evidence = {"topics": {"sshdconf": at - 60}, "said": text, "objects": [[one, text] for one in objects],
                    "count": len(objects), "unread": list(unread), "sha": "0",
                    **({"in_use": list(in_use)} if in_use is not None else {})}  # fmt: skip
        row = VerdictWrite(
            number, check, str(result), text or str(result), "1", at - 60, at, at, "[]", json.dumps(evidence)
        )
        self.run(lambda session: write_verdicts(session, [row]))
        if result is CheckResult.FAIL:
            data: dict[str, Field] = {"parts": list(parts)} if parts else {}
            self.sweep(*objects, check=check, host=host, text=text or "it is wrong", data=data)

    def comply(self, action_id: str, *targets: str, who: Who = CAT, **params: object) -> Kept:
        """Do an act on compliance as the engine does it, with its audit entry."""
        action = next(one for one in ACTS if one.id == action_id)
        given = {name.removesuffix("_"): value for name, value in params.items() if value is not None}
        read = action.read_params(copy.deepcopy(given))
        if not who.role.may(action.role):
            raise PermissionError(f"{action_id} takes the role {action.role}")
        doing, terms = COMPLIANCE_ACTS[action_id], Terms(self.frameworks)
        with patch.object(acting.time, "time", lambda: self.at):
            return self.run(
                lambda session: acting._do(
                    session, action, lambda one, asked: doing(one, asked, terms), who,
                    Request(1, "act", action_id, targets, given, {}), read, FINDERS.get(action.noun),
                )
            )[1]  # fmt: skip

    def attest(self, control: str, framework: str = "pci", **params: object) -> str:
        """Attest a control, and return the attestation's name."""
        given: dict[str, object] = {"text": "seen in the binder", "for_": "180d", **params}
        return self.comply("compliance.attest", framework=framework, control=control, **given).done.message.split(":")[
            0
        ]


__all__ = ["ANN", "BOB", "CAT", "DAY", "CheckVerdict", "ComplianceWorld"]
