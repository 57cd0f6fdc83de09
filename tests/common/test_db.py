"""How we speak to PostgreSQL."""

from sqlalchemy import text


def test_each_statement_is_planned_once_for_all_its_values(app, database):
    assert database.execute(text("SHOW plan_cache_mode")).scalar() == "force_generic_plan"
