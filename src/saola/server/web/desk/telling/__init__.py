"""The office tells people: campaigns of the province, tasks of communes."""
