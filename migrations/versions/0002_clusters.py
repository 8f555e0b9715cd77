"""Programmes with their rounds, clusters, and people's roles on both."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_programmes()
    _make_clusters()
    _make_memberships()


def downgrade() -> None:
    """Drop the tables with everything in them."""
    op.drop_table("memberships")
    op.drop_table("clusters")
    op.drop_table("rounds")
    op.drop_table("programmes")


def _make_programmes() -> None:
    op.create_table(
        "programmes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("slug", name=op.f("uq_programmes_slug")),
    )
    op.create_table(
        "rounds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("programme_id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reference_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_rounds_programme_id_programmes")),
        sa.UniqueConstraint("programme_id", "slug", name=op.f("uq_rounds_programme_id_slug")),
    )


def _make_clusters() -> None:
    op.create_table(
        "clusters",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("programme_id", sa.String(), nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clusters")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_clusters_programme_id_programmes")),
        sa.UniqueConstraint("slug", name=op.f("uq_clusters_slug")),
    )
    op.create_index(op.f("ix_clusters_programme_id"), "clusters", ["programme_id"])


def _make_memberships() -> None:
    words = {
        "user": op.f("fk_memberships_user_id_users"),
        "programme": op.f("fk_memberships_programme_id_programmes"),
        "role": "role IN ('observer', 'contributor', 'manager', 'evaluator', 'reader', 'owner')",
        "one_scope": "(cluster_id IS NULL) <> (programme_id IS NULL)",
    }
    op.create_table(
        "memberships",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("cluster_id", sa.String(), nullable=True),
        sa.Column("programme_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=words["user"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_memberships_cluster_id_clusters")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=words["programme"]),
        sa.CheckConstraint(words["one_scope"], name=op.f("ck_memberships_one_scope")),
        sa.CheckConstraint(words["role"], name=op.f("ck_memberships_role")),
        sa.UniqueConstraint("user_id", "cluster_id", "role", name=op.f("uq_memberships_user_id_cluster_id_role")),
        sa.UniqueConstraint("user_id", "programme_id", "role", name=op.f("uq_memberships_user_id_programme_id_role")),
    )
    op.create_index(op.f("ix_memberships_user_id"), "memberships", ["user_id"])
