// SPDX-License-Identifier: Apache-2.0
// What readers of the published catalog keep from each other: nothing.
#include "service/published_catalog.h"

#include <future>

#include <gtest/gtest.h>

#include "tests/support/test_catalog.h"

namespace holdfast::service {
namespace {

class PublishedCatalogTest : public testing::CatalogTest {};

TEST_P(PublishedCatalogTest, LetsAReaderLookWhileAnotherOneIsLooking) {
  const auto made = open_catalog();  // migrated
  auto catalog = PublishedCatalog::open(url(), clock());
  ASSERT_TRUE(catalog.ok()) << catalog.error().message();
  PublishedCatalog& published = **catalog;
  std::promise<void> second_has_looked;
  std::promise<void> first_looks;
  auto first = std::async(std::launch::async, [&] {
    return published.read([&](const schemas::PublishedIndex&) -> Result<bool> {
      first_looks.set_value();
      return second_has_looked.get_future().wait_for(std::chrono::seconds(20)) ==
             std::future_status::ready;
    });
  });
  first_looks.get_future().wait();
  const auto second =
      published.read([](const schemas::PublishedIndex& index) -> Result<std::int64_t> {
        return index.revision();
      });
  second_has_looked.set_value();
  EXPECT_TRUE(second.ok());
  const auto was_quick = first.get();
  ASSERT_TRUE(was_quick.ok());
  EXPECT_TRUE(*was_quick);
}

HOLDFAST_ON_BOTH_DATABASES(PublishedCatalogTest);

}  // namespace
}  // namespace holdfast::service
