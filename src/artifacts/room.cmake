# SPDX-License-Identifier: Apache-2.0
# The statements over a table of artifact rows go into the binary.
file(GLOB artifact_sql CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/artifacts/artifacts*.sql)
list(SORT artifact_sql)
embed_text(artifacts embedded_statements ${artifact_sql})
# Those over the catalog's own table.
embed_text(artifacts own_row_statements src/artifacts/own_rows.sql)
# Those of proofs and observations, in the catalog.
embed_text(artifacts proof_statements src/artifacts/proofs.sql)
