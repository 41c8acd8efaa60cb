# SPDX-License-Identifier: Apache-2.0
# `cmake --install build/release --prefix …`: the program, its module for rows, its man page and completions as it prints them, the licences.
set(documents ${PROJECT_BINARY_DIR}/documents)
file(MAKE_DIRECTORY ${documents})
add_custom_command(
  OUTPUT ${documents}/holdfast.1 ${documents}/holdfast.bash ${documents}/_holdfast ${documents}/holdfast.fish
  COMMAND holdfast man > ${documents}/holdfast.1
  COMMAND holdfast completion bash > ${documents}/holdfast.bash
  COMMAND holdfast completion zsh > ${documents}/_holdfast
  COMMAND holdfast completion fish > ${documents}/holdfast.fish
  DEPENDS holdfast
  COMMENT "Printing the man page and the completions"
  VERBATIM)
add_custom_target(documents ALL DEPENDS ${documents}/holdfast.1)

install(TARGETS holdfast)
# What reads and writes rows of Parquet files, where src/parquet/arrow_module.cpp looks for it, and the libraries it needs beside it.
install(TARGETS holdfast-arrow LIBRARY DESTINATION lib/holdfast)
if(HOLDFAST_BUNDLED_ARROW)
  install(FILES $<TARGET_FILE:Arrow::arrow_shared> $<TARGET_FILE:Parquet::parquet_shared> DESTINATION lib/holdfast)
  install(DIRECTORY ${HOLDFAST_BUNDLED_ARROW}/licenses DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()
install(FILES ${documents}/holdfast.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${documents}/holdfast.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME holdfast)
install(FILES ${documents}/_holdfast DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${documents}/holdfast.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES README.md LICENSE NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})
