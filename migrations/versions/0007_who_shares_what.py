"""Invitations, deputies, what clusters share with whom, conflicts of interest."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; a cluster that has submitted has shared that with its programme, from that day on."""
    for column in ("until", "since"):
        op.add_column("memberships", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    _make_invitations()
    op.create_table(
        "consents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("cluster_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by", sa.String(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_consents_cluster_id_clusters")),
        sa.CheckConstraint("audience IN ('programme', 'peers', 'public')", name=op.f("ck_consents_audience")),
        sa.CheckConstraint("given_at IS NOT NULL OR revoked_at IS NOT NULL", name=op.f("ck_consents_decided")),
    )
    op.create_index(op.f("ix_consents_cluster_id"), "consents", ["cluster_id"])
    op.create_table(
        "interests",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("cluster_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interests")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_interests_user_id_users"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_interests_cluster_id_clusters")),
    )
    op.create_index(op.f("ix_interests_user_id"), "interests", ["user_id"])
    op.create_index(op.f("ix_interests_cluster_id"), "interests", ["cluster_id"])
    op.execute(
        "INSERT INTO consents (id, cluster_id, audience, given_at, given_by) "
        "SELECT 'first-' || c.id, c.id, 'programme', min(a.submitted_at), 'submission' "
        "FROM clusters c JOIN assessments a ON a.cluster_id = c.id "
        "WHERE a.submitted_at IS NOT NULL GROUP BY c.id"
    )


def downgrade() -> None:
    """Drop the tables with everything in them."""
    for table in ("interests", "consents", "invitations"):
        op.drop_table(table)
    with op.batch_alter_table("memberships") as memberships:
        for column in ("since", "until"):
            memberships.drop_column(column)


def _make_invitations() -> None:
    roles = "'observer', 'contributor', 'manager', 'evaluator', 'reader', 'owner'"
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("cluster_id", sa.String(), nullable=True),
        sa.Column("programme_id", sa.String(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("giver_becomes", sa.String(), nullable=True),
        sa.Column("invited_by", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_as", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_invitations_cluster_id_clusters")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_invitations_programme_id_programmes")
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["users.id"], name=op.f("fk_invitations_invited_by_users"), ondelete="CASCADE"
        ),
        sa.CheckConstraint("(cluster_id IS NULL) <> (programme_id IS NULL)", name=op.f("ck_invitations_one_scope")),
        sa.CheckConstraint(f"role IN ({roles})", name=op.f("ck_invitations_role")),
        sa.CheckConstraint("closed_as IN ('accepted', 'declined', 'withdrawn')", name=op.f("ck_invitations_closed_as")),
        sa.CheckConstraint(
            "giver_becomes IN ('observer', 'contributor', 'nothing')", name=op.f("ck_invitations_giver_becomes")
        ),
    )
    for column in ("email", "cluster_id", "programme_id", "invited_by"):
        op.create_index(op.f(f"ix_invitations_{column}"), "invitations", [column])
