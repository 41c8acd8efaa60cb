// SPDX-License-Identifier: Apache-2.0
// /docs and /openapi.json, made from the table of endpoints.
#pragma once
#include <string>
#include <vector>

#include "service/endpoint.h"

namespace holdfast::service {

/// A page without scripts and without anything from elsewhere.
std::string docs_page(const std::vector<Endpoint>& endpoints);
/// OpenAPI 3.1.
std::string openapi_document(const std::vector<Endpoint>& endpoints);
/// The two endpoints themselves; what they answer is made now.
std::vector<Endpoint> document_endpoints(const std::vector<Endpoint>& endpoints);

}  // namespace holdfast::service
