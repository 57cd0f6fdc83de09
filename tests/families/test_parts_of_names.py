"""Families kept before names were found by their parts are found by them after the migration, and as before without it."""

import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from registration.common.db import db
from registration.factory import create_app
from registration.families.rules import lexemes
from tests.conftest import settings

NAMES = ("Blue O’Eyes", "Anne-Marie Lee", "Bjørn Æsir", "D'Arcy-O‘Neill", "Lee")


def words():
    return dict(db.session.execute(sa.text("SELECT name, name_words::text FROM family")).all())


def test_the_words_of_names_with_marks_are_written_anew_and_taken_back(new_database, tmp_path):
    app = create_app(settings(new_database("parts_of_names"), tmp_path))
    folder = app.extensions["migrate"].directory
    kept = sa.text(
        "INSERT INTO family (name, name_words, born) VALUES (:name, CAST(:words AS tsvector), '{2026-11-19}')"
    )
    with app.app_context():
        db.session.execute(kept, [{"name": name, "words": lexemes(name)} for name in NAMES])
        db.session.commit()
        new = words()
        db.session.rollback()
        downgrade(directory=folder, revision="0006")
        assert words() == {
            "Blue O’Eyes": "'blue' 'oeyes'",
            "Anne-Marie Lee": "'anne' 'lee' 'marie'",
            "Bjørn Æsir": "'aesir' 'bjorn'",
            "D'Arcy-O‘Neill": "'darcy' 'oneill'",
            "Lee": "'lee'",
        }
        db.session.rollback()
        upgrade(directory=folder)
        assert words() == new
        db.session.remove()
        db.engine.dispose()
