"""Assessments, their answers, and the scorecards frozen when they begin to count."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATES = "'draft', 'submitted', 'in-review', 'changes-requested', 'replying', 'verified', 'closed', 'withdrawn'"


def upgrade() -> None:
    """Make the tables."""
    _make_assessments()
    _make_answers()
    _make_scorecards()


def downgrade() -> None:
    """Drop the tables with everything in them."""
    op.drop_table("scorecards")
    op.drop_table("answers")
    op.drop_table("assessments")


def _make_assessments() -> None:
    op.create_table(
        "assessments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("cluster_id", sa.String(), nullable=False),
        sa.Column("round_id", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("reference_date", sa.Date(), nullable=False),
        sa.Column("framework", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_assessments_cluster_id_clusters")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_assessments_round_id_rounds")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_assessments_state")),
    )
    op.create_index(op.f("ix_assessments_cluster_id"), "assessments", ["cluster_id"])


def _make_answers() -> None:
    assessment = op.f("fk_answers_assessment_id_assessments")
    op.create_table(
        "answers",
        sa.Column("assessment_id", sa.String(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("assessment_id", "indicator", name=op.f("pk_answers")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=assessment, ondelete="CASCADE"),
    )


def _make_scorecards() -> None:
    assessment = op.f("fk_scorecards_assessment_id_assessments")
    op.create_table(
        "scorecards",
        sa.Column("assessment_id", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("levels", sa.LargeBinary(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("assessment_id", name=op.f("pk_scorecards")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=assessment, ondelete="CASCADE"),
    )
