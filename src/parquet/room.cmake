# SPDX-License-Identifier: Apache-2.0
# libholdfast-arrow.so: the sources of src/parquet/module, the only ones that see Arrow. The program never links it; the room opens it
# when rows are needed (arrow_module.h). It carries no static library of ours: those are not compiled to be part of a shared one.
include(Arrow)
file(GLOB module_sources CONFIGURE_DEPENDS src/parquet/module/*.cpp)
add_library(holdfast-arrow MODULE ${module_sources} src/base/assert.cpp)
target_include_directories(holdfast-arrow PRIVATE src)
target_link_libraries(holdfast-arrow PRIVATE Parquet::parquet_shared Arrow::arrow_shared)
target_compile_definitions(holdfast-arrow PRIVATE HOLDFAST_VERSION="${PROJECT_VERSION}")
set_target_properties(holdfast-arrow PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON INSTALL_RPATH "$ORIGIN")
# Templates of the standard library are visible whatever the preset says.
set(exports ${PROJECT_SOURCE_DIR}/src/parquet/module/exports.map)
target_link_options(holdfast-arrow PRIVATE -Wl,--version-script=${exports})
set_target_properties(holdfast-arrow PROPERTIES LINK_DEPENDS ${exports})
# The tests' programs lie in another folder than the one a user starts.
target_compile_definitions(parquet PRIVATE $<$<BOOL:${HOLDFAST_TESTING}>:HOLDFAST_BUILT_ARROW_MODULE="$<TARGET_FILE:holdfast-arrow>">)
target_link_libraries(parquet PRIVATE ${CMAKE_DL_LIBS})

# An include of <parquet/…> looks into src/ first: none of our headers may have the name of one of theirs.
get_target_property(arrow_folders Arrow::arrow_shared INTERFACE_INCLUDE_DIRECTORIES)
file(GLOB our_headers RELATIVE ${PROJECT_SOURCE_DIR}/src src/parquet/*.h src/parquet/module/*.h)
foreach(folder IN LISTS arrow_folders)
  foreach(header IN LISTS our_headers)
    if(EXISTS ${folder}/${header})
      message(FATAL_ERROR "src/${header} has the name of one of Apache Parquet's headers: give it another")
    endif()
  endforeach()
endforeach()
