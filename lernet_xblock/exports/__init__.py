"""Documents that leave the page: calendar, tables, personal data."""
