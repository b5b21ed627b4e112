"""CONCENTRATE and CONSULT as mathematics: tables in, tables out. No web, no database, no clock, no persons."""
