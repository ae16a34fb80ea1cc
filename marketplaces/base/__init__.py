"""What every marketplace shares: contract, DTOs, errors, HTTP client, limiter, redaction, parsers."""
