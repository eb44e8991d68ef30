"""Setting up a council, preparing its sessions, samples on the table, sheets on paper."""
