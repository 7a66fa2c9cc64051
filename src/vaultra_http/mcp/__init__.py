"""The Model Context Protocol: the owner's own assistant asks the tools of the agent."""
