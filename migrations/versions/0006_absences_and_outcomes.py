"""Absences, and registrars' own minutes, give the sessions they touch a new stamp; outcomes are only ever added.

What the new columns may say is checked. A check on a table in use is added without looking at the rows there, and looked at afterwards: that holds no booking up.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ABSENCES = """
CREATE FUNCTION absence_restamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE session SET stamp = DEFAULT
     WHERE registrar_id = OLD.registrar_id AND begins_at < OLD.ends_at AND ends_at > OLD.begins_at;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE session SET stamp = DEFAULT
     WHERE registrar_id = NEW.registrar_id AND begins_at < NEW.ends_at AND ends_at > NEW.begins_at;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER absence_restamp AFTER INSERT OR UPDATE OR DELETE ON absence
  FOR EACH ROW EXECUTE FUNCTION absence_restamp();
"""
REGISTRARS = """
CREATE FUNCTION registrar_restamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE session SET stamp = DEFAULT WHERE registrar_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER registrar_restamp AFTER UPDATE ON registrar FOR EACH ROW
  WHEN (OLD.minutes_per_baby IS DISTINCT FROM NEW.minutes_per_baby) EXECUTE FUNCTION registrar_restamp();
"""
# While families wait for earlier times, every span that becomes free is noted for them. (The minute after a cancellation and
# other holds that run out are no change of a row: a job deletes those, and with that they are noted too.)
FREED = """
CREATE FUNCTION somebody_waits() RETURNS boolean LANGUAGE sql STABLE AS
  'SELECT EXISTS (SELECT 1 FROM wish WHERE state = ''waiting'')';
CREATE FUNCTION occupancy_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO freed_time (session_id, begins_at, ends_at)
  SELECT OLD.session_id, OLD.begins_at, OLD.ends_at WHERE somebody_waits();
  RETURN NULL;
END $$;
CREATE TRIGGER occupancy_freed AFTER DELETE ON occupancy FOR EACH ROW EXECUTE FUNCTION occupancy_freed();
CREATE TRIGGER occupancy_freed_update AFTER UPDATE ON occupancy FOR EACH ROW
  WHEN (OLD.session_id <> NEW.session_id OR OLD.begins_at <> NEW.begins_at OR OLD.ends_at <> NEW.ends_at)
  EXECUTE FUNCTION occupancy_freed();

CREATE FUNCTION session_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO freed_time (session_id, begins_at, ends_at)
  SELECT NEW.id, NEW.begins_at, NEW.ends_at WHERE somebody_waits();
  RETURN NULL;
END $$;
CREATE TRIGGER session_freed AFTER INSERT ON session FOR EACH ROW
  WHEN (NEW.state = 'published') EXECUTE FUNCTION session_freed();
CREATE TRIGGER session_freed_update AFTER UPDATE ON session FOR EACH ROW
  WHEN (NEW.state = 'published' AND (OLD.state <> NEW.state OR OLD.registrar_id <> NEW.registrar_id
        OR OLD.begins_at <> NEW.begins_at OR OLD.ends_at <> NEW.ends_at))
  EXECUTE FUNCTION session_freed();

CREATE FUNCTION absence_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO freed_time (session_id, begins_at, ends_at)
  SELECT s.id, greatest(s.begins_at, OLD.begins_at), least(s.ends_at, OLD.ends_at) FROM session s
   WHERE s.registrar_id = OLD.registrar_id AND s.state = 'published'
     AND s.begins_at < OLD.ends_at AND s.ends_at > OLD.begins_at AND somebody_waits();
  RETURN NULL;
END $$;
CREATE TRIGGER absence_freed AFTER UPDATE ON absence FOR EACH ROW
  WHEN (OLD.state = 'planned' AND (NEW.state <> 'planned' OR OLD.begins_at <> NEW.begins_at OR OLD.ends_at <> NEW.ends_at))
  EXECUTE FUNCTION absence_freed();
"""
NOT_FREED = """
DROP TRIGGER absence_freed ON absence; DROP FUNCTION absence_freed;
DROP TRIGGER session_freed_update ON session; DROP TRIGGER session_freed ON session; DROP FUNCTION session_freed;
DROP TRIGGER occupancy_freed_update ON occupancy; DROP TRIGGER occupancy_freed ON occupancy; DROP FUNCTION occupancy_freed;
DROP FUNCTION somebody_waits;
"""
# A family whose appointment came to nothing books another: the old one does not stand in its way.
ONE_BIRTH = """
DROP INDEX uq_booking_{key}; CREATE UNIQUE INDEX uq_booking_{key} ON booking ({key})
 WHERE state = 'booked'{more}
"""
CAME_TO_SOMETHING = " AND (outcome IS NULL OR outcome NOT IN ('unable', 'did_not_attend'))"
OUTCOMES = "outcome IN ('arrived', 'registered', 'declaration_taken', 'unable', 'did_not_attend')"


def upgrade():
    op.execute(ABSENCES)
    op.execute(REGISTRARS)
    op.execute("CREATE TRIGGER only_added BEFORE UPDATE ON outcome FOR EACH STATEMENT EXECUTE FUNCTION only_added()")
    op.execute(f"ALTER TABLE booking ADD CONSTRAINT ck_booking_outcome CHECK ({OUTCOMES}) NOT VALID")
    op.execute("ALTER TABLE booking VALIDATE CONSTRAINT ck_booking_outcome")
    op.execute("ALTER TABLE session ADD CONSTRAINT ck_session_extra_reason CHECK ((kind = 'extra') = (reason IS NOT NULL)) NOT VALID")
    op.execute("ALTER TABLE session VALIDATE CONSTRAINT ck_session_extra_reason")
    op.execute(FREED)
    for key in ("email_key", "mobile_key"):
        op.execute(ONE_BIRTH.format(key=key, more=CAME_TO_SOMETHING))
    # Every booking writes its session's stamp: room on the page keeps that from touching the indexes.
    op.execute("ALTER TABLE session SET (fillfactor = 60)")


def downgrade():
    op.execute("ALTER TABLE session RESET (fillfactor)")
    for key in ("email_key", "mobile_key"):
        op.execute(ONE_BIRTH.format(key=key, more=""))
    op.execute(NOT_FREED)
    op.execute("ALTER TABLE session DROP CONSTRAINT ck_session_extra_reason")
    op.execute("ALTER TABLE booking DROP CONSTRAINT ck_booking_outcome")
    op.execute("DROP TRIGGER only_added ON outcome")
    op.execute("DROP TRIGGER registrar_restamp ON registrar; DROP FUNCTION registrar_restamp")
    op.execute("DROP TRIGGER absence_restamp ON absence; DROP FUNCTION absence_restamp")
