"""Changes, approvals, runs and releases."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _change_model()
    _release()
    _change()
    _change_line()
    _change_plan()
    _change_link()
    _approval()
    _delegation()
    _freeze()
    _change_run()
    _change_cell()
    _changing_plan()
    _alert()


def _change_model() -> None:
    op.create_table(
        "change_model",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "title", "plan", "sha", "limits", "by")),
        sa.Column("edited_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("approved_by", "approved_sha")),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("approved_at", "retired_at")),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.UniqueConstraint("name"),
    )


def _release() -> None:
    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("name", "service", "versions", "environments", "state", "notes")
        ),
        sa.Column("committed_at", sa.Float(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.Float(), nullable=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.create_index("ix_release_version", "release", ["version"])


def _change() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in (
                "title",
                "kind",
                "state",
                "outcome",
                "reason",
                "owner",
                "implementer",
                "requested_by",
                "edited_by",
                "plan",
                "plan_values",
                "targets",
                "hosts",
                "services",
            )
        ),
        sa.Column("model_id", sa.Integer(), sa.ForeignKey("change_model.id"), nullable=True),
        sa.Column("release_id", sa.Integer(), sa.ForeignKey("release.id"), nullable=True),
        sa.Column("release_place", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("environment", "start")),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("starts_at", "ends_at")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("window", "on_hold", "frozen", "frozen_sha")),
        sa.Column("frozen_at", sa.Float(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("dry_run_id", "risk")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("risk_factors", "conflicts")),
        sa.Column("assessed_at", sa.Float(), nullable=True),
        sa.Column("self_approved", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("stopped", "review")),
        sa.Column("review_due_at", sa.Float(), nullable=True),
        sa.Column("reviewed_by", sa.String(), nullable=False),
        sa.Column("unauthorised", sa.Boolean(), nullable=False),
        sa.Column("difference", sa.String(), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        *(
            sa.Column(name, sa.Float(), nullable=True)
            for name in ("submitted_at", "approved_at", "began_at", "ended_at", "closed_at")
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.create_index("ix_change_state", "change", ["state"])
    op.create_index("ix_change_version", "change", ["version"])


def _change_line() -> None:
    op.create_table(
        "change_line",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("change_id", sa.Integer(), sa.ForeignKey("change.id"), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "who", "text", "data")),
        sa.Column("audit_id", sa.Integer(), nullable=True),
    )
    op.create_index("line_of_change", "change_line", ["change_id", "at"])


def _change_plan() -> None:
    op.create_table(
        "change_plan",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("change_id", sa.Integer(), sa.ForeignKey("change.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("who", "plan", "plan_values", "targets", "sha")),
    )
    op.create_index("plan_of_change", "change_plan", ["change_id", "number"])


def _change_link() -> None:
    op.create_table(
        "change_link",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("change_id", sa.Integer(), sa.ForeignKey("change.id"), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "other")),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
    )
    op.create_index("link_of_change", "change_link", ["change_id"])
    op.create_index("link_to", "change_link", ["kind", "other"])


def _approval() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("change_id", sa.Integer(), sa.ForeignKey("change.id"), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("behalf", "vote", "reason", "frozen_sha")),
        sa.Column("void_at", sa.Float(), nullable=True),
        sa.Column("void_why", sa.String(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=True),
    )
    op.create_index("approval_of_change", "approval", ["change_id"])


def _delegation() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("giver", "taker")),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("begins_at", "ends_at")),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=True),
    )


def _freeze() -> None:
    op.create_table(
        "freeze",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("title", "reason", "matcher")),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("begins_at", "ends_at")),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("proposed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
    )


def _change_run() -> None:
    op.create_table(
        "change_run",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), sa.ForeignKey("change.id"), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("kind", "state", "token", "by", "frozen", "frozen_sha", "batches")
        ),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("back_from", sa.Integer(), nullable=True),
        sa.Column("held", sa.String(), nullable=False),
        sa.Column("watched_until", sa.Float(), nullable=True),
        sa.Column("begun_at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.Column("sha", sa.String(), nullable=False),
    )
    op.create_index("ix_change_run_version", "change_run", ["version"])
    op.create_index("run_of_change", "change_run", ["change_id"])


def _change_cell() -> None:
    op.create_table(
        "change_cell",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("change_run.id"), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("host", "step", "state")),
        sa.Column("attempt", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("begun_at", "ended_at")),
        sa.Column("exit_status", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("said", "result", "by")),
        sa.Column("output", sa.LargeBinary(), nullable=False),
        sa.Column("output_sha", sa.String(), nullable=False),
        sa.Column("output_bytes", sa.Integer(), nullable=False),
    )
    op.create_index("cell_of_run", "change_cell", ["run_id", "version"])
    op.create_index("one_cell", "change_cell", ["run_id", "host", "step"], unique=True)


def _changing_plan() -> None:
    op.create_table(
        "changing_plan",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
    )


def _alert() -> None:
    op.add_column("alert", sa.Column("numbers", sa.String(), nullable=False, server_default="[]"))
