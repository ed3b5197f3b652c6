"""APIs that the team imported from OpenAPI documents, and their operations.

An imported operation's id is `API:OPERATION`, such as `petstore:addPet`. `catalog` makes
`playground.openapi.operations` find it like those of the built-in documents.
"""
