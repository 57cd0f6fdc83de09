"""What of an evaluation may be published: a fixed catalogue of tables, made safe and attacked first; a ledger of what left."""
