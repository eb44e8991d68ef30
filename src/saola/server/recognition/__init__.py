"""Decision, recognition, certificate, notice, register queries."""
