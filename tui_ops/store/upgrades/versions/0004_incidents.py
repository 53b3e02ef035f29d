"""Alerts, incidents, problems, and who is told of them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("maintenance", sa.Column("lasts_s", sa.Float(), nullable=True))
    _problem()
    _incident()
    _alert()
    _past_alert()
    _silence()
    _heartbeat()
    _timeline()
    _evidence()
    _notification()
    _oncall_plan()
    _oncall_override()
    _problem_line()
    _known_error()
    _review()
    _action_item()


def _problem() -> None:
    op.create_table(
        "problem",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("title", "state")),
        sa.Column("priority", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("owner", "services", "statement", "whys", "factors", "root_cause", "workaround", "fix")
        ),
        sa.Column("risk_until", sa.Float(), nullable=True),
        sa.Column("duplicate_of", sa.Integer(), sa.ForeignKey("problem.id"), nullable=True),
        sa.Column("resolution", sa.String(), nullable=False),
        sa.Column("proposed", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("shape", "changes")),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("resolved_at", "closed_at")),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.create_index("ix_problem_version", "problem", ["version"])


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("title", "state", "severity")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("impact", "urgency", "priority")),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in (
                "priority_by",
                "group_key",
                "rule",
                "site",
                "service",
                "services",
                "policy",
                "owner",
                "on_hold",
                "hold_reason",
            )
        ),
        sa.Column("major", sa.Boolean(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("started_at", "opened_at", "alert_at")),
        sa.Column("acked_at", sa.Float(), nullable=True),
        sa.Column("acked_by", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.Float(), nullable=True)
            for name in ("ack_until", "mitigated_at", "resolved_at", "closed_at")
        ),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("resolved_by", "cause", "cause_text", "helped")),
        sa.Column("snoozed_until", sa.Float(), nullable=True),
        sa.Column("merged_into", sa.Integer(), sa.ForeignKey("incident.id"), nullable=True),
        sa.Column("problem_id", sa.Integer(), sa.ForeignKey("problem.id"), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("runbook", "ticked", "shape")),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.create_index("ix_incident_shape", "incident", ["shape"])
    op.create_index("incident_of_group", "incident", ["group_key", "state"])
    op.create_index("ix_incident_version", "incident", ["version"])


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("source", "rule", "subject")),
        sa.Column("host_id", sa.Integer(), sa.ForeignKey("host.id"), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("item", "site", "services", "severity", "text")),
        sa.Column("value", sa.Float(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("unit", "labels", "url", "runbook", "state")),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("started_at", "detected_at", "seen_at")),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("expires_at", "ended_at")),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("flapping", sa.Boolean(), nullable=False),
        sa.Column("acked_at", sa.Float(), nullable=True),
        sa.Column("acked_by", sa.String(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("ack_until", "shelved_until")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("shelved_by", "suppressed_by", "suppressed_ref")),
        sa.Column("incident_id", sa.Integer(), sa.ForeignKey("incident.id"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.UniqueConstraint("source", "rule", "subject"),
    )
    op.create_index("alert_of_incident", "alert", ["incident_id"])
    op.create_index("ix_alert_host_id", "alert", ["host_id"])
    op.create_index("ix_alert_version", "alert", ["version"])


def _past_alert() -> None:
    op.create_table(
        "past_alert",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("alert_id", sa.Integer(), sa.ForeignKey("alert.id"), nullable=False),
        sa.Column("incident_id", sa.Integer(), sa.ForeignKey("incident.id"), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("severity", "text")),
        sa.Column("value", sa.Float(), nullable=True),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("started_at", "detected_at")),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("ended_at", "acked_at")),
        sa.Column("acked_by", sa.String(), nullable=False),
    )
    op.create_index("ix_past_alert_incident_id", "past_alert", ["incident_id"])


def _silence() -> None:
    op.create_table(
        "silence",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("matchers", sa.String(), nullable=False),
        sa.Column("starts_at", sa.Float(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("reason", "by")),
        sa.Column("incident_id", sa.Integer(), sa.ForeignKey("incident.id"), nullable=True),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
    )


def _heartbeat() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("last_at", sa.Float(), nullable=True),
        sa.Column("last_text", sa.String(), nullable=False),
        sa.Column("last_ok", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=True),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
    )


def _timeline() -> None:
    op.create_table(
        "timeline",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("incident_id", sa.Integer(), sa.ForeignKey("incident.id"), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "who", "text", "data")),
        sa.Column("audit_id", sa.Integer(), nullable=True),
    )
    op.create_index("timeline_of_incident", "timeline", ["incident_id", "at"])


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("incident_id", sa.Integer(), sa.ForeignKey("incident.id"), nullable=False),
        sa.Column("host_id", sa.Integer(), sa.ForeignKey("host.id"), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("moment", "section", "text")),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_index("evidence_of_incident", "evidence", ["incident_id"])


def _notification() -> None:
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("incident_id", sa.Integer(), sa.ForeignKey("incident.id"), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("key", "person", "channel", "reason")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("step", "round")),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("queued_at", "not_before")),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("tried_at", "done_at")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("error", "title", "body", "batch")),
        sa.UniqueConstraint("key"),
    )
    op.create_index("notification_of_incident", "notification", ["incident_id"])
    op.create_index("notification_of_state", "notification", ["state"])


def _oncall_plan() -> None:
    op.create_table(
        "oncall_plan",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
    )


def _oncall_override() -> None:
    op.create_table(
        "oncall_override",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("schedule", sa.String(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("starts_at", "ends_at")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("person", "instead_of", "reason", "by")),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
    )


def _problem_line() -> None:
    op.create_table(
        "problem_line",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("problem_id", sa.Integer(), sa.ForeignKey("problem.id"), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "who", "text", "data")),
        sa.Column("audit_id", sa.Integer(), nullable=True),
    )
    op.create_index("line_of_problem", "problem_line", ["problem_id", "at"])


def _known_error() -> None:
    op.create_table(
        "known_error",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("problem_id", sa.Integer(), sa.ForeignKey("problem.id"), nullable=True),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("title", "symptom", "signature", "workaround", "solution", "by")
        ),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("valid_until", sa.Float(), nullable=True),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("matched_at", sa.Float(), nullable=True),
        sa.Column("undo", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.create_index("ix_known_error_problem_id", "known_error", ["problem_id"])


def _review() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("incident_id", sa.Integer(), sa.ForeignKey("incident.id"), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("state", "owner", "what_happened", "impact", "went_well", "went_badly", "lucky", "factors")
        ),
        sa.Column("due_at", sa.Float(), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("undo", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.UniqueConstraint("incident_id"),
    )


def _action_item() -> None:
    op.create_table(
        "action_item",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), sa.ForeignKey("incident.id"), nullable=True),
        sa.Column("problem_id", sa.Integer(), sa.ForeignKey("problem.id"), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "text", "owner")),
        sa.Column("due_at", sa.Float(), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("done_at", sa.Float(), nullable=True),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.Column("undo", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.create_index("ix_action_item_incident_id", "action_item", ["incident_id"])
    op.create_index("ix_action_item_problem_id", "action_item", ["problem_id"])
    op.create_index("ix_action_item_version", "action_item", ["version"])
