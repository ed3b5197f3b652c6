"""APIs imported from OpenAPI documents, and their operations.

An imported operation's id is `API:OPERATION`, such as `petstore:addPet`. `catalog` registers
imported operations with `playground.openapi.operations`, which also has the built-in ones.
"""
