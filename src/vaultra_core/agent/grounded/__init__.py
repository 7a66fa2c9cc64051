"""Answers without a model: a question is recognised, tools are asked, and a template says what they found."""
