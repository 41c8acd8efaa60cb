# SPDX-License-Identifier: Apache-2.0
# The meta-schemas of the dialects go into the binary: references lead into them, and nothing is ever fetched.
file(GLOB metaschemas CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/json_schema/metaschemas/*.json)
list(SORT metaschemas)
embed_text(json_schema embedded_metaschemas ${metaschemas})
