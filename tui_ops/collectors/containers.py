"""The section ``containers``: what docker and podman run on a host.

The first line names the engines that are looked for. For each one that the host has, its own lines follow, with its
name before them, and its exit code last::

    engines docker podman
    docker ID<TAB>NAME<TAB>IMAGE<TAB>STATE<TAB>STATUS<TAB>PORTS
    docker exit 0
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.vitals import whole
from tui_ops.model.clean import clean
from tui_ops.model.readings import SectionReading, Status
from tui_ops.model.states import Severity

SECTION = "containers"

ENGINES = ("podman", "docker")
"""What is looked for. Podman comes first: where docker is podman under another name, what both list is podman's."""

CONTAINERS_LIMIT = 200
"""Containers of one host that are kept: a full node runs about a hundred."""

LINES_LIMIT = 3_000
"""Lines of one body: more than the probe writes at its own limits."""

STATUSES_LIMIT = 20
"""Containers in trouble that are told one by one; where there are more, their host is the trouble."""

ID_LIMIT = 12
"""Characters of a container's id, as people know it."""

NAME_LIMIT = 80
"""Characters of a name: those that Kubernetes and compose make up have sixty."""

IMAGE_LIMIT = 160
"""Characters of an image: a registry, a path, a tag."""

STATUS_LIMIT = 60
"""Characters of a status: ``Up 3 weeks (unhealthy)`` and the like."""

PORTS_LIMIT = 300
"""Characters of the ports: a dozen of them, each with its addresses."""

TEXT_LIMIT = 160
"""Characters of what an engine complains of."""

_TIMED_OUT = frozenset({124, 137, 143})
"""What timeout returns, and what a shell does for a process that was ended."""

_DENIED = "permission denied"
_ALIASES = {"stopped": "exited", "configured": "created", "initialized": "created", "stopping": "running"}
"""States that podman tells apart and docker does not, by the word that both have."""

_STATES = frozenset({"running", "exited", "restarting", "paused", "created", "dead", "removing"})
_BEGINNINGS = {
    "Up ": "running",
    "Exited": "exited",
    "Restarting": "restarting",
    "Created": "created",
    "Initialized": "created",
    "Dead": "dead",
    "Paused": "paused",
    "Removal": "removing",
}
"""How a status begins, for engines that tell no state beside it."""


@dataclass(slots=True)
class _Engine:
    name: str
    code: int = 0
    rows: list[list[bytes]] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Container:
    engine: str
    id: str
    name: str
    image: str
    state: str
    status: str
    ports: str

    @property
    def trouble(self) -> str:
        """``restarting``, ``unhealthy`` or ``dead``; empty where there is none."""
        if self.state in ("restarting", "dead"):
            return self.state
        return "unhealthy" if "(unhealthy)" in self.status else ""

    @property
    def rank(self) -> int:
        """Trouble first, then what runs, then what does not."""
        if self.trouble:
            return 0
        return 1 if self.state in ("running", "paused") else 2


def parse_containers(body: bytes) -> SectionReading:
    """Read one run of the section.

    Args:
        body: of the frame, as the host sent it.

    Returns:
        A warning for each container that restarts or is unhealthy; a document with engines and containers.

    Raises:
        NothingUsable: it is no run of this section.
    """
    lines = body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]
    if not lines[0].startswith(b"engines "):
        raise NothingUsable("the host does not tell its containers", "run docker ps there and see what it says")
    engines = _read(lines[1:])
    containers = sorted(_containers(engines), key=lambda one: (one.rank, one.name, one.engine, one.id))
    return SectionReading(
        section=SECTION,
        statuses=_statuses(containers),
        document={
            "engines": [_judge(engine) for engine in sorted(engines, key=lambda engine: engine.name)],
            "containers": [asdict(one) for one in containers[:CONTAINERS_LIMIT]],
        },
    )


def _read(lines: list[bytes]) -> list[_Engine]:
    engines = {name: _Engine(name) for name in ENGINES}
    seen: set[str] = set()
    for line in lines:
        word, _, text = line.partition(b" ")
        engine = engines.get(word.decode("ascii", "replace"))
        if engine is None:
            continue
        seen.add(engine.name)
        fields = text.split(b"\t")
        if len(fields) == 6:
            engine.rows.append(fields)
        elif text.startswith(b"exit "):
            engine.code = min(whole(text[5:]) or 0, 255)
        else:
            engine.said.append(text)
    return [engine for engine in engines.values() if engine.name in seen]


def _judge(engine: _Engine) -> dict[str, object]:
    if engine.code == 0:
        return {"name": engine.name, "state": "ok", "text": ""}
    if engine.code in _TIMED_OUT:
        return {"name": engine.name, "state": "failed", "text": "no answer within 8 s"}
    said = [clean(line.strip(), TEXT_LIMIT) for line in engine.said if line.strip()][:8]
    denied = [line for line in said if _DENIED in line.lower()]
    # Its complaint is the last line, after warnings that it could live with.
    text = denied[0] if denied else said[-1] if said else f"exit code {engine.code}"
    return {"name": engine.name, "state": "needs privilege" if denied else "failed", "text": text}


def _containers(engines: list[_Engine]) -> Iterable[_Container]:
    kept: dict[str, _Container] = {}
    for engine in engines:
        for row in engine.rows if engine.code == 0 else ():
            container = _container(engine.name, row)
            if container.id:
                kept.setdefault(container.id, container)
    return kept.values()


def _container(engine: str, row: list[bytes]) -> _Container:
    id_, name, image, state, status, ports = (field.strip() for field in row)
    shown = clean(status, STATUS_LIMIT)
    return _Container(
        engine=engine,
        id=clean(id_[:ID_LIMIT], ID_LIMIT),
        name=clean(name, NAME_LIMIT),
        image=clean(image, IMAGE_LIMIT),
        state=_state(state.decode("ascii", "replace").lower(), shown),
        status=shown,
        ports=clean(ports, PORTS_LIMIT),
    )


def _state(word: str, status: str) -> str:
    word = _ALIASES.get(word, word)
    if word in _STATES:
        return word
    if status.endswith("(Paused)"):
        return "paused"
    return next((state for start, state in _BEGINNINGS.items() if status.startswith(start)), "unknown")


def _statuses(containers: list[_Container]) -> tuple[Status, ...]:
    found = [one for one in containers if one.trouble in ("restarting", "unhealthy")]
    statuses = [
        Status(f"container {one.name}", Severity.WARNING, f"container {one.name} is {one.trouble}")
        for one in found[:STATUSES_LIMIT]
    ]
    if len(found) > STATUSES_LIMIT:
        more = len(found) - STATUSES_LIMIT
        statuses.append(Status(SECTION, Severity.WARNING, f"{more} more containers restart or are unhealthy"))
    return tuple(statuses)
