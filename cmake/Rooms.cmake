# SPDX-License-Identifier: Apache-2.0
# One static library per room of src/ROOMS; a room links what it may include, and the foreign libraries that only it may see.
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)
# A room's own additions (embedded SQL) are in src/<room>/room.cmake.
include(EmbedText)
# spdlog and toml++ are compiled into their one source each: a shared library more costs a tenth of a millisecond at every start.
# libcrypto, libcurl, libssl, libpq and libhiredis are opened when they are needed (src/base/shared_library.h): headers only.
set(foreign_base ${CMAKE_DL_LIBS} Threads::Threads spdlog::spdlog_header_only simdjson::simdjson nlohmann_json::nlohmann_json)
set(foreign_sql SQLite::SQLite3)
set(foreign_cli CLI11::CLI11)

file(STRINGS src/ROOMS rows REGEX "^[a-z_]+:")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS src/ROOMS)
set(HOLDFAST_ROOMS "")
foreach(row IN LISTS rows)
  string(REGEX MATCH "^([a-z_]+):(.*)$" _ "${row}")
  set(room ${CMAKE_MATCH_1})
  separate_arguments(deps UNIX_COMMAND "${CMAKE_MATCH_2}")
  list(APPEND HOLDFAST_ROOMS ${room})
  file(GLOB sources CONFIGURE_DEPENDS src/${room}/*.cpp)
  file(GLOB headers CONFIGURE_DEPENDS src/${room}/*.h)
  if(NOT sources)
    file(WRITE ${PROJECT_BINARY_DIR}/empty_${room}.cpp "// the room ${room} has no sources yet\n")
    set(sources ${PROJECT_BINARY_DIR}/empty_${room}.cpp)
  endif()
  add_library(${room} STATIC ${sources})
  # As a file set, so that the target all_verify_interface_header_sets compiles each header alone.
  target_sources(${room} PUBLIC FILE_SET HEADERS BASE_DIRS src FILES ${headers})
  target_include_directories(${room} PUBLIC src)
  target_link_libraries(${room} PUBLIC ${deps} ${foreign_${room}})
  target_compile_definitions(${room} PUBLIC HOLDFAST_VERSION="${PROJECT_VERSION}" $<$<BOOL:${HOLDFAST_TESTING}>:HOLDFAST_TESTING=1>)
  include(src/${room}/room.cmake OPTIONAL)
endforeach()
