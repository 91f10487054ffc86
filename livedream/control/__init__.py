"""Control from elsewhere: messages that turn settings and do commands. Knows no Qt."""
