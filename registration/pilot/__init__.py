"""Does registering births in children's centres reach more families? The pilot's events, figures, releases and report."""
