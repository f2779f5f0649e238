"""Changes to the catalogue of grants, issuers and locations."""
