"""Alerts of the last weeks and what people did about them.

`book` keeps both as they stand on the topics, `entry` puts them together, `actions` writes what a
person does, `views` are the contract, `table` is the export for spreadsheets.
"""
