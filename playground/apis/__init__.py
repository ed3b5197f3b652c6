"""OpenAPI documents of the APIs we speak, and what is read from them."""
