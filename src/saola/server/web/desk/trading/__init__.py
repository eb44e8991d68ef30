"""The office sells along: figures, demands, events, help."""
