"""The demonstration province: real lists of Sơn La and one made-up session, stamped as such."""
