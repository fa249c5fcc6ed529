"""What may be asked of the platform, and what it decides from that: plain data, no resources, no AWS.

Imports the standard library, pydantic, yaml and (for the schema of a GraphQL API) graphql-core only, so that guardrails, operations and local tools can import it too.
"""
