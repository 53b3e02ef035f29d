"""The views of the screen of security, each declared once: a further view is a row here.

A view is a :class:`~tui_ops.ui.views.pane.Pane` that takes the desk. One that is also a
:class:`~tui_ops.ui.views.secured.Secured` says what enter opens and what stands beside it; of any other, both are about
the host of the line.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui_ops.ui.desk import Desk
    from tui_ops.ui.views.pane import Pane


@dataclass(frozen=True, slots=True)
class SecurityView:
    """A view of the screen."""

    noun: str
    """What is typed after ``:``; also the ``name`` of the view."""
    place: str
    """``module:Class`` below ``tui_ops.ui.views``; imported when the screen is opened first."""
    help: str
    """What it answers, in a few words."""

    def make(self, desk: "Desk") -> "Pane[Any]":
        """Return the view."""
        module, _, name = self.place.partition(":")
        made: Pane[Any] = getattr(import_module(f"tui_ops.ui.views.{module}"), name)(desk)
        return made


VIEWS: tuple[SecurityView, ...] = (
    SecurityView("findings", "findings:FindingsPane", "what is weak, the most urgent first"),
    SecurityView("acceptances", "acceptances:AcceptancesPane", "what is set aside, or asked to be, and until when"),
    SecurityView("verdicts", "verdicts:VerdictsPane", "what each check says of each host; what is unknown, and why"),
    SecurityView("vulnerabilities", "cves:VulnerabilitiesPane", "each vulnerability over all hosts: a fix here or not"),
    SecurityView("vulnerable", "vulnerable:VulnerablePane", "each host: how much of it can be mended, by which feed"),
    SecurityView("feeds", "vulnerable:FeedsPane", "what says so, and how old it is"),
    SecurityView("measures", "measures:MeasuresPane", "what protects each host: firewall, audit, time … and how well"),
    SecurityView("exposure", "exposure:ExposurePane", "what listens for others, who may ask it, what was not meant to"),
    SecurityView("certificates", "certificates:CertificatesPane", "certificates of files and services, by days left"),
    SecurityView("authkeys", "keysgraph:KeysPane", "each key: its person, the accounts and hosts that it opens"),
    SecurityView("logins", "logins:LoginsPane", "from where people came in, who guesses, who guessed until he got in"),
    SecurityView("trend", "findingtrend:TrendPane", "how it went: opened, closed, overdue, how long mending took"),
    SecurityView("compliance", "compliance:FrameworksPane", "each framework: its score, and how much of it is known"),
    SecurityView("controls", "compliance:ControlsPane", "each control: what decides it, its hosts and their readings"),
    SecurityView("attestations", "attestations:AttestationsPane", "whose word stands for a control, and until when"),
)
"""In the order in which ``.`` goes through them; the first is the one that the screen begins with."""

FURTHER = tuple(view.noun for view in VIEWS[1:])
"""The nouns of all but the first."""
