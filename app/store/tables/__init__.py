"""Every table, by noun. The migrations are the way here; a test holds the two equal on both databases.

Statements are written over these, never over entities: reads go from columns straight into domain values.
"""

from app.store.tables import of_assessments, of_clusters, of_journal, of_people, of_service
from app.store.tables.columns import UtcDateTime, metadata

__all__ = ["UtcDateTime", "metadata", "of_assessments", "of_clusters", "of_journal", "of_people", "of_service"]

users = metadata.tables["users"]
sessions = metadata.tables["sessions"]
tokens = metadata.tables["tokens"]
resets = metadata.tables["resets"]
totps = metadata.tables["totps"]
recovery_codes = metadata.tables["recovery_codes"]
passkeys = metadata.tables["passkeys"]
identities = metadata.tables["identities"]

programmes = metadata.tables["programmes"]
rounds = metadata.tables["rounds"]
clusters = metadata.tables["clusters"]
memberships = metadata.tables["memberships"]
invitations = metadata.tables["invitations"]
consents = metadata.tables["consents"]
interests = metadata.tables["interests"]

assessments = metadata.tables["assessments"]
answers = metadata.tables["answers"]
scorecards = metadata.tables["scorecards"]

journal = metadata.tables["journal"]
journal_names = metadata.tables["journal_names"]
journal_texts = metadata.tables["journal_texts"]

keys = metadata.tables["keys"]
outbox = metadata.tables["outbox"]
notices = metadata.tables["notices"]
attempts = metadata.tables["attempts"]
carried = metadata.tables["carried"]
receipts = metadata.tables["receipts"]
