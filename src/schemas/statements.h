// SPDX-License-Identifier: Apache-2.0
// The statements of episodes and of published schemas, made known to the catalog's connection when first used.
#pragma once
#include "base/result.h"
#include "catalog/catalog.h"
#include "schemas/embedded_statements.h"
#include "schemas/published_statements.h"

namespace holdfast::schemas {

/// Of episodes and of what checks keep. Idempotent; cheap when they are known already.
inline Status know_check_statements(catalog::Catalog& catalog) {
  return catalog.connection().learn(embedded_statements().front().text);
}
/// Of what is published here, in the same way.
inline Status know_published_statements(catalog::Catalog& catalog) {
  return catalog.connection().learn(published_statements().front().text);
}

}  // namespace holdfast::schemas
