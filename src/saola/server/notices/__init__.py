"""Messages to people: kept, sent by a channel, proven."""
