# SPDX-License-Identifier: Apache-2.0
# The catalog's SQL goes into the binary: its statements and its migrations.
file(GLOB migrations CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/catalog/migrations/*.sql)
list(SORT migrations)
embed_text(catalog embedded_statements src/catalog/catalog.sql)
embed_text(catalog embedded_migrations ${migrations})
