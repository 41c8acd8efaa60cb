# SPDX-License-Identifier: Apache-2.0
# What the tests of the room parquet start: a program that uses the room, and one that links Arrow's libraries before the system's.
add_executable(parquet_program ${CMAKE_CURRENT_LIST_DIR}/parquet_program.cpp)
target_link_libraries(parquet_program PRIVATE parquet)
add_executable(coexist_program ${CMAKE_CURRENT_LIST_DIR}/coexist_program.cpp)
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)
target_link_libraries(coexist_program PRIVATE Parquet::parquet_shared Arrow::arrow_shared simdjson::simdjson OpenSSL::Crypto)
add_dependencies(parquet_tests holdfast-arrow parquet_program coexist_program holdfast)
target_link_libraries(parquet_tests PRIVATE nlohmann_json::nlohmann_json ${CMAKE_DL_LIBS})
target_compile_definitions(
  parquet_tests PRIVATE PARQUET_PROGRAM="$<TARGET_FILE:parquet_program>" COEXIST_PROGRAM="$<TARGET_FILE:coexist_program>"
                        ARROW_MODULE="$<TARGET_FILE:holdfast-arrow>")
