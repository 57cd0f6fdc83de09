"""Places: registration districts, clusters, children's centres and their rooms, postcodes, distance and deprivation."""
