# SPDX-License-Identifier: Apache-2.0
# Apache Arrow and Parquet for the module of the room parquet: the targets Arrow::arrow_shared and Parquet::parquet_shared.
#   HOLDFAST_DEPS=auto      what is installed on this machine where it will do, else what scripts/setup.sh put into .deps/current
#   HOLDFAST_DEPS=system    what is installed, or stop (CMAKE_PREFIX_PATH says where it is)
#   HOLDFAST_DEPS=bundled   .deps/current, or stop
# HOLDFAST_BUNDLED_ARROW is the folder that was taken in the last case, to be installed with the program; else empty.
set(HOLDFAST_DEPS "$ENV{HOLDFAST_DEPS}" CACHE STRING "Arrow and Parquet: auto (default), system or bundled")
set_property(CACHE HOLDFAST_DEPS PROPERTY STRINGS auto system bundled)
set(HOLDFAST_DEPS_FOLDER "${PROJECT_SOURCE_DIR}/.deps" CACHE PATH "where deps/fetch.py put the bundled libraries")
if(NOT HOLDFAST_DEPS MATCHES "^(|auto|system|bundled)$")
  message(FATAL_ERROR "HOLDFAST_DEPS is ${HOLDFAST_DEPS}: expected auto, system or bundled")
endif()
set(oldest_arrow 16.0)  # the oldest that the module was compiled with
set(HOLDFAST_BUNDLED_ARROW "")

# Their place is cached: without this, the second configuration would take the bundled ones for the system's.
foreach(package Arrow Parquet)
  if("${${package}_DIR}" MATCHES "^${HOLDFAST_DEPS_FOLDER}/")
    unset(${package}_DIR CACHE)
  endif()
endforeach()

set(arrow_from "")
if(NOT HOLDFAST_DEPS STREQUAL "bundled")
  # No version here: upstream's version file takes the same major number only.
  find_package(Arrow CONFIG QUIET)
  if(Arrow_FOUND)
    find_package(Parquet CONFIG QUIET)
  endif()
  if(TARGET Parquet::parquet_shared AND Arrow_VERSION VERSION_GREATER_EQUAL oldest_arrow)
    set(arrow_from "the system's ${Arrow_VERSION} (${Arrow_DIR})")
  elseif(HOLDFAST_DEPS STREQUAL "system")
    message(FATAL_ERROR "HOLDFAST_DEPS=system, and no shared Arrow and Parquet >= ${oldest_arrow} was found "
                        "(Arrow_DIR=${Arrow_DIR}, version ${Arrow_VERSION}): install them, set CMAKE_PREFIX_PATH, or use bundled")
  elseif(Arrow_FOUND)
    message(FATAL_ERROR "Arrow ${Arrow_VERSION} in ${Arrow_DIR} will not do (shared libraries with Parquet, >= ${oldest_arrow}): "
                        "configure with -DHOLDFAST_DEPS=bundled")
  endif()
endif()
if(NOT arrow_from)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS deps/native.txt deps/fetch.py deps/elf_localize.py)
  if(NOT EXISTS ${HOLDFAST_DEPS_FOLDER}/current/manifest.json)
    message(FATAL_ERROR "Arrow and Parquet are not in ${HOLDFAST_DEPS_FOLDER}: run scripts/setup.sh build (see deps/native.txt), "
                        "or install them and configure with -DHOLDFAST_DEPS=system")
  endif()
  file(REAL_PATH ${HOLDFAST_DEPS_FOLDER}/current HOLDFAST_BUNDLED_ARROW)
  unset(Arrow_DIR CACHE)  # where find_package() looked in vain
  unset(Parquet_DIR CACHE)
  set(prefixes ${CMAKE_PREFIX_PATH})
  list(APPEND CMAKE_PREFIX_PATH ${HOLDFAST_BUNDLED_ARROW})  # for find_dependency() in the package file
  find_package(Arrow CONFIG REQUIRED PATHS ${HOLDFAST_BUNDLED_ARROW} NO_DEFAULT_PATH)
  find_package(Parquet CONFIG REQUIRED PATHS ${HOLDFAST_BUNDLED_ARROW} NO_DEFAULT_PATH)
  set(CMAKE_PREFIX_PATH ${prefixes})  # or a later find_library() takes bundled files for the system's
  set(arrow_from "bundled ${Arrow_VERSION}")
endif()
message(STATUS "Arrow and Parquet: ${arrow_from}")
