"""The ways a sheet comes in beside the form: a tablet's message, photos, paper."""
