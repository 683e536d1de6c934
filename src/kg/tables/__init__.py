"""Tables of measures: cells of a workbook or CSV → statements, and the template of such a table."""
