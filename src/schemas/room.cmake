# SPDX-License-Identifier: Apache-2.0
# The statements over episodes and registry states, and those over published schemas, go into the binary.
embed_text(schemas embedded_statements src/schemas/schemas.sql)
embed_text(schemas published_statements src/schemas/published.sql)
