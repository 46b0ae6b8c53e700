"""Requests that schemathesis makes up from openapi.json, against the API over both gateways."""
