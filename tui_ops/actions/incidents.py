"""The acts on incidents and alerts, declared."""

from tui_ops.actions.action import Action, Danger, Param, ParamKind
from tui_ops.model.incidents import Cause, Hold
from tui_ops.model.people import Role
from tui_ops.practices.incidents import rules
from tui_ops.practices.incidents.states import Event

UNDO, UNDO_OF_SILENCE = "incident.undo", "silence.undo"


def _on_incident(id_: str, label: str, help_: str, key: str = "", undo: str = UNDO, **more: object) -> Action:
    """Declare an act of operators on incidents that can be taken back."""
    said: dict[str, object] = {"danger": Danger.REVERSIBLE, "role": Role.OPERATOR, **more}
    return Action(id=id_, label=label, noun="incident", help=help_, key=key, undo=undo, **said)  # type: ignore[arg-type]


_REASON = Param("reason", "why, for everyone who looks")

ACKNOWLEDGE = _on_incident(
    "incident.acknowledge", "acknowledge",
    "You look after it: nobody else is called. It runs out unless you do something on the incident or its hosts.",
    "a", rule=rules.may_acknowledge, words=("ack", "take on"),
    params=(Param("for", "how long", ParamKind.DURATION, required=False, help="30m unless the inventory says else"),),
)  # fmt: skip

UNACKNOWLEDGE = _on_incident(
    "incident.unacknowledge", "give back", "Gives an acknowledgement back: who is on call is called again.",
    rule=rules.may_unacknowledge, words=("unack",),
)  # fmt: skip

ASSIGN = _on_incident(
    "incident.assign", "assign", "Gives it to somebody, by the operator's name in the inventory.", "A",
    rule=rules.may_work_on, params=(Param("to", "the operator's name"),), words=("owner", "hand over"),
)  # fmt: skip

TAKE = _on_incident(
    "incident.take", "take", "You own it from now on.", rule=rules.may_work_on, words=("owner", "mine"),
)  # fmt: skip

NOTE = _on_incident(
    "incident.note", "note", "Writes a line on the timeline, and says that you work on it.", "i", undo="",
    rule=rules.may_note, danger=Danger.NONE, words=("comment", "log"), params=(Param("text", "what to write"),),
)  # fmt: skip

ESCALATE = _on_incident(
    "incident.escalate", "escalate", "Calls the next step of its escalation policy now, whoever has acknowledged it.",
    undo="", rule=rules.may_work_on, words=("page", "call"), params=(_REASON,),
)  # fmt: skip

PRIORITY = _on_incident(
    "incident.priority", "set priority", "Sets the priority by hand; the table of impact and urgency no longer does.",
    rule=rules.may_work_on, words=("p1", "p2", "severity"),
    params=(Param("priority", "1 to 5", choices=("1", "2", "3", "4", "5")), _REASON),
)  # fmt: skip

TITLE = _on_incident(
    "incident.title", "rename", "Gives it another title.", rule=rules.may_work_on,
    params=(Param("title", "the new title"),),
)  # fmt: skip

INVESTIGATE = _on_incident(
    "incident.investigate", "investigate", "Somebody looks for what causes it.", rule=rules.by_event(Event.BEGIN),
)  # fmt: skip

IDENTIFY = _on_incident(
    "incident.identify", "cause found", "What causes it is known.", rule=rules.by_event(Event.IDENTIFY),
    params=(Param("text", "what it is", required=False),), words=("identified",),
)  # fmt: skip

MITIGATE = _on_incident(
    "incident.mitigate", "mitigated", "Nobody is hurt any more, though the cause may still be there.",
    rule=rules.by_event(Event.MITIGATE), params=(Param("text", "what was done", required=False),),
)  # fmt: skip

WATCH = _on_incident(
    "incident.watch", "watch", "What was done is watched for a while.", rule=rules.by_event(Event.WATCH),
    words=("monitoring",),
)  # fmt: skip

HOLD = _on_incident(
    "incident.hold", "hold, go on", "Says what it waits for, so that nobody is called meanwhile; nothing: go on.", "o",
    rule=rules.may_work_on, words=("on hold", "wait", "pending"),
    params=(
        Param("for", "what it waits for", choices=(*(str(one) for one in Hold), "nothing")),
        Param("reason", "why", required=False),
    ),
)  # fmt: skip

SNOOZE = _on_incident(
    "incident.snooze", "snooze", "Nobody is called about it for a while; it stays where it is in the list.",
    rule=rules.may_work_on, params=(Param("for", "how long", ParamKind.DURATION, default="1h"),),
)  # fmt: skip

SILENCE = _on_incident(
    "incident.silence", "silence", "Its alerts ask for nobody, those to come included, for a time or until resolved.",
    "m", rule=rules.may_work_on, words=("mute",),
    params=(
        Param("for", "how long; empty: until it is resolved", ParamKind.DURATION, required=False),
        _REASON,
    ),
)  # fmt: skip

MAJOR = _on_incident(
    "incident.major", "declare major", "Makes it a major incident with a commander, a scribe and a liaison.",
    rule=rules.may_declare_major, words=("sev1", "war room"),
    params=(
        Param("commander", "who leads", help="an operator's name"),
        Param("scribe", "who writes", required=False),
        Param("liaison", "who talks to others", required=False),
    ),
)  # fmt: skip

DEMOTE = _on_incident("incident.demote", "not major", "Takes the declaration back.", rule=rules.may_demote)

LINK = _on_incident(
    "incident.link", "link", "Names something that belongs to it: a change, a ticket, an address.",
    rule=rules.may_note, params=(Param("to", "what to link"), Param("text", "what it is", required=False)),
)  # fmt: skip

UNLINK = _on_incident(
    "incident.unlink", "unlink", "Says that something does not belong to it after all; its line stays where it is.",
    rule=rules.may_note, params=(Param("to", "what was linked, as it was named"),),
)  # fmt: skip

MERGE = _on_incident(
    "incident.merge", "merge", "Puts its alerts and its story into another incident.", rule=rules.by_event(Event.MERGE),
    params=(Param("into", "the incident that stays, INC-12"),), words=("duplicate",),
)  # fmt: skip

SPLIT = _on_incident(
    "incident.split", "split", "Takes alerts out of it, into an incident of their own.", rule=rules.may_work_on,
    alone=True,
    params=(Param("alerts", "their numbers, ALR-3 ALR-7"), Param("title", "of the new one", required=False)),
)  # fmt: skip

RESOLVE = _on_incident(
    "incident.resolve", "resolve", "It is over: what caused it, and what helped, are there for the next one like it.",
    "r", rule=rules.by_event(Event.RESOLVE), words=("fixed", "done", "close"),
    params=(
        Param("cause", "what it was", choices=tuple(str(one) for one in Cause)),
        Param("helped", "what helped"),
        Param("text", "more about the cause", required=False),
    ),
)  # fmt: skip

REOPEN = _on_incident(
    "incident.reopen", "open again", "It is not over.", rule=rules.by_event(Event.REOPEN), params=(_REASON,),
)  # fmt: skip

CLOSE = _on_incident(
    "incident.close", "close", "The paperwork is done.", rule=rules.by_event(Event.CLOSE),
)  # fmt: skip

CANCEL = _on_incident(
    "incident.cancel", "cancel", "It was none.", rule=rules.by_event(Event.CANCEL), params=(_REASON,),
    words=("false alarm",),
)  # fmt: skip

TICK = _on_incident(
    "incident.tick", "check off", "Says that a step of the runbook is done, or not done after all.", alone=True,
    rule=rules.may_work_on, params=(Param("step", "its number"),),
)  # fmt: skip

UNDO_LAST = _on_incident(
    UNDO, "undo", "Takes back the last act of yours on it, as far as nobody has changed the same since.", undo="",
    danger=Danger.NONE,
)  # fmt: skip

OPEN = Action(
    id="incident.open", label="open an incident", noun="fleet", role=Role.OPERATOR, danger=Danger.REVERSIBLE,
    params=(
        Param("title", "what is wrong"),
        Param("host", "the host it is on", required=False),
        Param("service", "the service it hurts", required=False),
        Param("priority", "1 to 5", required=False, choices=("1", "2", "3", "4", "5")),
    ),
    words=("report", "declare"), undo=UNDO,
    help="Opens an incident by hand, for what no rule saw.",
)  # fmt: skip

SILENCE_ADD = Action(
    id="silence.add", label="silence alerts", noun="fleet", role=Role.OPERATOR, danger=Danger.REVERSIBLE,
    params=(
        Param("match", "which", help="such as site=lon rule=~disk.* ; all must be true"),
        Param("for", "how long", ParamKind.DURATION, default="2h"),
        _REASON,
    ),
    words=("mute",), undo=UNDO_OF_SILENCE, help="Alerts that match ask for nobody for a while, those to come included.",
)  # fmt: skip

SILENCE_END = Action(
    id="silence.end", label="end a silence", noun="fleet", role=Role.OPERATOR, danger=Danger.REVERSIBLE,
    params=(Param("silence", "its number"),), words=("unmute",), undo=UNDO_OF_SILENCE,
    help="Ends a silence before its time.",
)  # fmt: skip

SILENCE_UNDO = Action(
    id=UNDO_OF_SILENCE, label="undo a silence", noun="fleet", role=Role.OPERATOR, danger=Danger.NONE,
    help="Takes back what you did last with a silence: one that you made is ended, one that you ended goes on.",
)  # fmt: skip

ALERT_ACKNOWLEDGE = Action(
    id="alert.acknowledge", label="acknowledge", noun="alert", role=Role.OPERATOR, danger=Danger.NONE, key="a",
    rule=rules.may_acknowledge_alert, words=("ack", "seen"),
    help="You have seen it. One that is over leaves the list; of one that is true the incident is acknowledged.",
)  # fmt: skip

ALERT_SHELVE = Action(
    id="alert.shelve", label="shelve", noun="alert", role=Role.OPERATOR, danger=Danger.REVERSIBLE, key="m",
    rule=rules.may_shelve, undo="alert.unshelve", words=("mute", "put aside"),
    params=(Param("for", "how long", ParamKind.DURATION, default="2h"), _REASON),
    help="Puts one alert aside for a time. It comes back by itself if it is still true then.",
)  # fmt: skip

ALERT_UNSHELVE = Action(
    id="alert.unshelve", label="take up again", noun="alert", role=Role.OPERATOR, danger=Danger.REVERSIBLE,
    rule=rules.may_unshelve, help="Ends the shelving of an alert before its time.",
)  # fmt: skip

ACTS: tuple[Action, ...] = (
    ACKNOWLEDGE, TAKE, ASSIGN, NOTE, RESOLVE, MITIGATE, IDENTIFY, INVESTIGATE, WATCH, HOLD, SNOOZE, SILENCE, ESCALATE,
    PRIORITY, MAJOR, DEMOTE, LINK, UNLINK, MERGE, SPLIT, TITLE, TICK, UNACKNOWLEDGE, REOPEN, CLOSE, CANCEL, UNDO_LAST,
    OPEN, SILENCE_ADD, SILENCE_END, SILENCE_UNDO, ALERT_ACKNOWLEDGE, ALERT_SHELVE, ALERT_UNSHELVE,
)  # fmt: skip
"""In the order in which menus have them."""
