"""What a paper says, as plain data: pieces that several papers share, Word drafts of those kept."""
