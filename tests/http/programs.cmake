# SPDX-License-Identifier: Apache-2.0
# What the tests of the room http start: a server with routes for every path through it, and a client that is told what to do line by line.
add_executable(http_probe ${CMAKE_CURRENT_LIST_DIR}/probe_main.cpp ${CMAKE_CURRENT_LIST_DIR}/probe_server.cpp ${CMAKE_CURRENT_LIST_DIR}/probe_client.cpp)
target_link_libraries(http_probe PRIVATE http nlohmann_json::nlohmann_json)
target_include_directories(http_probe PRIVATE ${PROJECT_SOURCE_DIR})
add_dependencies(http_tests http_probe)
target_link_libraries(http_tests PRIVATE nlohmann_json::nlohmann_json)
