"""Starting and ending the server with its worker; nothing of the office itself."""
