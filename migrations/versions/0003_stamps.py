"""Every change of what fills a session, and of the places, is given a new stamp in its own transaction.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# A hold that becomes a booking fills the same minutes: no new stamp. Whenever what fills a session is to end at another moment than
# before, or to end at all, as a booking does that becomes the hold of a minute: a new one.
SESSIONS = """
CREATE FUNCTION session_restamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.stamp := nextval('change_stamp');
  RETURN NEW;
END $$;
CREATE TRIGGER session_restamp BEFORE UPDATE ON session FOR EACH ROW EXECUTE FUNCTION session_restamp();

CREATE FUNCTION occupancy_restamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' THEN
    UPDATE session SET stamp = DEFAULT WHERE id = NEW.session_id;
  END IF;
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.session_id <> NEW.session_id) THEN
    UPDATE session SET stamp = DEFAULT WHERE id = OLD.session_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER occupancy_restamp AFTER INSERT OR DELETE ON occupancy FOR EACH ROW EXECUTE FUNCTION occupancy_restamp();
CREATE TRIGGER occupancy_restamp_update AFTER UPDATE ON occupancy FOR EACH ROW
  WHEN (OLD.session_id <> NEW.session_id OR OLD.begins_at <> NEW.begins_at OR OLD.ends_at <> NEW.ends_at
        OR (NEW.until IS NOT NULL AND OLD.until IS DISTINCT FROM NEW.until))
  EXECUTE FUNCTION occupancy_restamp();

CREATE FUNCTION centre_restamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE session SET stamp = DEFAULT WHERE centre_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER centre_restamp AFTER UPDATE ON centre FOR EACH ROW
  WHEN (OLD.participating_from <> NEW.participating_from OR OLD.participating_to IS DISTINCT FROM NEW.participating_to)
  EXECUTE FUNCTION centre_restamp();
"""
PLACES = """
CREATE TABLE place_stamp (one boolean PRIMARY KEY DEFAULT true CHECK (one), stamp bigint NOT NULL);
INSERT INTO place_stamp (stamp) VALUES (nextval('change_stamp'));
CREATE FUNCTION place_restamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE place_stamp SET stamp = nextval('change_stamp');
  RETURN NULL;
END $$;
"""
TABLES = ("centre", "cluster", "centre_service", "postcode", "deprivation")


def upgrade():
    op.execute(SESSIONS)
    op.execute(PLACES)
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER place_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION place_restamp()"
        )


def downgrade():
    for table in TABLES:
        op.execute(f"DROP TRIGGER place_restamp ON {table}")
    op.execute("DROP FUNCTION place_restamp; DROP TABLE place_stamp")
    op.execute("DROP TRIGGER centre_restamp ON centre; DROP FUNCTION centre_restamp")
    op.execute("DROP TRIGGER occupancy_restamp_update ON occupancy; DROP TRIGGER occupancy_restamp ON occupancy")
    op.execute("DROP FUNCTION occupancy_restamp; DROP TRIGGER session_restamp ON session; DROP FUNCTION session_restamp")
